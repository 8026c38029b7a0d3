"""Workloads from drafts: which containers share a pod, what runs before them, and what a pod waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from compose2qt.lower import network
from compose2qt.lower.argv import escape
from compose2qt.lower.assemble import (
    OF_A_SEED,
    container,
    filling,
    init_container,
    kind,
    merged_equal,
    pod,
    recreate,
    small_container,
    waiting,
)
from compose2qt.lower.concealing import conceal
from compose2qt.lower.dockerfile import dockerfile
from compose2qt.lower.environment import Environment, is_secret
from compose2qt.lower.fields import (
    AUTOSCALE,
    BLOCKED,
    ENVIRONMENT,
    FS_GROUP,
    INITS,
    MIN_READY,
    REPLICAS,
    RETRIES,
    ROLLING,
    SCHEDULE,
    SEEDS,
    VOLUMES,
    WAITS,
)
from compose2qt.lower.images import fs_group, has_closed_files, program, tell_owner
from compose2qt.lower.merging import home
from compose2qt.lower.references import follow
from compose2qt.lower.seeding import SCRIPT, SEED, copy_up
from compose2qt.lower.several import colocation, scheduled, with_shared_names
from compose2qt.lower.shapes import ClaimUse
from compose2qt.lower.waiting import Waiting
from compose2qt.mapping.datastores import keeps_data
from compose2qt.mapping.infer import shortened
from compose2qt.workload import (
    Concealed,
    ConfigMap,
    EnvFrom,
    Kind,
    OriginKind,
    Secret,
    Traced,
    Volume,
    Workload,
    assumed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compose2qt.compose import Project
    from compose2qt.lower.engine import Draft
    from compose2qt.lower.giving import Giving
    from compose2qt.lower.network import Names, Reach
    from compose2qt.lower.reaching import Hosts
    from compose2qt.lower.shapes import VolumeUse
    from compose2qt.lower.storage import Shelf, Storage
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.source.disk import Disk
    from compose2qt.workload import Autoscale, Container, ContainerPort, Endpoint, KnownSecrets, Origin

Ports = tuple[Traced["ContainerPort"], ...]


class Pods(Struct):
    """Makes the workloads of all targets, which know each other."""

    project: Project
    plan: Plan
    disk: Disk
    drafts: Mapping[str, Draft]
    shelf: Shelf
    names: Names
    hosts: Hosts
    environments: Mapping[str, Environment]
    reach: Reach
    known: KnownSecrets
    giving: Giving
    before: dict[str, tuple[Origin, ...]] = field(default_factory=dict)
    """Why a target runs before others in their pod: the leaves that wait for its end."""
    filled: set[str] = field(default_factory=set)
    """Claims that a container fills before others start."""
    config_maps: list[ConfigMap] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)

    def workloads(self) -> Iterator[Workload]:
        """A workload for each target that has pods of its own; one for each schedule of a job."""
        by_name = {target.name: target for target in self.plan.targets}
        home_of = {target.name: home(target, by_name) for target in self.plan.targets}
        members: dict[str, list[TargetPlan]] = {}
        for target in self.plan.targets:
            members.setdefault(home_of[target.name].name, []).append(target)
        mains = [target for target in self.plan.targets if home_of[target.name] is target]
        ports = {target.name: self._ports(target) for target in self.plan.targets}
        blocked = {main.name: self._blocked(members[main.name]) for main in mains}
        peers = {(one.section, source): one for one in self.plan.targets for source in one.sources}
        start = Waiting(self.plan, self.drafts, by_name, home_of, blocked, peers, self.before)
        waits = {main.name: start.of(main, members[main.name]) for main in mains}
        awaited = {peer.name for found in waits.values() for peer, _ in found}
        early = self.reach.early()
        made: list[Workload] = []
        for main in mains:
            parts = [main, *(one for one in members[main.name] if one is not main)]
            own_ports = tuple(port for one in parts if not one.init_of for port in ports[one.name])
            endpoints = network.endpoints(
                main,
                self.drafts[main.name],
                own_ports,
                self.names,
                reached=main.name in self.reach.reached or kind(main) is Kind.STATEFUL_SET or self._keeps(main),
                early=main.name in early,
                awaited=main.name in awaited,
            )
            made.append(
                self._workload(main, parts, ports, endpoints=endpoints, waits=waits[main.name], blocked=blocked[main.name])
            )
        made = with_shared_names(made, self.names.aliases, ports)
        colocated = colocation(made, self.shelf)
        for workload in made:
            group = colocated.get(workload.name)
            placed = replace(workload, pod=replace(workload.pod, colocate_with=group)) if group else workload
            yield from scheduled(placed, merged_equal(self.drafts[placed.name].all(SCHEDULE)))

    # One workload ---------------------------------------------------------------------------------------------

    def _workload(
        self,
        main: TargetPlan,
        parts: list[TargetPlan],
        ports: Mapping[str, Ports],
        *,
        endpoints: tuple[Endpoint, ...],
        waits: tuple[tuple[TargetPlan, Traced[object]], ...],
        blocked: str,
    ) -> Workload:
        own = self.drafts[main.name]
        volumes: dict[str, Volume] = {}
        containers, inits = self._containers(main, parts, ports, volumes)
        before = [waiting(peer, self.names.ready[peer.name], origins, self.plan.wait_image) for peer, origins in waits]
        before += [self._seed(main, pair, volumes) for part in parts for pair in self.drafts[part.name].all(SEEDS)]
        before += [one for part in parts for one in self._fillings(part, main, volumes)]
        claims = [name for volume in volumes.values() if (name := getattr(volume.source.value, "claim", ""))]
        labels = tuple(
            (f"{network.ALIAS_LABEL}{alias}", self.names.aliases[alias][main.name].map(lambda _: "true"))
            for alias in self.names.shared(main.name)
        )
        made_pod = pod(
            main,
            own,
            tuple(containers),
            (*before, *inits),
            tuple(volumes.values()),
            labels=labels,
            group=self._group(parts, claims),
        )
        controller = kind(main)
        alone = recreate(main, [name for name in claims if self.shelf.is_single(name)])
        if controller is Kind.DAEMON_SET:
            self._tell_each_node(own)
        one_by_one = controller is not Kind.DEPLOYMENT or alone is not None
        if one_by_one and (spans := own.spans(ROLLING, MIN_READY)):
            own.lose("deploy.update_config", "kind", spans)
        rolling = merged_equal(own.all(ROLLING))
        replicas, autoscale = self._scale(main, own, controller)
        return Workload(
            main.name,
            controller,
            replicas,
            made_pod,
            endpoints,
            main.labels,
            main.selector,
            alone,
            main.sources,
            main.folder,
            main.purpose,
            main.origin.reason if main.origin.kind is OriginKind.MAPPING else "",
            blocked,
            retries=own.one(RETRIES),
            autoscale=autoscale,
            rolling=None if one_by_one or not rolling else rolling[0],
            min_ready=None if one_by_one else own.one(MIN_READY),
            section=main.section,
            keeps_data=any(keeps_data(one.image.value) for one in containers),
        )

    def _containers(
        self, main: TargetPlan, parts: list[TargetPlan], ports: Mapping[str, Ports], volumes: dict[str, Volume]
    ) -> tuple[list[Container], list[Container]]:
        """The containers of a pod, and those that run before them; what they mount joins ``volumes``."""
        containers: list[Container] = []
        early: dict[str, list[Container]] = {}
        inits: list[Container] = []
        for part in parts:
            draft = self.drafts[part.name]
            tell_owner(part, draft)
            made = self._container(part, draft, self.environments[part.name], volumes, main, ports=ports[part.name])
            inner = [self._inner(part, one, volumes, main) for one in draft.inner]
            inner += [init_container(use) for use in merged_equal(draft.all(INITS))]
            if part.init_of:
                early[part.name] = [*inner, replace(made, because=self.before.get(part.name, ()))]
            else:
                containers.append(made)
                inits = [*inits, *inner] if part is main else [*inner, *inits]
        one_shots = (early[one.name] for one in self._in_order(parts) if one.init_of)
        inits = [*(container for group in one_shots for container in group), *inits]
        return containers, inits

    def _group(self, parts: Iterable[TargetPlan], claims: Iterable[str]) -> Traced[int] | None:
        """The group that owns the volumes of a pod: that of its first container which needs one."""
        drafts = [(part, self.drafts[part.name]) for part in parts]
        if not any(claims) and not any(has_closed_files(draft) for _, draft in drafts):
            return drafts[0][1].one(FS_GROUP)
        return next((group for part, draft in drafts if (group := fs_group(part, draft)) is not None), None)

    def _tell_each_node(self, own: Draft) -> None:
        """Report the claims of what runs on each node: a claim is mounted by one."""
        kept = (use for use in own.all(VOLUMES) if isinstance(use.value.source, ClaimUse))
        own.lose("volumes", "each-node", dict.fromkeys(one.span for use in kept for one in use.origins if one.span))

    def _scale(self, main: TargetPlan, own: Draft, controller: Kind) -> tuple[Traced[int] | None, Traced[Autoscale] | None]:
        """How many pods run: a number, or an autoscaler, which owns the number then."""
        autoscale = own.one(AUTOSCALE)
        if autoscale is not None and controller not in (Kind.DEPLOYMENT, Kind.STATEFUL_SET):
            own.lose("labels", "no-autoscaler", own.spans(AUTOSCALE), controller.value)
            autoscale = None
        if controller is Kind.DAEMON_SET:
            return None, None
        if autoscale is None:
            return main.replicas or own.one(REPLICAS), None
        own.used.update(dict.fromkeys(own.spans(REPLICAS), "the autoscaler that the labels of kompose ask for says how many"))
        return None, autoscale

    def _container(
        self,
        target: TargetPlan,
        draft: Draft,
        environment: Environment,
        volumes: dict[str, Volume],
        main: TargetPlan,
        *,
        ports: Ports = (),
        name: str = "",
    ) -> Container:
        storage = self._stored(target, draft.all(VOLUMES), volumes, main)
        draft.used.update(dict.fromkeys(storage.covered, "another mount at the same path stands"))
        hosts, local = self.hosts.of(target), self.hosts.local(main)
        one = container(target, draft, environment, storage, ports, hosts=hosts, local=local, name=name)
        return replace(one, readiness=None, liveness=None, ports=()) if target.init_of or name else one

    def _stored(
        self, target: TargetPlan, uses: Iterable[Traced[VolumeUse]], volumes: dict[str, Volume], main: TargetPlan
    ) -> Storage:
        """What a container mounts; its volumes join those of its pod."""
        storage = self.shelf.store(target, uses, main.name)
        for volume in storage.volumes:
            held = volumes.get(volume.name)
            origins = (held.source.origins if held else ()) + volume.source.origins
            volumes[volume.name] = Volume(volume.name, Traced(volume.source.value, origins, volume.source.note))
        return storage

    def _seed(self, main: TargetPlan, pair: Traced[tuple[VolumeUse, VolumeUse]], volumes: dict[str, Volume]) -> Container:
        """An init container that copies files into a claim, where they are not there yet."""
        storage = self._stored(main, [Traced(use, pair.origins) for use in pair.value], volumes, main)
        name = shortened(f"seed-{storage.mounts[1].volume}", 63)
        command: tuple[str, ...] = ("/bin/sh", "-c", escape(SCRIPT))
        made = small_container(name, self.plan.wait_image, Traced(command, pair.origins, pair.note), storage.mounts)
        return replace(made, security=OF_A_SEED)

    def _fillings(self, target: TargetPlan, main: TargetPlan, volumes: dict[str, Volume]) -> Iterator[Container]:
        """Init containers that fill claims with what the image of ``target`` has where it mounts them."""
        draft = self.drafts[target.name]
        for use in draft.all(VOLUMES) if self.plan.seeds else ():
            source = use.value.source
            seed = self.plan.seeds.get(source.claim) if isinstance(source, ClaimUse) else None
            if seed is not None and seed.value == target.name:
                inside = use.map(lambda value: replace(value, path=SEED, read_only=False))
                storage = self._stored(target, [inside], volumes, main)
                command: tuple[str, ...] = ("/bin/sh", "-c", escape(copy_up(use.value.path)))
                name = shortened(f"seed-{storage.mounts[0].volume}", 63)
                self.filled.add(storage.claims[0])
                note = "fills the empty claim with what the image has there, as Docker does"
                yield filling(target, draft, name, Traced(command, seed.origins, note), storage.mounts)

    def _inner(self, target: TargetPlan, draft: Draft, volumes: dict[str, Volume], main: TargetPlan) -> Container:
        """A container that runs before its service: it has an image, a command and maps of its own."""
        name = shortened(draft.service.lower().replace("_", "-").replace(".", "-"), 52)
        environment = self._own_environment(name, draft, target)
        plain = replace(
            target, image=None, command=None, args=None, working_dir=None, resources=None, liveness=None, startup=None
        )
        return self._container(plain, draft, environment, volumes, main, name=name)

    def _own_environment(self, name: str, draft: Draft, target: TargetPlan) -> Environment:
        hosts, found = self.hosts.of(target), draft.all(ENVIRONMENT)
        variables = {
            key: Traced(follow(value, hosts, key), traced.origins) for traced in found for key, value in [traced.value]
        }
        conceal(draft, variables, self.known, self.giving)
        plain: list[tuple[str, Traced[str]]] = []
        secret: list[tuple[str, Traced[Concealed | None]]] = []
        for key, traced in variables.items():
            if is_secret(self.plan, self.known, key, traced.value):
                secret.append((key, traced.map(Concealed)))
            else:
                plain.append((key, traced))
        sources: list[EnvFrom] = []
        if plain:
            self.config_maps.append(ConfigMap(f"{name}-config", tuple(plain), labels=target.labels))
            sources.append(EnvFrom(assumed(f"{name}-config", "a ConfigMap of the container's own")))
        if secret:
            self.secrets.append(Secret(f"{name}-secret", tuple(secret), labels=target.labels))
            sources.append(EnvFrom(assumed(f"{name}-secret", "a Secret of the container's own"), is_secret=True))
        return Environment((), tuple(sources))

    def _in_order(self, parts: Iterable[TargetPlan]) -> list[TargetPlan]:
        """One-shots after those that they wait for."""
        by_source = {source: one for one in parts for source in one.sources}
        depths: dict[str, int] = {}

        def depth(one: TargetPlan) -> int:
            if one.name not in depths:
                depths[one.name] = 0
                needs = (by_source.get(wait.value.service) for wait in self.drafts[one.name].all(WAITS) if wait.value.completed)
                depths[one.name] = max((1 + depth(peer) for peer in needs if peer is not None and peer is not one), default=0)
            return depths[one.name]

        return sorted(by_source.values(), key=depth)

    def _ports(self, target: TargetPlan) -> Ports:
        exposed: list[tuple[int, str]] = []
        if target.ports is None and target.image is None and len(target.sources) == 1:
            service = self.project.services.get(target.sources[0])
            found = dockerfile(service.node.get("build"), self.disk) if service else None
            exposed = list(found.ports) if found else []
        draft = self.drafts[target.name]
        return network.container_ports(target, draft, program(target, draft), exposed, self.reach)

    def _keeps(self, target: TargetPlan) -> bool:
        """Whether it keeps data: others ask for it, though only the code in their images says so."""
        uses = (use.value for use in self.drafts[target.name].all(VOLUMES))
        return not target.ends and any(isinstance(use.source, ClaimUse) for use in uses)

    def _blocked(self, members: Iterable[TargetPlan]) -> str:
        reasons = (traced.value for one in members for traced in self.drafts[one.name].all(BLOCKED))
        return "; ".join(dict.fromkeys(reasons))
