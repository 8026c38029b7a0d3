"""Labels of kompose: what they ask for is explained, whatever their values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions

if TYPE_CHECKING:
    from pathlib import Path

READY, ALIVE = "service.healthcheck.readiness.", "service.healthcheck.liveness."
CHECK = {"healthcheck": {"test": ["CMD", "x"], "interval": "7s", "retries": 2, "start_period": "5s"}}
NO_PORTS: dict[str, Any] = {"ports": []}
CASES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "node port": ({"service.type": "nodeport", "service.nodeport.port": "30080"}, {}),
    "node port of a Dockerfile": ({"service.type": "nodeport"}, {"build": "app", **NO_PORTS}),
    "load balancer": ({"service.type": "LoadBalancer"}, {}),
    "a type that nobody knows": ({"service.type": "bogus"}, {}),
    "a route": ({"service.expose": "a.example,b.example/x"}, {}),
    "another name": ({"service.name_override": "front"}, {}),
    "a folder of a volume": ({"volume.subpath": "a/b"}, {}),
    "a volume of the pod": ({"volume.type": "emptyDir"}, {}),
    "a group": ({"security-context.fsgroup": "1001"}, {}),
    "a schedule": ({"cronjob.schedule": "* * * * *", "cronjob.backoff_limit": "0"}, {**NO_PORTS}),
    "a limit that is no number": ({"cronjob.schedule": "* * * * *", "cronjob.backoff_limit": "x"}, {**NO_PORTS}),
    "an init container": ({"init.containers.image": "busybox", "init.containers.command": '["sh", "-c", "x"]'}, {}),
    "a command for readiness": ({f"{READY}test": "CMD x y", f"{READY}interval": "9s", f"{READY}start_period": "3s"}, {}),
    "a shell for readiness": ({f"{READY}test": "CMD-SHELL curl -f http://localhost/"}, {}),
    "a page for readiness": ({f"{READY}http_get_path": "/ok", f"{READY}http_get_port": "80", f"{READY}retries": "4"}, {}),
    "a port for readiness": ({f"{READY}tcp_port": "80", f"{READY}timeout": "2s"}, {}),
    "no readiness": ({f"{READY}disable": "true"}, {}),
    "a pace alone": ({f"{READY}interval": "9s"}, {}),
    "a pace that is none": ({f"{READY}tcp_port": "80", f"{READY}interval": "soon"}, {}),
    "a page for liveness": ({f"{ALIVE}http_get_path": "/ok", f"{ALIVE}http_get_port": "80"}, {}),
    "a port for liveness": ({f"{ALIVE}tcp_port": "80"}, {}),
    "an autoscaler": ({"hpa.cpu": "70%", "hpa.replicas.max": "5"}, {"deploy": {"replicas": 2}, "volumes": []}),
    "an autoscaler over a claim": ({"hpa.replicas.min": "4"}, {}),
    "an autoscaler of numbers that are none": ({"hpa.replicas.min": "many", "hpa.memory": "200Mi"}, {}),
    "an autoscaler of what runs on each node": ({"hpa.memory": "60", "controller.type": "daemonset"}, {}),
    "an autoscaler of a schedule": ({"hpa.memory": "60", "cronjob.schedule": "* * * * *"}, {**NO_PORTS}),
    "an account": ({"serviceaccount-name": "robot"}, {}),
    "a size below nothing": ({"volume.size": "-1"}, {}),
    "a class that has no such name": ({"volume.storage-class-name": "A_b"}, {}),
    "a group below nothing": ({"security-context.fsgroup": "-4"}, {}),
    "a host with a port": ({"service.expose": "c.example.com:80"}, {}),
    "a class of routes that has no such name": ({"service.expose": "x.y", "service.expose.ingress-class-name": "Bad Name"}, {}),
    "a schedule that is none": ({"cronjob.schedule": "bad"}, {}),
    "overlaps that are none": ({"cronjob.schedule": "* * * * *", "cronjob.concurrency_policy": "Foo"}, {**NO_PORTS}),
    "both": ({f"{ALIVE}tcp_port": "80", f"{READY}tcp_port": "443"}, {}),
}


@pytest.mark.parametrize("checked", [False, True], ids=["unchecked", "checked"])
@pytest.mark.parametrize("name", CASES)
def test_what_a_label_asks_for_is_explained(name: str, checked: bool, tmp_path: Path) -> None:
    labels, more = CASES[name]
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM a\nEXPOSE 8000 53/udp\n", encoding="utf-8")
    web = {"image": "nginx", "ports": ["8080:80", "443:443"], "volumes": ["data:/data"], **(CHECK if checked else {}), **more}
    web["labels"] = {f"kompose.{label}": value for label, value in labels.items()}
    caller = {"image": "busybox", "environment": {"U": "http://web:80/"}}
    project = {"name": "p", "services": {"web": web, "caller": caller}, "volumes": {"data": {}}}
    (tmp_path / "compose.yaml").write_text(json.dumps(project), encoding="utf-8")
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    assert made.proof is not None
    assert made.proof.different == ()
