"""REL020."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "REL020",
    "overlapping-runs",
    Severity.INFO,
    fix="set concurrencyPolicy to Forbid or Replace",
    kinds=("CronJob",),
)
def overlapping_runs(item: Object) -> Iterator[Flag]:
    """A CronJob may start while its last run still works: `concurrencyPolicy` is `Allow` unless it is set."""
    if item.text("spec", "concurrencyPolicy") in ("", "Allow"):
        yield flag(item, "a run may start before the last one has ended", "spec", "concurrencyPolicy")
