"""Claims that are filled before their first user starts: folders with files of the project, and files of an image."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.lower.fields import SEEDS, VOLUMES
from compose2qt.lower.shapes import FileUse, FolderUse, VolumeUse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compose2qt.lower.engine import Draft
    from compose2qt.mapping.plan import Plan
    from compose2qt.workload import Traced

# A mounted ConfigMap holds its files as links into hidden folders, which are not copied. What is there already stays.
SCRIPT = (
    "cd /seed && find -L . -type f ! -path './..*' | while read -r file; do "
    '[ -e "/data/$file" ] || { mkdir -p "/data/$(dirname "$file")" && cp "$file" "/data/$file"; }; done'
)


SEED = "/seed"
"""Where a container that fills a claim mounts it."""


def copy_up(path: str) -> str:
    """The script that fills an empty claim with what the image has at ``path``, as Docker fills a new volume.

    A claim is empty although it holds ``lost+found``. What was interrupted is done again. Only root may keep owners, and give
    the claim's own folder the times and the mode of the image's: the copies of another user are its own.
    """
    source, mark = shlex.quote(path), f"{SEED}/.seeding"
    is_empty = f'[ -z "$held" ] || [ "$held" = lost+found ] || [ -e {mark} ]'
    own = f"umask 0 && cp -RPf {source}/. {SEED}/"
    copy = f'touch {mark} && if [ "$(id -u)" = 0 ]; then cp -a {source}/. {SEED}/; else {own}; fi && rm {mark}'
    return f"held=$(ls -A {SEED}); if [ -d {source} ] && {{ {is_empty}; }}; then {copy}; fi"


def seeded(plan: Plan, drafts: Mapping[str, Draft]) -> None:
    """Turn mounts of such folders into mounts of a claim, and note what fills it."""
    modes: dict[str, dict[str, bool]] = {}
    for target in plan.targets:
        for use in drafts[target.name].all(VOLUMES):
            source = use.value.source
            if isinstance(source, FileUse) and source.source and not source.single:
                held = modes.setdefault(source.source, {})
                held[target.name] = held.get(target.name, True) and use.value.read_only
    shared = {path for path, users in modes.items() if len(users) > 1 and len(set(users.values())) > 1}
    for target in plan.targets if shared else ():
        own = drafts[target.name]
        own.fills[VOLUMES] = [_moved(use, own, shared) for use in own.all(VOLUMES)]


def _moved(use: Traced[VolumeUse], own: Draft, shared: set[str]) -> Traced[VolumeUse]:
    source = use.value.source
    if not isinstance(source, FileUse) or source.source not in shared:
        return use
    seed = VolumeUse("/seed", source, read_only=True), VolumeUse("/data", FolderUse(source.source))
    own.fills.setdefault(SEEDS, []).append(use.map(lambda _: seed))
    spans = {origin.span for origin in use.origins}
    own.losses = [loss for loss in own.losses if not loss.code.startswith("volumes.read-only") or loss.span not in spans]
    return use.map(lambda value: replace(value, source=FolderUse(source.source)))
