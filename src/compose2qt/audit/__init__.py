"""Findings about Kubernetes objects of any origin: one small file per rule."""
