"""Findings about Kubernetes objects of any origin: one small file per rule."""

from compose2qt.audit.finding import Finding

__all__ = ["Finding"]
