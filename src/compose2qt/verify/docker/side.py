"""The contracts of all services of a project, and the names by which they find each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compose2qt.verify.contract import Aspect, Contract, Fact
from compose2qt.verify.docker.health import health
from compose2qt.verify.docker.life import life, one_schedule
from compose2qt.verify.docker.network import Network
from compose2qt.verify.docker.process import process
from compose2qt.verify.docker.resources import resources
from compose2qt.verify.docker.security import security
from compose2qt.verify.docker.storage import Storage
from compose2qt.verify.reading import items

if TYPE_CHECKING:
    from compose2qt.compose import Project
    from compose2qt.source import Mapping


@dataclass(frozen=True, slots=True)
class DockerSide:
    """What Docker does with a project."""

    contracts: dict[str, Contract]
    network: Network
    storage: Storage


def docker_side(project: Project) -> DockerSide:
    """Interpret every service of ``project``."""
    units = _units(project)
    network = Network.of(project, units)
    storage = Storage.of(project, units)
    contracts: dict[str, Contract] = {}
    for name, node in units.items():
        contract = Contract(span=node.span)
        contract.facts[Aspect.WORKLOAD, ""] = Fact(Aspect.WORKLOAD, "", "runs", node.span)
        contract.add(process(project.name, name, node))
        contract.add(health(node, network.own[name]))
        contract.add(resources(node))
        contract.add(life(node))
        contract.add(security(node))
        contract.add(storage.facts(name))
        contract.add(network.facts(name))
        contracts[name] = contract
    return DockerSide(contracts, network, storage)


def _units(project: Project) -> dict[str, Mapping]:
    """What runs: every service, and every job once for each of its schedules."""
    found = {name: service.node for name, service in project.services.items()}
    for name, node in project.jobs.items():
        found.setdefault(name, one_schedule(node, 0))
        for number in range(1, len(items(node, "triggers", "schedule"))):
            found.setdefault(f"{name}-{number + 1}", one_schedule(node, number))
    return found
