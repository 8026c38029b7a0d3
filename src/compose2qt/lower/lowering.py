"""From project and plan to the target model: the order in which everything is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

import compose2qt.lower.attributes  # noqa: F401 - importing the units registers them
from compose2qt.compose import Service
from compose2qt.lower import network, reaching
from compose2qt.lower.attributes.binds import object_name
from compose2qt.lower.attributes.health import checked_by
from compose2qt.lower.concealing import conceal, hide
from compose2qt.lower.dockerfile import dockerfile
from compose2qt.lower.engine import Draft, draft
from compose2qt.lower.environment import Placement, Variables, config_name, secret_name, service_name
from compose2qt.lower.fields import BLOCKED, BUILD, ENVIRONMENT, IMAGE, PORTS, READINESS, VOLUMES
from compose2qt.lower.filemaps import FileMaps
from compose2qt.lower.folders import Folders
from compose2qt.lower.giving import Giving
from compose2qt.lower.images import image_group
from compose2qt.lower.known import known_secrets
from compose2qt.lower.merging import adopt, merged, overrule
from compose2qt.lower.pods import Pods
from compose2qt.lower.policies import isolate
from compose2qt.lower.references import find, follow
from compose2qt.lower.registry import ServicePlan
from compose2qt.lower.sections import consumed, declared, section_losses
from compose2qt.lower.seeding import seeded
from compose2qt.lower.shapes import ClaimUse, FileUse, FolderUse, VolumeUse
from compose2qt.lower.storage import Shelf
from compose2qt.lower.traps import rooted_claims
from compose2qt.mapping.plan import Host, TargetPlan
from compose2qt.source import spans
from compose2qt.workload import Application, Decision, ImageBuild, KnownSecrets, Loss, Origin, OriginKind, Traced, assumed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.compose import Project
    from compose2qt.diagnostic import Collector
    from compose2qt.mapping.plan import Plan
    from compose2qt.source import Span
    from compose2qt.source.disk import Disk
    from compose2qt.workload import Claim, Probe, Route, Workload


class Lowered(Struct, frozen=True):
    """The target model, and the outcomes of the leaves that are not in it."""

    application: Application
    losses: tuple[Loss, ...]
    decisions: tuple[Decision, ...]
    consumed: dict[Span, str]
    known: KnownSecrets = field(default_factory=KnownSecrets)
    """The secret values of the project: nothing that is shown or written may hold one."""
    checks: dict[str, Probe] = field(default_factory=dict)
    """By service: the health check of its Dockerfile, where Compose states none."""
    owners: dict[str, int] = field(default_factory=dict)
    """By service: the group of the user that its image names."""


def lower(project: Project, plan: Plan, disk: Disk, collector: Collector) -> Lowered:
    """Run every unit, then place environment, storage, names and waits over all targets."""
    drafts: dict[str, Draft] = {}
    decisions = list(_dropped(project, plan))
    for target in plan.targets:
        services = list(_sources(project, target))
        parts = [draft(ServicePlan(service, target, plan, project, disk), collector) for service in services]
        drafts[target.name], found = merged(parts, target, collector)
        decisions += found + overrule(drafts[target.name], services, target)
    left = _left(project, plan, disk, collector)
    return _Lowering(project, plan, disk, drafts, decisions=decisions, collector=collector).result(left)


def _sources(project: Project, target: TargetPlan) -> Iterator[Service]:
    for name in target.sources:
        if target.section == "jobs" and name in project.jobs:
            yield Service(name, project.jobs[name])
        elif target.section == "services" and name in project.services:
            yield project.services[name]


def _left(project: Project, plan: Plan, disk: Disk, collector: Collector) -> list[Draft]:
    """Services that become no workload because no container runs them (``provider``): what is lost of them."""
    taken = {name for target in plan.targets if target.section == "services" for name in target.sources} | plan.dropped.keys()
    none = TargetPlan("", (), Origin(OriginKind.DEFAULT))
    return [
        draft(ServicePlan(service, none, plan, project, disk), collector)
        for name, service in project.services.items()
        if name not in taken
    ]


def _dropped(project: Project, plan: Plan) -> Iterator[Decision]:
    """The leaves of services that are left out, but for those that a kept one has too (by an anchor)."""
    targets = plan.targets if plan.dropped else ()
    kept = {span for target in targets for name in target.sources for span in _leaves(project, name)}
    for name, origin in plan.dropped.items():
        for span in _leaves(project, name):
            if span not in kept:
                yield Decision(span, origin.reason, origin.span)


def _leaves(project: Project, name: str) -> tuple[Span, ...]:
    service = project.services.get(name) or project.disabled.get(name)
    return spans(service.node) if service else ()


def _open(routes: Iterable[Route], workloads: Iterable[Workload]) -> Iterator[Route]:
    """The routes to Services that are applied: a workload that waits for a decision has none."""
    applied = {endpoint.name for workload in workloads if not workload.blocked for endpoint in workload.endpoints}
    for route in routes:
        paths = tuple(path for path in route.paths if path.value.service in applied)
        if paths:
            yield replace(route, paths=paths)


class _Lowering:
    """The joint decisions over all targets."""

    def __init__(
        self,
        project: Project,
        plan: Plan,
        disk: Disk,
        drafts: dict[str, Draft],
        *,
        decisions: list[Decision],
        collector: Collector,
    ) -> None:
        self.project, self.plan, self.disk, self.drafts, self.decisions = project, plan, disk, drafts, decisions
        self.collector = collector
        self.checks: dict[str, Probe] = {}
        self.hosts = reaching.Hosts(plan, drafts)
        self.names = network.names(plan, drafts)
        network.tell_apart(project, plan, drafts, self.names)

    def result(self, left: list[Draft]) -> Lowered:
        for target in self.plan.targets:
            self._check(target)
            self._follow(target)
        known, giving = known_secrets(self.project, self.plan, self.drafts), Giving(self.project)
        self.collector.hide(known.redacted)
        for own in self.drafts.values():
            hide(own, known)
        reach = reaching.reach(self.plan, self.project, self.drafts, self.names)
        variables = {target.name: self._variables(target, known, giving) for target in self.plan.targets}
        placement = Placement(self.plan, known, giving, variables)
        environments = placement.place()
        shelf = self._shelf()
        adopt(self.plan, self.drafts)
        pods = Pods(
            self.project, self.plan, self.disk, self.drafts, shelf, self.names, self.hosts, environments, reach, known, giving
        )
        workloads = tuple(pods.workloads())
        self._check_seeds(pods.filled)
        routes = tuple(_open(self.plan.routes, workloads))
        isolation = isolate(self.project, self.plan, workloads, routes)
        application = Application(
            self.plan.name,
            self.plan.namespace,
            self.plan.labels,
            isolation.workloads,
            (*placement.config_maps(), *pods.config_maps, *shelf.files.config_maps.values()),
            tuple(giving.with_variables((*placement.secrets(), *pods.secrets, *shelf.files.secrets.values()))),
            tuple(self._claims(shelf)),
            routes,
            tuple(self._builds()),
            tuple(self._published()),
            self._compose_file(),
            self.plan.mapping_file,
            self.plan.kubernetes,
            self.plan.guide,
            isolation.policies,
        )
        drafts = (*self.drafts.values(), *left)
        losses = [loss for own in drafts for loss in own.losses]
        used = {span: why for own in drafts for span, why in own.used.items()}
        losses += (loss for loss in section_losses(self.project, isolation.networks) if loss.span not in used)
        return Lowered(
            application,
            tuple(replace(loss, reason=known.redacted(loss.reason)) for loss in losses),
            tuple(self.decisions),
            {**consumed(self.project), **used},
            known,
            self.checks,
            {source: group for target in self.plan.targets for source in target.sources if (group := self._owner(target))},
        )

    def _owner(self, target: TargetPlan) -> int | None:
        return image_group(target, self.drafts[target.name])

    def _check(self, target: TargetPlan) -> None:
        """The health check of the Dockerfile that is built, where nobody states another."""
        service = self.project.services.get(target.sources[0]) if len(target.sources) == 1 else None
        is_stated = target.readiness is not None or target.image is not None or target.ends or target.init_of
        if service is None or is_stated or target.section != "services" or service.node.get("healthcheck") is not None:
            return
        own = self.drafts[target.name]
        probe = checked_by(dockerfile(service.node.get("build"), self.disk)) if READINESS not in own.fills else None
        if probe is not None:
            note = "inferred: the HEALTHCHECK of the Dockerfile"
            own.fills[READINESS] = [assumed(probe, "the Dockerfile states it", note)]
            self.checks[service.name] = probe

    def _follow(self, target: TargetPlan) -> None:
        """Lead what is no variable to where services answer now; those are led when they are placed."""
        own, hosts = self.drafts[target.name], self.hosts.of(target)
        reaching.follow_labels(own, hosts)
        reaching.report_undecided(own, hosts, self.collector)
        if VOLUMES in own.fills and (self.hosts.moves or hosts is not self.plan.hosts):
            own.fills[VOLUMES] = list(reaching.followed_uses(own.all(VOLUMES), hosts, self.collector, target))

    # Environment ----------------------------------------------------------------------------------------------

    def _variables(self, target: TargetPlan, known: KnownSecrets, giving: Giving) -> Variables:
        """The target's variables with references followed; those that the mapping sets or drops become decisions."""
        fixed = {name: traced.origins[0] for name, traced in target.env if traced.origins}
        dropped = {name: origin for shared in self.plan.shared for name, origin in shared.dropped}
        hosts = self.hosts.of(target)
        gone = {service: Host(service) for service in self.plan.dropped if service not in self.plan.hosts}
        found: Variables = {}
        for traced in self.drafts[target.name].all(ENVIRONMENT):
            name, value = traced.value
            decided = fixed.get(name) or dropped.get(name)
            if decided is not None:
                self._decide(traced.origins, decided)
            else:
                self._report_left_out(target, traced, gone)
                followed = follow(value, hosts, name)
                note = "" if followed == value else "host renamed"
                found[name] = Traced(followed, traced.origins, note)
        conceal(self.drafts[target.name], found, known, giving)
        return found

    def _report_left_out(self, target: TargetPlan, traced: Traced[tuple[str, str]], gone: dict[str, Host]) -> None:
        """References to services that the mapping drops: nothing answers there."""
        name, value = traced.value
        spans = [origin.span for origin in traced.origins if origin.span]
        for reference in find(value, gone, name) if gone else ():
            self.drafts[target.name].lose("environment", "host-left-out", spans, f"{name} names {reference.host}")

    def _decide(self, origins: tuple[Origin, ...], decided: Origin) -> None:
        self.decisions += [Decision(origin.span, decided.reason, decided.span) for origin in origins if origin.span]

    # Storage --------------------------------------------------------------------------------------------------

    def _shelf(self) -> Shelf:
        """An empty shelf that knows what all targets will ask of it."""
        for target in self.plan.targets:
            if target.mounts is not None:
                own = self.drafts[target.name]
                planned = (
                    mount.map(lambda m: VolumeUse(m.path, ClaimUse(m.claim), m.read_only, m.sub_path))
                    for mount in target.mounts
                )
                kept = (use for use in own.all(VOLUMES) if not isinstance(use.value.source, (ClaimUse, FolderUse)))
                own.fills[VOLUMES] = [*kept, *planned]
        seeded(self.plan, self.drafts)
        maps = {config_name(target) for target in self.plan.targets} | {secret_name(target) for target in self.plan.targets}
        maps |= {shared.name for shared in self.plan.shared}
        every = [use for own in self.drafts.values() for part in (own, *own.inner) for use in part.all(VOLUMES)]
        paths = [use.value.source.path for use in every if isinstance(use.value.source, FolderUse)]
        claims = [claim.value for claim in self.plan.volumes.values()] + [claim.name for claim in self.plan.claims]
        folders = Folders.of(paths, claims)
        return Shelf(
            FileMaps(frozenset(maps), shared=self._shared_files(), common=self.plan.labels),
            folders,
            rooted_claims(self.plan, self.drafts, folders),
            {claim.name: claim for claim in self.plan.claims},
        )

    def _shared_files(self) -> dict[str, str]:
        """The files and folders of the project that several workloads mount, with the names of their maps."""
        users: dict[str, set[str]] = {}
        for name, own in self.drafts.items():
            for use in own.all(VOLUMES):
                if isinstance(use.value.source, FileUse) and use.value.source.source:
                    users.setdefault(use.value.source.source, set()).add(name)
        return {path: object_name(path) for path, names in users.items() if len(names) > 1}

    def _check_seeds(self, filled: set[str]) -> None:
        for claim, target in self.plan.seeds.items():
            if claim not in filled:
                fix = "name a target that mounts it, or remove `seed`"
                span = target.origins[0].span
                self.collector.error("seed-not-mounted", f"{target.value} does not mount the claim {claim}", span, fix)

    def _claims(self, shelf: Shelf) -> Iterator[Claim]:
        """The claims, with the leaf that declares the Compose volume among their origins."""
        replaced: dict[str, list[str]] = {}
        for old, new in self.plan.volumes.items():
            replaced.setdefault(new.value, []).append(old)
        for claim in shelf.finished_claims():
            origins = tuple(
                Origin(OriginKind.SOURCE, span)
                for volume in replaced.get(claim.name, [claim.name])
                for span in declared(self.project, "volumes", volume)
            )
            yield replace(claim, because=claim.because + origins)

    # For people -----------------------------------------------------------------------------------------------

    def _compose_file(self) -> str:
        first = next((document.file for document in self.project.documents if document.kind == "compose"), "")
        return first if first in ("", "stdin") else self.project.relative(first)

    def _builds(self) -> Iterator[ImageBuild]:
        for target in self.plan.targets:
            own = self.drafts[target.name]
            build = own.one(BUILD)
            if build is not None and target.image is None:
                named = own.one(IMAGE)
                yield replace(build.value, image=named.value if named else target.name)

    def _published(self) -> Iterator[tuple[str, str, int]]:
        targets = {target.name: target for target in self.plan.targets}
        for target in self.plan.targets:
            own = self.drafts[target.name]
            for use in own.all(PORTS) if not own.all(BLOCKED) and not target.ends else ():
                if use.value.published and use.value.protocol == "TCP":
                    host_port = use.value.published.partition("-")[0]
                    yield service_name(targets.get(target.beside, target)), host_port, use.value.number
