"""The plan of a project without a mapping: safe choices by rule, each reported."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.kube.names import MAX_LABEL, RESERVED_SERVICES, is_label, is_service_name
from compose2qt.mapping.kinds import Callers, arranged, callers, kind_of, text_at
from compose2qt.mapping.labels import asked, text_asked
from compose2qt.mapping.plan import Host, Plan, TargetPlan
from compose2qt.source import Mapping, Scalar, Sequence, spans
from compose2qt.workload import (
    Claim,
    Kind,
    Origin,
    OriginKind,
    Quantity,
    Route,
    RoutePath,
    Traced,
    assumed,
    sourced,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Lookup

    from compose2qt.compose import Project, Service
    from compose2qt.source import Node

_ORIGIN = Origin(OriginKind.DEFAULT, None, "one workload for each service")
_DEFAULT_SIZE = Quantity.parse("1Gi")
NAME_LABEL = "app.kubernetes.io/name"
_MAX_NEW = 52
# Pods of a StatefulSet carry its name with a hash as a label; a CronJob's name leaves room for the time of its runs.
_MAX_NAMES = {Kind.STATEFUL_SET: 52, Kind.CRON_JOB: 52, Kind.JOB: 52}
UNNAMED = "application"
"""What a project is called whose name nobody gave."""


def infer(project: Project) -> Plan:
    """The plan of ``project`` by the default table of DESIGN section 5. Names are decided over all profiles."""
    names = unique_names({**project.services, **project.disabled}, RESERVED_SERVICES)
    waited = callers(project)
    run = {name: service for name, service in project.services.items() if is_run(service)}
    targets = tuple(target(service, names[name], waited) for name, service in run.items())
    volumes = {name: assumed(legal, "the volume's name") for name, legal in unique_names(project.volumes).items()}
    # The folder's name is no part of the input: a copy of the project elsewhere must give the same tree.
    labels = (("app.kubernetes.io/part-of", label_value(project.name)),) if project.named else ()
    of_jobs = tuple(jobs(project, names.values()))
    lead = {one.sources[0]: Host(one.service.value if one.service else one.name) for one in targets}
    return Plan(
        project.name if project.named else UNNAMED,
        arranged((*targets, *of_jobs), project),
        labels=labels,
        hosts={**hosts_of_jobs(of_jobs, project), **hosts(project, lead)},
        claims=tuple(claims(targets, project, volumes)),
        volumes=volumes,
        routes=tuple(routes(targets, project)),
    )


def is_run(service: Service) -> bool:
    """Whether a container runs it: a ``provider`` is a program outside of Compose."""
    return service.node.get("provider") is None


def target(service: Service, name: str, waited: Callers) -> TargetPlan:
    """The target of one service under the legal name ``name``."""
    kind, why = kind_of(service, waited)
    short = shortened(name, _MAX_NAMES.get(kind, MAX_LABEL))
    given = text_at(service.node, "labels", "kompose.service.name_override")
    named = given if is_service_name(given) else name if short != name else ""
    return TargetPlan(
        short,
        (service.name,),
        _ORIGIN,
        service=assumed(named, "the name that others use") if named else None,
        kind=assumed(kind, why),
        labels=((NAME_LABEL, short),),
        selector=((NAME_LABEL, short),),
        folder=short if kind is Kind.STATEFUL_SET else "services",
    )


def jobs(project: Project, reserved: Iterable[str]) -> Iterator[TargetPlan]:
    """A target for each of the project's jobs: a CronJob, suspended if it has no schedule, so that applying starts nothing."""
    for name, legal in unique_names(project.jobs, reserved).items():
        short = shortened(legal, _MAX_NAMES[Kind.CRON_JOB])
        yield TargetPlan(
            short,
            (name,),
            _ORIGIN,
            kind=assumed(Kind.CRON_JOB, "a job of the Compose file"),
            labels=((NAME_LABEL, short),),
            selector=((NAME_LABEL, short),),
            section="jobs",
        )


def routes(targets: Iterable[TargetPlan], project: Project) -> Iterator[Route]:
    """The Ingresses that labels of kompose ask for: to the first port of their service."""
    for one in targets:
        service = project.services.get(one.sources[0]) if len(one.sources) == 1 else None
        node = service.node if service else None
        label, port = asked(node, "kompose.service.expose"), _first_port(one, node)
        if node is not None and label is not None and port and str(label.value).lower() != "false":
            yield from _routes(one, label, node, port)


def _routes(one: TargetPlan, label: Scalar, node: Mapping, port: int) -> Iterator[Route]:
    service = one.service.value if one.service else one.name
    tls = asked(node, "kompose.service.expose.tls-secret")
    secret = sourced(str(tls.value), spans(tls)) if tls is not None else None
    class_name = text_asked(node, "kompose.service.expose.ingress-class-name") or None
    for number, place in enumerate(str(label.value).split(","), 1):
        host, _, path = place.strip().partition("/")
        name = one.name if number == 1 else f"{one.name}-{number}"
        route = sourced(RoutePath(f"/{path}", service, port), spans(label))
        yield Route(name, "" if host.lower() == "true" else host, class_name, (route,), tls_secret=secret)


def _first_port(target: TargetPlan, node: Mapping | None) -> int | None:
    if target.ports is not None:
        return next((port.value.port for port in target.ports), None)
    ports = node.get("ports") if node else None
    for port in ports.items if isinstance(ports, Sequence) else ():
        number = text_at(port, "target")
        return int(number) if number.isdecimal() else None
    return None


def unique_names(given: Iterable[str], reserved: Iterable[str] = ()) -> dict[str, str]:
    """A legal name (a DNS label that begins with a letter) for each given one, unique and none of the ``reserved``.

    Legal ones stay as they are.
    """
    given, taken = tuple(given), set(reserved)
    found = {name: name for name in given if is_label(name) and name not in taken}
    taken |= found.keys()
    for name in given:
        if name in found:
            continue
        base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "service"
        base = shortened(base if base[0].isalpha() else f"s-{base}", _MAX_NEW)
        candidate, count = base, 2
        while candidate in taken:
            candidate, count = f"{base}-{count}", count + 1
        found[name] = candidate
        taken.add(candidate)
    return found


def shortened(name: str, limit: int) -> str:
    """``name`` within ``limit`` characters: a longer one ends in a hash, so that two long names stay apart."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: limit - 7].rstrip('-')}-{digest}"


def label_value(text: str) -> str:
    """``text`` as a label's value: at most 63 characters, alphanumeric at both ends."""
    return re.sub(r"[^-A-Za-z0-9_.]", "-", text)[:63].strip("-_.")


def hosts(project: Project, lead: Lookup[str, Host]) -> dict[str, Host]:
    """Every name under which Docker would reach a service of ``lead``, and where it leads now.

    An alias that no Service can have leads to its service; if several services share it, to a Service of a similar name.
    """
    aliases = {name: _aliases(project.services[name].node) for name in lead}
    users = Counter(alias for own in aliases.values() for alias in dict.fromkeys(own))
    names = {*lead, *RESERVED_SERVICES, *(host.service for host in lead.values()), *users}
    shared = unique_names((alias for alias in users if users[alias] > 1 and not is_service_name(alias)), names)
    found = dict(lead)
    for name, host in lead.items():
        for other in _other_names(project.services[name], aliases[name]) if _has_network(project.services[name]) else ():
            is_own = other in aliases[name] and (is_service_name(other) or other in shared)
            found.setdefault(other, replace(host, service=shared.get(other, other)) if is_own else host)
    for name, host in lead.items():
        for other in _unstated_names(project.services[name], project) if _has_network(project.services[name]) else ():
            found.setdefault(other, host)
    return {**{name.lower(): host for name, host in found.items()}, **found}  # DNS knows no case


def _has_network(service: Service) -> bool:
    """Whether Docker's DNS knows it: one without a network, or in that of another, has no names."""
    networks = service.node.get("networks")
    return isinstance(networks, Mapping) and bool(networks.entries)


def hosts_of_jobs(targets: Iterable[TargetPlan], project: Project) -> dict[str, Host]:
    """The names of jobs, in lower case too, and those of their other names that no Service can have: where they lead."""
    found: dict[str, Host] = {}
    for one in targets:
        for source in one.sources:
            node = project.jobs[source]
            others = (*_aliases(node), text_at(node, "container_name"), text_at(node, "hostname"))
            illegal = (name for name in others if name and not is_service_name(name))
            found |= dict.fromkeys((source.lower(), source, *illegal), Host(one.name))
    return found


def _other_names(service: Service, aliases: Iterable[str]) -> Iterator[str]:
    container_name = service.node.get("container_name")
    if isinstance(container_name, Scalar) and container_name.value:
        yield str(container_name.value)
    yield from aliases
    hostname = service.node.get("hostname")
    if isinstance(hostname, Scalar) and hostname.value:
        yield str(hostname.value)


def _unstated_names(service: Service, project: Project) -> Iterator[str]:
    """Names that Docker's DNS answers beside those that Compose states: ``name.network``, and that of the first container.

    The container's name begins with the project's: the folder's is no part of the input.
    """
    networks = service.node.get("networks")
    if not isinstance(networks, Mapping):
        return
    container = text_at(service.node, "container_name")
    made = () if container or not project.named else tuple(f"{project.name}{mark}{service.name}{mark}1" for mark in "-_")
    for key in networks.entries:
        network = text_at(project.networks.get(key), "name")
        if network and (project.named or network != f"{project.name}_{key}"):
            yield from (f"{name}.{network}" for name in (service.name, *filter(None, (container, *made[:1]))))
    yield from made


def _aliases(node: Mapping) -> tuple[str, ...]:
    networks = node.get("networks")
    found: list[str] = []
    for network in networks.entries.values() if isinstance(networks, Mapping) else ():
        aliases = network.get("aliases") if isinstance(network, Mapping) else None
        found += _texts(aliases)
    return tuple(found)


def _texts(node: Node | None) -> list[str]:
    return [str(item.value) for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def claims(targets: Iterable[TargetPlan], project: Project, volumes: Lookup[str, Traced[str]]) -> Iterator[Claim]:
    """A claim for each of ``volumes`` that a target or job mounts because Compose says so."""
    names = [name for one in targets if one.mounts is None for name in one.sources]
    services = [project.services[name].node for name in names if name in project.services]
    users: dict[str, Mapping] = {}
    for node in (*services, *project.jobs.values()):
        mounts = node.get("volumes")
        for volume in mounts.items if isinstance(mounts, Sequence) else ():
            if text_at(volume, "type") == "volume":
                users.setdefault(text_at(volume, "source"), node)
    for name, legal in volumes.items():
        if name in users and not _is_mounted_directly(project.volumes[name]):
            yield Claim(
                legal.value,
                _size(project.volumes[name], users[name]),
                assumed("ReadWriteOnce", "one node mounts it"),
                text_asked(users[name], "kompose.volume.storage-class-name") or None,
            )


def _is_mounted_directly(volume: Mapping) -> bool:
    """Whether pods mount the volume without a claim: an NFS folder, memory, or a folder of the host."""
    kind, options = text_at(volume, "driver_opts", "type"), text_at(volume, "driver_opts", "o")
    return kind.startswith("nfs") or kind == "tmpfs" or "bind" in options.split(",")


def _size(volume: Mapping, user: Mapping) -> Traced[Quantity]:
    """The size that a label of kompose gives, of the volume or of its user; else a default that says so."""
    for node in (volume, user):
        label = asked(node, "kompose.volume.size")
        if label is not None:
            return sourced(Quantity.parse(str(label.value)), spans(label))
    return assumed(_DEFAULT_SIZE, "Compose names no size", "assumed: set the size in the mapping")
