"""What the writer writes is read alike by every YAML reader, and comments never change it."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from compose2qt.diagnostic import Collector, InputError
from compose2qt.emit.writer import MAX_LINE, Chosen, Placed, write_documents, write_object
from compose2qt.source import Span, compose_scalar, kubernetes_scalar, plain, read_yaml
from compose2qt.workload import Concealed, Traced, assumed, mapped, sourced

KUBECTL = str(Path(sys.executable).with_name("kubectl"))

WORDS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity", ".inf", "-.inf", ".nan")
NUMBERS = """
1 -1 +1 0 -0 00 08 09 017 0o17 0O17 0x1F 0X1F 0b11 0B1 1_000 _1 1_ 0x_1 0.5 .5 5. -.5 +.5 1.5 1.2.3
1e3 1E3 12e03 1e+3 -1e3 e3 1e 0x1p-2 22:22 1:60 190:20:30.15 12:30:45 2001-12-14 2001-12-14T21:59:43Z 10.0.0.1
10Gi 250m 50% 30s 1E 1Ei
"""
SIGNS = r"""
~ = << - -- --- ... .. . : :a a: a:b a::b ? ?a ! !x !!str & &a * *a % %a @ @a ` `a | |- > >- # #a a#b , [ ] { } [] {}
' '' " "" 'a' "a" a'b a"b \ \n a\b \x41 $ $a $(A) $$ <a> (a) ^ /a ./a ../a -c --port=80 ; %PATH%
"""
NASTY = (
    *(form for word in WORDS for form in (word, word.upper(), word.capitalize())),
    *NUMBERS.split(),
    *SIGNS.split(),
    *("- a", "? a", ": a", "a: b", "a : b", "a :b", "a #b", "a# b", "# a", "a, b", "[a, b]", "{a: b}", "--- a", "... a"),
    *("", " ", "  ", " a", "a ", "  a  ", "\t", "\ta", "a\t", "a\tb", "\xa0", "\xa0a", "a\u3000"),
    *("\n", "\n\n", "a\n", "a\n\n", "a\n\n\n", "\na", "\n\na\n", "a\nb", "a\nb\n", "a\nb\n\n", "a\n\nb", "a\n \nb"),
    *("a \nb", "a\n b", " a\nb", " a\n b\n", "\ta\n\tb\n", "\n  a\nb", "\n\ta", "a\n\tb", "a\nb ", "a\nb\t\n"),
    *("a\n---\nb\n", "a\n...\nb", "a\n# b\n", "a: |\n  b\n", "key: &x [*y]\n", "#!/bin/sh\nset -e\necho 'a: b'\n"),
    *("a\rb", "a\r\nb\r\n", "\r", "a\n\rb", "a\x85b", "a\u2028b", "a\u2029b", "\ufeffa", "a\ufeff", "a\nb\ufeff\nc", "\x85"),
    *(
        "a\nb\x85c",
        "\x01",
        "a\x00b",
        "\x07\x08\x0b\x0c\x1b\x7f",
        "\x80\x9f",
        "\ufffe\uffff",
        "\u202eabc\u202c",
        "\u2066a\u2069",
    ),
    *(
        "é",
        "日本語",
        "😀",
        "\U0001d54f: y",
        "مرحبا",
        "\U0010ffff",
        "a\n😀\n",
        "e\u0301",
        "\U0001f468\u200d\U0001f469",
        "\ud7ff\ue000",
    ),
    *("x" * 5000, "a b " * 400 + "c", "x\n" * 2000, "y " * 60 + "\n" + "z" * 60, "  y \n\n  z\n \n\n" + "w" * 90),
    *('q" \\\n' * 30, '{"a": "b", "c": [1, 2]}', '["redis-cli", "ping"]', "postgres://app:$(PASSWORD)@db:5432/app?x=1&y=[2]#z"),
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
)
KEYS = tuple(key for key in NASTY if key and len(key) < 253 and all(c.isascii() and (c.isalnum() or c in "-_.") for c in key))

TEXT = st.text(max_size=60) | st.text("ab \t\n\r:#-'\"\\\x85\u2028\ufeff|>{}[]&*!%@`~", max_size=40)
SCALAR = TEXT | st.integers(-(2**63), 2**64 - 1) | st.booleans() | st.none() | st.floats(allow_nan=False)
DATA = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=25)


def span(line: int) -> Span:
    return Span("compose.yaml", line, 1)


def ruamel(text: str, version: tuple[int, int]) -> Any:
    reader = YAML(typ="safe", pure=True)
    reader.version = version
    return reader.load(text)


def ours(text: str, **options: Any) -> Any:
    (node,) = read_yaml(text, "out.yaml", Collector(), **options)
    return plain(node)


def read_by_all(text: str) -> list[Any]:
    """What each reader takes ``text`` for."""
    return [
        yaml.safe_load(text),
        yaml.load(text, Loader=yaml.CSafeLoader),
        ruamel(text, (1, 1)),
        ruamel(text, (1, 2)),
        ours(text, resolve=compose_scalar, string_keys=False),
        ours(text, resolve=kubernetes_scalar, string_keys=False),
    ]


def config_map(name: str, data: dict[str, str]) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def kubectl(folder: Path, *bodies: object) -> list[dict[str, Any]]:
    """The objects as kubectl decodes them into its types."""
    file = folder / "maps.yaml"
    file.write_text(write_documents(bodies), encoding="utf-8", newline="\n")
    command = [KUBECTL, "label", "--local", "-o", "json", "-f", str(file), "read=back"]
    made = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert made.returncode == 0, made.stderr
    decoder, objects, rest = json.JSONDecoder(), [], made.stdout.strip()
    while rest:
        item, end = decoder.raw_decode(rest)
        objects.append(item)
        rest = rest[end:].lstrip()
    return objects


def test_the_nasty_list_is_long_enough() -> None:
    assert len(set(NASTY)) >= 85
    assert len(set(KEYS)) >= 60


def test_kubectl_reads_nasty_strings_as_they_are(tmp_path: Path) -> None:
    values = {f"k{index}": text for index, text in enumerate(NASTY)}
    (found,) = kubectl(tmp_path, config_map("values", values))
    assert found["data"] == values


def test_kubectl_reads_nasty_keys_as_they_are(tmp_path: Path) -> None:
    keys = dict.fromkeys(KEYS, "a")
    (found,) = kubectl(tmp_path, config_map("keys", keys))
    assert found["data"] == keys


def test_kubectl_reads_nasty_names_and_arguments_as_strings(tmp_path: Path) -> None:
    names = ("y", "n", "on", "off", "no", "null", "true", "1e3", "08", "123", "0x1f")
    words = [word for word in NASTY if "\ufffe" not in word]
    container = {"name": "c", "image": "i", "args": words, "env": [{"name": "A", "value": word} for word in words]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container]}}
    *maps, found = kubectl(tmp_path, *(config_map(name, {}) for name in names), pod)
    assert tuple(item["metadata"]["name"] for item in maps) == names
    read = found["spec"]["containers"][0]
    assert read["args"] == words
    assert [item.get("value", "") for item in read["env"]] == words


@pytest.mark.parametrize("at_end", [True, False])
def test_every_reader_reads_nasty_strings_as_they_are(at_end: bool) -> None:
    for text in NASTY:
        body: dict[str, object] = {"list": [text, {"in": text}, [text, text]], "key": {text: text}}
        body = {**body, "text": text} if at_end else {"text": text, **body}
        written = write_object(body).text
        for read in read_by_all(written):
            assert read == body, written


@given(DATA)
@settings(max_examples=400, deadline=None)
@example({"": {"": [[[]], {}]}})
@example([["a\n\n"], "b"])
@example("a\n\n")
def test_any_data_is_read_back_equal_by_every_reader(body: object) -> None:
    written = write_object(body, header="of a service").text
    for read in read_by_all(written):
        assert read == body, written


@given(st.lists(DATA, max_size=4))
@settings(max_examples=50, deadline=None)
def test_a_stream_holds_its_documents(bodies: list[object]) -> None:
    assert list(yaml.safe_load_all(write_documents(bodies))) == bodies


@given(DATA, st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=200, deadline=None)
@example("a\nb", "\n---\nkey: value", "\r\x85\u2028x: y")
def test_no_comment_changes_what_is_read(value: object, note: str, header: str) -> None:
    def noted(item: object) -> object:
        if isinstance(item, dict):
            item = {key: noted(part) for key, part in item.items()}
        elif isinstance(item, list):
            item = [noted(part) for part in item]
        return assumed(item, "a test", note)

    written = write_object(noted({"a": value, "b": [value]}), header=header).text
    for read in read_by_all(written):
        assert read == {"a": value, "b": [value]}, written


def test_the_style_is_what_people_write() -> None:
    body = {
        "command": ["sh", "-c", "echo hi && exec app --port=8080"],
        "ports": [{"name": "http", "containerPort": 8080}, {"name": "dns", "protocol": "UDP"}],
        "resources": {"cpu": "250m", "memory": "1.5Gi"},
        "version": "1.10",
        "empty": [{}, []],
        "flag": True,
        "json": '["redis-cli", "ping"]',
        "script": "set -e\nexec app\n",
    }
    assert write_object(body, header="services.web of compose.yaml\n\nsecond")[0] == (
        "# services.web of compose.yaml\n"
        "#\n"
        "# second\n"
        "command:\n"
        "  - sh\n"
        "  - -c\n"
        "  - echo hi && exec app --port=8080\n"
        "ports:\n"
        "  - name: http\n"
        "    containerPort: 8080\n"
        "  - name: dns\n"
        "    protocol: UDP\n"
        "resources:\n"
        "  cpu: 250m\n"
        "  memory: 1.5Gi\n"
        'version: "1.10"\n'
        "empty:\n"
        "  - {}\n"
        "  - []\n"
        "flag: true\n"
        'json: \'["redis-cli", "ping"]\'\n'
        "script: |\n"
        "  set -e\n"
        "  exec app\n"
    )


def test_text_that_no_block_holds_keeps_its_lines() -> None:
    text = "server {  \n\tlisten 80;\n  }\n" + "# " + "x" * 80 + "\n"
    assert write_object({"nginx.conf": text})[0] == (
        'nginx.conf: "server {  \\n\\\n'
        "  \\tlisten 80;\\n\\\n"
        "  \\  }\\n\\\n"
        f'  # {"x" * 80}\\n"\n'
    )  # fmt: skip


def test_notes_stand_beside_short_fields_and_above_others() -> None:
    body = {
        "a": assumed(1, "r", "short"),
        "b": assumed({"c": [assumed("x", "r", "item")]}, "r", "map"),
        "d": [assumed({"e": assumed("1\n2\n", "r", "text")}, "r", "first\nof many")],
        "f": assumed("x" * MAX_LINE, "r", "long"),
        "g": assumed([], "r", "none"),
    }
    assert write_object(body)[0] == (
        "a: 1  # short\n"
        "# map\n"
        "b:\n"
        "  c:\n"
        "    - x  # item\n"
        "d:\n"
        "  # first of many\n"
        "  # text\n"
        "  - e: |\n"
        "      1\n"
        "      2\n"
        "# long\n"
        f"f: {'x' * MAX_LINE}\n"
        "g: []  # none\n"
    )


def test_each_leaf_is_placed_at_the_field_that_holds_it() -> None:
    body = {
        "a/b": sourced("x", [span(1), span(2)]),
        "m~": [1, sourced({"c": sourced(2, [span(3)])}, [span(4), span(4)])],
        "mapping": mapped("x", span(5), "decided"),
        "default": assumed("x", "default"),
        "twice": Traced(sourced("x", [span(6)]), sourced("", [span(7)]).origins),
        "tuple": sourced(("sh", "-c"), [span(1)]),
    }
    text, placed, chosen = write_object(body)
    assert set(placed) == {
        Placed(span(1), "/a~1b"), Placed(span(2), "/a~1b"), Placed(span(3), "/m~0/1/c"), Placed(span(4), "/m~0/1"),
        Placed(span(5), "/mapping"),
        Placed(span(6), "/twice"), Placed(span(7), "/twice"), Placed(span(1), "/tuple"),
    }  # fmt: skip
    assert len(placed) == len(set(placed))
    assert chosen == (Chosen(("mapping",), "decided", span(5)), Chosen(("default",), "default", None))
    assert yaml.safe_load(text)["tuple"] == ["sh", "-c"]


def test_what_is_no_text_is_an_error_with_its_place() -> None:
    with pytest.raises(InputError) as caught:
        write_object({"a": sourced("bad \udcff", [span(9)])})
    assert caught.value.diagnostics[0].span == span(9)
    with pytest.raises(InputError):
        write_object({"bad \udcff": 1})


def test_a_concealed_value_is_never_written() -> None:
    with pytest.raises(TypeError) as caught:
        write_object({"a": sourced(Concealed("hunter2"), [span(1)])})
    assert "hunter2" not in str(caught.value)


def test_the_same_data_gives_the_same_text_in_its_own_order() -> None:
    first, second = {"b": 1, "a": 2}, {"a": 2, "b": 1}
    assert write_object(first)[0] == write_object(dict(first))[0] == "b: 1\na: 2\n"
    assert write_object(second)[0] == "a: 2\nb: 1\n"


def test_round_trip_of_ruamel_keeps_comments() -> None:
    text = write_object({"a": assumed(1, "r", "why"), "b": assumed("x\ny\n", "r", "text")}, header="top").text
    editor = YAML()
    out = StringIO()
    editor.dump(editor.load(text), out)
    assert out.getvalue() == text
