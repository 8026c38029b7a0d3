"""The Compose language: one table row per attribute, the loader's stages, the frozen Project."""

from compose2qt.compose.load import load
from compose2qt.compose.project import Document, LoadOptions, Project, Service

__all__ = ["Document", "LoadOptions", "Project", "Service", "load"]
