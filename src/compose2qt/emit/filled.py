"""Secrets on disk: what somebody has filled in."""

from __future__ import annotations

from contextlib import suppress

from compose2qt.diagnostic import Collector, InputError
from compose2qt.emit.kinds.secret import PLACEHOLDER
from compose2qt.kube.reading import entries
from compose2qt.source import kubernetes_scalar, plain, read_yaml


def values(text: str) -> dict[str, object]:
    """The entries of the Secrets in ``text``; none if it is something else."""
    with suppress(InputError):
        nodes = read_yaml(text, "", Collector(), resolve=kubernetes_scalar)
        return {
            key: plain(one) for node in nodes for field in ("data", "stringData") for key, one in entries(node, field).items()
        }
    return {}


def is_blank(data: bytes) -> bool:
    """Whether a file holds Secrets of placeholders alone: nobody has filled anything in."""
    return set(map(str, values(data.decode("utf-8", "replace")).values())) == {PLACEHOLDER}
