"""What a unit does with an attribute. Units yield effects; the engine alone acts on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compose2qt.lower.fields import Field
    from compose2qt.source import Node

T = TypeVar("T")


class Fill(Struct, Generic[T], frozen=True):
    """Give ``value`` to ``field``. ``of`` is the part of the attribute it comes from; None: the whole attribute.

    A dictionary says which part of the value each node gives, so that the ledger leads from a leaf to its very field.
    """

    field: Field[T]
    value: T
    of: Node | Mapping[str, Node] | None = None
    note: str = ""


class Lose(Struct, frozen=True):
    """Report the declared loss ``code`` for ``of``; None: for the whole attribute. ``detail`` completes the reason."""

    code: str
    of: Node | None = None
    detail: str = ""


class Use(Struct, frozen=True):
    """``of`` was needed to decide something but stands in no field of its own; ``why`` is for the ledger."""

    why: str
    of: Node | None = None


Effect: TypeAlias = Fill[Any] | Lose | Use
