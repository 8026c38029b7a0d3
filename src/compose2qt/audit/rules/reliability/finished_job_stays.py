"""REL022."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


_HASHED = re.compile(r"-(?=[a-f]*[0-9])[0-9a-f]{8,10}\Z")


@rule(
    "REL022",
    "finished-job-stays",
    Severity.INFO,
    fix="set ttlSecondsAfterFinished, unless others wait for the Job to be there",
    kinds=("Job",),
)
def finished_jobs_stay(item: Object) -> Iterator[Flag]:
    """A finished Job and its pods stay until somebody deletes them, and a changed Job cannot be applied over it.

    A Job whose name carries a hash of what it does is meant to stay: as long as it is there, it runs again only when it
    changes.
    """
    if not _HASHED.search(item.name) and item.at("spec", "ttlSecondsAfterFinished") is None:
        yield flag(item, "it stays after it has finished", "spec", "ttlSecondsAfterFinished")
