"""Facts for every unit, and what each makes of an attribute."""

from __future__ import annotations

from pathlib import Path

import pytest

from compose2qt.compose import Project, Service
from compose2qt.diagnostic import Collector, Severity
from compose2qt.lower import UNITS, Fidelity
from compose2qt.lower.effects import Fill, Lose
from compose2qt.lower.engine import Draft, UnitError, _apply, draft
from compose2qt.lower.fields import BLOCKED, COMMAND, ENTRYPOINT, IMAGE, READINESS, Field
from compose2qt.lower.registry import ServicePlan, Unit
from compose2qt.mapping.plan import Plan, TargetPlan
from compose2qt.source import Mapping, Scalar, Span, plain, read_yaml, spans
from compose2qt.source.disk import Disk
from compose2qt.workload import ExecProbe, Origin, OriginKind, Probe

ORIGIN = Origin(OriginKind.DEFAULT, None, "a test")


def drafted(canonical: str, directory: Path = Path("/project")) -> tuple[Draft, Mapping]:
    """The draft of a service given in canonical form."""
    node = read_yaml(canonical, "compose.yaml", Collector())[0]
    assert isinstance(node, Mapping)
    service = Service("web", node)
    target = TargetPlan("web", ("web",), ORIGIN)
    project = Project("p", directory, {"web": service, "db": service})
    collector = Collector()
    made = draft(ServicePlan(service, target, Plan("p", (target,)), project, Disk(directory)), collector)
    collector.check()
    return made, node


def codes(made: Draft) -> set[str]:
    return {loss.code for loss in made.losses}


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_facts_of_every_unit(unit: Unit) -> None:
    assert unit.page, "a unit has a page"
    for code, lost in unit.losses.items():
        assert code == code.lower().replace("_", "-").replace(" ", "-")
        assert lost.reason
        assert lost.fix or lost.severity is Severity.INFO, f"{unit.attribute}.{code} says what to do"
    if unit.fidelity is Fidelity.NONE:
        assert unit.losses
    assert unit.fidelity != Fidelity.PARTIAL or unit.losses


EVERYTHING = """
image: nginx:1.27
command: [echo, "$(HOME)"]
entrypoint: null
environment: {A: "1", B: null, "bad name": x}
healthcheck: {test: [CMD-SHELL, curl -f localhost], interval: 1m30s, retries: 5, start_period: 10s}
ports: [{target: 80, published: "8080", protocol: tcp, mode: ingress}, {target: 53, protocol: udp}]
expose: ["9000", "9001/udp"]
deploy: {replicas: 2, resources: {limits: {cpus: 0.5, memory: "536870912"}}, update_config: {parallelism: 2}}
depends_on: {db: {condition: service_healthy, required: true}}
user: "1000:1000"
cap_add: [CAP_NET_ADMIN]
sysctls: {net.ipv4.tcp_syncookies: "1", kernel.x: "2"}
restart: always
stop_grace_period: 1.5s
labels: {traefik.enable: "true", "bad key!": x}
networks: {default: {aliases: [www, web]}}
extra_hosts: {host.docker.internal: [host-gateway], other: [10.0.0.1]}
tmpfs: ["/run:size=1m"]
x-thing: {deep: [1, {a: 2}]}
logging: {driver: json-file}
"""


def test_every_leaf_of_every_attribute_has_an_outcome() -> None:
    made, node = drafted(EVERYTHING)
    touched = {origin.span for values in made.fills.values() for value in values for origin in value.origins}
    touched |= {loss.span for loss in made.losses} | set(made.used)
    assert set(spans(node)) <= touched


def test_what_is_not_carried_is_reported_with_its_place() -> None:
    made, _ = drafted("image: x\nx-thing: 1\nfuture: {a: 2}\ndeploy: {resources: {future: 1, x-y: 2}}\n")
    found = {(loss.code, loss.span.line) for loss in made.losses}
    assert found == {("future.not-carried", 3), ("deploy.resources.not-carried", 4)}
    assert sorted(span.line for span in made.used) == [2, 4]


def test_argv_escapes_what_the_kubelet_would_expand() -> None:
    made, _ = drafted('command: [echo, "$(HOME)", $HOME, "$$(X)"]\nentrypoint: [/bin/sh]\n')
    command, entrypoint = made.one(COMMAND), made.one(ENTRYPOINT)
    assert command is not None
    assert entrypoint is not None
    assert command.value == ("echo", "$$(HOME)", "$HOME", "$$$$(X)")
    assert entrypoint.value == ("/bin/sh",)


@pytest.mark.parametrize(
    ("healthcheck", "probe"),
    [
        ("{test: [CMD, redis-cli, ping]}", Probe(ExecProbe(("redis-cli", "ping")), 30, 30, 3)),
        (
            "{test: [CMD-SHELL, exit 0], interval: 1m30s, timeout: 500ms, retries: 5}",
            Probe(ExecProbe(("/bin/sh", "-c", "exit 0")), 90, 1, 5),
        ),
        ("{test: [NONE]}", None),
        ("{disable: true, test: [CMD, x]}", None),
        ("{interval: 5s}", None),
    ],
)
def test_health_checks_become_readiness(healthcheck: str, probe: Probe | None) -> None:
    made, _ = drafted(f"healthcheck: {healthcheck}\n")
    found = made.one(READINESS)
    assert (found.value if found else None) == probe


def test_a_published_port_is_emitted_and_loses_its_host_port() -> None:
    made, _ = drafted("ports: [{target: 80, published: '8080', protocol: tcp}]\n")
    assert codes(made) == {"ports.host-port"}


def test_an_undeclared_field_or_loss_is_a_bug() -> None:
    unit = Unit("image", Fidelity.FULL, UNITS["image"].convert)
    node = Scalar("x", Span("f", 1, 1))
    with pytest.raises(UnitError, match="fills image"):
        _apply(Draft("web"), unit, node, [Fill(IMAGE, "x")], Collector())
    with pytest.raises(UnitError, match="loses nothing"):
        _apply(Draft("web"), unit, node, [Lose("nothing")], Collector())


def test_two_attributes_that_fill_one_field_differently_conflict() -> None:
    field: Field[str] = Field("x")
    unit = Unit("image", Fidelity.FULL, UNITS["image"].convert, (field,))
    made, collector = Draft("web"), Collector()
    for line, value in enumerate("ab", 1):
        _apply(made, unit, Scalar(value, Span("f", line, 1)), [Fill(field, value)], collector)
    assert [problem.code for problem in collector.errors] == ["conflicting-attributes"]


def test_bind_mounts(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text("events {}")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text("print()")
    (tmp_path / "app" / "Dockerfile").write_text("FROM python\nCOPY . /app\n")
    (tmp_path / "tls.pem").write_text("-----BEGIN PRIVATE KEY-----")
    mounts = {"nginx.conf": "/etc/nginx.conf", "app": "/app", "tls.pem": "/tls.pem", "data": "/data"}
    entries = "".join(
        f"  - {{type: bind, source: {tmp_path / source}, target: {target}, read_only: true}}\n"
        for source, target in mounts.items()
    )
    made, node = drafted(
        f"build: {{context: {tmp_path}/app}}\nvolumes:\n{entries}"
        "  - {type: bind, source: /var/run/docker.sock, target: /var/run/docker.sock}\n"
        "  - {type: bind, source: /etc/localtime, target: /etc/localtime}\n"
        "  - {type: bind, source: /srv/x, target: /x}\n"
        "  - {type: volume, target: /app/node_modules}\n",
        tmp_path,
    )
    assert plain(node)
    assert codes(made) == {
        "volumes.development",
        "volumes.missing",
        "volumes.socket",
        "volumes.local-time",
        "volumes.host-data",
        "volumes.anonymous",
    }
    shown = {
        value.value.path: value.value for values in made.fills.values() for value in values if hasattr(value.value, "path")
    }
    assert set(shown) == {"/etc/nginx.conf", "/tls.pem", "/var/run/docker.sock", "/x"}
    assert made.all(BLOCKED)
    assert shown["/tls.pem"].source.is_secret
    assert "PRIVATE KEY" not in repr(shown["/tls.pem"])
