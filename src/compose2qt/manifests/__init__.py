"""Any tree of Kubernetes YAML as located objects and a graph of their references."""

from compose2qt.manifests.model import Object, Tree
from compose2qt.manifests.tree import parse_tree, read_tree

__all__ = ["Object", "Tree", "parse_tree", "read_tree"]
