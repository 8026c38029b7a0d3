"""What a mapping says against itself or the project ends in an error at its place, never in a bug report."""

from __future__ import annotations

import os
import random
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.diagnostic import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
COMPOSE = """
services:
  web: {image: nginx:1.27, ports: ["80:80"], environment: {A: "1", LEVEL: info, API_TOKEN: tok1tok}, volumes: ["data:/d"]}
  api: {image: nginx:1.27, ports: ["8000:8000"], environment: {A: "1", API_TOKEN: tok2tok}, volumes: ["other:/d"]}
  db: {image: postgres:16, volumes: ["pg:/var/lib/postgresql/data"], environment: {POSTGRES_PASSWORD: pw1pw}}
volumes: {data: {}, other: {}, pg: {}}
"""
ALL = "targets: {web: {}, api: {}, db: {}}\n"
SHARED = "kind: ConfigMap, reason: r, readers: [web, api]"


def converted(folder: Path, mapping: str) -> api.Conversion:
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / "m.yaml").write_text("version: 1\n" + mapping)
    load = LoadOptions(files=(str(folder / "compose.yaml"),), project_directory=str(folder))
    return api.convert(api.Options(load, str(folder / "m.yaml")))


CASES = yaml.safe_load((Path(__file__).parent / "contradictions.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["code"])
def test_a_contradiction_is_an_error_at_its_place(tmp_path: Path, case: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        converted(tmp_path, case["mapping"])
    found = {(one.code, f"{one.span.line}:{one.span.column}" if one.span else "") for one in caught.value.diagnostics}
    assert any(each == case["code"] and at.startswith(case["place"]) for each, at in found), found


def test_what_is_plain_by_the_mapping_may_stand_in_a_config_map(tmp_path: Path) -> None:
    mapping = f"{ALL}plain_keys: {{API_TOKEN: it is public}}\nshared: {{a: {{{SHARED}, keys: [API_TOKEN]}}}}\n"
    assert "API_TOKEN: tok" in converted(tmp_path, mapping).files["config/a.yaml"]


# Any slip ---------------------------------------------------------------------------------------------------------------

SEED = int(os.environ.get("COMPOSE2QT_SEED", "0")) or secrets.randbelow(2**32)
COUNT = int(os.environ.get("COMPOSE2QT_MUTATIONS", "24"))


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield from places(node[key], (*path, key))


def mutated(chance: random.Random) -> Any:
    """The mapping of Quantum Trader with one or two nodes deleted, replaced by others of it, retyped or renamed."""
    data = yaml.safe_load((ROOT / "mappings" / "quantum-trader.yaml").read_text(encoding="utf-8"))
    for _ in range(chance.randint(1, 2)):
        every = list(places(data))
        path, other = chance.choice(every), chance.choice(every)
        holder, donor = data, data
        for step in path[:-1]:
            holder = holder[step]
        for step in other:
            donor = donor[step]
        match chance.randint(0, 3):
            case 0:
                del holder[path[-1]]
            case 1:
                holder[path[-1]] = yaml.safe_load(yaml.safe_dump(donor))
            case 2:
                holder[path[-1]] = chance.choice([None, "", 0, -1, 3.5, True, "x y", [], {}, ["a"], {"a": "b"}])
            case _ if isinstance(holder, dict):
                holder[f"{path[-1]}x"] = holder.pop(path[-1])
    return data


def test_a_slip_in_a_mapping_is_no_bug_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    print(f"COMPOSE2QT_SEED={SEED}")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mappings").mkdir()
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    chance = random.Random(SEED)  # noqa: S311 - a choice of test cases
    for _ in range(COUNT):
        text = yaml.safe_dump(mutated(chance), sort_keys=False)
        (tmp_path / "mappings" / "m.yaml").write_text(text)
        try:
            api.convert(api.Options(LoadOptions(), "mappings/m.yaml"))
        except InputError as error:
            assert error.diagnostics
        except api.OwnOutputError as error:
            pytest.fail(f"COMPOSE2QT_SEED={SEED}\n{text}\n{error}")
