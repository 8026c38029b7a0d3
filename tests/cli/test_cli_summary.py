"""The lines that end a conversion: their commands work as they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


def summary(folder: Path, run: Run, project: str, *options: str) -> str:
    (folder / "compose.yaml").write_text(project)
    made = run("convert", *options, cwd=folder)
    assert made.returncode == 0, made.stderr
    return made.stdout + made.stderr


def test_port_forwards_name_the_namespace_and_ports_that_anybody_may_open(tmp_path: Path, run: Run) -> None:
    told = summary(tmp_path, run, 'services: {web: {image: "nginx:1.27", ports: ["80:80", "9000:81"]}}\n', "-n", "shop")
    assert "kubectl port-forward -n shop service/web 8080:80\n" in told
    assert "kubectl port-forward -n shop service/web 9000:81" in told


def test_the_audit_comes_before_apply(tmp_path: Path, run: Run) -> None:
    told = summary(tmp_path, run, 'services: {a: {image: "x:1", environment: {URL: "http://host.docker.internal:5105"}}}\n')
    assert told.index("compose2qt report") < told.index("kubectl apply -k out")
    assert "host-gateway-name" in run("report", cwd=tmp_path).stdout


def test_what_is_not_listed_is_counted(tmp_path: Path, run: Run) -> None:
    ports = ", ".join(f'"{port}:{port}"' for port in range(9000, 9011))
    told = summary(tmp_path, run, f"services: {{web: {{image: x, ports: [{ports}]}}}}\n")
    assert told.count("port-forward") == 8
    assert "and 3 more ports: see out/README.md" in told


def test_an_image_of_a_registry_is_pushed_only_if_it_is_not_there(tmp_path: Path, run: Run) -> None:
    (tmp_path / "Dockerfile").write_text("FROM nginx:1.27\n")
    told = summary(tmp_path, run, "services: {a: {build: .}, b: {build: ., image: ghcr.io/acme/b:1}}\n")
    assert re.findall(r"-t (\S+) .*unless it is published there", told) == ["ghcr.io/acme/b:1"]


def test_a_large_object_is_applied_by_the_server(tmp_path: Path, run: Run) -> None:
    (tmp_path / "a.txt").write_text("x" * 300_000)
    told = summary(tmp_path, run, 'services: {web: {image: "nginx:1.27", volumes: ["./a.txt:/a.txt:ro"]}}\n')
    assert "kubectl apply --server-side -k out\n" in told


def test_what_nobody_states_of_the_cost_is_told(tmp_path: Path, run: Run) -> None:
    stated = "deploy: {resources: {reservations: {cpus: '0.5', memory: 1G}}}"
    assert "of that 50m CPU and 64Mi memory are assumed" in summary(tmp_path, run, "services: {web: {image: x/web:1.0}}")
    assert "assumed" not in summary(tmp_path, run, f"services: {{web: {{image: x/web:1.0, {stated}}}}}", "--force")


def test_warnings_that_are_alike_are_told_once_with_their_places(tmp_path: Path, run: Run) -> None:
    name = "${COMPOSE_PROJECT_NAME}"
    (tmp_path / "compose.yaml").write_text(
        f"services:\n  web:\n    image: x/web:1.0\n    environment:\n      A: {name}\n      B: {name}\n"
    )
    told = run("report", cwd=tmp_path).stderr
    assert told.count("project-unnamed") == 1
    assert "compose.yaml:5:10: warning: COMPOSE_PROJECT_NAME is" in told
    assert "  also at compose.yaml:6:10\n" in told
    (tmp_path / "compose.yaml").write_text("services:\n  a: {image: x, ports: [x]}\n  b: {image: x, ports: [x]}\n")
    assert run("report", cwd=tmp_path).stderr.count(": error: ") == 2, "an editor finds both"
