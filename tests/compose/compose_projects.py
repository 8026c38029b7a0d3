"""Compose projects at random, over the whole spec table: files, overrides, includes, extends, env files, profiles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from msgspec import Struct, field

from compose2qt.compose.spec import Attribute, root

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SERVICES, JOBS = ("s1", "s2", "s3"), ("j1",)
NAMED = {"networks": ("n1", "default"), "volumes": ("vol1", "vol2"), "secrets": ("k1",), "configs": ("c1",), "models": ("m1",)}
FILES = {
    "a.env": "A=1\nV='from a'\nE=\"x\\n${V}\"\n",
    "b.env": "export A=2\nBARE\nQ: 3 # c\n",
    "raw.env": "A='raw' # x\nBARE\n\n# c\nB=$V\n",
    "sub/labels.txt": "l1=sub\n",
    ".env": "V=dot env\nN=5\nB=true\nBARE=bare\n",
    "sub/.env": "N=7\nW=sub\n",
    "labels.txt": "l1=file\nl2=${V}\n",
    "k1.txt": "secret",
}
TEXTS = ("a", "b c", "x.y/z:1", "", "${V}", "${V:-d}", "${W:+alt}", "$$z", "0", "yes", "é", "a=b")
BY_BIND: dict[str, tuple[Any, ...]] = {
    "argv": ("a b", "a 'b c' && d", ["a", "b c"], [], "", None, ["${V}"]),
    "bytes": ("64m", "1g", "1.5k", "1024", 2048, "${N}k"),
    "duration": ("10s", "1m30s", "1.5h", "0", "500ms", "2d"),
    "environment": ({"A": 1, "B": None, "C": True}, ["A=2", "V", "D=x=y"], {"E": "${V}"}, [], {}),
    "hosts": (["h:1.1.1.1", "g=::1"], {"h": "2.2.2.2"}, {"m": ["1.1.1.1", "2.2.2.2"]}),
    "items": (["80", 443], ["a"], [7]),
    "mode": ("0440", 288, "0755"),
    "pairs": ({"l": 1, "m": None}, ["l=2", "n"], {"o": "${V}"}, []),
    "test": ("curl x", ["CMD", "a"], ["NONE"], ["CMD-SHELL", "${V}"]),
    "texts": ({"o": "1"}, {"p": "x"}, {}),
    "strings": ({"o": "1"}, {"p": 2}),
    "count": (1, "all", "2"),
    "lists": ({"o": "1", "p": ["a", 1]}, {}),
    "port": ("8080", 80, "80-90"),
    "list": ("a", ["a", "b"], []),
}
BY_FORM: dict[str, tuple[Any, ...]] = {
    "ports": (["80"], ["8080:80", "127.0.0.1:53:53/udp"], [443], ["8000-8002:80-82"], [{"target": 80, "published": "8080"}]),
    "volumes": (
        ["vol1:/data"],
        ["./d:/e:ro", "/anon"],
        ["~/h:/h:z"],
        [{"type": "tmpfs", "target": "/t", "tmpfs": {"size": "1m"}}],
        [{"type": "bind", "source": "./d", "target": "/e/", "bind": {}}],
        [{"type": "volume", "source": "vol2", "target": "/data", "volume": {"nocopy": True}}],
    ),
    "devices": (["/dev/a"], ["/dev/a:/dev/b:r"], [{"source": "/dev/c", "target": "/dev/b"}]),
    "env_files": (
        "a.env",
        ["a.env", "./b.env"],
        [{"path": "no.env", "required": False}],
        [{"path": "raw.env", "format": "raw"}],
    ),
    "depends": (
        ["s2"],
        ["s3"],
        {"s3": {"condition": "service_healthy"}},
        {"s2": {"condition": "service_started", "required": False}},
    ),
    "build": ("./ctx", ".", "https://example.com/x.git", {"context": ".", "args": {"A": 1, "V": None}}, {"dockerfile": "D"}),
    "gpus": ("all", [{"driver": "n"}], [{"count": 1}]),
    "pairs_map": ({"c": "./x"}, ["c=https://example.com"], {"s": "docker-image://y"}),
    "ssh": (["default"],),
    "text": ("mode=max", True),
    "schedule": ("* * * * *", {"cron": "@daily"}),
}
BY_KEY: dict[str, tuple[Any, ...]] = {
    "label_file": ("labels.txt", ["labels.txt"]),
    "networks": (["n1"], {"n1": {"aliases": ["x"]}}, {"n1": None, "default": {"priority": 5}}, ["default"]),
    "models": (["m1"], {"m1": {"endpoint_var": "E"}}),
    "secrets": (["k1"], [{"source": "k1", "target": "/k", "mode": 288}]),
    "configs": (["c1"], [{"source": "c1", "target": "/c"}]),
    "profiles": (["p1"], ["p1", "p2"], []),
    "network_mode": ("host", "service:s2", "none"),
    "pid": ("host", "service:s3"),
    "ipc": ("host", "shareable"),
    "links": (["s2"], ["s3:alias"]),
    "volumes_from": (["s2"], ["s3:ro", "container:c"]),
    "pull_policy": ("always", "if_not_present", "every_2h"),
    "container_name": ("name",),
    "platform": ("linux/amd64",),
    "host_ip": ("127.0.0.1", "::1"),
    "type": ("volume", "bind", "tmpfs"),
    "protocol": ("tcp", "udp"),
    "subnet": ("10.0.0.0/24",),
    "ulimits": ({"nproc": 5}, {"nofile": {"soft": 1, "hard": 2}}, {"nproc": "7"}),
    "scale": (1, "1"),
    "replicas": (1, 2, "${N}"),
    "path": ("./w", "w2"),
    "provider": ({"type": "p", "options": {"a": "b"}},),
    "external": (True, "no", {"name": "old"}),
}
# Bugs of the reference, which docs/reference/compose-compatibility.md lists: nothing to compare.
LEFT_OUT = frozenset(("extends", "ssh", "external", "runtime_flags", "ipam"))


class Tagged(Struct, frozen=True):
    """A value with a YAML tag."""

    tag: str
    value: Any


class Example(Struct, frozen=True):
    """The files of a project, and the arguments to load it with."""

    files: dict[str, str]
    arguments: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)


def dumped(value: Any) -> str:
    """``value`` as YAML in JSON's style, with tags."""
    if isinstance(value, Tagged):
        return f"{value.tag} {dumped(value.value)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {dumped(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(dumped(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def value(row: Attribute, key: str = "") -> SearchStrategy[Any]:
    """A value of the attribute ``key``, mostly one that is allowed."""
    known = BY_KEY.get(key) or BY_BIND.get(row.bind) or BY_FORM.get(row.form)
    if known is not None:
        return st.sampled_from(known)
    if row.enum:
        return st.sampled_from(row.enum)
    choices: list[SearchStrategy[Any]] = []
    if "map" in row.types:
        choices.append(mapping(row))
    if "list" in row.types:
        items = value(row.item) if row.item is not None else st.sampled_from(("a", "b", "c=d"))
        choices.append(st.lists(items, max_size=3, unique_by=json.dumps))
    if "bool" in row.types or row.cast == "bool" or row.late == "bool":
        choices.append(st.sampled_from((True, False, *(("yes", "${B:-true}") if row.cast == "bool" else ()))))
    if row.types & {"int", "num"} or row.cast == "int":
        choices.append(
            st.sampled_from((0, 1, 5, *(("${N:-4}", "2") if row.cast else ()), *((0.5,) if row.cast == "num" else ())))
        )
    elif "str" in row.types and not choices:
        choices.append(st.sampled_from(TEXTS))
    return st.one_of(choices) if choices else st.none()


def mapping(row: Attribute, most: int = 3) -> SearchStrategy[dict[str, Any]]:
    """A few entries of a mapping, with those that it needs."""
    names = [key for key in row.keys if key not in ("*", "[]") and key not in LEFT_OUT]
    if not names:
        return st.sampled_from(({}, {"a": "b"}))
    picked = st.lists(st.sampled_from(names), max_size=most, unique=True)
    return picked.flatmap(
        lambda keys: st.fixed_dictionaries(
            {key: value(row.keys[key], key) for key in (*row.need, *row.any[:1], *keys) if key in row.keys}
        )
    )


@st.composite
def service(draw: st.DrawFn, name: str, *, partial: bool = False) -> dict[str, Any]:
    """A service; a partial one is laid on another."""
    row = root().keys["services"].keys["*"]
    made = draw(mapping(row, most=5))
    if not partial and not any(key in made for key in ("build", "provider")):
        made.setdefault("image", draw(st.sampled_from(("img", "img:${V:-t}", "r/i@sha256:" + "0" * 64))))
    for key in ("depends_on", "links", "volumes_from", "network_mode", "pid"):
        if name in json.dumps(made.get(key, "")) or (name != "s1" and draw(st.booleans())):
            made.pop(key, None)
    if "network_mode" in made:
        made.pop("networks", None)
    return made


@st.composite
def document(draw: st.DrawFn, *, partial: bool = False) -> dict[str, Any]:
    """A Compose file that defines, or in part redefines, the services and what they refer to."""
    names = SERVICES if not partial else draw(st.lists(st.sampled_from(SERVICES), min_size=1, unique=True))
    made: dict[str, Any] = {"services": {name: draw(service(name, partial=partial)) for name in names}}
    for section, known in NAMED.items():
        row = root().keys[section].keys["*"]
        entries = {name: draw(mapping(row, most=2)) for name in known if not partial or draw(st.booleans())}
        for entry in entries.values():
            if section in ("secrets", "configs") and not {"file", "environment", "content", "driver"} & set(entry):
                entry["file"] = "./k1.txt"
            if section == "secrets" and "driver" in entry:
                entry["file"] = "./k1.txt"
            if section in ("secrets", "configs") and "file" in entry:
                entry.pop("environment", None)
                entry.pop("content", None)
                entry["file"] = "k1.txt"
        if entries and (partial or section != "models"):
            made[section] = entries
        elif section == "models":
            made[section] = {"m1": {"model": "ai/m"}}
    if draw(st.booleans()):
        made["x-any"] = {"a": ["${V}", 1]}
    if not partial and draw(st.integers(0, 5)) == 0:  # the reference forgets what is unique in jobs: see the compatibility page
        made["jobs"] = {"j1": {"image": "j", **draw(mapping(root().keys["jobs"].keys["*"]))}}
    return made


@st.composite
def tagged(draw: st.DrawFn, file: dict[str, Any]) -> dict[str, Any]:
    """``file`` with ``!reset`` or ``!override`` at some attributes of its services."""
    for made in file["services"].values():
        for key in list(made):
            tag = draw(st.sampled_from(("", "", "", "", "!override", "!reset")))
            if tag:
                made[key] = Tagged(tag, made[key])
    return file


@st.composite
def projects(draw: st.DrawFn) -> Example:
    """A project with what goes with it."""
    main = draw(document())
    files: dict[str, Any] = {}
    arguments: list[str] = ["-f", "compose.yaml"]
    if draw(st.booleans()):
        files["override.yaml"] = draw(tagged(draw(document(partial=True))))
        arguments += ["-f", "override.yaml"]
    if draw(st.integers(0, 2)) == 0:
        files["sub/inc.yaml"] = {"services": {"inc": draw(service("inc")), "s3": draw(service("s3", partial=True))}}
        entry = draw(
            st.sampled_from(("sub/inc.yaml", {"path": "sub/inc.yaml"}, {"path": ["sub/inc.yaml"], "env_file": ["b.env"]}))
        )
        main["include"] = [entry]
    if draw(st.integers(0, 2)) == 0:
        files["sub/base.yaml"] = {
            "services": {"base": draw(service("base")), "top": {"extends": "base", **draw(service("top", partial=True))}}
        }
        name = draw(st.sampled_from(("base", "top")))
        main["services"]["s1"]["extends"] = {"file": "sub/base.yaml", "service": name}
    elif draw(st.integers(0, 2)) == 0:
        main["services"]["s1"]["extends"] = draw(st.sampled_from(("s2", {"service": "s2"})))
    if draw(st.integers(0, 2)) == 0:
        arguments += ["--profile", draw(st.sampled_from(("p1", "p2", "*")))]
    if draw(st.integers(0, 3)) == 0:
        arguments += ["--env-file", "a.env"]
    if draw(st.integers(0, 3)) == 0:
        arguments += ["s1"]
        main["services"]["s1"].pop("profiles", None)
    env = draw(st.sampled_from(({}, {"V": "shell"}, {"COMPOSE_PROFILES": "p2"}, {"W": "", "COMPOSE_PROJECT_NAME": "named"})))
    texts = {name: dumped(made) for name, made in {"compose.yaml": main, **files}.items()}
    return Example({**FILES, **texts}, tuple(arguments), env)
