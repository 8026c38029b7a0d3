"""Services that a mapping makes one container of: their mounts inside each other's are explained, and still looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.api import Conversion

MOUNTS = {
    "a file in a folder": (["./conf:/etc/x:ro"], ["./one.txt:/etc/x/one.txt:ro"]),
    "a file over one of a folder": (["./conf:/etc/x:ro"], ["./one.txt:/etc/x/a.txt:ro"]),
    "a folder in a folder": (["./conf:/etc/x:ro"], ["./sub:/etc/x/sub:ro", "./one.txt:/etc/x/sub/deep/one.txt:ro"]),
    "files in a claim": (["dd:/data"], ["./sub:/data/in:ro", "./one.txt:/data/in/b.txt:ro"]),
    "a claim in files": (["./conf:/etc/x:ro", "./one.txt:/etc/one.txt:ro"], ["dd:/etc/x/data"]),
}


def _converted(folder: Path, first: list[str], second: list[str]) -> Conversion:
    (folder / "conf").mkdir()
    (folder / "sub/deep").mkdir(parents=True)
    for name in ("one.txt", "conf/a.txt", "conf/c.txt", "sub/b.txt", "sub/deep/d.txt"):
        (folder / name).write_text(f"content of {name}\n")
    services = f"{{a: {{image: 'x:1', volumes: {first}}}, b: {{image: 'x:1', volumes: {second}}}}}"
    (folder / "compose.yaml").write_text(f"name: p\nservices: {services}\nvolumes: {{dd: }}\n")
    mapping = folder / "compose2qt.yaml"
    mapping.write_text("version: 1\ntargets: {both: {from: [a, b], reason: one process manager runs both}}\n")
    return api.convert(api.Options(LoadOptions(files=(str(folder / "compose.yaml"),)), mapping=str(mapping)))


@pytest.mark.parametrize("case", MOUNTS)
def test_what_the_other_service_mounts_is_explained(case: str, tmp_path: Path) -> None:
    made = _converted(tmp_path, *MOUNTS[case])
    assert made.proof is not None
    explained = {(one.service, one.item): one for one in made.proof.explained if one.aspect == "mounts"}
    paths = {service: [mount.split(":")[1] for mount in mounts] for service, mounts in zip("ab", MOUNTS[case], strict=True)}
    brought = [("a", path) for path in paths["b"]] + [("b", path) for path in paths["a"]]
    assert {explained[key].code for key in brought} == {"mapping.merged"}
    assert {explained[key].compose for key in brought} == {"absent"}
    assert {explained[key].reason for key in brought} == {"one process manager runs both"}


@pytest.mark.parametrize("case", ["a file in a folder", "a folder in a folder", "files in a claim"])
def test_a_file_with_another_content_is_found_in_both(case: str, tmp_path: Path) -> None:
    made = _converted(tmp_path, *MOUNTS[case])
    files = {path: text.replace("content of one.txt", "another") for path, text in made.files.items()}
    assert files != made.files
    found = prove(made.project, made.plan, made.lowered, parse_tree(files), ledger=made.ledger)
    assert {one.service for one in found.different if one.aspect == "mounts"} == {"a", "b"}
