"""The main job on Quantum Trader: the committed tree is what the inputs give, and it is what the seed asks for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from conftest import Judge, Run

ROOT = Path(__file__).parents[2]
TREE = ROOT / "out" / "quantum-trader"
MAPPING = "mappings/quantum-trader.yaml"
SERVICES = {
    "ai-engine": (8001, 2, "500m", "2", "1Gi", "2Gi"),
    "execution": (8002, 2, "250m", "1", "512Mi", "1Gi"),
    "risk-safety": (8003, 2, "250m", "1", "512Mi", "1Gi"),
    "portfolio": (8004, 1, "250m", "1", "512Mi", "1Gi"),
    "monitoring": (8005, 1, "100m", "500m", "256Mi", "512Mi"),
    "rl-training": (8006, 1, "500m", "2", "1Gi", "2Gi"),
    "federation-ai": (8007, 1, "250m", "1", "512Mi", "1Gi"),
    "gateway": (8000, 2, "250m", "1", "512Mi", "1Gi"),
}


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def manifests() -> dict[str, list[dict[str, Any]]]:
    """The objects of every manifest of the tree, by path."""
    return {
        path.relative_to(TREE).as_posix(): documents(path)
        for path in sorted(TREE.rglob("*.yaml"))
        if path.name != "kustomization.yaml"
    }


def only(kind: str, name: str) -> dict[str, Any]:
    (found,) = [o for docs in manifests().values() for o in docs if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    return found


def test_the_committed_tree_is_what_the_inputs_give(run: Run) -> None:
    result = run("convert", "-m", MAPPING, "--check", cwd=ROOT)
    assert result.returncode == 0, result.stderr


def test_the_tree_does_not_depend_on_folder_or_environment(run: Run, tmp_path: Path) -> None:
    elsewhere = tmp_path / "some" / "Other Folder"
    for name in ("fixtures", "mappings"):
        shutil.copytree(ROOT / name, elsewhere / name)
    made = run(
        "convert",
        "-m",
        "quantum-trader.yaml",
        cwd=elsewhere / "mappings",
        env={"QT_ADMIN_TOKEN": "from-the-shell", "LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"},
    )
    assert made.returncode == 0, made.stderr
    copy = elsewhere / "out" / "quantum-trader"
    assert {p.relative_to(copy): p.read_bytes() for p in copy.rglob("*") if p.is_file()} == {
        p.relative_to(TREE): p.read_bytes() for p in TREE.rglob("*") if p.is_file()
    }


def test_check_tells_a_difference(run: Run, tmp_path: Path) -> None:
    for name in ("fixtures", "mappings", "out"):
        shutil.copytree(ROOT / name, tmp_path / name)
    service = tmp_path / "out" / "quantum-trader" / "services" / "gateway-service.yaml"
    service.write_text(service.read_text().replace("8000", "8080"))
    result = run("convert", "-m", MAPPING, "--check", cwd=tmp_path)
    assert result.returncode == 1
    assert "gateway-service.yaml" in result.stderr


def test_an_edited_file_is_a_conflict(run: Run, tmp_path: Path) -> None:
    for name in ("fixtures", "mappings", "out"):
        shutil.copytree(ROOT / name, tmp_path / name)
    service = tmp_path / "out" / "quantum-trader" / "services" / "gateway-service.yaml"
    service.write_text(service.read_text() + "# mine\n")
    result = run("convert", "-m", MAPPING, cwd=tmp_path)
    assert result.returncode == 2
    assert service.read_text().endswith("# mine\n")
    assert run("convert", "-m", MAPPING, "--force", cwd=tmp_path).returncode == 0
    assert not service.read_text().endswith("# mine\n")


def test_files_of_the_seed() -> None:
    expected = {
        "namespace.yaml",
        "kustomization.yaml",
        "README.md",
        "config/configmap-appsettings.yaml",
        "secrets/secret-exchanges-example.yaml",
        "redis/redis-statefulset.yaml",
        "redis/redis-service.yaml",
        "postgres/postgres-statefulset.yaml",
        "postgres/postgres-service.yaml",
        "ingress/ingress-gateway.yaml",
        *(f"services/{name}-{kind}.yaml" for name in SERVICES for kind in ("deployment", "service")),
    }
    found = {path.relative_to(TREE).as_posix() for path in TREE.rglob("*") if path.is_file()}
    assert expected <= found


@pytest.mark.parametrize("name", SERVICES)
def test_a_microservice_is_that_of_the_seed(name: str) -> None:
    port, replicas, cpu, cpu_limit, memory, memory_limit = SERVICES[name]
    deployment = only("Deployment", name)
    assert deployment["spec"]["replicas"] == replicas
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"ghcr.io/quantum-trader/{name}:latest"
    assert container["resources"] == {
        "requests": {"cpu": cpu, "memory": memory},
        "limits": {"cpu": cpu_limit, "memory": memory_limit},
    }
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] == "/health"
        assert container[probe]["initialDelaySeconds"] == (60 if name in ("ai-engine", "rl-training") else 30)
    labels = deployment["metadata"]["labels"]
    assert (labels["app"], labels["component"]) == (f"{name}-service", name)
    assert labels["tier"] == ("frontend" if name == "gateway" else "backend")
    sources = [next(iter(source.values()))["name"] for source in container["envFrom"]]
    assert sources == ["quantum-trader-config", "exchange-secrets"]
    service = only("Service", f"{name}-service")
    assert service["spec"].get("type", "ClusterIP") == "ClusterIP"
    assert service["spec"]["ports"][0]["port"] == port
    pod_labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= pod_labels.items()


def test_the_gateway_is_one_container_with_two_ports() -> None:
    (container,) = only("Deployment", "gateway")["spec"]["template"]["spec"]["containers"]
    assert [port["containerPort"] for port in container["ports"]] == [8000, 3000]
    assert [port["port"] for port in only("Service", "gateway-service")["spec"]["ports"]] == [8000, 3000]


def test_datastores_are_those_of_the_seed() -> None:
    (redis,) = only("StatefulSet", "redis")["spec"]["template"]["spec"]["containers"]
    (postgres,) = only("StatefulSet", "postgres")["spec"]["template"]["spec"]["containers"]
    assert redis["image"] == "redis:7-alpine"
    assert (redis.get("command", []) + redis.get("args", []))[-5:] == [
        "redis-server", "--appendonly", "yes", "--appendfsync", "everysec",
    ]  # fmt: skip
    assert redis["resources"]["limits"] == {"cpu": "500m", "memory": "512Mi"}
    assert postgres["image"] == "postgres:15-alpine"
    env = {entry["name"]: entry for entry in postgres["env"]}
    assert env["POSTGRES_DB"]["value"] == "quantum_trader"
    assert env["POSTGRES_USER"]["value"] == "quantum"
    assert env["POSTGRES_PASSWORD"]["valueFrom"]["secretKeyRef"]["key"] == "POSTGRES_PASSWORD"
    assert env["PGDATA"]["value"] == "/var/lib/postgresql/data/pgdata"
    for name, port in (("redis", 6379), ("postgres", 5432)):
        assert only("Service", name)["spec"]["ports"][0]["port"] == port


def test_claims_are_those_of_the_seed() -> None:
    claims = {
        o["metadata"]["name"]: (o["spec"]["resources"]["requests"]["storage"], o["spec"]["accessModes"])
        for docs in manifests().values()
        for o in docs
        if o["kind"] == "PersistentVolumeClaim"
    }
    sizes = {name.removesuffix("-pvc").removeprefix("quantum-trader-"): value for name, value in claims.items()}
    assert sizes == {
        "redis": ("5Gi", ["ReadWriteOnce"]),
        "postgres": ("20Gi", ["ReadWriteOnce"]),
        "models": ("10Gi", ["ReadWriteMany"]),
        "logs": ("5Gi", ["ReadWriteMany"]),
        "data": ("20Gi", ["ReadWriteMany"]),
    }


def test_the_ingress_is_that_of_the_seed_without_the_rewrite() -> None:
    ((ingress,),) = (manifests()["ingress/ingress-gateway.yaml"],)
    (rule,) = ingress["spec"]["rules"]
    assert (ingress["spec"]["ingressClassName"], rule["host"]) == ("nginx", "quantum.local")
    routes = {
        path["path"]: (path["backend"]["service"]["name"], path["backend"]["service"]["port"]["number"])
        for path in rule["http"]["paths"]
    }
    assert routes == {
        "/api": ("gateway-service", 8000),
        "/dashboard": ("gateway-service", 3000),
        "/": ("gateway-service", 8000),
        "/health": ("gateway-service", 8000),
        "/metrics": ("monitoring-service", 8005),
    }
    assert ingress["metadata"]["annotations"] == {
        "nginx.ingress.kubernetes.io/ssl-redirect": "false",
        "nginx.ingress.kubernetes.io/proxy-body-size": "50m",
        "nginx.ingress.kubernetes.io/proxy-read-timeout": "300",
    }


def test_configuration_is_shared_and_the_secret_is_an_example() -> None:
    assert len(only("ConfigMap", "quantum-trader-config")["data"]) >= 40
    example = only("Secret", "exchange-secrets-example")
    keys = set(example["stringData"])
    assert {"BINANCE_API_KEY", "BINANCE_API_SECRET", "QT_ADMIN_TOKEN", "POSTGRES_PASSWORD", "OKX_PASSPHRASE"} <= keys
    assert not keys & {"QT_PAPER_TRADING", "STAGING_MODE", "DB_URL"}
    listed = yaml.safe_load((TREE / "kustomization.yaml").read_text())["resources"]
    assert not any("secret" in path for path in listed)
    assert "secret-exchanges.yaml" in (TREE / ".gitignore").read_text()


def test_no_secret_value_is_in_the_tree() -> None:
    values = {
        line.partition("=")[2].strip()
        for line in (ROOT / "fixtures" / "quantum-trader" / "quantum.env").read_text().splitlines()
        if any(word in line.partition("=")[0] for word in ("API_KEY", "SECRET", "TOKEN", "PASSPHRASE", "PASSWORD"))
    } - {""}
    assert values
    for path in (ROOT / "out").rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert not [value for value in values if value in text], path


def test_every_object_is_valid(judge: Judge) -> None:
    objects = [o for docs in manifests().values() for o in docs]
    assert len(objects) > 30
    for version in ("1.30", "1.37"):
        assert judge.refused_by_schema(objects, version) == []
    texts = [(TREE / path).read_text() for path in manifests()]
    assert judge.refused_by_kubectl("\n---\n".join(texts)) == ""


def test_kustomize_builds_the_tree() -> None:
    kubectl = Path(sys.executable).with_name("kubectl")
    made = subprocess.run([kubectl, "kustomize", TREE], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    built = [o for o in yaml.safe_load_all(made.stdout) if o]
    assert {"Namespace", "ConfigMap", "Deployment", "StatefulSet", "Service", "PersistentVolumeClaim", "Ingress"} == {
        o["kind"] for o in built
    }
    assert {o["metadata"].get("namespace", "quantum-trader") for o in built} == {"quantum-trader"}


@pytest.fixture(scope="module")
def report(run: Run) -> dict[str, Any]:
    result = run("report", "-m", MAPPING, "--format", "json", cwd=ROOT)
    assert result.returncode == 0, result.stderr
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def test_the_budget_is_computed(report: dict[str, Any]) -> None:
    budget = report["budget"]
    assert budget["requests"] == {"cpu": "3950m", "memory": "8192Mi"}
    assert budget["limits"] == {"cpu": "16000m", "memory": "16384Mi"}
    assert (budget["storage"], budget["pods"]) == ("60Gi", 14)


def test_the_seeds_totals_are_found_wrong(report: dict[str, Any]) -> None:
    claims = {claim["name"]: claim for claim in report["budget"]["claims"]}
    wrong = {name for name, claim in claims.items() if not claim["ok"]}
    assert {"requests.cpu", "limits.cpu", "requests.memory", "limits.memory", "storage"} <= wrong
    assert claims["pods"]["ok"]
    assert claims["requests.cpu"]["arithmetic"].endswith("= 3950m")


def test_every_line_of_the_input_is_accounted_for(report: dict[str, Any]) -> None:
    ledger = report["ledger"]
    assert len(ledger) > 300
    assert {entry["outcome"] for entry in ledger} <= {"emitted", "mapped", "lost", "consumed"}
    assert all(entry["reason"] for entry in ledger if entry["outcome"] in ("mapped", "lost", "consumed"))


def test_the_guide_has_the_seeds_sections_and_real_names() -> None:
    guide = (TREE / "README.md").read_text()
    for section in (
        "Overview", "Quick Start", "Step-by-Step Deployment", "Monitoring & Debugging", "Testing", "Configuration",
        "Resource Requirements", "Persistent Storage", "Scaling", "Troubleshooting", "Security Best Practices", "Next Steps",
        "References",
    ):  # fmt: skip
        assert f"\n## {section}" in guide or f". {section}\n" in guide
    for name, (port, *_) in SERVICES.items():
        assert f"{name}-service" in guide
        assert str(port) in guide
