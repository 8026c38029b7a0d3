"""Quantum Trader: what its mapping decides, and what the decisions yield."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compose2qt.compose import LoadOptions, Project, load
from compose2qt.diagnostic import Collector
from compose2qt.lower import Lowered, lower
from compose2qt.mapping.resolve import resolve
from compose2qt.mapping.spec import load_spec
from compose2qt.source import leaves
from compose2qt.source.disk import Disk
from compose2qt.workload import ZERO, Concealed, HttpProbe, Kind, Quantity, SecretKey, Traced, Workload

if TYPE_CHECKING:
    from compose2qt.mapping.plan import Plan

ROOT = Path(__file__).parents[2]
MAPPING = ROOT / "mappings" / "quantum-trader.yaml"
FIXTURE = ROOT / "fixtures" / "quantum-trader"


@pytest.fixture(scope="module")
def loaded() -> tuple[Project, Plan, Lowered]:
    collector = Collector()
    spec = load_spec(MAPPING, str(MAPPING), collector)
    project = load(LoadOptions(spec.files, env_files=spec.env_files, profiles=spec.profiles), collector)
    plan = resolve(spec, project, collector)
    made = lower(project, plan, Disk(project.directory), collector)
    assert not list(collector)
    return project, plan, made


@pytest.fixture(scope="module")
def workloads(loaded: tuple[Project, Plan, Lowered]) -> dict[str, Workload]:
    return {one.name: one for one in loaded[2].application.workloads}


@pytest.mark.parametrize("profiles", [("dev", "microservices", "strategy-gen"), ("live",)])
def test_docker_compose_accepts_the_fixture(profiles: tuple[str, ...]) -> None:
    binary = Path(sys.executable).with_name("docker-compose")
    chosen = [word for profile in profiles for word in ("--profile", profile)]
    result = subprocess.run(
        [str(binary), "-f", "docker-compose.yml", "--env-file", "quantum.env", *chosen, "config", "--quiet"],
        cwd=FIXTURE,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_the_fixture_has_the_size_of_the_real_one(loaded: tuple[Project, Plan, Lowered]) -> None:
    project = loaded[0]
    everyone = {**project.services, **project.disabled}
    assert len(everyone) == 10
    assert set(project.all_profiles) == {"dev", "live", "microservices", "strategy-gen"}
    variables = {path[1] for one in everyone.values() for path, _ in leaves(one.node) if path[0] == "environment"}
    assert len(variables) >= 60


# The tables of the completion report: image, replicas, ports, CPU and memory request and limit, delay, mounts.
TABLE = {
    "ai-engine": (2, [8001], "500m", "1Gi", "2000m", "2Gi", 60, ["models", "logs", "data"]),
    "execution": (2, [8002], "250m", "512Mi", "1000m", "1Gi", 30, ["logs", "data"]),
    "risk-safety": (2, [8003], "250m", "512Mi", "1000m", "1Gi", 30, ["logs", "data"]),
    "portfolio": (1, [8004], "250m", "512Mi", "1000m", "1Gi", 30, ["logs", "data"]),
    "rl-training": (1, [8006], "500m", "1Gi", "2000m", "2Gi", 60, ["models", "logs", "data"]),
    "monitoring": (1, [8005], "100m", "256Mi", "500m", "512Mi", 30, ["logs"]),
    "federation-ai": (1, [8007], "250m", "512Mi", "1000m", "1Gi", 30, ["logs", "data"]),
    "gateway": (2, [8000, 3000], "250m", "512Mi", "1000m", "1Gi", 30, ["logs"]),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_service_is_as_the_report_says(workloads: dict[str, Workload], name: str) -> None:
    replicas, ports, cpu, memory, cpu_limit, memory_limit, delay, mounts = TABLE[name]
    one = workloads[name]
    (main,) = one.pod.containers
    resources = main.resources
    assert one.kind is Kind.DEPLOYMENT
    assert one.replicas is not None
    assert one.replicas.value == replicas
    assert main.image.value == f"ghcr.io/quantum-trader/{name}:latest"
    assert [port.value.number for port in main.ports] == ports
    asked = (resources.cpu_request, resources.memory_request, resources.cpu_limit, resources.memory_limit)
    assert [a.value for a in asked if a] == [Quantity.parse(text) for text in (cpu, memory, cpu_limit, memory_limit)]
    for probe in (main.readiness, main.liveness):
        assert probe is not None
        assert (probe.value.check, probe.value.initial_delay) == (HttpProbe("/health", ports[0]), delay)
    assert [(mount.volume, mount.path.value) for mount in main.mounts] == [(mount, f"/app/{mount}") for mount in mounts]
    assert one.endpoints[0].name == f"{name}-service"
    tier = "frontend" if name == "gateway" else "backend"
    assert one.labels == (("app", f"{name}-service"), ("component", name), ("tier", tier))
    assert one.selector == (("app", f"{name}-service"),)
    assert [(source.name.value, source.is_secret) for source in main.env_from] == [
        ("quantum-trader-config", False),
        ("exchange-secrets", True),
    ]
    assert one.purpose


def test_infrastructure_is_as_the_report_says(workloads: dict[str, Workload]) -> None:
    redis, postgres = workloads["redis"], workloads["postgres"]
    assert {redis.kind, postgres.kind} == {Kind.STATEFUL_SET}
    assert (redis.folder, postgres.folder) == ("redis", "postgres")
    (main,) = redis.pod.containers
    assert main.image.value == "redis:7-alpine"
    assert main.args is not None
    assert " ".join(main.args.value) == "redis-server --appendonly yes --appendfsync everysec"
    assert dict(redis.labels) == {"app": "redis", "component": "cache", "tier": "infrastructure"}
    assert not main.env_from
    (main,) = postgres.pod.containers
    assert main.image.value == "postgres:15-alpine"
    assert {one.name: one.value.value for one in main.env} == {
        "POSTGRES_DB": "quantum_trader",
        "POSTGRES_USER": "quantum",
        "POSTGRES_PASSWORD": SecretKey("exchange-secrets", "POSTGRES_PASSWORD"),
        "PGDATA": "/var/lib/postgresql/data/pgdata",
    }


def test_the_budget_is_that_of_the_report_s_own_table(workloads: dict[str, Workload]) -> None:
    def total(name: str) -> Quantity:
        found = ZERO
        for one in workloads.values():
            amount: Traced[Quantity] | None = getattr(one.pod.containers[0].resources, name)
            assert amount is not None
            assert one.replicas is not None
            found += amount.value * one.replicas.value
        return found

    assert (total("cpu_request").milli, total("cpu_limit").milli) == ("3950m", "16000m")
    assert (total("memory_request").within("Mi"), total("memory_limit").within("Mi")) == ("8192Mi", "16384Mi")
    assert sum(one.replicas.value for one in workloads.values() if one.replicas) == 14


def test_claims_stand_once(loaded: tuple[Project, Plan, Lowered]) -> None:
    claims = loaded[2].application.claims
    assert [(one.name, one.size.value.binary, one.access_mode.value, one.owner) for one in claims] == [
        ("models", "10Gi", "ReadWriteMany", None),
        ("logs", "5Gi", "ReadWriteMany", None),
        ("data", "20Gi", "ReadWriteMany", None),
        ("redis-pvc", "5Gi", "ReadWriteOnce", "redis"),
        ("postgres-pvc", "20Gi", "ReadWriteOnce", "postgres"),
    ]


def test_the_shared_maps(loaded: tuple[Project, Plan, Lowered]) -> None:
    application = loaded[2].application
    (config,), (secret,) = application.config_maps, application.secrets
    assert (config.name, config.file) == ("quantum-trader-config", "configmap-appsettings")
    assert (secret.name, secret.file) == ("exchange-secrets", "secret-exchanges")
    names = [name for name, _ in secret.data]
    exchanges = "BINANCE_API_KEY BINANCE_API_SECRET BYBIT_API_KEY BYBIT_API_SECRET OKX_API_KEY OKX_API_SECRET OKX_PASSPHRASE"
    assert set(names) == {*exchanges.split(), "QT_ADMIN_TOKEN", "POSTGRES_PASSWORD"}
    values = {name: traced.value for name, traced in config.data}
    assert len(values) >= 40
    assert values["AI_ENGINE_URL"] == "http://ai-engine-service:8001"
    assert values["METRICS_URL"] == "http://monitoring-service:8005"
    assert values["REDIS_HOST"] == "redis"
    assert values["QT_SYMBOLS"].startswith('["BTCUSDT"')
    assert (values["QT_PAPER_TRADING"], values["STAGING_MODE"]) == ("true", "true")
    assert values["QT_MIN_CONFIDENCE"] == "0.45"
    assert "CHOKIDAR_USEPOLLING" not in values
    assert "SERVICE_NAME" not in values
    assert not any("localhost" in value or "127.0.0.1" in value for value in values.values())
    hidden = [
        traced.value.reveal() for _, traced in secret.data if isinstance(traced.value, Concealed) and traced.value.reveal()
    ]
    assert not any(value in text for value in hidden for text in values.values())


def test_what_differs_stays_right(workloads: dict[str, Workload]) -> None:
    env = {name: {one.name: one.value.value for one in w.pod.containers[0].env} for name, w in workloads.items()}
    assert env["ai-engine"] == {"LOG_LEVEL": "DEBUG", "PYTHONPATH": "/app", "SERVICE_NAME": "ai-engine"}
    assert env["execution"] == {"SERVICE_NAME": "execution"}
    url = "postgresql://quantum:$(POSTGRES_PASSWORD)@postgres:5432/quantum_trader"
    assert env["gateway"]["DB_URL"] == env["portfolio"]["DB_URL"] == url
    assert env["gateway"]["VITE_API_URL"] == "http://quantum.local"
    assert {name: one["SERVICE_NAME"] for name, one in env.items() if name in TABLE} == {name: name for name in TABLE}


def test_the_routes_and_what_is_left_out_of_them(loaded: tuple[Project, Plan, Lowered]) -> None:
    (route,) = loaded[1].routes
    assert (route.host, route.class_name, route.file) == ("quantum.local", "nginx", "ingress-gateway")
    assert [(path.value.path, path.value.service, path.value.port) for path in route.paths] == [
        ("/api", "gateway-service", 8000),
        ("/dashboard", "gateway-service", 3000),
        ("/", "gateway-service", 8000),
        ("/health", "gateway-service", 8000),
        ("/metrics", "monitoring-service", 8005),
    ]
    assert {name.rpartition("/")[2]: value.value for name, value in route.annotations} == {
        "ssl-redirect": "false",
        "proxy-body-size": "50m",
        "proxy-read-timeout": "300",
    }
    spec = load_spec(MAPPING, str(MAPPING), Collector())
    assert "rewrite-target" in next(iter(spec.document.routes["ingress-gateway"].without))


def test_every_drop_merge_and_addition_has_its_reason(loaded: tuple[Project, Plan, Lowered]) -> None:
    _, plan, made = loaded
    assert set(plan.dropped) == {"backend-live", "strategy_generator", "shadow_tester"}
    assert all(origin.reason for origin in plan.dropped.values())
    assert all(one.origin.reason for one in plan.targets if one.sources != (one.name,) or one.service)
    assert all(decision.reason for decision in made.decisions)
    assert {claim.name: claim.claimed for claim in plan.numbers} == {
        "files": "29",
        "pods": "14",
        "requests.cpu": "2,850m",
        "limits.cpu": "11,500m",
        "requests.memory": "7,424Mi",
        "limits.memory": "14,336Mi",
        "storage": "65Gi",
    }


def test_nothing_of_it_is_written_into_the_program() -> None:
    for file in (ROOT / "src").rglob("*.py"):
        text = file.read_text(encoding="utf-8").lower()
        assert not any(word in text for word in ("quantum-trader", "quantum_trader", "binance", "exchange-secrets")), file
