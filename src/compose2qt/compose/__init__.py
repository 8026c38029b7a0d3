"""The Compose language: one table row per attribute, the loader's stages, the frozen Project."""
