"""Real projects: converted, they mean the same."""

from __future__ import annotations

import csv
import random
from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.diagnostic import InputError
from compose2qt.proof import prove

if TYPE_CHECKING:
    from pathlib import Path

SEED, COUNT = 20261125, 30


def test_a_sample_of_the_corpus_means_the_same(shared: Path) -> None:
    corpus = shared / "corpus"
    with (corpus / "index.tsv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file, delimiter="\t")
            if row["docker_compose_config"] == "ok" and row["role"] == "base"
        ]
    print(f"seed {SEED}")
    checked = 0
    for row in random.Random(SEED).sample(rows, COUNT):  # noqa: S311 - a sample, not a secret
        file_ = corpus / row["dir"] / row["local_path"]
        if not file_.is_file():
            continue
        try:
            made = api.convert(api.Options(LoadOptions(files=(str(file_),), profiles=("*",))))
        except InputError:
            continue
        found = prove(made.project, made.plan, made.lowered, made.tree)
        told = [(result.service, result.subject, result.compose, result.kubernetes) for result in found.different]
        assert told == [], row["dir"]
        checked += 1
    assert checked > COUNT // 2


@pytest.mark.parametrize("name", ["quantum-trader"])
def test_a_mapping_explains_what_it_changes(name: str) -> None:
    from conftest import ROOT

    mapping = ROOT / "mappings" / f"{name}.yaml"
    made = api.convert(api.Options(LoadOptions(), mapping=str(mapping)))
    found = prove(made.project, made.plan, made.lowered, made.tree)
    assert [(result.service, result.subject, result.compose, result.kubernetes) for result in found.different] == []
    assert all(result.reason for result in found.explained)
    assert {result.code.partition(".")[0] for result in found.explained} >= {"mapping", "ports"}
