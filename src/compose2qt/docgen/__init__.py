"""Reference pages that are functions of the registries: written by ``python -m compose2qt.docgen``, checked in CI."""

from compose2qt.docgen.pages import PAGES, stale, write

__all__ = ["PAGES", "stale", "write"]
