"""Compose files that were written for kompose keep working."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt.diagnostic import Severity
from compose2qt.lower.attributes.kompose import LABELS, UNREAD
from compose2qt.workload import Autoscale, EmptySource, ExecProbe, HttpProbe, Kind, TcpProbe
from composed import composed

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """
services:
  web:
    image: x
    ports: ["8080:80"]
    volumes: ["data:/d"]
    healthcheck: {test: [CMD, alive], interval: 5s, start_period: 7s}
    labels:
      kompose.service.type: nodeport
      kompose.service.nodeport.port: "30080"
      kompose.service.external-traffic-policy: local
      kompose.service.name_override: front
      kompose.service.expose: "a.example,b.example/api"
      kompose.service.expose.tls-secret: certificate
      kompose.service.expose.ingress-class-name: nginx
      kompose.serviceaccount-name: robot
      kompose.image-pull-secret: registry
      kompose.image-pull-policy: Always
      kompose.security-context.fsgroup: "1001"
      kompose.volume.storage-class-name: fast
      kompose.service.healthcheck.readiness.http_get_path: /ready
      kompose.service.healthcheck.readiness.http_get_port: "80"
      kompose.service.healthcheck.readiness.interval: 3s
      kompose.init.containers.name: prepare
      kompose.init.containers.image: busybox
      kompose.init.containers.command: '["sh", "-c", "echo $$(X)"]'
      kompose.controller.port.expose: "true"
  agent: {image: y, labels: {kompose.controller.type: daemonset, kompose.service.type: weird}}
  cron: {image: z, labels: {kompose.cronjob.schedule: "0 * * * *", kompose.cronjob.concurrency_policy: Forbid}}
  scratch: {image: z, volumes: ["other:/o"], labels: {kompose.volume.type: emptyDir, kompose.service.group: g}}
  alive: {image: z, expose: ["9"], labels: {kompose.service.healthcheck.liveness.tcp_port: "9", kompose.service.type: headless}}
volumes:
  data: {labels: {kompose.volume.size: 3Gi}}
  other:
"""


@pytest.mark.parametrize("name", sorted(UNREAD))
def test_a_label_that_is_not_read_is_told_with_what_to_do(tmp_path: Path, name: str) -> None:
    attribute = "deploy: {labels: {LABEL}}" if "ephemeral" in name else "labels: {LABEL}"
    volume = f"{{labels: {{{name}: x}}}}" if "volume" in name else ""
    service = "" if volume else f", {attribute.replace('LABEL', name + ': x')}"
    made = composed(tmp_path, f"services: {{a: {{image: x, volumes: ['dd:/d']{service}}}}}\nvolumes: {{dd: {volume}}}")
    told = [loss for loss in made.lowered.losses if loss.code.endswith(("labels.kompose-label", "volumes.selector"))]
    assert [loss.severity for loss in told] == [Severity.WARNING]
    assert volume or UNREAD[name][1] in told[0].reason


def test_the_labels_of_kompose(tmp_path: Path) -> None:
    made = composed(tmp_path, TEXT)
    web = made["web"]
    front = made.endpoints("web")["front"]
    assert front.type is not None
    assert front.traffic_policy is not None
    assert (front.type.value, front.traffic_policy.value, front.ports[0].value.node_port) == ("NodePort", "Local", 30080)
    assert [(route.host, route.paths[0].value.path, route.class_name) for route in made.application.routes] == [
        ("a.example", "/", "nginx"),
        ("b.example", "/api", "nginx"),
    ]
    assert web.pod.service_account is not None
    assert web.pod.fs_group is not None
    assert (web.pod.service_account.value, web.pod.fs_group.value) == ("robot", 1001)
    assert [one.value for one in web.pod.pull_secrets] == ["registry"]
    (claim,) = (one for one in made.application.claims if one.name == "data")
    assert (claim.size.value.binary, claim.storage_class) == ("3Gi", "fast")
    main = made.main("web")
    assert main.readiness is not None
    assert main.liveness is not None
    assert (main.readiness.value.check, main.readiness.value.period) == (HttpProbe("/ready", 80), 3)
    assert (main.liveness.value.check, main.liveness.value.initial_delay) == (ExecProbe(("alive",)), 7)
    (init,) = web.pod.init_containers
    assert init.command is not None
    assert (init.name, init.image.value, init.command.value) == ("prepare", "busybox", ("sh", "-c", "echo $$(X)"))
    assert made["agent"].kind is Kind.DAEMON_SET
    assert made["cron"].kind is Kind.CRON_JOB
    assert made["cron"].schedule is not None
    assert isinstance(made.source("scratch", made.mounts("scratch")["/o"][0]), EmptySource)
    alive = made.main("alive").liveness
    assert alive is not None
    assert alive.value.check == TcpProbe(9)
    assert made.endpoints("alive")["alive"].headless
    assert {"labels.kompose-label", "labels.kompose-value", "volumes.ephemeral"} <= made.shown()


def test_every_label_is_read_or_reported_not_both() -> None:
    assert not LABELS.keys() & UNREAD.keys()
    assert all(label.becomes for label in LABELS.values())


def test_a_label_shows_a_folder_of_the_claims(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  a: {image: x, labels: {kompose.volume.subpath: sub/dir}, volumes: ["data:/d", "data:/e"]}
volumes: {data: {}}
""",
    )
    assert made.mounts("a") == {"/d": ("data", "sub/dir"), "/e": ("data", "sub/dir")}
    assert "volumes.subpath" in made.shown()


def test_labels_ask_for_an_autoscaler(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  a: {image: x, deploy: {replicas: 2}, labels: {kompose.hpa.replicas.min: "2", kompose.hpa.memory: 80%}}
  b: {image: x, labels: {kompose.hpa.replicas.max: "7"}}
  c: {image: x, labels: {kompose.hpa.cpu: "0"}}
  d: {image: x, labels: {kompose.hpa.cpu: "60", kompose.controller.type: daemonset}}
""",
    )
    found = {name: made[name].autoscale for name in "abcd"}
    assert {name: one.value for name, one in found.items() if one} == {"a": Autoscale(2, 3, 0, 80), "b": Autoscale(1, 7, 50, 0)}
    assert made["a"].replicas is None
    assert {"labels.kompose-value", "labels.no-autoscaler"} <= made.shown()
