"""The image of a container, by what it is known, and the group that volumes belong to so that its user may write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.lower.fields import BASE, BUILD, BUILT_USER, FS_GROUP, IMAGE, RUN_AS_GROUP, RUN_AS_USER, VOLUMES
from compose2qt.lower.shapes import ClaimUse, FileUse, FolderUse
from compose2qt.mapping.datastores import is_known, known, known_user
from compose2qt.workload import Traced, assumed

if TYPE_CHECKING:
    from compose2qt.lower.engine import Draft
    from compose2qt.mapping.plan import TargetPlan


def image(target: TargetPlan, draft: Draft) -> Traced[str]:
    """The image: the mapping's, else Compose's, else the one that is built from the service's context."""
    if target.image is not None:
        own = draft.one(IMAGE)
        same = own is not None and own.value == target.image.value
        return Traced(target.image.value, target.image.origins + (own.origins if own and same else ()))
    made = draft.one(IMAGE) or assumed(target.name, "built from the service's context", "to be built: see README.md")
    context = draft.one(BUILD)
    return Traced(made.value, made.origins + (context.origins if context else ()), made.note)


def program(target: TargetPlan, draft: Draft) -> str:
    """The image by which it is known what runs: that of the container, or the one that it is built from."""
    named, base = image(target, draft).value, draft.one(BASE)
    return base.value if base is not None and not is_known(named) else named


def fs_group(target: TargetPlan, draft: Draft) -> Traced[int] | None:
    """The group that owns volumes: they are root's, and a program that runs as a user could not write to a claim.

    It could not read a file of mode 0400, either; the kubelet gives the group the right to read.
    """
    given = draft.one(FS_GROUP)
    if given is not None:
        return given
    user, group = draft.one(RUN_AS_USER), draft.one(RUN_AS_GROUP)
    if user is not None:
        owner = group.value if group is not None and group.value else user.value
        what = "files belong" if has_closed_files(draft) else "the claim belongs"
        return assumed(owner, "the user needs the volumes", f"{what} to the user's group") if owner else None
    number = image_group(target, draft)
    return assumed(number, "the image runs as this group", "the image's user must be able to write") if number else None


def image_group(target: TargetPlan, draft: Draft) -> int | None:
    """The group of the user that the image names, as the Dockerfile or the table of known images says."""
    name, built = program(target, draft), draft.one(BUILT_USER)
    if built is None:
        return known(name).group
    stated, number = built.value
    numbers = known_user(name, stated.partition(":")[0])
    return numbers[1] if number is None and numbers else number


def tell_owner(target: TargetPlan, draft: Draft) -> None:
    """Report claims of a program that runs as a user of whom nobody knows the number: they are root's."""
    built, user = draft.one(BUILT_USER), draft.one(RUN_AS_USER)
    is_named = any(loss.code == "user.by-name" for loss in draft.losses) or (built is not None and user is None)
    if not is_named or draft.one(FS_GROUP) is not None or image_group(target, draft) is not None:
        return
    written = (use for use in draft.all(VOLUMES) if not use.value.read_only)
    claims = (use for use in written if isinstance(use.value.source, (ClaimUse, FolderUse)))
    places = (one.span for use in claims for one in use.origins if one.span and one.part in ("", "path"))
    draft.lose("volumes", "owner", dict.fromkeys(places))


def has_closed_files(draft: Draft) -> bool:
    """Whether files are mounted that only their owner and group may read."""
    sources = (use.value.source for use in draft.all(VOLUMES))
    return any(isinstance(one, FileUse) and one.mode is not None and not one.mode & 0o004 for one in sources)
