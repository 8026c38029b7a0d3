"""NetworkPolicies under mutation: an edge that is cut or opened is told at its service, the same in other words is silent."""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from compose2qt import api
from compose2qt.compose import LoadOptions, load
from compose2qt.diagnostic import Collector
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove
from compose2qt.verify.cluster.policies import Passage, Policies
from compose2qt.verify.cluster.reach import Reach
from compose2qt.verify.cluster.world import Pod, World
from compose2qt.verify.docker import docker_side
from compose2qt.verify.matching import match

PROJECT = """
name: shop
services:
  web: {image: nginx, ports: ["80:80"], networks: [front]}
  api: {image: x, expose: ["9", "10"], networks: [front, back], depends_on: {db: {condition: service_healthy}}}
  db: {image: y, expose: ["5432"], networks: [back], healthcheck: {test: check}}
  cron: {image: z, networks: [front]}
  lone: {image: z, network_mode: none}
networks: {front: {}, back: {internal: true}}
"""
CATALOGUE = yaml.safe_load((Path(__file__).parent / "policy_mutations.yaml").read_text(encoding="utf-8"))
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: extra-{0}}}\nspec: {1}\n"


@cache
def converted() -> api.Conversion:
    folder = Path(tempfile.mkdtemp())
    (folder / "compose.yaml").write_text(PROJECT)
    made = api.convert(api.Options(LoadOptions(files=(str(folder / "compose.yaml"),)), network_policy=True))
    shutil.rmtree(folder)
    return made


def edited(edits: list[dict[str, str]]) -> dict[str, str]:
    files = dict(converted().files)
    resources = "".join(f"  - extra-{number}.yaml\n" for number, edit in enumerate(edits) if "add" in edit)
    files["kustomization.yaml"] = files["kustomization.yaml"].replace("resources:\n", f"resources:\n{resources}")
    for number, edit in enumerate(edits):
        if "add" in edit:
            files[f"extra-{number}.yaml"] = POLICY.format(number, edit["add"])
        elif "remove" in edit:
            del files[edit["remove"]]
        else:
            assert edit["old"] in files[edit["file"]], files[edit["file"]]
            files[edit["file"]] = files[edit["file"]].replace(edit["old"], edit["new"], 1)
    return files


def reported(edits: list[dict[str, str]]) -> dict[tuple[str, str], str]:
    """What differs by service and item, after the edits, with what the cluster does."""
    made = converted()
    found = prove(made.project, made.plan, made.lowered, parse_tree(edited(edits)), ledger=made.ledger)
    return {(one.service, one.item): one.kubernetes for one in found.different}


@pytest.mark.parametrize("change", CATALOGUE["changes"], ids=lambda change: change["name"])
def test_a_changed_edge_is_told(change: dict[str, Any]) -> None:
    expected = {(service, item): value for service, items in change["seen"].items() for item, value in items.items()}
    found = reported(change["edits"])
    assert expected.items() <= found.items(), found


@pytest.mark.parametrize("same", CATALOGUE["same"], ids=lambda same: same["name"])
def test_the_same_edges_are_silent(same: dict[str, Any]) -> None:
    assert reported(same["edits"]) == {}


SEED = int(os.environ.get("COMPOSE2QT_SEED", "1"))
SERVICES = [f"s{number}" for number in range(7)]


def test_callers_that_are_alike_are_asked_once(tmp_path: Path) -> None:
    """Over random trees: what is said of groups of callers is what policies say of each pair of pods."""
    print(f"COMPOSE2QT_SEED={SEED}")
    chance = random.Random(SEED)  # noqa: S311 - chance, not secrecy
    services = {name: {"image": name, "expose": ["80"], "ports": ["81"]} for name in SERVICES}
    (tmp_path / "compose.yaml").write_text(json.dumps({"name": "p", "services": services}))
    docker = docker_side(load(LoadOptions(files=(str(tmp_path / "compose.yaml"),)), Collector()))
    seen = set()
    for _ in range(60):
        world = World(parse_tree({"all.yaml": "\n---\n".join(map(json.dumps, random_tree(chance)))}))
        seats = {name: seat.container for name, seat in match(docker, "p", world.pods, {}).seats.items()}
        policies = Policies.of(world)
        reach = Reach(docker.network, seats, (), policies)
        pods = {name: container.pod for name, container in seats.items()}
        for callee, pod in pods.items():
            found = {caller: way for way, callers in reach.ways(callee) for caller in callers}
            ports = tuple(docker.network.ports[callee])
            expected = {caller: pair(policies, other, pod, ports) for caller, other in pods.items()}
            assert found == {caller: way for caller, way in expected.items() if way is not None}
            seen |= {way and way.whole for way in expected.values()}
    assert seen == {None, False, True}


def pair(policies: Policies | None, caller: Pod, callee: Pod, ports: tuple[tuple[int, str], ...]) -> Passage | None:
    if caller is callee:
        return Passage(whole=True)
    if caller.namespace != callee.namespace:
        return None
    return Passage(whole=True) if policies is None else policies.passage(caller, callee, ports)


def random_tree(chance: random.Random) -> list[dict[str, Any]]:
    """Pods with few labels in one or two namespaces, two services in some of them, and up to five policies."""
    placed = [*SERVICES]
    pods = [[placed.pop() for _ in range(min(len(placed), chance.choice((1, 1, 2))))] for _ in SERVICES]
    return [workload(chance, names) for names in pods if names] + [policy(chance, n) for n in range(chance.randrange(6))]


def workload(chance: random.Random, names: list[str]) -> dict[str, Any]:
    labels = {"app": names[0], **{key: chance.choice("xy") for key in "ab" if chance.random() < 0.7}}
    containers = [{"name": name, "image": name, "ports": [{"name": f"p{name}", "containerPort": 80}]} for name in names]
    spec = {"containers": containers, **({"hostNetwork": True} if chance.random() < 0.1 else {})}
    metadata = {"name": names[0], "namespace": chance.choice(("one", "one", "two"))}
    template = {"metadata": {"labels": labels}, "spec": spec}
    selector = {"matchLabels": {"app": names[0]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"selector": selector, "template": template},
    }


def policy(chance: random.Random, number: int) -> dict[str, Any]:
    spec: dict[str, Any] = {"podSelector": selector(chance), "policyTypes": chance.choice((["Ingress"], ["Egress"]))}
    key, peers = ("ingress", "from") if spec["policyTypes"] == ["Ingress"] else ("egress", "to")
    spec[key] = [rule(chance, peers) for _ in range(chance.randrange(3))]
    metadata = {"name": f"n{number}", "namespace": chance.choice(("one", "one", "two"))}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def rule(chance: random.Random, key: str) -> dict[str, Any]:
    peers = [
        {"podSelector": selector(chance)},
        {"namespaceSelector": {}, "podSelector": selector(chance)},
        {"ipBlock": {"cidr": "0.0.0.0/0"}},
    ]
    ports = [{"port": 80}, {"port": 81, "endPort": 90}, {"port": "ps1"}, {"port": 53, "protocol": "UDP"}]
    made = {key: chance.sample(peers, chance.randrange(3)), "ports": chance.sample(ports, chance.randrange(3))}
    return {name: value for name, value in made.items() if value}


def selector(chance: random.Random) -> dict[str, Any]:
    stated = {"key": chance.choice("ab"), "operator": chance.choice(("Exists", "DoesNotExist"))}
    labels = {"matchLabels": {chance.choice("ab"): chance.choice("xy")}}
    return chance.choice(({}, labels, labels, {"matchExpressions": [stated]}))
