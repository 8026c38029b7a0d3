"""The contracts of all services of a project, and the names by which they find each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from compose2qt.verify.contract import Aspect, Contract, Fact
from compose2qt.verify.docker.health import health
from compose2qt.verify.docker.image import completed
from compose2qt.verify.docker.life import SUCCEEDED, life, one_schedule
from compose2qt.verify.docker.network import Network
from compose2qt.verify.docker.process import image_of, process
from compose2qt.verify.docker.resources import resources
from compose2qt.verify.docker.security import security
from compose2qt.verify.docker.storage import Storage
from compose2qt.verify.image import UNNAMED
from compose2qt.verify.reading import items, text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as PortsOf

    from compose2qt.compose import Project
    from compose2qt.source import Mapping
    from compose2qt.verify.image import ImageFacts


class DockerSide(Struct, frozen=True):
    """What Docker does with a project."""

    contracts: dict[str, Contract]
    network: Network
    storage: Storage
    waiters: dict[str, list[str]] = field(default_factory=dict)
    """By service: those that wait for its end."""
    awaited: dict[str, set[str]] = field(default_factory=dict)
    """By service: what must be there before it starts."""
    joined: dict[str, set[str]] = field(default_factory=dict)
    """By service: those with which it shares a pod: one joins the network of the other, or runs for it to an end."""

    def relate(self) -> None:
        """Fill ``waiters``, ``awaited`` and ``joined`` from the contracts."""
        sharing: list[tuple[str, str]] = []
        awaiting: list[tuple[str, str]] = []
        for service, contract in self.contracts.items():
            for (aspect, item), fact in contract.facts.items():
                if aspect is Aspect.START:
                    self.awaited.setdefault(service, set()).add(item)
                if aspect is Aspect.START and fact.value == SUCCEEDED:
                    self.waiters.setdefault(item, []).append(service)
                    awaiting.append((service, item))
                elif (aspect, item) == (Aspect.NAMESPACES, "network") and str(fact.value).startswith("service:"):
                    sharing.append((service, str(fact.value).removeprefix("service:")))
        pods: dict[str, set[str]] = {}
        for one, other in (pair for pair in sharing if pair[1] in self.contracts):
            together = pods.get(one, {one}) | pods.get(other, {other})
            pods |= dict.fromkeys(together, together)
        self.joined.update({service: set(pod) for service, pod in pods.items()})
        for one, other in (pair for pair in awaiting if pair[1] in self.contracts):
            together = pods.get(one, {one}) | {other}
            for service in together:
                self.joined.setdefault(service, set()).update(together)
        self._chain()

    def _chain(self) -> None:
        """What one service alone waits for runs in its pod, and so does what that waits for."""
        alone = [(waiters[0], other) for other, waiters in self.waiters.items() if len(waiters) == 1 and other in self.joined]
        for one, other in alone:
            pod = self.joined[one] | self.joined[other]
            for service in pod:
                self.joined[service] = self.joined.get(service, set()) | pod


def docker_side(
    project: Project, images: ImageFacts | None = None, listening: PortsOf[str, Iterable[tuple[int, str]]] | None = None
) -> DockerSide:
    """Interpret every service of ``project``; ``images`` are the facts that are known about its images.

    ``listening`` are ports of images by service, where nothing in the project says on which one it answers.
    """
    units, owner = _units(project), project.name if project.named else UNNAMED
    if images is not None:
        units = {name: completed(node, images.config(image_of(owner, name, node))) for name, node in units.items()}
    network = Network.of(project, units, listening)
    storage = Storage.of(project, units)
    contracts: dict[str, Contract] = {}
    for name, node in units.items():
        contract = Contract(span=node.span)
        contract.facts[Aspect.WORKLOAD, ""] = Fact(Aspect.WORKLOAD, "", "runs", node.span)
        contract.add(process(owner, name, node))
        contract.add(health(node, _own_names(name, node, network)))
        contract.add(resources(node))
        contract.add(life(node))
        contract.add(security(node))
        contract.add(storage.facts(name))
        contract.add(network.facts(name))
        contracts[name] = contract
    _name_services(contracts, network)
    made = DockerSide(contracts, network, storage)
    made.relate()
    return made


def _own_names(service: str, node: Mapping, network: Network) -> Iterable[str]:
    """The names by which a health check means its own container: in the network of another it has none."""
    is_guest = text(node, "network_mode").startswith(("service:", "container:"))
    own = (*network.own[service], *network.also_known(service)) if network.own[service] else ()
    return own or (() if is_guest else (service,))


def _name_services(contracts: dict[str, Contract], network: Network) -> None:
    """A shared network of a container of the project is that of its service."""
    services = {container: service for service, container in network.container_names.items()}
    for contract in contracts.values():
        fact = contract.facts.get((Aspect.NAMESPACES, "network"))
        service = services.get(str(fact.value).removeprefix("container:")) if fact else None
        if fact is not None and service is not None and str(fact.value).startswith("container:"):
            named = Fact(Aspect.NAMESPACES, "network", f"service:{service}", fact.span)
            contract.facts[Aspect.NAMESPACES, "network"] = named


def _units(project: Project) -> dict[str, Mapping]:
    """What runs: every service, and every job once for each of its schedules."""
    found = {name: service.node for name, service in project.services.items()}
    for name, node in project.jobs.items():
        found.setdefault(name, one_schedule(node, 0))
        for number in range(1, len(items(node, "triggers", "schedule"))):
            found.setdefault(f"{name}-{number + 1}", one_schedule(node, number))
    return found
