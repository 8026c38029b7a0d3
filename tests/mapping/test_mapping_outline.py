"""``compose2qt init``: a spec that decides nothing, and whose comments decide what is inferred."""

from __future__ import annotations

import csv
import os
import random
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.diagnostic import InputError

if TYPE_CHECKING:
    import pytest

    from conftest import Run

SEED = int(os.environ.get("COMPOSE2QT_SEED", "0")) or secrets.randbelow(2**32)
LONG = "a-datastore-with-a-name-that-is-longer-than-a-pod-may-have"
COMPOSE = f"""
name: shop
services:
  web_front:
    image: nginx:1.27
    ports: ["8080:80", "53:53/udp"]
    environment: {{API_TOKEN: tok-3n1c9x7q, LEVEL: info}}
    deploy: {{resources: {{limits: {{cpus: "0.5", memory: 128M}}}}, replicas: 2}}
    healthcheck: {{test: [CMD, wget, -q, "http://localhost/tok-3n1c9x7q"]}}
    depends_on: {{migrate: {{condition: service_completed_successfully}}}}
  "on": {{image: busybox, command: [sleep, "9"], deploy: {{mode: global}}}}
  "123": {{image: busybox, network_mode: "service:web_front"}}
  migrate: {{image: busybox, restart: "no"}}
  {LONG}: {{image: redis:7, volumes: ["queue_data:/data"], healthcheck: {{test: [CMD, redis-cli, ping]}}}}
  quiet: {{image: busybox, profiles: [night]}}
volumes: {{queue_data: {{}}}}
"""


def objects(made: api.Conversion) -> dict[str, object]:
    """The manifests without their comments, and without the hashes of nothing but comments."""
    return {path: list(yaml.safe_load_all(text)) for path, text in made.files.items() if path.endswith(".yaml")}


def with_text(load: LoadOptions, text: str) -> api.Conversion:
    return api.convert(api.Options(load, str(Path(load.files[0]).with_name("compose2qt.yaml")), mapping_text=text))


def begun(load: LoadOptions) -> str:
    return api.outline(load, str(Path(load.files[0]).with_name("compose2qt.yaml")))[1]


def shop(folder: Path) -> LoadOptions:
    (folder / "compose.yaml").write_text(COMPOSE)
    return LoadOptions(files=(str(folder / "compose.yaml"),))


def decided(text: str) -> str:
    """The spec with its comments of targets and claims taken at their word."""
    text = re.sub(r"(?m)^    # (?=[a-z]+: )", "    ", text)
    claims = re.search(r"(?m)^# storage:\n(#   .*\n)+", text)
    return text.replace(claims[0], re.sub(r"(?m)^# ?", "", claims[0])) if claims else text


def test_it_decides_nothing(tmp_path: Path) -> None:
    load = shop(tmp_path)
    text = begun(load)
    assert objects(with_text(load, text)) == objects(api.convert(api.Options(load)))
    assert begun(load) == text


def test_its_comments_decide_what_is_inferred(tmp_path: Path) -> None:
    load = shop(tmp_path)
    text = decided(begun(load))
    assert {"kind", "image", "resources", "ports"} <= yaml.safe_load(text)["targets"]["web-front"].keys()
    assert objects(with_text(load, text)) == objects(api.convert(api.Options(load)))


def test_it_shows_no_secret(tmp_path: Path) -> None:
    text = begun(shop(tmp_path))
    assert "tok-3n1c9x7q" not in text
    assert "#   API_TOKEN: " in text


def test_it_tells_what_is_not_converted(tmp_path: Path) -> None:
    text = begun(shop(tmp_path))
    assert "active: quiet\n" in text
    assert "# it runs before web-front, in its pods" in text


def test_a_spec_that_is_there_is_kept(tmp_path: Path, run: Run) -> None:
    shop(tmp_path)
    spec = tmp_path / "compose2qt.yaml"
    assert run("init", cwd=tmp_path).returncode == 0
    assert "targets:" in spec.read_text()
    assert run("convert", "-q", cwd=tmp_path).returncode == 0
    spec.write_text("# mine\nversion: 1\n")
    refused = run("init", cwd=tmp_path)
    assert refused.returncode == 2
    assert "mapping-exists" in refused.stderr
    assert spec.read_text() == "# mine\nversion: 1\n"
    assert run("init", "--force", cwd=tmp_path).returncode == 0
    assert run("init", "-o", "-", cwd=tmp_path).stdout == spec.read_text()


def test_it_pins_what_was_named(tmp_path: Path, run: Run) -> None:
    shop(tmp_path)
    (tmp_path / "e").write_text("A=1\n")
    made = run("init", "compose.yaml", "--profile", "night", "--env-file", "e", "-o", "mappings/shop.yaml", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    compose = yaml.safe_load((tmp_path / "mappings" / "shop.yaml").read_text())["compose"]
    assert compose == {"files": ["../compose.yaml"], "env_files": ["../e"], "profiles": ["night"]}
    assert run("convert", "-q", "-m", "mappings/shop.yaml", cwd=tmp_path).returncode == 0


def test_it_decides_nothing_about_projects_of_strangers(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (shared / "corpus" / "index.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["role"] == "base"]
    with capsys.disabled():
        print(f"COMPOSE2QT_SEED={SEED}")
    compared = 0
    for row in random.Random(SEED).sample(rows, int(os.environ.get("COMPOSE2QT_PROJECTS", "20"))):  # noqa: S311 - a sample
        load = LoadOptions(files=(str(shared / "corpus" / row["dir"] / row["local_path"]),), profiles=("*",))
        try:
            without = objects(api.convert(api.Options(load)))
        except InputError:
            continue
        text = begun(load)
        assert objects(with_text(load, text)) == without, load.files
        compared += 1
    assert compared
