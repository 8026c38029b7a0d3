"""MIG021."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.system import System

_FOLDER = "blocked"


@rule(
    "MIG021",
    "held-back",
    Severity.ERROR,
    fix="give the program what Kubernetes offers for its task, or take responsibility: apply its file by an overlay",
)
def held_back(system: System) -> Iterator[Flag]:
    """The workload takes hold of its node, so it lies in ``blocked/`` and is not applied; the head of its file says why.

    Nothing of it runs, and no budget counts it, until a person decides. Source: Pod Security Standards, privileged.
    """
    for item in system.tree.objects:
        if not item.applied and item.pod_path is not None and _FOLDER in item.file.split("/")[:-1]:
            yield Flag("it is held back (in blocked/): nothing of it runs, and the budget does not count it", item)
