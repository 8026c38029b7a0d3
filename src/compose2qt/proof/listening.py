"""On which ports an image listens, where Compose does not say it: as its Dockerfile or the table of known images does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.lower.dockerfile import dockerfile
from compose2qt.mapping.datastores import known_ports
from compose2qt.source import Scalar, leaves
from compose2qt.source.disk import Disk

if TYPE_CHECKING:
    from compose2qt.compose import Project
    from compose2qt.mapping.plan import Plan
    from compose2qt.source import Mapping

Ports = tuple[tuple[int, str], ...]
_MOVED = re.compile(r"(?:^|[^a-z])port(?:$|[^a-z])|listen|bind|addr", re.IGNORECASE)


def listening(project: Project, plan: Plan) -> dict[str, Ports]:
    """By service: the ports of its image. Nobody says that what runs to an end, or whose image is replaced, serves."""
    disk = Disk.around(project.directory)
    serving = (name for target in plan.targets if not target.ends and target.image is None for name in target.sources)
    found = {name: _ports(project.services[name].node, disk) for name in serving if name in project.services}
    return {name: ports for name, ports in found.items() if ports}


def _ports(node: Mapping, disk: Disk) -> Ports:
    if _may_move(node):
        return ()
    stated, image = dockerfile(node.get("build"), disk), node.get("image")
    if stated is not None and stated.ports:
        return tuple(stated.ports)
    return tuple((port, "TCP") for port in known_ports(str(image.value) if isinstance(image, Scalar) else ""))


def _may_move(node: Mapping) -> bool:
    """Whether the words of the service may tell its program to listen elsewhere."""
    stated = (part for key in ("command", "entrypoint", "environment") if (part := node.get(key)) is not None)
    words = ((path, leaf) for part in stated for path, leaf in leaves(part) if isinstance(leaf, Scalar))
    return any(_MOVED.search(f"{path} {leaf.value}") for path, leaf in words)
