"""Which controller runs a service, and which services share a pod: rules over the whole project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.mapping.datafolders import owned_folders
from compose2qt.mapping.labels import KINDS, text_asked
from compose2qt.source import Mapping, Scalar, Sequence, leaves
from compose2qt.workload import Kind, OriginKind, assumed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.compose import Project, Service
    from compose2qt.mapping.plan import TargetPlan
    from compose2qt.source import Node

_COMPLETED = "service_completed_successfully"
_CONNECTS = "connects"
_HOST = re.compile(r"(?://|@)([A-Za-z0-9][\w.-]*)|(?<![\w./-])([A-Za-z0-9][\w.-]*):\d{2,5}(?![\w.])")
_HOST_KEY = re.compile(r"(?i)(?:^|_)(?:(?!vhost|ghost)[a-z]*host|hostname|server|addr|address|endpoint)\Z")


def text_at(node: Node | None, *path: str) -> str:
    """The scalar at ``path`` as text; empty if there is none."""
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) else None
    return str(node.value) if isinstance(node, Scalar) and node.value is not None else ""


Callers = dict[str, list[str]]
"""The conditions under which others wait for each service; ``_CONNECTS`` where a value of theirs names it as a host."""


def callers(project: Project) -> Callers:
    """How each service is waited for or connected to, over all profiles: so a profile changes no kind."""
    found: Callers = {}
    nodes = [service.node for service in (*project.services.values(), *project.disabled.values())]
    for node in (*nodes, *project.jobs.values()):
        needs = node.get("depends_on")
        for name in needs.entries if isinstance(needs, Mapping) else ():
            found.setdefault(name, []).append(text_at(needs, name, "condition"))
    for name, service in {**project.services, **project.disabled}.items():
        for other in _named(service.node) - {name}:
            if other in project.services or other in project.disabled:
                found.setdefault(other, []).append(_CONNECTS)
    return found


def _named(service: Mapping) -> set[str]:
    """The words of a service's variables and arguments that are surely hosts: in a URL, before a port, under a host's key."""
    found: set[str] = set()
    for attribute in ("environment", "command", "entrypoint"):
        for path, leaf in leaves(part) if (part := service.get(attribute)) else ():
            value = leaf.value if isinstance(leaf, Scalar) else None
            if isinstance(value, str):
                found.update(part for match in _HOST.finditer(value) for part in match.groups() if part)
                if path and _HOST_KEY.search(str(path[-1])):
                    found.add(value)
    return found


def kind_of(service: Service, callers: Callers) -> tuple[Kind, str]:
    """The controller of a service, and the rule that chose it."""
    node = service.node
    asked = KINDS.get(text_asked(node, "kompose.controller.type").lower())
    if asked is not None:
        return asked, "kompose.controller.type says so"
    if text_asked(node, "kompose.cronjob.schedule"):
        return Kind.CRON_JOB, "kompose.cronjob.schedule says when it runs"
    mode = text_at(node, "deploy", "mode")
    if mode in ("replicated-job", "global-job"):
        return Kind.JOB, f"deploy.mode is {mode}"
    if mode == "global":
        return Kind.DAEMON_SET, "deploy.mode is global"
    if _owns_data(service) and node.get("hostname") is None:
        return Kind.STATEFUL_SET, "a known datastore with a volume for its data"
    conditions = callers.get(service.name, [])
    is_called = "service_started" in conditions or "service_healthy" in conditions
    if _COMPLETED in conditions and not is_called:
        return Kind.JOB, "others wait for its end"
    deploy = node.get("deploy")
    policy = deploy.get("restart_policy") if isinstance(deploy, Mapping) else None
    restart = (text_at(node, "restart") if policy is None else text_at(policy, "condition")).partition(":")[0]
    answers = any(node.get(key) for key in ("ports", "expose", "healthcheck"))
    if restart in ("no", "on-failure", "none") and not answers and not is_called and _CONNECTS not in conditions:
        return Kind.JOB, "it ends and nobody calls it"
    return Kind.DEPLOYMENT, "a service"


def _owns_data(service: Service) -> bool:
    folders = owned_folders(service.node)
    volumes = service.node.get("volumes")
    for volume in volumes.items if isinstance(volumes, Sequence) else ():
        if isinstance(volume, Mapping) and text_at(volume, "type") == "volume" and text_at(volume, "source"):
            path = text_at(volume, "target").rstrip("/")
            if any(path == folder or path.startswith(f"{folder}/") or folder.startswith(f"{path}/") for folder in folders):
                return True
    return False


def arranged(targets: tuple[TargetPlan, ...], project: Project) -> tuple[TargetPlan, ...]:
    """``targets`` with those that share a pod: what one service alone waits for, and what shares a network.

    A target whose kind the mapping fixes, or that several services make up, stays as it is.
    """
    owners = _owners(targets, project)
    joined = _of_one_platform(tuple(_beside(target, owners, project) for target in targets), project)
    leads = _init_of(joined, project)
    return tuple(
        replace(one, init_of=leads[one.name], kind=assumed(Kind.JOB, f"only {leads[one.name]} waits for its end"))
        if one.name in leads
        else one
        for one in joined
    )


def _is_fixed(target: TargetPlan) -> bool:
    return target.kind is not None and any(origin.kind is OriginKind.MAPPING for origin in target.kind.origins)


def _node(target: TargetPlan, project: Project) -> Mapping | None:
    source = target.sources[0] if len(target.sources) == 1 else ""
    service = project.services.get(source)
    return project.jobs.get(source) if target.section == "jobs" else service.node if service else None


def _owners(targets: Iterable[TargetPlan], project: Project) -> dict[tuple[str, str], TargetPlan]:
    """Targets by what ``network_mode`` may call them: (``service``, name) or (``container``, container name)."""
    found: dict[tuple[str, str], TargetPlan] = {}
    for target in targets:
        for source in target.sources if target.section == "services" else ():
            found["service", source] = target
            service = project.services.get(source)
            if service is not None and (name := text_at(service.node, "container_name")):
                found["container", name] = target
    return found


def _beside(target: TargetPlan, owners: dict[tuple[str, str], TargetPlan], project: Project) -> TargetPlan:
    """``target`` in the pod of the service whose network it shares; what has a schedule has pods of its own."""
    mode, _, other = text_at(_node(target, project), "network_mode").partition(":")
    is_alone = _is_fixed(target) or target.section == "jobs" or (target.kind and target.kind.value is Kind.CRON_JOB)
    peer = None if is_alone else owners.get((mode, other))
    if peer is not None and not _leads_to(peer, target, owners, project):
        return replace(target, beside=peer.name)
    return target


def _of_one_platform(targets: tuple[TargetPlan, ...], project: Project) -> tuple[TargetPlan, ...]:
    """``targets``; one that wants another platform than the pod whose network it shares has a pod of its own."""
    hosts = {one.name: one.beside for one in targets}
    found: dict[str, str] = {}
    for one in sorted(targets, key=lambda one: bool(one.beside)):
        pod, wanted = one.name, _platform(one, project)
        while hosts.get(pod):
            pod = hosts[pod]
        if wanted and found.setdefault(pod, wanted) != wanted:
            hosts[one.name] = ""
    return tuple(one if hosts[one.name] == one.beside else replace(one, beside="") for one in targets)


def _platform(target: TargetPlan, project: Project) -> str:
    """The system and architecture that it must run on; empty: any."""
    wanted = text_at(_node(target, project), "platform").lower()
    return "/".join((wanted if "/" in wanted else f"linux/{wanted}").split("/")[:2]) if wanted else ""


def _runs_once(target: TargetPlan, project: Project) -> bool:
    """Whether Compose runs one container of it: an init container can neither be left out nor run several times."""
    node = _node(target, project)
    return {text_at(node, "deploy", "replicas"), text_at(node, "scale")} <= {"", "1"}


def _is_scheduled(target: TargetPlan, project: Project) -> bool:
    """Whether it runs by a schedule of its own."""
    node = _node(target, project)
    triggers = node.get("triggers") if node is not None else None
    is_timed = isinstance(triggers, Mapping) and triggers.get("schedule") is not None
    return is_timed or bool(text_asked(node, "kompose.cronjob.schedule"))


def _init_of(targets: tuple[TargetPlan, ...], project: Project) -> dict[str, str]:
    """For each target that runs to an end before one pod alone: the target of that pod.

    Several may wait for it if they all run in that pod. One whose pod others share, that has a schedule, that runs several
    times or on another platform than the rest of the pod needs a pod of its own.
    """
    waiters, waited = _waiters(targets, project), callers(project)
    hosts = {one.beside for one in targets}
    ends = [
        one
        for one in targets
        if one.kind is not None
        and one.kind.value in (Kind.JOB, Kind.CRON_JOB)
        and len(one.sources) == 1
        and not (_is_fixed(one) or one.beside or one.name in hosts or _is_scheduled(one, project))
        and _runs_once(one, project)
        and 0 < len(waiters.get(one.name, ())) == waited.get(one.sources[0], []).count(_COMPLETED)
    ]
    besides = {one.name: one.beside for one in targets if one.beside}
    found: dict[str, str] = {}

    def pod_of(name: str) -> str:
        while (lead := found.get(name) or besides.get(name)) is not None:
            name = lead
        return name

    def fits(one: TargetPlan, pod: str) -> bool:
        wanted = _platform(one, project)
        return not wanted or all(_platform(mate, project) in ("", wanted) for mate in targets if pod_of(mate.name) == pod)

    changed = True
    while changed:
        changed = False
        for one in ends:
            pods = {pod_of(waiter) for waiter in waiters[one.name]}
            if one.name not in found and len(pods) == 1 and fits(one, *pods):
                found[one.name] = pods.pop()
                changed = True
    return found


def _leads_to(start: TargetPlan, end: TargetPlan, owners: dict[tuple[str, str], TargetPlan], project: Project) -> bool:
    """Whether ``start`` shares, step by step, the pod of ``end``: a circle that nothing can run in."""
    seen: set[str] = set()
    pending = [start]
    while pending:
        target = pending.pop()
        if target.name == end.name:
            return True
        if target.name in seen:
            continue
        seen.add(target.name)
        node = _node(target, project)
        mode, _, other = text_at(node, "network_mode").partition(":")
        if (mode, other) in owners:
            pending.append(owners[mode, other])
    return False


def _waiters(targets: Iterable[TargetPlan], project: Project) -> dict[str, list[str]]:
    """The targets that wait until another has ended, by the other's name."""
    targets = tuple(targets)
    by_source = {(target.section, source): target.name for target in targets for source in target.sources}
    found: dict[str, list[str]] = {}
    for target in targets:
        for awaited in _completed(target, project):
            name = by_source.get((target.section, awaited)) or by_source.get(("services", awaited))
            if name is not None and name != target.name and target.name not in found.setdefault(name, []):
                found[name].append(target.name)
    return found


def _completed(target: TargetPlan, project: Project) -> Iterator[str]:
    for source in target.sources:
        needs = _source_node(target, source, project)
        for name in needs.entries if isinstance(needs, Mapping) else ():
            if text_at(needs, name, "condition") == _COMPLETED:
                yield name


def _source_node(target: TargetPlan, source: str, project: Project) -> Node | None:
    service = project.services.get(source)
    node = project.jobs.get(source) if target.section == "jobs" else service.node if service else None
    return node.get("depends_on") if node is not None else None
