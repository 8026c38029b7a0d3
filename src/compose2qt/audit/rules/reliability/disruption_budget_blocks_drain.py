"""REL012."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


@rule(
    "REL012",
    "disruption-budget-blocks-drain",
    Severity.ERROR,
    fix="set maxUnavailable: 1, and run more than one replica",
    kinds=("PodDisruptionBudget",),
)
def disruption_budget_blocks_drain(item: Object, system: System) -> Iterator[Flag]:
    """A PodDisruptionBudget lets no pod go: `kubectl drain`, and with it every upgrade of the nodes, waits for ever."""
    least, most = item.text("spec", "minAvailable"), item.text("spec", "maxUnavailable")
    if most in ("0", "0%") or least == "100%":
        yield flag(item, "it lets no pod go", "spec", "maxUnavailable" if most else "minAvailable")
    pods = system.matched(item.at("spec", "selector"), item)
    count = sum(system.copies(pod.object).least for pod in pods)
    kept = math.ceil(count * int(least[:-1]) / 100) if least[:-1].isdecimal() and least.endswith("%") else least
    if least != "100%" and str(kept).isdecimal() and pods and int(kept) >= count:
        yield flag(item, f"it keeps {least} of {count} pods, so none may go", "spec", "minAvailable")
