"""Bombs, mazes and nonsense: refused or loaded, with a place, in bounded time and memory, never a traceback."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from compose2qt.source import yaml
from compose_reference import REFUSED, invoked, ours, write

SERVICE = "services: {a: {image: x}}\n"


def chain(length: int, link: str) -> dict[str, str]:
    files = {f"{number}.yaml": link.format(number + 1) for number in range(length)}
    return {"compose.yaml": link.format(0), **files, f"{length}.yaml": SERVICE}


BOMBS = {
    "alias": "x-0: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"x-{n}: &{chr(97 + n)} [{','.join(['*' + chr(96 + n)] * 10)}]\n" for n in range(1, 12)
    ) + SERVICE,
    "merge": "x-0: &m0 {" + ", ".join(f"k{n}: 1" for n in range(100)) + "}\n" + "".join(
        f"x-{n}: &m{n} {{a: {{<<: *m{n - 1}}}, b: {{<<: *m{n - 1}}}, c: *m{n - 1}, d: *m{n - 1}}}\n" for n in range(1, 16)
    ) + SERVICE,
    "flow": "x: " + "[" * 10_000,
    "blocks": "x:\n" + "".join(f"{'  ' * depth}a:\n" for depth in range(1, 1500)),
    "dashes": "- " * 10_000,
    "tabs": "services:\n\ta: {}\n",
    "default": "x-a: " + "${A:-" * 5000 + "}" * 5000 + "\n" + SERVICE,
    "braces": "x-a: ${" + "{" * 10_000 + "\n" + SERVICE,
    "surrogate": 'x-a: "\\uD800"\n' + SERVICE,
    "number": "x-a: " + "9" * 100_000 + "\n" + SERVICE,
    "float": "services: {a: {image: x, cpus: " + "9" * 5000 + ".5}}",
    "date": "x-a: 9999-99-99\nx-b: 0000-01-01\nx-c: 9999-12-31T23:59:60Z\n" + SERVICE,
    "infinity": "services: {a: {image: x, cpus: .inf, mem_limit: .nan}}",
    "ports": "services: {a: {image: x, ports: ['0-65535:0-65535', '1-99999999999999999999']}}",
    "dates as keys": "services: {2001-12-14: {image: x}}",
    "loop": "a: &a {b: *a}",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"compose.yaml": BOMBS[name]})
    code, _, error = invoked(tmp_path, "config", "--format", "json")
    assert code in (0, REFUSED)
    assert "Traceback" not in error
    assert code == 0 or "compose.yaml:" in error


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"compose.yaml": "include: [compose.yaml]"}, "include-cycle"),
        ({"compose.yaml": "include: [b.yaml]", "b.yaml": "include: [compose.yaml]"}, "include-cycle"),
        (chain(1500, "include: ['{}.yaml']"), "too-many-files"),
        ({"compose.yaml": "services: {a: {extends: a}}"}, "extends-cycle"),
        ({"compose.yaml": "services: {a: {extends: b}, b: {extends: a}}"}, "extends-cycle"),
        (
            {
                "compose.yaml": "services: {a: {extends: {service: a, file: b.yaml}}}",
                "b.yaml": "services: {a: {extends: {service: a, file: compose.yaml}}}",
            },
            "extends-cycle",
        ),
        (
            {"compose.yaml": "services: {" + ", ".join(f"s{n}: {{extends: s{n + 1}}}" for n in range(3000)) + "}"},
            "too-many-files",
        ),
    ],
    ids=["itself", "each other", "long", "itself", "each other", "other file", "long"],
)
def test_chains_of_files_end(tmp_path: Path, files: dict[str, str], code: str) -> None:
    answer = ours(write(tmp_path, files))
    assert answer.project is None
    assert f"[{code}]" in answer.error


def test_names_of_ten_thousand_characters(tmp_path: Path) -> None:
    name = "n" * 10_000  # as a key YAML itself takes no more than 1,024 characters
    write(tmp_path, {"compose.yaml": f"services: {{{name[:1000]}: {{image: x, networks: [{name}], depends_on: [{name}]}}}}"})
    answer = ours(tmp_path)
    assert answer.project is None
    assert "[undefined-network]" in answer.error
    assert "[undefined-service]" in answer.error
    assert max(len(line) for line in answer.error.splitlines()) < 400


def test_a_long_ring_of_dependencies_is_told(tmp_path: Path) -> None:
    services = ", ".join(f"s{n}: {{image: x, depends_on: [s{(n + 1) % 5000}]}}" for n in range(5000))
    answer = ours(write(tmp_path, {"compose.yaml": f"services: {{{services}}}"}))
    assert "[dependency-cycle]" in answer.error


@pytest.mark.parametrize(
    ("files", "read"),
    [
        ({"compose.yaml": "services: {a: {image: x, env_file: ../out.env}}"}, "out.env"),
        ({"compose.yaml": "include: [../out.yaml]"}, "out.yaml"),
        ({"compose.yaml": "services: {a: {extends: {file: ../out.yaml, service: a}}}"}, "out.yaml"),
    ],
)
def test_a_file_outside_the_project_is_read_as_compose_does_and_told(tmp_path: Path, files: dict[str, str], read: str) -> None:
    write(tmp_path, {"out.env": "A=1\n", "out.yaml": SERVICE})
    answer = ours(write(tmp_path / "proj", files))
    assert answer.project["services"]["a"]["image"] == "x"
    assert "[read-outside]" in answer.error
    assert read in answer.error


def test_a_link_that_leads_out_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"out.env": "A=1\n"})
    project = write(tmp_path / "proj", {"compose.yaml": "services: {a: {image: x, env_file: in.env}}"})
    (project / "in.env").symlink_to("../out.env")
    answer = ours(project)
    assert answer.project["services"]["a"]["environment"] == {"A": "1"}
    assert "[read-outside]" in answer.error


def test_a_file_that_is_only_mounted_is_not_read(tmp_path: Path) -> None:
    text = "services: {a: {image: x, configs: [c], secrets: [s]}}\nconfigs: {c: {file: /etc/shadow}}\n"
    text += "secrets: {s: {file: ../nothing}}"
    answer = ours(write(tmp_path, {"compose.yaml": text}))
    assert answer.project["configs"]["c"]["file"] == "/etc/shadow"
    assert "[read-outside]" not in answer.error


@pytest.mark.parametrize(
    "path", ["oci://registry.example/a", "https://github.com/a/b.git", "git@github.com:a/b.git", "github.com/a/b"]
)
@pytest.mark.parametrize(
    ("text", "code"),
    [("include: ['{}']", "remote-include"), ("services: {{a: {{extends: {{service: a, file: '{}'}}}}}}", "remote-extends")],
)
def test_nothing_is_fetched(tmp_path: Path, path: str, text: str, code: str) -> None:
    answer = ours(write(tmp_path, {"compose.yaml": text.format(path)}))
    assert answer.project is None
    assert f"[{code}]" in answer.error
    assert "no network" in answer.error


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"services:\n  a: \0", b"a: \x01", b"", b"\n# only a comment\n", b"%YAML 9.9\n---\n", b"[]", b"5"]
)
def test_what_is_no_compose_file_is_refused_with_its_place(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "compose.yaml").write_bytes(data)
    answer = ours(tmp_path)
    assert answer.project is None
    assert "compose.yaml:" in answer.error


@pytest.mark.parametrize("name", ["folder", "pipe", "missing"])
def test_an_env_file_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"compose.yaml": f"services: {{a: {{image: x, env_file: {name}}}}}"})
    if name == "folder":
        (tmp_path / name).mkdir()
    elif name == "pipe":
        os.mkfifo(tmp_path / name)
    answer = ours(tmp_path)
    assert answer.project is None
    assert "compose.yaml:1:" in answer.error


def test_a_file_of_too_many_values_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert yaml.MAX_EVENTS == 3_000_000
    monkeypatch.setattr(yaml, "MAX_EVENTS", 3_000)
    answer = ours(write(tmp_path, {"compose.yaml": "x-a: [" + "a," * 3_100 + "]\n" + SERVICE}))
    assert answer.project is None
    assert "[file-too-large]" in answer.error


def test_a_large_file_takes_bounded_memory(tmp_path: Path) -> None:
    """Twenty megabytes of comment and one long text, in a process that may use half a gigabyte."""
    (tmp_path / "compose.yaml").write_text("# " + "c" * 10_000_000 + "\nx-a: '" + "t" * 10_000_000 + "'\n" + SERVICE)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))

    done = subprocess.run(
        [sys.executable, "-m", "compose2qt", "config", "--services"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=limit,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "a\n"), done.stderr[-500:]


@pytest.mark.parametrize("source", ["/dev/zero", "/dev/full", "closed", "bytes"])
def test_an_endless_or_broken_input_is_refused(tmp_path: Path, source: str) -> None:
    """On standard input and by name, in a process that may use a gigabyte and a half."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29))
        if source == "closed":
            os.close(0)

    (tmp_path / "bytes").write_bytes(b"services: \xff")
    path = tmp_path / "bytes" if source in ("bytes", "closed") else Path(source)
    for file in ("-", os.fspath(path)):
        with path.open("rb") as stdin:
            done = subprocess.run(
                [sys.executable, "-m", "compose2qt", "config", "-f", file],
                stdin=stdin,
                capture_output=True,
                text=True,
                preexec_fn=limit,
                check=False,
            )
        assert (done.returncode, done.stdout) == (2, ""), done.stderr[-500:]
        assert ":1:" in done.stderr


def test_a_file_of_a_hundred_megabytes_takes_bounded_memory(tmp_path: Path) -> None:
    """One long text, in a process that may use a gigabyte and a half."""
    with (tmp_path / "compose.yaml").open("w") as file:
        file.write(SERVICE + "\nx-a: '")
        file.writelines("t" * 1_000_000 for _ in range(100))
        file.write("'\n")
    done = subprocess.run(
        [sys.executable, "-m", "compose2qt", "config", "--services"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29)),
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "a\n"), done.stderr[-500:]
