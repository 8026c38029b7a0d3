"""Image facts: each entry of ``Config`` that ``docker image inspect`` prints decides what nobody else says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from compose2qt.compose import LoadOptions, load
from compose2qt.diagnostic import Collector
from compose2qt.manifests import parse_tree
from compose2qt.verify import parse_facts, verify

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.verify import Result

POD = {
    "enableServiceLinks": False,
    "automountServiceAccountToken": False,
    "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
}
REQUESTS = {"requests": {"cpu": "50m", "memory": "64Mi"}}
SHELL = ["CMD-SHELL", "curl -f http://localhost:80/ || exit 1"]
CHECK = {"Test": SHELL, "Interval": 5_000_000_000, "Timeout": 2_000_000_000, "Retries": 4}
PROBE = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 5, "timeoutSeconds": 2, "failureThreshold": 4}


def result(folder: Path, service: dict[str, Any], container: dict[str, Any], facts: Any, key: tuple[str, str]) -> Result | None:
    """The answer about an aspect and item; ``facts`` is the image's Config, None if nothing is known."""
    (folder / "compose.yaml").write_text(json.dumps({"services": {"web": {"image": "web:1", **service}}}), encoding="utf-8")
    project = load(LoadOptions(files=(str(folder / "compose.yaml"),)), Collector())
    pod = {**POD, "containers": [{"name": "web", "image": "web:1", "resources": REQUESTS, **container}]}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}
    known = parse_facts(json.dumps([{"RepoTags": ["web:1"], "Config": facts}]), "f.json") if facts is not None else None
    made = verify(project, parse_tree({"web.yaml": json.dumps(deployment)}), facts=known)
    return next((one for one in made.results if (str(one.aspect), one.item) == key), None)


DECIDED: dict[str, tuple[dict[str, Any], dict[str, Any], str, str, dict[str, Any], dict[str, Any]]] = {
    # In Compose, in the container, aspect and item; facts that make them equal, facts that make them different.
    "Entrypoint": ({}, {"command": ["run"]}, "argv", "", {"Entrypoint": ["run"]}, {"Entrypoint": ["walk"]}),
    "Cmd": ({}, {"args": ["a"]}, "argv", "", {"Entrypoint": ["run"], "Cmd": ["a"]}, {"Entrypoint": ["run"], "Cmd": ["b"]}),
    "User": ({}, {"securityContext": {"runAsUser": 7}}, "user", "user", {"User": "7:8"}, {"User": "8"}),
    "no User": ({}, {"securityContext": {"runAsUser": 0}}, "user", "user", {}, {"User": "8"}),
    "User not root": (
        {}, {"securityContext": {"runAsNonRoot": True}}, "user", "must not be root", {"User": "7"}, {"User": "app"},
    ),
    "WorkingDir": ({}, {"workingDir": "/app"}, "working-dir", "", {"WorkingDir": "/app"}, {"WorkingDir": "/srv"}),
    "no WorkingDir": ({}, {"workingDir": "/"}, "working-dir", "", {}, {"WorkingDir": "/srv"}),
    "StopSignal": (
        {}, {"lifecycle": {"stopSignal": "SIGQUIT"}}, "stop", "signal", {"StopSignal": "SIGQUIT"}, {"StopSignal": "SIGINT"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DECIDED.values(), ids=list(DECIDED))
def test_what_is_unknown_is_decided(tmp_path: Path, case: tuple[Any, ...]) -> None:
    service, container, aspect, item, equal, different = case
    outcomes = []
    for facts in (None, equal, different):
        found = result(tmp_path, service, container, facts, (aspect, item))
        assert found is not None
        outcomes.append(str(found.outcome))
    assert outcomes == ["unknown", "equal", "different"]


def test_a_group_and_a_variable_may_be_the_images(tmp_path: Path) -> None:
    group = {"securityContext": {"runAsGroup": 8}}
    variable = {"env": [{"name": "HOME", "value": "/app"}]}
    for container, aspect, item, config in (
        (group, "user", "group", {"User": "7:8"}),
        (variable, "environment", "HOME", {"Env": ["HOME=/app"]}),
    ):
        before = result(tmp_path, {}, container, None, (aspect, item))
        after = result(tmp_path, {}, container, config, (aspect, item))
        assert before is not None
        assert after is not None
        assert (str(before.outcome), str(after.outcome)) == ("different", "equal")


def test_the_check_of_the_image_is_lost_in_a_cluster(tmp_path: Path) -> None:
    assert result(tmp_path, {}, {}, None, ("health", "check")) is None
    found = result(tmp_path, {}, {}, {"Healthcheck": CHECK}, ("health", "check"))
    assert found is not None
    assert (str(found.outcome), found.compose) == ("different", "GET http://<pod>:80/ is below 400")
    assert found.reason == "the check is not made"
    assert found.compose_span is not None


@pytest.mark.parametrize("item", ["check", "interval", "timeout", "failures"])
def test_a_probe_that_does_the_same_is_equal(tmp_path: Path, item: str) -> None:
    found = result(tmp_path, {}, {"readinessProbe": PROBE}, {"Healthcheck": CHECK}, ("health", item))
    assert found is not None
    assert str(found.outcome) == "equal"


@pytest.mark.parametrize(
    ("stated", "check", "interval"),
    [
        ({"interval": "9s"}, "GET http://<pod>:80/ is below 400", "9s"),
        ({"test": ["CMD", "true"]}, 'run ["true"]', "30s"),
        ({"disable": True}, "absent", "absent"),
        ({"test": ["NONE"]}, "absent", "absent"),
    ],
)
def test_compose_wins_field_by_field(tmp_path: Path, stated: dict[str, Any], check: str, interval: str) -> None:
    for item, wanted in (("check", check), ("interval", interval)):
        found = result(tmp_path, {"healthcheck": stated}, {"readinessProbe": PROBE}, {"Healthcheck": CHECK}, ("health", item))
        assert (found.compose if found is not None else "absent") == wanted


def test_an_image_without_check_has_none(tmp_path: Path) -> None:
    assert result(tmp_path, {}, {}, {"Healthcheck": {"Test": ["NONE"]}}, ("health", "check")) is None


def test_exposed_ports_are_ports_that_it_listens_on(tmp_path: Path) -> None:
    before = result(tmp_path, {}, {}, None, ("names", "web"))
    after = result(tmp_path, {}, {}, {"ExposedPorts": {"80/tcp": {}, "53/udp": {}}}, ("names", "web"))
    assert before is not None
    assert after is not None
    assert (str(before.outcome), str(after.outcome)) == ("explained", "different")
    assert after.compose == "answers on 80/TCP, 53/UDP"


def test_a_volume_of_the_image_is_anonymous(tmp_path: Path) -> None:
    assert result(tmp_path, {}, {}, None, ("mounts", "/data")) is None
    found = result(tmp_path, {}, {}, {"Volumes": {"/data": {}}}, ("mounts", "/data"))
    assert found is not None
    assert (str(found.outcome), found.code) == ("explained", "mount.anonymous")
    stated = result(tmp_path, {"tmpfs": ["/data"]}, {}, {"Volumes": {"/data": {}}}, ("mounts", "/data"))
    assert stated is not None
    assert stated.compose == "memory"


OF_IMAGE = {
    "Entrypoint": ("argv", "", ["run"], ["walk"]),
    "Cmd": ("argv", "", ["-a"], ["-b"]),
    "User": ("user", "user", "7", "8"),
    "WorkingDir": ("working-dir", "", "/app", "/srv"),
    "StopSignal": ("stop", "signal", "SIGQUIT", "SIGINT"),
}


@pytest.mark.parametrize("field", OF_IMAGE)
def test_what_another_image_says_of_itself_is_not_the_same(tmp_path: Path, field: str) -> None:
    """Without facts the image is told once; with those of both what they say is compared."""
    aspect, item, ours, theirs = OF_IMAGE[field]
    (tmp_path / "compose.yaml").write_text("services: {web: {image: 'web:1'}}\n", encoding="utf-8")
    project = load(LoadOptions(files=(str(tmp_path / "compose.yaml"),)), Collector())
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "web", "image": "web:2"}]},
    }
    tree = parse_tree({"web.yaml": json.dumps(pod)})

    def outcome(*known: Any) -> list[str]:
        images = [{"RepoTags": [f"web:{tag}"], "Config": {field: value}} for tag, value in enumerate(known, 1)]
        made = verify(project, tree, facts=parse_facts(json.dumps(images), "f.json"))
        return [str(one.outcome) for one in made.results if (str(one.aspect), one.item) == (aspect, item)]

    assert outcome() == []
    assert outcome(ours) == []
    assert outcome(ours, ours) == ["equal"]
    assert outcome(ours, theirs) == ["different"]
