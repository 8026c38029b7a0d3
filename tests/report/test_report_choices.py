"""What nobody states, and what is decided: told in every format, marked in the budget, placed in the mapping."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.budget import parse_nodes
from compose2qt.compose import LoadOptions
from compose2qt.report import render_html, render_json, render_markdown, render_sarif, render_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compose2qt.report import Report

COMPOSE = """name: shop
services:
  web:
    image: shop/web:1.0
    environment: {LOG: info}
    ports: ["8080:80"]
  db:
    image: postgres:16.4
    volumes: [data:/var/lib/postgresql/data]
    deploy: {resources: {reservations: {cpus: "0.5", memory: 512M}, limits: {cpus: "1", memory: 1G}}}
volumes: {data: {}}
"""
MAPPING = """version: 1
targets:
  web:
    image: registry.example.com/web:latest
    reason: The registry has it.
    replicas: 2
"""


@pytest.fixture
def report(tmp_path: Path) -> Callable[..., Report]:
    def made(mapping: str | None = None, nodes: str = "") -> Report:
        path = tmp_path / "compose.yaml"
        path.write_text(COMPOSE, encoding="utf-8")
        options = api.Options(
            LoadOptions(files=(str(path),)), str(tmp_path / "m.yaml") if mapping else None, mapping_text=mapping
        )
        return api.report(api.convert(options), nodes=parse_nodes(nodes) if nodes else ())

    return made


def test_what_nobody_states_is_marked_in_the_budget(report: Callable[..., Report]) -> None:
    made = report()
    web, db = (next(one for one in made.budget.workloads if one.object.endswith(name)) for name in ("/web", "/db"))
    assert (web.assumed.cpu.milli, web.assumed.memory.within("Mi")) == ("50m", "64Mi")
    assert db.assumed.cpu.milli == "0m"
    assert made.budget.assumed_storage == made.budget.storage
    text = " ".join(render_text(made, 200).split())
    assert "Of that 50m CPU, 64Mi memory and 1Gi storage are assumed" in text
    assert "Deployment/web 1 ~50m none ~64Mi none" in text
    assert "StatefulSet/db 1 500m 1000m 512Mi 1Gi" in text
    assert "requests.cpu 50m, requests.memory 64Mi: nobody states it: this is assumed (Deployment/web)" in text
    assert "Of that 50m CPU" in render_markdown(made)
    assert "~50m" in render_html(made)
    data = json.loads(render_json(made))["budget"]
    assert data["assumed"] == {"cpu": "50m", "memory": "64Mi", "storage": "1Gi"}
    assert [one["assumed"] for one in data["gaps"] if one["resource"] == "requests.cpu"] == ["50m"]


def test_what_nobody_states_is_a_finding(report: Callable[..., Report]) -> None:
    (found,) = (one for one in report().findings if one.name == "missing-requests")
    assert found.message == "nobody states what container web needs: 50m of cpu and 64Mi of memory are assumed"
    assert found.source is not None
    assert found.source.line == 4


def test_nodes_are_said_to_fit_only_if_the_assumption_is_right(report: Callable[..., Report]) -> None:
    text = render_text(report(nodes="2x2cpu4Gi"), 200)
    assert "Steady state: all 2 pods fit 2 nodes, if the assumed requests are right" in text
    assert "Rolling out: all 3 pods fit 2 nodes, if the assumed requests are right" in text
    assert "1 node of 2000m CPU and 4Gi memory: taken to give pods 1150m CPU and 3396Mi memory" in text


def test_a_field_that_the_mapping_decides_stands_there(report: Callable[..., Report]) -> None:
    found = {one.name: one.source for one in report(MAPPING).findings if one.object == "Deployment/web"}
    for rule, line in (("image-latest-tag", 4), ("missing-disruption-budget", 6)):
        span = found[rule]
        assert span is not None
        assert (span.file.endswith("m.yaml"), span.line) == (True, line)


def test_decisions_and_inferences_are_told_in_every_format(report: Callable[..., Report]) -> None:
    made = report(MAPPING)
    rows = json.loads(render_json(made))["decisions"]
    decided = next(row for row in rows if row["reason"] == "The registry has it.")
    assert (decided["by"], decided["services"], decided["lines"]) == ("mapping", ["web"], 1)
    assert {"image", "replicas"} <= set(decided["fields"])
    assert decided["place"]["line"] == 4
    (image,) = (one for one in json.loads(render_json(made))["ledger"] if one["path"] == "/services/web/image")
    assert (image["outcome"], image["decided_at"]["line"]) == ("mapped", 4)
    inferred = {row["reason"] for row in rows if row["by"] == "inferred"}
    assert {
        "StatefulSet: a known datastore with a volume for its data",
        "Compose names no size",
        "no reservation is stated",
    } <= inferred
    for render in (render_text, render_markdown, render_sarif, render_html):
        shown = " ".join(render(made).split())
        assert "The registry has it" in shown
        assert "a known datastore with a volume for its data" in shown


PORTS = """services:
  web:
    image: shop/web:1.0
    ports:
      - "127.0.0.1:80:8080"
      - "8001-8002:8001-8002"
      - {target: 9000, published: "9100", host_ip: 127.0.0.1, mode: host}
      - "53:53/udp"
      - "7000"
"""


def test_each_published_port_is_told_with_its_command(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text(PORTS, encoding="utf-8")
    made = api.report(api.convert(api.Options(LoadOptions(files=(str(path),)), namespace="shop")))
    told = [one.message.rpartition(")")[2].strip(":; ") for one in made.findings if one.code == "MIG002"]
    forward = "kubectl port-forward -n shop service/web"
    assert told == [f"{forward} 8080:8080", f"{forward} 8001:8001", f"{forward} 8002:8002", f"{forward} 9100:9000",
                    "`kubectl port-forward` carries no UDP"]  # fmt: skip
