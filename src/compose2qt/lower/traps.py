"""What surprises programs on a claim where a Docker volume did not."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from compose2qt.lower.fields import COMMAND, ENTRYPOINT, ENVIRONMENT, VOLUMES
from compose2qt.lower.images import program
from compose2qt.lower.shapes import ClaimUse, FolderUse
from compose2qt.mapping.datafolders import stated_folders
from compose2qt.mapping.datastores import data_folders, folder_of_claim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compose2qt.lower.engine import Draft
    from compose2qt.lower.folders import Folders
    from compose2qt.lower.shapes import VolumeUse
    from compose2qt.mapping.plan import Plan, TargetPlan


def rooted_claims(plan: Plan, drafts: Mapping[str, Draft], folders: Folders) -> dict[str, str]:
    """Claims whose root a datastore would take for its data, and the folder of it that everybody sees instead.

    The root of a file system holds ``lost+found``: Postgres and MySQL refuse a folder that is not empty. What a known image
    needs stands; of others the path at which they mount a claim tells.
    """
    known: dict[str, str] = {}
    guessed: dict[str, str] = {}
    for target in plan.targets:
        draft = drafts[target.name]
        name = program(target, draft)
        places = _stated(name, target, draft) or data_folders(name)
        for use in draft.all(VOLUMES) if target.mounts is None else ():
            path, claim = posixpath.normpath(use.value.path), _claim(use.value, folders)
            folder = folder_of_claim(name, path) if claim and (not places or path == places[0]) else None
            if claim and folder is not None and (places or not use.value.read_only):
                (known if places else guessed)[claim] = folder
    return {claim: folder for claim, folder in {**guessed, **known}.items() if folder}


def _stated(image: str, target: TargetPlan, draft: Draft) -> tuple[str, ...]:
    """Where variables and arguments of a container say that its data is."""
    variables = dict(traced.value for traced in draft.all(ENVIRONMENT))
    variables |= {name: str(traced.value) for name, traced in target.env}
    vectors = (target.command or draft.one(ENTRYPOINT), target.args or draft.one(COMMAND))
    return stated_folders(image, variables, [word for vector in vectors if vector for word in vector.value])


def _claim(use: VolumeUse, folders: Folders) -> str:
    """The claim whose root is mounted; empty if it is something else, or a folder of a claim."""
    match use.source:
        case ClaimUse(claim):
            return claim
        case FolderUse(path) if not folders.claim(path)[1]:
            return folders.claim(path)[0]
    return ""
