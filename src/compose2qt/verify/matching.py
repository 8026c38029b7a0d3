"""Which container of the manifests runs which service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from compose2qt.diagnostic import InputError, nearest
from compose2qt.verify.contract import Aspect
from compose2qt.verify.image import normalized
from compose2qt.verify.reading import items, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from compose2qt.verify.cluster import Container, Pod
    from compose2qt.verify.docker import DockerSide

_SUFFIX = re.compile(
    r"-(?:deployment|deploy|statefulset|sts|daemonset|job|cronjob|pod|app|service|svc|server|container|depl|dep)\Z"
)


class Seat(Struct, frozen=True):
    """The container of a service, and why it is this one."""

    container: Container
    how: str


class Matching(Struct, frozen=True):
    """The seats of services, and what has no counterpart on either side."""

    seats: dict[str, Seat]
    unmatched: tuple[str, ...]
    """Services that no container runs."""
    extra: tuple[Container, ...]
    """Containers that run no service."""


def match(
    docker: DockerSide, project: str, pods: Iterable[Pod], given: Mapping[str, str], away: Iterable[str] = ()
) -> Matching:
    """Match by what is given, then by name, then by image and ports; each container once, unless it was given twice.

    Services that are ``away`` were not asked for: their containers, known by name, are left out.
    """
    containers = [container for pod in pods for container in pod.containers]
    seats = _seated(given, containers)
    free = {id(container): container for container in containers}
    for seat in seats.values():
        free.pop(id(seat.container), None)
    rest = [service for service in docker.contracts if service not in given]
    for by in _passes(docker, project):
        _pair(seats, [*rest, *away] if by.how == "name" else rest, free, by)
    seats = {service: seat for service, seat in seats.items() if service in docker.contracts}
    unmatched = tuple(service for service in docker.contracts if service not in seats)
    return Matching(seats, unmatched, tuple(free.values()))


def _seated(given: Mapping[str, str], containers: list[Container]) -> dict[str, Seat]:
    """The containers that ``NAME``, ``Kind/NAME`` or ``NAME:CONTAINER`` mean: without a container the first one."""
    known: dict[tuple[str, str], Container] = {}
    for container in containers:
        item = container.pod.item
        for workload in (item.id, item.name):
            known.setdefault((workload, ""), container)
            known.setdefault((workload, container.name), container)
    seats: dict[str, Seat] = {}
    for service, wanted in given.items():
        workload, _, name = wanted.partition(":")
        if wanted and (workload, name) not in known:
            names = dict.fromkeys(container.pod.item.name for container in containers)
            raise InputError.of(
                "unknown-workload", f"--match {service}={wanted}: there is no such container", fix=nearest(workload, names)
            )
        if wanted:
            seats[service] = Seat(known[workload, name], "given")
    return seats


class _Pass(NamedTuple):
    """One way to recognise each other: a key that a service and its container have in common."""

    how: str
    of_service: Callable[[str], object]
    of_container: Callable[[Container], object]


def _passes(docker: DockerSide, project: str) -> tuple[_Pass, ...]:
    def image(service: str) -> str:
        return str(docker.contracts[service].facts[Aspect.IMAGE, ""].value).removesuffix(", built locally")

    def repository(reference: str) -> str:
        return reference.partition("@")[0].rpartition(":")[0].rpartition("/")[2]

    def ports(service: str) -> tuple[int, ...]:
        return tuple(sorted(port for port, _ in docker.network.ports[service]))

    return (
        _Pass("name", plain, lambda c: plain(c.name) if c.name == c.pod.item.name else None),
        _Pass("name", plain, lambda c: plain(c.pod.item.name) if _leads(c) else None),
        _Pass("name", plain, lambda c: plain(c.name)),
        _Pass("name", lambda s: plain(s, project), lambda c: plain(c.pod.item.name, project) if _leads(c) else None),
        _Pass("name", lambda s: plain(s, project), lambda c: plain(c.name, project)),
        _Pass("image", image, lambda c: normalized(c.image)),
        _Pass("image", lambda s: repository(image(s)), lambda c: repository(normalized(c.image))),
        _Pass("ports", lambda s: ports(s) or None, lambda c: _ports(c) or None),
    )


def _pair(seats: dict[str, Seat], rest: list[str], free: dict[int, Container], by: _Pass) -> None:
    """Seat every service whose key exactly one free service and one free container have."""
    by_key: dict[object, list[Container]] = {}
    for container in free.values():
        if container.role != "sidecar" or by.how == "name":
            key = by.of_container(container)
            if key is not None:
                by_key.setdefault(key, []).append(container)
    wanted: dict[object, list[str]] = {}
    for service in rest:
        if service not in seats and (key := by.of_service(service)) is not None:
            wanted.setdefault(key, []).append(service)
    for key, services in wanted.items():
        found = [container for container in by_key.get(key, ()) if id(container) in free]
        mains = [container for container in found if container.role == "main"] or found
        if len(services) == 1 and (len(mains) == 1 or (by.how == "name" and mains)):
            seats[services[0]] = Seat(mains[0], by.how)
            del free[id(mains[0])]


def plain(name: str, project: str = "") -> str:
    """A name without what people add to it: case, underscores, the project's name in front, the kind at the end."""
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if project:
        found = found.removeprefix(f"{project}-") or found
        found = _SUFFIX.sub("", found) or found
    return found


def _leads(container: Container) -> bool:
    """Whether a container is the one that a workload's name means: its first main container."""
    return container.pod.containers[0] is container


def _ports(container: Container) -> tuple[int, ...]:
    numbers = (text(port, "containerPort") for port in items(container.node, "ports"))
    return tuple(sorted(int(number) for number in numbers if number.isdecimal()))
