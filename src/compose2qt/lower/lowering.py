"""From project and plan to the target model: the order in which everything is decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import compose2qt.lower.attributes  # noqa: F401 - importing the units registers them
from compose2qt.lower import network
from compose2qt.lower.assemble import container, image, workload
from compose2qt.lower.engine import Draft, draft
from compose2qt.lower.environment import Placement, Variables, service_name
from compose2qt.lower.fields import BUILD_CONTEXT, ENVIRONMENT, IMAGE, PORTS, VOLUMES, WAITS
from compose2qt.lower.merging import merged, overrule
from compose2qt.lower.references import find, follow
from compose2qt.lower.registry import ServicePlan
from compose2qt.lower.resources import consumed, section_losses, volume_spans
from compose2qt.lower.shapes import ClaimUse, VolumeUse
from compose2qt.lower.storage import Shelf
from compose2qt.mapping.plan import Host
from compose2qt.source import spans
from compose2qt.workload import Application, Claim, Decision, Loss, Origin, OriginKind, Traced, Workload, assumed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.compose import Project
    from compose2qt.diagnostic import Collector
    from compose2qt.lower.storage import Storage
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.source import Span
    from compose2qt.source.disk import Disk


@dataclass(frozen=True, slots=True)
class Lowered:
    """The target model, and the outcomes of the leaves that are not in it."""

    application: Application
    losses: tuple[Loss, ...]
    decisions: tuple[Decision, ...]
    consumed: dict[Span, str]


def lower(project: Project, plan: Plan, disk: Disk, collector: Collector) -> Lowered:
    """Run every unit, then place environment, storage, names and waits over all targets."""
    drafts: dict[str, Draft] = {}
    decisions = list(_dropped(project, plan))
    for target in plan.targets:
        services = [project.services[name] for name in target.sources if name in project.services]
        parts = [draft(ServicePlan(service, target, plan, project, disk), collector) for service in services]
        drafts[target.name], found = merged(parts, target, collector)
        decisions += found + overrule(drafts[target.name], services, target)
    return _Lowering(project, plan, drafts, decisions).result()


def _dropped(project: Project, plan: Plan) -> Iterator[Decision]:
    """The leaves of services that are left out, but for those that a kept one has too (by an anchor)."""
    kept = {span for target in plan.targets for name in target.sources for span in _leaves(project, name)}
    for name, origin in plan.dropped.items():
        for span in _leaves(project, name):
            if span not in kept:
                yield Decision(span, origin.reason, origin.span)


def _leaves(project: Project, name: str) -> tuple[Span, ...]:
    service = project.services.get(name) or project.disabled.get(name)
    return spans(service.node) if service else ()


class _Lowering:
    """The joint decisions over all targets."""

    def __init__(self, project: Project, plan: Plan, drafts: dict[str, Draft], decisions: list[Decision]) -> None:
        self.project, self.plan, self.drafts, self.decisions = project, plan, drafts, decisions
        self.by_source = {source: target for target in plan.targets for source in target.sources}
        self.by_name = {target.name: target for target in plan.targets}
        self.shelf = Shelf()
        self.losses: list[Loss] = []

    def result(self) -> Lowered:
        variables = {target.name: self._variables(target) for target in self.plan.targets}
        placement = Placement(self.plan, variables)
        environments = placement.place()
        storages = {target.name: self._storage(target) for target in self.plan.targets}
        colocated = self._colocated()
        waits = {target.name: tuple(self._waits(target)) for target in self.plan.targets}
        awaited = {peer.name for found in waits.values() for peer, _ in found}
        referred = network.referred_ports(self.plan, variables)
        workloads: list[Workload] = []
        taken: set[str] = {service_name(target) for target in self.plan.targets}
        for target in self.plan.targets:
            own = self.drafts[target.name]
            name = service_name(target)
            ports = network.container_ports(target, own, image(target, own).value, referred.get(name, ()))
            services = network.endpoints(target, own, ports, awaited=target.name in awaited, reached=name in referred)
            services = tuple(one for one in services if one.name == name or one.name not in taken)
            taken.update(one.name for one in services)
            main = container(target, own, environments[target.name], storages[target.name], ports)
            workloads.append(
                workload(
                    target,
                    own,
                    main,
                    storages[target.name],
                    waits=waits[target.name],
                    services=services,
                    colocate=colocated.get(target.name),
                    plan=self.plan,
                )
            )
        application = Application(
            self.plan.name,
            self.plan.namespace,
            self.plan.labels,
            tuple(workloads),
            (*placement.config_maps(), *self.shelf.config_maps.values()),
            (*placement.secrets(), *self.shelf.secrets.values()),
            tuple(self._claims()),
            self.plan.routes,
            tuple(self._builds()),
            tuple(self._published()),
            self._compose_file(),
            self.plan.mapping_file,
            self.plan.kubernetes,
            self.plan.guide,
        )
        losses = [loss for own in self.drafts.values() for loss in own.losses]
        used = {span: why for own in self.drafts.values() for span, why in own.used.items()}
        return Lowered(
            application,
            (*losses, *self.losses, *section_losses(self.project)),
            tuple(self.decisions),
            {**consumed(self.project), **used},
        )

    # Environment ----------------------------------------------------------------------------------------------

    def _variables(self, target: TargetPlan) -> Variables:
        """The target's variables with references followed; those that the mapping sets or drops become decisions."""
        fixed = {name: traced.origins[0] for name, traced in target.env if traced.origins}
        dropped = {name: origin for shared in self.plan.shared for name, origin in shared.dropped}
        found: Variables = {}
        for traced in self.drafts[target.name].all(ENVIRONMENT):
            name, value = traced.value
            decided = fixed.get(name) or dropped.get(name)
            if decided is not None:
                self._decide(traced.origins, decided)
            else:
                self.losses += self._left_out(name, value, traced.origins, target)
                followed = follow(value, self.plan.hosts, name)
                note = "" if followed == value else "host renamed"
                found[name] = Traced(followed, traced.origins, note)
        return found

    def _left_out(self, name: str, value: str, origins: tuple[Origin, ...], target: TargetPlan) -> Iterator[Loss]:
        """References to services that the mapping drops: nothing answers there."""
        gone = {service: Host(service) for service in self.plan.dropped if service not in self.plan.hosts}
        for reference in find(value, gone, name) if gone else ():
            for origin in origins:
                if origin.span:
                    yield Loss(
                        "environment.host-left-out",
                        origin.span,
                        f"{name} refers to {reference.host}, which the mapping leaves out",
                        f"set {name} in the mapping, or convert {reference.host}",
                        target.name,
                    )

    def _decide(self, origins: tuple[Origin, ...], decided: Origin) -> None:
        self.decisions += [Decision(origin.span, decided.reason, decided.span) for origin in origins if origin.span]

    # Storage --------------------------------------------------------------------------------------------------

    def _storage(self, target: TargetPlan) -> Storage:
        uses = self.drafts[target.name].all(VOLUMES)
        if target.mounts is not None:
            planned = tuple(
                mount.map(lambda m: VolumeUse(m.path, ClaimUse(m.claim), m.read_only, m.sub_path)) for mount in target.mounts
            )
            uses = (*(use for use in uses if not isinstance(use.value.source, ClaimUse)), *planned)
        return self.shelf.store(target, uses, self.plan)

    def _claims(self) -> Iterator[Claim]:
        """The claims, with the leaf that declares the Compose volume among their origins."""
        for claim in self.shelf.finished_claims(self.plan):
            declared = [old for old, new in self.plan.volumes.items() if new.value == claim.name] or [claim.name]
            origins = tuple(
                Origin(OriginKind.SOURCE, span) for volume in declared for span in volume_spans(self.project, volume)
            )
            yield replace(claim, size=Traced(claim.size.value, claim.size.origins + origins, claim.size.note))

    def _colocated(self) -> dict[str, Traced[str]]:
        """Targets that share claims of one node, with the label value that binds them: one for all that are linked by any."""
        group: dict[str, str] = {}
        for claim, users in self.shelf.shared_by_one_node().items():
            joined = {group[user] for user in users if user in group}
            name = min(joined, default=claim)
            group.update({user: name for user, old in group.items() if old in joined} | dict.fromkeys(users, name))
        return {
            user: assumed(name, f"shares the claim {name}", f"pods that share {name} need one node")
            for user, name in group.items()
        }

    # Start-up -------------------------------------------------------------------------------------------------

    def _waits(self, target: TargetPlan) -> Iterator[tuple[TargetPlan, Traced[object]]]:
        """The targets that ``target`` waits for, each once, never itself."""
        if target.wait_for is not None:
            for name in target.wait_for:
                yield self.by_name[name.value], name.map(lambda value: value)
            return
        seen = {target.name}
        for wait in self.drafts[target.name].all(WAITS):
            peer = self.by_source.get(wait.value.service)
            if peer is not None and peer.name not in seen:
                seen.add(peer.name)
                yield peer, wait.map(lambda w: w)

    # For people -----------------------------------------------------------------------------------------------

    def _compose_file(self) -> str:
        first = next((document.file for document in self.project.documents if document.kind == "compose"), "")
        return first if first in ("", "stdin") else self.project.relative(first)

    def _builds(self) -> Iterator[tuple[str, str]]:
        for target in self.plan.targets:
            own = self.drafts[target.name]
            context = own.one(BUILD_CONTEXT)
            if context is not None and target.image is None:
                named = own.one(IMAGE)
                yield (named.value if named else target.name), context.value

    def _published(self) -> Iterator[tuple[str, str, int]]:
        for target in self.plan.targets:
            for use in self.drafts[target.name].all(PORTS):
                if use.value.published:
                    yield target.name, use.value.published, use.value.number
