"""Reference pages that are functions of the registries."""
