"""A command that lost its secrets does in a real shell what it did before, and shows none of them."""

from __future__ import annotations

import random
import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.kube.kubelet import expand
from compose2qt.lower.attributes.life import handler
from compose2qt.lower.concealing import conceal
from compose2qt.lower.engine import Draft
from compose2qt.lower.fields import COMMAND, POST_START, READINESS
from compose2qt.lower.shapes import Hook
from compose2qt.workload import ExecProbe, KnownSecrets, Probe, SecretKey, Traced
from compose2qt.workload.sensitive import names_a_secret, secret_reason
from composed import composed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Vector = tuple[str, ...]
needs_shell = pytest.mark.skipif(shutil.which("sh") is None, reason="needs sh")
PROGRAMS = 'for one in app mysql curl; do eval "$one() { printf \'[%s]\' $one \\"\\$@\\" \\"\\$TOKEN\\"; }"; done; '
SECRETS = (
    "plain9X",
    "two words9X",
    "it's9X",
    "do$lar9X",
    'qu"ote9X',
    "ba\\ck9X",
    "a&b;9X",
    "*9X",
    "#9X",
    "$(x)9X",
    "`b9X",
    "é€9X",
)


def quoted(choice: random.Random, text: str) -> str:
    """``text`` as a word of shell text, in one of the many ways."""
    match choice.randrange(4 if len(text) > 1 else 3):
        case 0:
            return shlex.quote(text)
        case 1:
            return '"' + re.sub(r'([$`"\\])', r"\\\1", text) + '"'
        case 2:
            return re.sub(r"([^\w])", r"\\\1", text)
        case _:
            half = choice.randrange(1, len(text))
            return quoted(choice, text[:half]) + quoted(choice, text[half:])


def script(choice: random.Random) -> tuple[str, list[str]]:
    """Shell text, and the secrets in it."""
    secrets = [f"{choice.choice(SECRETS)}{choice.randrange(100, 999)}" for _ in range(2)]
    parts = []
    for secret in secrets:
        word, more = quoted(choice, secret), choice.choice(["", '"$HOME" ', "'x y' ", "$(echo hi) ", "${HOME:-x} "])
        forms = (
            f"mysql {more}-p{word}", f"curl -fsu me:{word} {more}x", f"app {more}--password={word}",
            f"app {more}--token {word}",
            f'app "$(mysql -p{word})"', f"export TOKEN={word}; app {more}", f"PASSWORD={word}; app x",
            f"sh -c {shlex.quote(f'app {word}')}",
        )  # fmt: skip
        parts.append(choice.choice(forms))
    before = choice.choice(["", "", "read PASSWORD; ", "unset TOKEN; ", "DB_PASSWORD=other; ", '# it\'s "so"\n'])
    return before + choice.choice(["; ", " && ", " | cat; ", "\n"]).join(parts), secrets


def shell(text: str, environment: dict[str, str]) -> bytes:
    given = {"PATH": "/usr/bin:/bin", "HOME": "/a b", **environment}
    done = subprocess.run(["sh", "-c", PROGRAMS + text], env=given, input=b"", capture_output=True, check=False)
    return done.stdout


def as_command(text: str, variables: dict[str, Traced[str]], known: KnownSecrets) -> Vector:
    draft = Draft("web", {COMMAND: [Traced(("sh", "-c", text.replace("$", "$$")))]})
    conceal(draft, variables, known)
    values = {name: traced.value for name, traced in variables.items()}
    return tuple(expand(word, values) for word in draft.all(COMMAND)[0].value)


def as_check(text: str, variables: dict[str, Traced[str]], known: KnownSecrets) -> Vector:
    draft = Draft("web", {READINESS: [Traced(Probe(ExecProbe(("sh", "-c", text.replace("$", "$$")))))]})
    conceal(draft, variables, known)
    check = draft.all(READINESS)[0].value.check
    assert isinstance(check, ExecProbe)
    return tuple(expand(word, {}) for word in check.command)


def as_hook(text: str, variables: dict[str, Traced[str]], known: KnownSecrets) -> Vector:
    draft = Draft("web", {POST_START: [Traced(Hook(("sh", "-c", text)))]})
    conceal(draft, variables, known)
    return handler((draft.all(POST_START)[0].value,))


@needs_shell
@pytest.mark.parametrize("place", [as_command, as_check, as_hook])
def test_the_shell_runs_the_same(place: Callable[[str, dict[str, Traced[str]], KnownSecrets], Vector]) -> None:
    seed = random.randrange(10**6)  # noqa: S311 - a test's variety
    print(f"seed {seed}")
    choice = random.Random(seed)  # noqa: S311 - as above
    for _ in range(60):
        text, secrets = script(choice)
        variables = {"DB_PASSWORD": Traced(secrets[0])}
        made = place(text, variables, KnownSecrets(secrets))
        assert made[:2] == ("sh", "-c"), made
        before = {"DB_PASSWORD": secrets[0]}
        after = {name: traced.value for name, traced in variables.items()}
        assert shell(made[2], after) == shell(text, before), (text, made)
        if place is not as_command:
            assert not [secret for secret in secrets if secret in made[2]], (text, made)


def test_a_hook_reads_the_variables_of_its_container_not_its_own() -> None:
    hook = Hook(("sh", "-c", "app -x kn0wn-one"), "", (("DB_PASSWORD", "another"),))
    draft = Draft("web", {POST_START: [Traced(hook)]})
    variables = {"DB_PASSWORD": Traced("kn0wn-one")}
    conceal(draft, variables, KnownSecrets(["kn0wn-one"]))
    assert "${DB_PASSWORD}" not in str(draft.all(POST_START)[0].value.command)
    assert variables["ARGUMENT_SECRET"].value == "kn0wn-one"


@pytest.mark.parametrize("name", ["DB_PASS_2", "API_KEY_1", "SALT1", "TOKEN_2"])
def test_a_numbered_name_is_that_of_a_secret(name: str) -> None:
    assert names_a_secret(name)


@pytest.mark.parametrize(
    ("name", "value", "is_secret"),
    [
        ("DB_PASSWORD", "/Qx8/b", True),
        ("DB_PASSWORD", "/run/secrets/db-password", False),
        ("TLS_KEY", "/certs/Tls.key", False),
        ("DB_PASSWORD_2", "12345678", True),
        ("MAX_TOKENS_2", "12345678", False),
    ],
)
def test_a_path_is_no_secret_unless_it_is_a_password(name: str, value: str, is_secret: bool) -> None:
    assert (secret_reason(name, value) is not None) == is_secret


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("DB_PASSWORD: $UNSET", {"environment.no-secret"}),
        ("TOKEN: '${UNSET}${UNSET_TOO}'", {"environment.no-secret"}),
        ("DB_PASSWORD: ''", set()),
        ("DB_PASSWORD: '${UNSET:-}'", set()),
        ("DB_PASSWORD: 'a${UNSET}'", set()),
        ("ALLOW_EMPTY_PASSWORD: $UNSET", set()),
        ("PASSWORD_FILE: $UNSET", set()),
        ("TZ: $UNSET", set()),
    ],
)
def test_a_secret_whose_variable_is_not_set_is_told(tmp_path: Path, variable: str, told: set[str]) -> None:
    assert composed(tmp_path, f"services: {{a: {{image: x, environment: {{{variable}}}}}}}").shown() == told
    listed = variable.replace(": ", "=", 1).replace("'", "")
    assert composed(tmp_path, f"services: {{a: {{image: x, environment: ['{listed}']}}}}").shown() == told


def test_a_connection_string_stays_readable_and_shares_its_password_with_its_server(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        """
name: p
services:
  api: {image: acme/api, environment: {Db: "Server=sql_data;Database=x;User Id=sa;Password=Pass@word1"}}
  sql_data: {image: mcr.microsoft.com/mssql/server:2022-latest, environment: {SA_PASSWORD: Pass@word1}}
"""
    )
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    (container,) = next(one for one in made.lowered.application.workloads if one.name == "api").pod.containers
    entries = {entry.name: entry.value.value for entry in container.env}
    assert entries["Db"] == "Server=sql-data;Database=x;User Id=sa;Password=$(Db_PASSWORD)"
    assert entries["Db_PASSWORD"] == SecretKey("sql-data-secret", "SA_PASSWORD")
