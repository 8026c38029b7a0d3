"""Claims that an init container fills with what an image has, as Docker fills a new volume."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.diagnostic import InputError
from compose2qt.lower.seeding import SEED, copy_up
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = """
name: p
services:
  app: {image: acme/app, user: "1000", volumes: ["static:/app/static files"]}
  web: {image: nginx, volumes: ["static:/usr/share/nginx/html:ro"]}
  own: {image: nginx, volumes: [{type: volume, source: own, target: /own, volume: {nocopy: true}}]}
volumes: {static: , own: }
"""


def converted(folder: Path, storage: str) -> api.Conversion:
    (folder / "compose.yaml").write_text(COMPOSE)
    (folder / "compose2qt.yaml").write_text(f"version: 1\nstorage: {{{storage}}}\n")
    options = LoadOptions(files=(str(folder / "compose.yaml"),))
    return api.convert(api.Options(options, mapping=str(folder / "compose2qt.yaml")))


def told(made: api.Conversion) -> set[str]:
    return {loss.service for loss in made.lowered.losses if loss.code == "volumes.copy-up"}


def test_a_seed_is_an_init_container_of_the_same_image_and_user(tmp_path: Path) -> None:
    made = converted(tmp_path, "static: {size: 1Gi, seed: app}")
    pods = {one.name: one.pod for one in made.lowered.application.workloads}
    (seed,) = pods["app"].init_containers
    assert (seed.name, seed.image.value) == ("seed-static", "acme/app")
    assert seed.security.run_as_user is not None
    assert seed.security.run_as_user.value == 1000
    assert [(mount.volume, mount.path.value) for mount in seed.mounts] == [("static", SEED)]
    assert pods["web"].init_containers == ()
    assert told(made) == {"web"}
    assert made.proof is not None
    assert not made.proof.different


def test_without_a_seed_the_loss_is_told(tmp_path: Path) -> None:
    assert told(converted(tmp_path, "static: {size: 1Gi}")) == {"app", "web"}


def test_what_a_mapping_fills_against_nocopy_is_its_decision(tmp_path: Path) -> None:
    made = converted(tmp_path, "own: {size: 1Gi, seed: own}")
    assert made.proof is not None
    assert "mapping.seed" in {result.code for result in made.proof.explained}


@pytest.mark.parametrize(("seed", "code"), [("nobody", "unknown-target"), ("own", "seed-not-mounted")])
def test_who_fills_a_claim_mounts_it(tmp_path: Path, seed: str, code: str) -> None:
    with pytest.raises(InputError) as error:
        converted(tmp_path, f"static: {{size: 1Gi, seed: {seed}}}")
    assert [problem.code for problem in error.value.diagnostics] == [code]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cp -a '/app/static files'/.", "cp -a /etc/."),
        ("touch /seed/.seeding", "rm -r /seed/x; touch /seed/.seeding"),
        ("image: acme/app\n          # fills", "image: acme/other\n          # fills"),
    ],
)
def test_another_seed_is_a_difference(tmp_path: Path, old: str, new: str) -> None:
    made = converted(tmp_path, "static: {size: 1Gi, seed: app}")
    files = {path: text.replace(old, new) for path, text in made.files.items()}
    assert files != made.files
    assert prove(made.project, made.plan, made.lowered, parse_tree(files)).different


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"a.txt": "image", "sub/.b": "image"}),
        ({"lost+found/x": "-"}, {"lost+found/x": "-", "a.txt": "image", "sub/.b": "image"}),
        ({"a.txt": "mine"}, {"a.txt": "mine"}),
        ({".hidden": "mine"}, {".hidden": "mine"}),
        ({".seeding": "", "a.txt": "half"}, {"a.txt": "image", "sub/.b": "image"}),
    ],
)
def test_only_what_is_empty_is_filled(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> None:
    source, claim = tmp_path / "the image", tmp_path / "claim"
    for root, files in ((source, {"a.txt": "image", "sub/.b": "image"}), (claim, before)):
        root.mkdir()
        for name, text in files.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text)
    script = copy_up(str(source)).replace(SEED, str(claim))
    subprocess.run(["/bin/sh", "-c", script], check=True)
    assert {path.relative_to(claim).as_posix(): path.read_text() for path in claim.rglob("*") if path.is_file()} == after


def test_who_does_not_own_the_claim_fills_it(tmp_path: Path) -> None:
    """A claim's folder is root's: its times and mode are nobody else's to change."""
    source, claim = tmp_path / "image", tmp_path / "claim"
    for folder in (source, claim):
        folder.mkdir()
    (source / ".a").write_text("image")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, script in {"id": "echo 33", "cp": '[ "$1" != -a ] || exit 1; exec /bin/cp "$@"'}.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    script = f"PATH={tools}:$PATH; {copy_up(str(source))}".replace(SEED, str(claim))
    subprocess.run(["/bin/sh", "-c", script], check=True)
    assert [path.name for path in claim.iterdir()] == [".a"]


@pytest.mark.parametrize(("user", "added"), [("", {"CHOWN", "DAC_OVERRIDE", "FOWNER"}), ("user: '33', ", set())])
def test_root_keeps_the_rights_to_copy_owners(tmp_path: Path, user: str, added: set[str]) -> None:
    (tmp_path / "compose.yaml").write_text(
        f"name: p\nservices: {{app: {{image: acme/app, {user}cap_drop: [ALL], volumes: ['own:/d']}}}}\nvolumes: {{own: }}\n"
    )
    (tmp_path / "compose2qt.yaml").write_text("version: 1\nstorage: {own: {size: 1Gi, seed: app}}\n")
    options = LoadOptions(files=(str(tmp_path / "compose.yaml"),))
    made = api.convert(api.Options(options, mapping=str(tmp_path / "compose2qt.yaml")))
    (workload,) = made.lowered.application.workloads
    (seed,) = workload.pod.init_containers
    assert {right.value for right in seed.security.capabilities_add} == added
    assert workload.pod.containers[0].security.capabilities_add == ()


def test_an_image_without_the_folder_fills_nothing(tmp_path: Path) -> None:
    (tmp_path / "claim").mkdir()
    script = copy_up(str(tmp_path / "none")).replace(SEED, str(tmp_path / "claim"))
    subprocess.run(["/bin/sh", "-c", script], check=True)
    assert list((tmp_path / "claim").iterdir()) == []
