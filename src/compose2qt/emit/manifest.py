"""A manifest before it is text, and the few things that every kind has in common."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from compose2qt.workload import Traced

if TYPE_CHECKING:
    from collections.abc import Iterable

Body: TypeAlias = dict[str, object]
"""An object as plain data, in the order in which it is written; leaves and subtrees may be ``Traced``."""


_EMPTY = (type(None), tuple, list, dict)


class Manifest(Struct, frozen=True):
    """One Kubernetes object and the file in which it stands; ``header`` is its opening comment, a paragraph an item."""

    kind: str
    name: str
    body: Body
    path: str
    applied: bool = True
    """False for what the kustomization leaves out: examples, and workloads that need a decision."""
    header: tuple[str, ...] = ()
    workload: str = ""
    """The workload that it runs or leads to; empty for what belongs to none."""

    @property
    def id(self) -> str:
        """``Kind/name``, as people and kubectl say it."""
        return f"{self.kind}/{self.name}"


def given(**fields: object) -> Body:
    """The fields that have a value: neither None nor an empty collection."""
    return {name: value for name, value in fields.items() if value or not isinstance(value, _EMPTY)}


def labelled(pairs: Iterable[tuple[str, object]]) -> Body:
    """Labels or annotations as a map; of two with one key the first stays in its place and the last value wins."""
    return dict(pairs)


def digest(value: object, length: int) -> str:
    """The first ``length`` hex digits of a hash of plain or traced data; the order of keys does not matter."""
    text = json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def plain(value: object) -> object:
    """``value`` without its origins."""
    if isinstance(value, Traced):
        return plain(value.value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
