"""What must hold of mounts around a difference before a rule of ``deliberate`` excuses it, asked as in ``circumstances``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.source.disk import Missing, Unusable
from compose2qt.verify.circumstances import joined
from compose2qt.verify.cluster.attaching import ONE_NODE
from compose2qt.verify.contract import Aspect, Folder
from compose2qt.verify.docker.storage import IMAGE_FILES

if TYPE_CHECKING:
    from compose2qt.verify.circumstances import Case

_FILE = re.compile(r"[^/]\.[A-Za-z][A-Za-z0-9]{0,9}\Z|[A-Za-z.]file\Z")


_REFUSING = {
    "pgdata": re.compile(r"(?i)postg|pgsql|pgdata|pgvector|timescale"),
    "mysql": re.compile(r"(?i)mysql|percona|/mariadb"),
}
"""What names a datastore that refuses a folder with ``lost+found`` in it, by the folder of a claim that it gets."""


def is_below_root(case: Case, value: str) -> bool:
    """The same folder of the storage below a new root, and one of those that see the storage keeps such a datastore there."""
    ours, stores = str(case.left.value if case.left else ""), case.docker.storage.stores
    own = stores.get(case.service, {}).get(case.item)
    root = next((name for name in _REFUSING if f", folder {name}" in value), "")
    moved = (ours.replace(", folder ", f", folder {root}/"), ours.replace(", ", f", folder {root} of it, ", 1))
    if own is None or value not in moved:
        return False
    for service, places in stores.items():
        facts = case.docker.contracts[service].facts
        variables = (item for aspect, item in facts if aspect is Aspect.ENVIRONMENT)
        what = f"{facts[Aspect.IMAGE, ''].value} {facts[Aspect.ARGV, ''].value} {' '.join(variables)}"
        if any(place.root == own.root and _REFUSING[root].search(f"{path} {what}") for path, place in places.items()):
            return True
    return False


def is_written_by_others(case: Case, _: str) -> bool:
    """A service of the project writes into the folder, a part of it, or one around it."""
    folder = case.left.value if case.left else None
    own = f"{folder.source.rstrip('/')}/" if isinstance(folder, Folder) else ""
    written = (f"{path.rstrip('/')}/" for path in case.docker.storage.written)
    return bool(own) and any(own.startswith(path) or path.startswith(own) for path in written)


def is_seeded(case: Case, value: str) -> bool:
    """A folder of the host that the pod sees is kept on a claim, and the container copies into it."""
    docker = (fact for service in joined(case) for fact in case.docker.contracts[service].facts.values())
    return any(isinstance(fact.value, Folder) for fact in docker) and not re.search(r"\brm\b|\bcurl\b|\bwget\b", value)


_COPY_UP = re.compile(
    r"runs /bin/sh -c held=\$\$?\(ls -A (?P<to>/\S+)\); if \[ -d (?P<of>'[^']+'|\S+) \] && "
    r'\{ \[ -z "\$held" \] \|\| \[ "\$held" = lost\+found \] \|\| \[ -e (?P=to)/\.seeding \]; \}; '
    r'then touch (?P=to)/\.seeding && if \[ "\$\$?\(id -u\)" = 0 \]; then cp -a (?P=of)/\. (?P=to)/; else '
    r"umask 0 && cp -RPf (?P=of)/\. (?P=to)/; fi && rm (?P=to)/\.seeding; fi"
)
"""A script that copies a folder of the image into an empty one, and does nothing else."""


def is_copy_up(case: Case, value: str) -> bool:
    """A container of the pod sees there at first what its image has: whether Docker shows it the same is asked at its mount."""
    found = _COPY_UP.fullmatch(value)
    item = f"{found['of'].strip(chr(39)).rstrip('/')} {IMAGE_FILES}" if found else ""
    return any((Aspect.MOUNTS, item) in case.theirs[service].facts for service in joined(case) if service in case.theirs)


def lies_elsewhere(case: Case, _: str) -> bool:
    """Nothing lies at the source, or nobody may look, and it is no folder that the program fills."""
    folder = case.left.value if case.left else None
    if not isinstance(folder, Folder) or not (folder.read_only or (_FILE.search(folder.source) and _FILE.search(case.item))):
        return False
    if case.docker.storage.is_filled(folder.source):
        return False
    content = case.look(folder.source)
    return isinstance(content, Missing) or (isinstance(content, Unusable) and content.why.startswith("outside"))


def has_same_access(case: Case, value: str) -> bool:
    """Both sides may write, or both may not."""
    return case.left is not None and str(case.left.value).endswith("read-only") == value.endswith("read-only")


def is_node_path(case: Case, value: str) -> bool:
    """The workload is held back, and would see the same path or device of the node."""
    if not case.cluster.is_held_back(case.service):
        return False
    folder = case.left.value if case.left else None
    if not isinstance(folder, Folder):
        return folder is None and value == f"node path {case.states(Aspect.SECURITY, f'device {case.item}')}, read-write"
    return value == f"node path {folder.source}, {'read-only' if folder.read_only else 'read-write'}"


def is_node_device(case: Case, _: str) -> bool:
    """The workload is held back, and would see the device as a path of the node."""
    mount = case.theirs[case.service].facts.get((Aspect.MOUNTS, case.item.removeprefix("device ")))
    return case.cluster.is_held_back(case.service) and mount is not None and str(mount.value).startswith("node path ")


def is_development(case: Case, _: str) -> bool:
    """The mount shows the code that the image is built from."""
    folder, context = case.left.value if case.left else None, case.docker.storage.contexts.get(case.service)
    return isinstance(folder, Folder) and context is not None and f"{folder.source}/".startswith(f"{context.rstrip('/')}/")


def lies(case: Case, *kinds: type) -> bool:
    """What lies at the source of the mount is one of ``kinds``."""
    folder = case.left.value if case.left else None
    return isinstance(folder, Folder) and isinstance(case.look(folder.source), kinds)


def runs_on_each_node(case: Case, value: str) -> bool:
    """Its pods run on every node, and who else sees the storage is as in Docker."""
    is_everywhere = case.theirs[case.service].facts[Aspect.SCALE, ""].value == "one on each node"
    return is_everywhere and case.left is not None and value.removesuffix(f", {ONE_NODE}") == case.left.value
