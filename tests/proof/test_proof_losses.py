"""A loss explains the difference that it makes, and no other one of the same item."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compose2qt.api import Conversion
    from compose2qt.verify import Verification

Data = dict[str, Any]


def _groups(pod: Data) -> None:
    pod["securityContext"]["supplementalGroups"] = [1001]


def _gpus(pod: Data) -> None:
    pod["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] = "4"


def _host(field: str) -> Callable[[Data], None]:
    return lambda pod: pod.__setitem__(field, True)


def _mounted(pod: Data) -> None:
    pod["containers"][0]["volumeMounts"] = [{"name": "more", "mountPath": "/i"}]
    pod["volumes"] = [{"name": "more", "emptyDir": {}}]


def _alias(pod: Data) -> None:
    pod["hostAliases"] = [{"ip": "10.0.0.9", "hostnames": ["far"]}]


def _wait(pod: Data) -> None:
    script = "until getent hosts db; do sleep 1; done"
    pod["initContainers"] = [{"name": "wait", "image": "busybox", "command": ["/bin/sh", "-c", script]}]


ENDS = {"image": "busybox", "restart": "no"}
CASES: dict[str, tuple[Data, str, str, str, Callable[[Data], None]]] = {
    "group_add.by-name": ({"group_add": ["1000", "docker"]}, "user", "further groups", "1000", _groups),
    "gpus.driver": (
        {"gpus": [{"driver": "nvidia", "count": 2}, {"driver": "x", "count": 1}]}, "resources", "gpu", "2", _gpus,
    ),
    "network_mode.no-network": ({"network_mode": "none"}, "namespaces", "network", "absent", _host("hostNetwork")),
    "network_mode.container": ({"network_mode": "container:x"}, "namespaces", "network", "absent", _host("hostNetwork")),
    "pid.container": ({"pid": "container:x"}, "namespaces", "pid", "absent", _host("hostPID")),
    "pid.apart": ({"pid": "service:db"}, "namespaces", "pid", "absent", _host("shareProcessNamespace")),
    "ipc.apart": ({"ipc": "service:db"}, "namespaces", "ipc", "absent", _host("hostIPC")),
    "volumes.image-volume": (
        {"volumes": [{"type": "image", "source": "a", "target": "/i"}]}, "mounts", "/i", "absent", _mounted,
    ),
    "depends_on.completed": (
        {"depends_on": {"db": {"condition": "service_completed_successfully"}}}, "start", "db", "absent", _wait,
    ),
}  # fmt: skip


def _converted(folder: Path, web: Data) -> Conversion:
    needs_db = {key: web[key] for key in ("depends_on",) if key in web}
    services = {"web": {"image": "nginx", **web}, "db": {"image": "redis"}, "api": {"image": "nginx", **needs_db}}
    if needs_db:
        services["db"] = ENDS
    (folder / "compose.yaml").write_text(json.dumps({"name": "p", "services": services}), encoding="utf-8")
    return api.convert(api.Options(LoadOptions(files=(str(folder / "compose.yaml"),))))


def _judged(made: Conversion, change: Callable[[Data], None] | None = None) -> Verification:
    files = {path: text for path, text in made.files.items() if path.endswith(".yaml")}
    path = "services/web-deployment.yaml"
    deployment = yaml.safe_load(files[path])
    if change is not None:
        change(deployment["spec"]["template"]["spec"])
    files[path] = yaml.safe_dump(deployment)
    return prove(made.project, made.plan, made.lowered, parse_tree(files), ledger=made.ledger)


@pytest.mark.parametrize("code", CASES)
def test_a_loss_explains_its_own_difference_and_no_other(code: str, tmp_path: Path) -> None:
    web, aspect, item, value, change = CASES[code]
    made = _converted(tmp_path, web)
    proof = _judged(made)
    assert proof.different == ()
    told = [one for one in proof.explained if (one.service, one.aspect, one.item) == ("web", aspect, item)]
    assert [one.kubernetes for one in told] == [value]
    if code != "ipc.apart":  # a rule of its own explains what the kubelet decides
        assert told[0].code in (code, "start.job")
    changed = {(one.service, one.aspect, one.item) for one in _judged(made, change).different}
    assert ("web", *(("workload", "start") if change is _wait else (aspect, item))) in changed


def test_what_is_emitted_in_part_excuses_nothing(tmp_path: Path) -> None:
    """The host port of a published port is lost; its target is not."""
    made = _converted(tmp_path, {"ports": ["8080:80"]})
    files = {path: text.replace("targetPort: 80", "targetPort: 81") for path, text in made.files.items()}
    assert files != made.files
    found = prove(made.project, made.plan, made.lowered, parse_tree(files), ledger=made.ledger)
    assert ("web", "names", "web") in {(one.service, one.aspect, one.item) for one in found.different}
    assert [one.kubernetes for one in found.explained if one.aspect == "outside"] == ["absent"]
