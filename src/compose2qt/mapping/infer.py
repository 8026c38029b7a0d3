"""The plan of a project without a mapping: safe choices by rule, each reported."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from compose2qt.kube.names import is_label
from compose2qt.mapping.datastores import data_folders
from compose2qt.mapping.plan import Host, Plan, TargetPlan
from compose2qt.source import Mapping, Scalar, Sequence
from compose2qt.workload import Claim, Kind, Origin, OriginKind, Quantity, Traced, assumed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Lookup

    from compose2qt.compose import Project, Service
    from compose2qt.source import Node

_ORIGIN = Origin(OriginKind.DEFAULT, None, "one workload for each service")
_DEFAULT_SIZE = Quantity.parse("1Gi")


def infer(project: Project) -> Plan:
    """The plan of ``project`` by the default table of DESIGN section 5. Names are decided over all profiles."""
    everyone = {**project.services, **project.disabled}
    names = unique_names(everyone)
    targets = tuple(target(service, names[name], everyone.values()) for name, service in project.services.items())
    volumes = {name: assumed(legal, "the volume's name") for name, legal in unique_names(project.volumes).items()}
    return Plan(
        project.name,
        targets,
        labels=(("app.kubernetes.io/part-of", label_value(project.name)),),
        hosts=hosts(project, {name: Host(names[name]) for name in project.services}),
        claims=tuple(_claims(project, volumes)),
        volumes=volumes,
    )


def target(service: Service, name: str, everyone: Iterable[Service]) -> TargetPlan:
    """The target of one service under the legal name ``name``."""
    kind, why = _kind(service, everyone)
    return TargetPlan(
        name,
        (service.name,),
        _ORIGIN,
        kind=assumed(kind, why),
        labels=(("app.kubernetes.io/name", name),),
        selector=(("app.kubernetes.io/name", name),),
        folder=name if kind is Kind.STATEFUL_SET else "services",
    )


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
        base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:56].strip("-") or "service"
        base = base if base[0].isalpha() else f"s-{base}"[:56].strip("-")
        candidate, count = base, 2
        while candidate in taken:
            candidate, count = f"{base}-{count}", count + 1
        found[name] = candidate
        taken.add(candidate)
    return found


def label_value(text: str) -> str:
    """``text`` as a label's value: at most 63 characters, alphanumeric at both ends."""
    return re.sub(r"[^-A-Za-z0-9_.]", "-", text)[:63].strip("-_.")


def hosts(project: Project, lead: Lookup[str, Host]) -> dict[str, Host]:
    """Every name under which Docker would reach a service of ``lead``, and where it leads now."""
    found = dict(lead)
    for name, host in lead.items():
        service = project.services[name]
        for other in _other_names(service):
            found.setdefault(other, replace(host, service=other) if is_label(other) and other in _aliases(service) else host)
    return found


def _other_names(service: Service) -> Iterator[str]:
    container_name = service.node.get("container_name")
    if isinstance(container_name, Scalar) and container_name.value:
        yield str(container_name.value)
    yield from _aliases(service)


def _aliases(service: Service) -> tuple[str, ...]:
    networks = service.node.get("networks")
    found: list[str] = []
    for network in networks.entries.values() if isinstance(networks, Mapping) else ():
        aliases = network.get("aliases") if isinstance(network, Mapping) else None
        found += _texts(aliases)
    return tuple(found)


def _texts(node: Node | None) -> list[str]:
    return [str(item.value) for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def _kind(service: Service, everyone: Iterable[Service]) -> tuple[Kind, str]:
    """The controller of a service, and the rule that chose it."""
    node = service.node
    if _text(node, "deploy", "mode") in ("global", "global-job"):
        return Kind.DAEMON_SET, "deploy.mode is global"
    if _owns_data(service) and node.get("hostname") is None:
        return Kind.STATEFUL_SET, "a known datastore with a volume for its data"
    restart = (_text(node, "restart") or _text(node, "deploy", "restart_policy", "condition")).partition(":")[0]
    answers = any(node.get(key) for key in ("ports", "expose", "healthcheck"))
    if restart in ("no", "on-failure", "none") and not answers and not _is_called(service, everyone):
        return Kind.JOB, "it ends and nobody calls it"
    return Kind.DEPLOYMENT, "a service"


def _owns_data(service: Service) -> bool:
    folders = data_folders(_text(service.node, "image"))
    volumes = service.node.get("volumes")
    for volume in volumes.items if isinstance(volumes, Sequence) else ():
        if isinstance(volume, Mapping) and _text(volume, "type") == "volume" and _text(volume, "source"):
            path = _text(volume, "target").rstrip("/")
            if any(path == folder or path.startswith(f"{folder}/") or folder.startswith(f"{path}/") for folder in folders):
                return True
    return False


def _is_called(service: Service, everyone: Iterable[Service]) -> bool:
    """Whether another service waits for ``service`` as something that goes on running."""
    conditions = [_text(other.node, "depends_on", service.name, "condition") for other in everyone]
    return any(condition in ("service_started", "service_healthy") for condition in conditions)


def _text(node: Node | None, *path: str) -> str:
    """The scalar at ``path`` as text; empty if there is none."""
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) else None
    return str(node.value) if isinstance(node, Scalar) and node.value is not None else ""


def _claims(project: Project, volumes: dict[str, Traced[str]]) -> Iterator[Claim]:
    """A claim for each named volume that a service mounts."""
    used = {
        _text(volume, "source")
        for service in project.services.values()
        if isinstance(mounts := service.node.get("volumes"), Sequence)
        for volume in mounts.items
        if _text(volume, "type") == "volume"
    }
    for name, legal in volumes.items():
        if name in used:
            size = assumed(_DEFAULT_SIZE, "Compose names no size", "assumed: set the size in the mapping")
            yield Claim(legal.value, size, assumed("ReadWriteOnce", "one node mounts it"))
