"""What surprises programs on a claim where a Docker volume did not."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from compose2qt.lower.assemble import image
from compose2qt.lower.fields import ENVIRONMENT, VOLUMES
from compose2qt.lower.shapes import ClaimUse, FolderUse
from compose2qt.mapping.datastores import data_folders, is_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.lower.engine import Draft
    from compose2qt.lower.folders import Folders
    from compose2qt.mapping.plan import Plan, TargetPlan


def rooted_claims(plan: Plan, drafts: Mapping[str, Draft], folders: Folders) -> frozenset[str]:
    """Claims whose root a Postgres would take for its data: the root of a file system holds ``lost+found``, and initdb
    refuses a folder that is not empty. Everybody who mounts such a claim sees a folder of it instead.
    """
    return frozenset(claim for target in plan.targets for claim in _rooted(target, drafts[target.name], folders))


def _rooted(target: TargetPlan, draft: Draft, folders: Folders) -> Iterator[str]:
    name = image(target, draft).value
    if not is_postgres(name) or target.mounts is not None:
        return
    environment = dict(traced.value for traced in draft.all(ENVIRONMENT))
    given = dict(target.env).get("PGDATA")
    folder = str(given.value) if given is not None else environment.get("PGDATA", data_folders(name)[0])
    for use in draft.all(VOLUMES):
        if posixpath.normpath(use.value.path) != posixpath.normpath(folder):
            continue
        match use.value.source:
            case ClaimUse(claim):
                yield claim
            case FolderUse(path) if not folders.claim(path)[1]:
                yield folders.claim(path)[0]
