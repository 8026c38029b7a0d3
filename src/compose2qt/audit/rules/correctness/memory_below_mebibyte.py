"""COR039."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import amount
from compose2qt.diagnostic import Severity
from compose2qt.workload import ZERO, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


_MEBIBYTE = Quantity.parse("1Mi")


@rule(
    "COR039",
    "memory-below-a-mebibyte",
    Severity.ERROR,
    fix="write the binary suffix: what Docker calls 512m is 512Mi",
)
def memory_below_mebibyte(container: Container) -> Iterator[Flag]:
    """A container's memory is below one mebibyte: the unit is wrong.

    Docker's `512m` are mebibytes; in Kubernetes the suffix `m` means thousandths, so that `512m` is half a byte. Zero says that
    there is no number.
    """
    for side in ("requests", "limits"):
        memory = amount(container.at("resources", side, "memory"))
        if memory is not None and ZERO < memory < _MEBIBYTE:
            shown = container.text("resources", side, "memory")
            yield container.flag(f"{shown} of memory is less than a mebibyte", "resources", side, "memory")
