"""What the sections of the guide ask of an application and its manifests."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from compose2qt.emit.guide.needs import Needs, copies, pod_needs, total
from compose2qt.emit.kustomization import local_images
from compose2qt.emit.layout import in_tree_order
from compose2qt.workload import HttpProbe, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.manifest import Manifest
    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Application, Claim, Container, Endpoint, ServicePort, Workload

RUNS_ON = (Kind.DEPLOYMENT, Kind.STATEFUL_SET, Kind.DAEMON_SET)
"""The kinds whose pods stay; ``kubectl rollout`` and ``kubectl logs`` know them by name."""


class HttpCheck(NamedTuple):
    """A Service port behind which a readiness probe asks for ``path``."""

    service: str
    port: int
    path: str


class Facts(Struct, frozen=True, dict=True):
    """An application, its manifests, and what follows from them."""

    setting: Setting
    made: tuple[Manifest, ...]

    @property
    def application(self) -> Application:
        """The application itself."""
        return self.setting.application

    @property
    def title(self) -> str:
        """What the system is called."""
        return self.application.guide.title or self.application.name

    @property
    def cluster(self) -> str:
        """The application's name as a local cluster may have it."""
        return re.sub(r"[^a-z0-9-]+", "-", self.application.name.lower()).strip("-")[:40].strip("-") or "local"

    @cached_property
    def apply(self) -> str:
        """The command that applies; what follows is a file or a folder."""
        return self.setting.apply

    @property
    def overlay(self) -> str:
        """The folder, beside this one, of the overlay that names the registry of what is built."""
        return f"../{self.cluster}-images"

    @cached_property
    def local(self) -> tuple[str, ...]:
        """The names, without tags, of the images that are built and that no registry holds."""
        return tuple(local_images(self.setting))

    def is_local(self, image: str) -> bool:
        """Whether no registry holds ``image`` under its name."""
        name = image.partition("@")[0]
        return name in self.local or name.rpartition(":")[0] in self.local

    @cached_property
    def overlaid(self) -> frozenset[str]:
        """The tops of the tree whose pods find their images only by the overlay."""
        built = {
            one.name
            for one in self.running
            if any(self.is_local(container.image.value) for container in (*one.pod.init_containers, *one.pod.containers))
        }
        return frozenset(item.path.partition("/")[0] for item in self.made if item.applied and item.workload in built)

    def kubectl(self, arguments: str) -> str:
        """A kubectl command in the application's namespace."""
        namespace = f" -n {self.setting.namespace}" if self.setting.namespace else ""
        return f"kubectl{namespace} {arguments}"

    @cached_property
    def running(self) -> tuple[Workload, ...]:
        """The workloads that are applied."""
        return tuple(workload for workload in self.application.workloads if not workload.blocked)

    @cached_property
    def blocked(self) -> tuple[Workload, ...]:
        """The workloads that need a decision first."""
        return tuple(workload for workload in self.application.workloads if workload.blocked)

    @cached_property
    def staying(self) -> tuple[Workload, ...]:
        """The workloads whose pods run until they are stopped."""
        return tuple(workload for workload in self.running if workload.kind in RUNS_ON)

    @cached_property
    def references(self) -> dict[str, str]:
        """``deployment/web`` by workload: what kubectl calls it."""
        controllers = {kind.value for kind in Kind}
        return {
            item.workload: f"{item.kind.lower()}/{item.name}"
            for item in self.made
            if item.workload and item.kind in controllers
        }

    @cached_property
    def images(self) -> dict[str, None]:
        """The images of all applied pods, in their order."""
        return dict.fromkeys(
            container.image.value
            for workload in self.running
            for container in (*workload.pod.init_containers, *workload.pod.containers)
        )

    @cached_property
    def needs(self) -> dict[str, Needs]:
        """What all pods of each applied workload ask for, by its name."""
        return {workload.name: pod_needs(workload.pod) * copies(workload) for workload in self.running}

    @cached_property
    def total(self) -> Needs:
        """What all applied pods ask for."""
        return total(self.needs.values())

    @cached_property
    def folders(self) -> dict[str, list[Manifest]]:
        """The applied manifests by the folder or file at the top of the tree, in tree order."""
        found: dict[str, list[Manifest]] = {}
        for item in self.made:
            if item.applied:
                found.setdefault(item.path.partition("/")[0], []).append(item)
        return {top: found[top] for top in in_tree_order(found)}

    @cached_property
    def http_checks(self) -> tuple[HttpCheck, ...]:
        """Every applied workload that says over HTTP whether it is ready and has a Service in front of that port."""
        return tuple(check for workload in self.running for check in _http_checks(workload))

    @property
    def shares_over_nodes(self) -> bool:
        """Whether a claim needs storage that several nodes mount."""
        return any(is_shared(claim) for claim in self.application.claims)

    @property
    def front(self) -> tuple[str, str] | None:
        """A host and a path to ask through an Ingress: a health page if one is routed, else whatever comes first."""
        pages = {(check.service, check.path) for check in self.http_checks}
        routed = [(route.host, path.value) for route in self.application.routes if route.host for path in route.paths]
        healthy = [(host, path.path) for host, path in routed if (path.service, path.path) in pages]
        return next(iter([*healthy, *((host, path.path) for host, path in routed)]), None)

    @property
    def exposed(self) -> tuple[str, ...]:
        """The Services that are open to the outside by themselves, as node ports or load balancers."""
        return tuple(endpoint.name for one in self.running for endpoint in one.endpoints if endpoint.type is not None)

    def ports(self) -> Iterator[tuple[Workload, Endpoint, ServicePort]]:
        """Every port at which an applied workload answers, by its first name."""
        for workload in self.running:
            for endpoint in workload.endpoints[:1]:
                for port in endpoint.ports:
                    yield workload, endpoint, port.value


def is_shared(claim: Claim) -> bool:
    """Whether pods on several nodes may mount a claim: ``ReadWriteMany`` or ``ReadOnlyMany``."""
    return claim.access_mode.value.endswith("Many")


def _http_checks(workload: Workload) -> Iterator[HttpCheck]:
    for container in workload.pod.containers:
        probe = _http_probe(container)
        for endpoint in workload.endpoints:
            port = next((port.value.port for port in endpoint.ports if probe and port.value.target == probe.port), None)
            if probe is not None and port is not None:
                yield HttpCheck(endpoint.name, port, probe.path if probe.path.startswith("/") else f"/{probe.path}")
                return


def _http_probe(container: Container) -> HttpProbe | None:
    check = container.readiness.value.check if container.readiness is not None else None
    return check if isinstance(check, HttpProbe) else None
