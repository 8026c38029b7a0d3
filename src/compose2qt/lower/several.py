"""What concerns several workloads together: names and claims that they share, and a job that has several schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.lower import network
from compose2qt.mapping.infer import shortened
from compose2qt.workload import Kind, Workload, assumed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from compose2qt.lower.shapes import Timing
    from compose2qt.lower.storage import Shelf
    from compose2qt.workload import ContainerPort, Traced


def with_shared_names(
    made: list[Workload], aliases: Mapping[str, Mapping[str, Traced[str]]], ports: Mapping[str, Sequence[Traced[ContainerPort]]]
) -> list[Workload]:
    """The Services of names that several workloads share, each beside one of them that is applied."""
    by_name = {workload.name: index for index, workload in enumerate(made)}
    for alias, users in aliases.items():
        if len(users) < 2:
            continue
        owners = [by_name[user] for user in users if user in by_name]
        first = next((index for index in owners if not made[index].blocked), owners[0] if owners else None)
        if first is not None:
            every = (port for user in users for port in ports[user])
            endpoint = network.shared_endpoint(alias, users, every)
            made[first] = replace(made[first], endpoints=(*made[first].endpoints, endpoint))
    return made


def colocation(made: Iterable[Workload], shelf: Shelf) -> dict[str, Traced[str]]:
    """Workloads that share a claim of one node, with the label value that binds them to it."""
    replicas = {one.name: _most(one) for one in made}
    found: dict[str, Traced[str]] = {}
    for claim, users in _groups(shelf.on_one_node(replicas)).items():
        for user in users:
            found[user] = assumed(claim, f"shares the claim {claim}", f"pods that share {claim} need one node")
    return found


def scheduled(workload: Workload, timings: Sequence[Traced[Timing]]) -> Iterator[Workload]:
    """``workload`` for each of its schedules."""
    if workload.kind is not Kind.CRON_JOB or not timings:
        yield workload
        return
    for number, timing in enumerate(timings, 1):
        one = timing.value
        yield replace(
            workload,
            name=workload.name if number == 1 else f"{shortened(workload.name, 49)}-{number}",
            endpoints=workload.endpoints if number == 1 else (),
            schedule=timing.part("cron", one.cron),
            time_zone=timing.part("time_zone", one.time_zone) if one.time_zone else None,
            concurrency=timing.part("concurrency", one.concurrency) if one.concurrency else None,
        )


def _most(workload: Workload) -> int:
    """The largest number of its pods."""
    if workload.autoscale is not None:
        return workload.autoscale.value.maximum
    return workload.replicas.value if workload.replicas else 1


def _groups(shared: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Workloads joined by claims, directly or over others: all of a group need one node. Named by their first claim."""
    leader: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for claim, users in shared.items():
        joined = dict.fromkeys(leader[user] for user in users if user in leader)
        members = list(dict.fromkeys([*(one for name in joined for one in groups.pop(name)), *users]))
        name = next(iter(joined), claim)
        groups[name] = members
        leader.update(dict.fromkeys(members, name))
    return groups
