"""What a mapping does not decide follows from the Compose project, as without a mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.diagnostic import InputError

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = """
name: shop
services:
  web:
    image: nginx:1.27
    ports: ["80:80"]
    labels: {kompose.service.expose: shop.example.com, kompose.volume.size: 5Gi, kompose.volume.storage-class-name: fast}
    volumes: ["pages:/pages"]
  Two_Words: {image: redis:7, volumes: ["queue:/data"]}
  llm: {provider: {type: model, options: {model: tiny}}}
volumes: {pages: {}, queue: {}}
"""


def converted(folder: Path, mapping: str | None) -> api.Conversion:
    (folder / "compose.yaml").write_text(COMPOSE)
    load = LoadOptions(files=(str(folder / "compose.yaml"),))
    return api.convert(api.Options(load, str(folder / "m.yaml") if mapping else None, mapping_text=mapping))


def objects(made: api.Conversion) -> dict[str, object]:
    return {path: list(yaml.safe_load_all(text)) for path, text in made.files.items() if path.endswith(".yaml")}


def test_a_mapping_that_decides_nothing_changes_nothing(tmp_path: Path) -> None:
    without = objects(converted(tmp_path, None))
    assert "ingress/ingress-web.yaml" in without
    assert objects(converted(tmp_path, "version: 1\n")) == without
    assert objects(converted(tmp_path, "targets: {web: {}}\n")) == without


def test_an_inferred_route_follows_to_the_port_of_the_mapping(tmp_path: Path) -> None:
    made = converted(tmp_path, "targets: {web: {ports: [{port: 8080, replaces: 80}]}}\n")
    assert "number: 8080" in made.files["ingress/ingress-web.yaml"]
    assert "declared in compose.yaml" in made.files["ingress/ingress-web.yaml"]


def test_nothing_is_made_of_what_is_left_out(tmp_path: Path) -> None:
    made = converted(tmp_path, "drop: {web: It stays where it is., llm: It stays where it is.}\n")
    assert not [path for path in made.files if "ingress" in path or "pages" in path]


def test_what_a_provider_runs_is_no_target(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        converted(tmp_path, "targets: {llm: {image: x}}\n")
    assert [(one.code, one.span and (one.span.line, one.span.column)) for one in caught.value.diagnostics] == [
        ("provider-service", (1, 11))
    ]
