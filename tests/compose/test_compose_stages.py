"""What each stage of the loader does, as tables of input and result."""

from __future__ import annotations

from typing import Any

import pytest

from compose2qt.compose.dotenv import read_env, read_raw_env
from compose2qt.compose.interpolation import TemplateError, substitute
from compose2qt.compose.ports import short_ports
from compose2qt.compose.template import variables_of
from compose2qt.compose.texts import shell_words, text
from compose2qt.compose.tree import FormError
from compose2qt.compose.values import duration, mode, size
from compose2qt.diagnostic import Collector
from compose2qt.source import Scalar, Span, plain, read_yaml

HERE = Span("f.yml", 1, 1)
VARIABLES = {"A": "a", "E": "", "B": "b b", "N": "A"}


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("$A", "a"),
        ("${A}x$B", "axb b"),
        ("$$A", "$A"),
        ("$1 $ $-", "$1 $ $-"),
        ("${A-d}${E-d}${U-d}", "ad"),
        ("${A:-d}${E:-d}${U:-d}", "add"),
        ("${A+x}${E+x}${U+x}", "xx"),
        ("${A:+x}${E:+x}${U:+x}", "x"),
        ("${A?no}${E?no}", "a"),
        ("${U:-${E:-${A}}}", "a"),
        ("${U:-a:-b}", "a:-b"),
        ("${U:-{x}}", "{x}"),
        ("${U:-}", ""),
        ("$U", ""),
        ("no", "no"),
    ],
)
def test_interpolation(written: str, result: str) -> None:
    assert substitute(written, VARIABLES) == result


@pytest.mark.parametrize(
    "written", ["${", "${}", "${1}", "${A b}", "${A:=x}", "${A/x/y}", "${U?no}", "${E:?no}", "${U:-a\nb}", "${A"]
)
def test_what_is_no_template_is_refused(written: str) -> None:
    with pytest.raises(TemplateError) as caught:
        substitute(written, VARIABLES)
    assert caught.value.fix


def test_variables_without_value_are_noted() -> None:
    unset: dict[str, None] = {}
    substitute("$U ${V} ${W:-d} ${X+x} $A", VARIABLES, unset)
    assert list(unset) == ["U", "V"]


def test_variables_of_a_document() -> None:
    (node,) = read_yaml("a: ${A:-d} $$N $B\nb: ['${C:?no}', '${D+x$E}']", "f.yml", Collector())
    assert {name: found[1:] for name, found in variables_of(node).items()} == {
        "A": ("d", "", False),
        "B": ("", "", False),
        "C": ("", "", True),
        "D": ("", "x$E", False),
        "E": ("", "", False),
    }


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("K=a b # c", "a b"),
        ("K=a#b", "a#b"),
        ("K= #x", "#x"),
        ("K=a\t#t", "a\t#t"),
        ('K="x ${A} \\n$$z"', "x a \n$z"),
        ("K='x ${A} \\n'", "x ${A} \\n"),
        ("K='it\\'s'", "it's"),
        ('K="q"', "q"),
        ("export K=g", "g"),
        ("K: y", "y"),
        ("K = s ", "s"),
        ('K="l1\nl2"', "l1\nl2"),
        ("K=${NOPE:-d}-${A}", "d-a"),
        ("K=a\\nb", "a\\nb"),
        ("K=o=b", "o=b"),
        ('K="\\0101"', "A"),
        ("K=", ""),
        ("\ufeffK=bom".lstrip("\ufeff"), "bom"),
        ("K=crlf\r", "crlf"),
    ],
)
def test_env_files(line: str, value: str) -> None:
    collector = Collector()
    assert read_env(line + "\n", "f.env", VARIABLES, collector)["K"].value == value
    assert not collector.errors


def test_an_env_file_knows_its_places_and_its_earlier_lines() -> None:
    found = read_env("# c\nX=1\n\n  Y=$X$A\nA\nU\n", "f.env", VARIABLES, Collector())
    assert {name: (scalar.value, scalar.span.line) for name, scalar in found.items()} == {
        "X": ("1", 2),
        "Y": ("1a", 4),
        "A": ("a", 5),
    }


def test_all_bad_lines_of_an_env_file_are_told() -> None:
    collector = Collector()
    read_env("a b=1\nOK=1\n=x\n", "f.env", {}, collector)
    assert [(error.code, error.span.line if error.span else 0) for error in collector.errors] == [
        ("env-file-syntax", 1),
        ("env-file-syntax", 3),
    ]


def test_a_raw_env_file_takes_every_character() -> None:
    found = read_raw_env("K='a' # $A\n  L=b \nA\n# c\n", "f.env", VARIABLES, Collector())
    assert {name: scalar.value for name, scalar in found.items()} == {"K": "'a' # $A", "L": "b ", "A": "a"}


@pytest.mark.parametrize(
    ("written", "ports"),
    [
        ("80", ["80 tcp -"]),
        ("8080:80", ["80 tcp 8080"]),
        ("127.0.0.1:8080:80/udp", ["80 udp 8080 127.0.0.1"]),
        ("127.0.0.1::80", ["80 tcp - 127.0.0.1"]),
        ("[::1]:53:53", ["53 tcp 53 ::1"]),
        ("::1:53:53", ["53 tcp 53 ::1"]),
        ("8000-8005:80", ["80 tcp 8000-8005"]),
        ("8-11:8-11", ["10 tcp 10", "11 tcp 11", "8 tcp 8", "9 tcp 9"]),
        ("80/TCP", ["80 tcp -"]),
    ],
)
def test_short_ports(written: str, ports: list[str]) -> None:
    found: list[Any] = [plain(port) for port in short_ports(Scalar(written, HERE))]
    shown = [
        f"{port['target']} {port['protocol']} {port.get('published', '-')} {port.get('host_ip', '')}".strip() for port in found
    ]
    assert shown == ports


@pytest.mark.parametrize(
    "written", ["", "x", "80/icmp", "70000", "9-8", "1-3:1-2", "host:80:80", "0", "1:2:3:4", 80.5, "80:", "-1"]
)
def test_what_is_no_port_is_refused(written: str | float) -> None:
    with pytest.raises(FormError):
        short_ports(Scalar(written, HERE))


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (2048, "2048"),
        ("1024", "1024"),
        ("1k", "1024"),
        ("1.5kb", "1536"),
        ("2 MiB", "2097152"),
        ("1g", "1073741824"),
        (1.5, "0"),
    ],
)
def test_sizes(value: int | str | float, result: str) -> None:
    assert plain(size(Scalar(value, HERE))) == result


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("30s", "30s"),
        ("1m30s", "1m30s"),
        ("1d", "24h0m0s"),
        ("1w", "168h0m0s"),
        ("1.5h", "1h30m0s"),
        ("500ms", "500ms"),
        ("0", "0s"),
    ],
)
def test_durations(value: str, result: str) -> None:
    assert plain(duration(Scalar(value, HERE))) == result


@pytest.mark.parametrize(("value", "result"), [("0440", "0440"), (288, "0440"), ("755", "0755"), (0, "00")])
def test_modes(value: int | str, result: str) -> None:
    assert plain(mode(Scalar(value, HERE))) == result


@pytest.mark.parametrize(
    ("form", "value"), [(size, "x"), (size, "1 x"), (duration, "30"), (duration, "x"), (mode, "9"), (mode, 1.5)]
)
def test_what_is_no_value_is_refused(form: Any, value: Any) -> None:
    with pytest.raises(FormError) as caught:
        form(Scalar(value, HERE))
    assert caught.value.fix


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a b", ["a", "b"]),
        ("a 'b c' \"d e\"", ["a", "b c", "d e"]),
        ("a\\ b", ["a b"]),
        ("echo a && b", ["echo", "a"]),
        ("", []),
        ("''", [""]),
    ],
)
def test_words(line: str, words: list[str]) -> None:
    assert shell_words(line) == words


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1.0, "1"),
        (1e8, "1e+08"),
        (1234567.5, "1.2345675e+06"),
        (0.00001, "1e-05"),
        (1.10, "1.1"),
        (True, "true"),
        (15, "15"),
        (-0.0, "-0"),
    ],
)
def test_numbers_as_go_writes_them(value: float, written: str) -> None:
    assert text(value) == written
