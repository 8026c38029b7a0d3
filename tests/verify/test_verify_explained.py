"""Differences that are meant: explained in service, aspect, item and both values, and no other one beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove
from compose2qt.verify import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.verify import Result, Verification


class Case(NamedTuple):
    """Services, what is explained of one of them, and an edit of the manifests that is not."""

    services: dict[str, Any]
    service: str
    aspect: str
    item: str
    compose: str
    kubernetes: str
    code: str
    edit: tuple[str, str]
    outcome: Outcome = Outcome.DIFFERENT


PLACED = {"image": "x", "deploy": {"placement": {"constraints": ["node.labels.disk == ssd", "node.role == manager"]}}}
ONE_NODE = '[{"labelSelector": {"matchLabels": {"compose2qt/node-group": "data"}}, "topologyKey": "kubernetes.io/hostname"}]'
ENDED = "service_completed_successfully"
PRE_START = {"image": "x", "pre_start": [{"image": "y", "command": ["a"], "volumes": ["data:/d"]}], "scale": 2}
CASES = {
    "a constraint of placement": Case(
        {"web": PLACED}, "web", "surroundings", "node label disk", "absent", "ssd", "surroundings.placement",
        ("disk: ssd", "disk: hdd"),
    ),
    "replicas over one claim": Case(
        {"web": {"image": "x", "scale": 2, "volumes": ["data:/d"]}},
        "web", "surroundings", "podAffinity", "absent", ONE_NODE, "storage.one-node",
        ("topologyKey: kubernetes.io/hostname", "topologyKey: zone"),
    ),
    "replicas beside others": Case(
        {"web": {"image": "x", "scale": 2, "volumes": ["data:/d"]}},
        "web", "surroundings", "podAffinity", "absent", ONE_NODE, "storage.one-node",
        ("                  compose2qt/node-group: data", "                  compose2qt/node-group: nobody"),
    ),
    "replicas of which each has a claim before the start": Case(
        {"web": PRE_START}, "web", "surroundings", "podAffinity", "absent", ONE_NODE, "storage.one-node",
        ("topologyKey: kubernetes.io/hostname", "topologyKey: zone"),
    ),
    "a service that is never restarted in the pod of one that is": Case(
        {
            "db": {"image": "x", "restart": "on-failure:3"},
            "web": {"image": "y", "network_mode": "service:db", "depends_on": {"db": {"condition": ENDED}}},
        },
        "web", "restart", "", "never", "on failure, at most 3 times", "pod.shared", ("backoffLimit: 3", "backoffLimit: 9"),
    ),
    "an image that is to be built": Case(
        {"web": {"build": "."}}, "web", "image", "", "docker.io/library/p-web:latest, built locally",
        "docker.io/library/web:latest, to be built", "image.to-build",
        ("image: web", "image: else.example/web"), Outcome.UNKNOWN,
    ),
    "a service of every node in the pod of one": Case(
        {"db": {"image": "x"}, "web": {"image": "y", "network_mode": "service:db", "deploy": {"mode": "global"}}},
        "web", "scale", "", "one on each node", "1", "pod.shared", ("replicas: 1", "replicas: 2"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_what_is_explained_is_this_difference_alone(tmp_path: Path, case: Case) -> None:
    composed = {"name": "p", "services": case.services, "volumes": {"data": None}}
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(composed), encoding="utf-8")
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    files = dict(made.files)
    right = prove(made.project, made.plan, made.lowered, parse_tree(files), ledger=made.ledger)
    assert right.different == ()
    found = _result(right, case)
    told = (str(found.outcome), found.compose, found.kubernetes, found.code)
    assert told == ("explained", case.compose, case.kubernetes, case.code)
    old, new = case.edit
    assert any(old in text for text in files.values())
    wrong = {path: text.replace(old, new) for path, text in files.items()}
    changed = prove(made.project, made.plan, made.lowered, parse_tree(wrong), ledger=made.ledger)
    assert _result(changed, case).outcome is case.outcome


def _result(made: Verification, case: Case) -> Result:
    key = (case.service, case.aspect, case.item)
    return next(each for each in made.results if (each.service, str(each.aspect), each.item) == key)


@pytest.mark.parametrize(
    ("hooks", "item", "edit"),
    [
        ({"post_start": [{"command": ["warm"]}]}, "after start", ("postStart:", "preStop:")),
        ({"pre_stop": [{"command": ["drain"]}]}, "before stop", ("preStop:", "postStart:")),
        ({"pre_start": [{"command": ["fetch"]}]}, "before start 1", ("- fetch", "- other")),
    ],
)
def test_a_hook_that_is_gone_is_no_service_that_does_not_run(
    tmp_path: Path, hooks: dict[str, Any], item: str, edit: tuple[str, str]
) -> None:
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump({"name": "p", "services": {"web": {"image": "x", **hooks}}}))
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    assert any(edit[0] in text for text in made.files.values())
    wrong = parse_tree({path: text.replace(*edit) for path, text in made.files.items()})
    found = prove(made.project, made.plan, made.lowered, wrong, ledger=made.ledger)
    assert item in {result.item for result in found.different}
