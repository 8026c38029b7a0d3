"""YAML in, with a line and column for every key and value."""

from compose2qt.source.node import Mapping, Node, Plain, Scalar, Sequence, Value, leaves, plain, spans
from compose2qt.source.read import MAX_BYTES, read_stream, read_text
from compose2qt.source.scalars import compose_scalar, kubernetes_scalar
from compose2qt.source.span import Path, Span, pointer
from compose2qt.source.yaml import read_yaml

__all__ = [
    "MAX_BYTES",
    "Mapping",
    "Node",
    "Path",
    "Plain",
    "Scalar",
    "Sequence",
    "Span",
    "Value",
    "compose_scalar",
    "kubernetes_scalar",
    "leaves",
    "plain",
    "pointer",
    "read_stream",
    "read_text",
    "read_yaml",
    "spans",
]
