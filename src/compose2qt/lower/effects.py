"""What a unit does with an attribute. Units yield effects; the engine alone acts on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from compose2qt.lower.fields import Field
    from compose2qt.source import Node

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fill(Generic[T]):
    """Give ``value`` to ``field``. ``of`` is the part of the attribute it comes from; None: the whole attribute."""

    field: Field[T]
    value: T
    of: Node | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lose:
    """Report the declared loss ``code`` for ``of``; None: for the whole attribute. ``detail`` completes the reason."""

    code: str
    of: Node | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """``of`` was needed to decide something but stands in no field of its own; ``why`` is for the ledger."""

    why: str
    of: Node | None = None


Effect: TypeAlias = Fill[Any] | Lose | Use
