"""``compose2qt init``: what a first mapping spec proposes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

PROJECT = """
services:
  web: {image: "nginx:1.27", ports: ["8080:80"]}
  db: {image: "postgres:16", environment: {POSTGRES_PASSWORD: abc}, ports: ["5432:5432"]}
  search: {image: "elasticsearch:8.15.0", ports: ["9200:9200"]}
  mail: {image: "acme/mail:1", ports: ["1025:1025", "8025:8025"]}
"""


def test_routes_are_proposed_for_http_alone(tmp_path: Path, run: Run) -> None:
    (tmp_path / "compose.yaml").write_text(PROJECT)
    made = run("init", "-o", "-", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert re.findall(r"paths: \{/: [\"']?([\w:]+)", made.stdout) == ["web:80", "mail:8025"]
    assert "# no route is proposed for db:5432, search:9200, mail:1025:" in made.stdout


def test_without_a_page_there_is_no_route(tmp_path: Path, run: Run) -> None:
    (tmp_path / "compose.yaml").write_text('services: {cache: {image: "redis:7", ports: ["6379:6379"]}}\n')
    made = run("init", "-o", "-", cwd=tmp_path).stdout
    assert "# routes:" not in made
    assert "cache:6379" in made
