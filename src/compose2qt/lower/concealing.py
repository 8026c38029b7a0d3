"""Secrets inside commands and health checks: they move to the Secret of their workload, and a variable stands for them.

The kubelet puts a variable's value in for ``$(NAME)`` in ``command`` and ``args``. In an exec probe it knows only literal
variables, and in a hook none, so there a shell reads it.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.lower.fields import COMMAND, ENTRYPOINT, LIVENESS, POST_START, PRE_STOP, READINESS
from compose2qt.workload import ExecProbe, Traced
from compose2qt.workload.sensitive import names_a_secret, secret_reason, url_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.lower.engine import Draft
    from compose2qt.lower.environment import Variables
    from compose2qt.workload import Origin

    _Namer = Callable[[str, str], str]

_FLAG = re.compile(r"(?<!\S)(--?[A-Za-z][\w.-]*(?=[=\s])|[A-Za-z_]\w*(?==))(?:=|\s+)[\"']?(?!-)([^\s\"'$]+)")
_FLAGS_OF_SECRETS = frozenset(("--requirepass", "--masterauth"))
_SHELLS = frozenset(("sh", "/bin/sh", "bash", "/bin/bash", "ash"))


def conceal(draft: Draft, variables: Variables) -> None:
    """Take the secrets out of the commands of ``draft``, and add them to ``variables``."""
    known = tuple((name, one.value) for name, one in variables.items() if len(one.value) > 3 and secret_reason(name, one.value))
    for field in (ENTRYPOINT, COMMAND):
        values = draft.fills.get(field, [])
        for index, traced in enumerate(values):
            name_of = _namer(variables, traced.origins)
            words = tuple(_hidden(traced.value, known, name_of, lambda name: f"$({name})"))
            values[index] = Traced(words, traced.origins, traced.note)
    for probed in (READINESS, LIVENESS):
        probes = draft.fills.get(probed, [])
        for index, probe in enumerate(probes):
            check = probe.value.check
            if isinstance(check, ExecProbe):
                command = _hidden_in_probe(check.command, known, _namer(variables, probe.origins))
                probes[index] = Traced(replace(probe.value, check=ExecProbe(command)), probe.origins, probe.note)
    for hooked in (POST_START, PRE_STOP):
        hooks = draft.fills.get(hooked, [])
        for index, hook in enumerate(hooks):
            command = _hidden_in_probe(hook.value.command, known, _namer(variables, hook.origins))
            hooks[index] = Traced(replace(hook.value, command=command), hook.origins, hook.note)


def _namer(variables: Variables, origins: tuple[Origin, ...]) -> _Namer:
    """The name of the variable that holds a secret: one that is there already, else a new one."""

    def name_of(flag: str, value: str) -> str:
        for name, traced in variables.items():
            if traced.value == value and secret_reason(name, value):
                return name
        base = re.sub(r"[^A-Z0-9]+", "_", flag.upper()).strip("_") or "ARGUMENT"
        wanted = base if secret_reason(base, value) else f"{base}_SECRET"
        name, count = wanted, 2
        while name in variables:
            name, count = f"{wanted}_{count}", count + 1
        variables[name] = Traced(value, origins, "taken out of the command")
        return name

    return name_of


def _hidden(
    words: tuple[str, ...], known: tuple[tuple[str, str], ...], name_of: _Namer, refer: Callable[[str], str]
) -> Iterator[str]:
    before = ""
    for word in words:
        found = list(_secrets(word, before, known))
        for start, end, flag in reversed(found):
            raw = word[start:end].replace("$$", "$")
            word = word[:start] + refer(name_of(flag, raw)) + word[end:]  # noqa: PLW2901 - from the end, so that places stay
        before = word
        yield word


def _secrets(word: str, before: str, known: tuple[tuple[str, str], ...]) -> Iterator[tuple[int, int, str]]:
    """Where secrets stand in ``word``, with what names them.

    ``before`` is the word before it; ``known`` are the secret variables of the container: ``-p`` and ``-a`` are
    passwords to some programs.
    """
    if before == "-a" and any(word == value for _, value in known):
        yield 0, len(word), "password"
        return
    if before.startswith("-") and "=" not in before and _is_secret(before, word) and not word.startswith("-"):
        yield 0, len(word), before
        return
    found = url_password(word)
    if found is not None and "$(" not in word[found.start : found.end]:
        yield found.start, found.end, "URL_PASSWORD"
        return
    if before != "-c" and "\n" not in word and "$(" not in word and secret_reason("", word) and not _FLAG.search(word):
        yield 0, len(word), "ARGUMENT"
        return
    places = {match.span(2): match[1] for match in _FLAG.finditer(word) if _is_secret(match[1], match[2])}
    for name, value in known:
        text = re.escape(value.replace("$", "$$") if "$" in value else value)
        places |= {match.span(1): name for match in re.finditer(rf"(?<!\S)(?:-p|-a\s+)[\"']?({text})(?=[\"'\s]|\Z)", word)}
    yield from ((start, end, name) for (start, end), name in sorted(places.items()))


def _is_secret(flag: str, value: str) -> bool:
    """Whether a flag's value is a secret that is written out: no name of a variable, no reference to one."""
    if not value or value.startswith(("$", "-", "{")):
        return False
    if flag in _FLAGS_OF_SECRETS:
        return secret_reason("password", value) is not None
    # A script is not a secret for the words that stand in it.
    return secret_reason(flag, value) is not None and (names_a_secret(flag) or not re.search(r"\s", value))


def _hidden_in_probe(command: tuple[str, ...], known: tuple[tuple[str, str], ...], name_of: _Namer) -> tuple[str, ...]:
    names: list[str] = []

    def refer(name: str) -> str:
        names.append(name)
        return f"${{{name}}}"

    words = tuple(_hidden(command, known, name_of, refer))
    if not names:
        return command
    if len(words) == 3 and words[0] in _SHELLS and words[1] == "-c":
        return words
    quoted = " ".join(_quoted(word, names) for word in words)
    return ("/bin/sh", "-c", f"exec {quoted}")


def _quoted(word: str, names: list[str]) -> str:
    """A word for the shell; one with a variable is quoted around it."""
    parts = re.split("(" + "|".join(re.escape(f"${{{name}}}") for name in names) + ")", word)
    return "".join(f'"{part}"' if part[:2] == "${" else shlex.quote(part) for part in parts if part) or "''"
