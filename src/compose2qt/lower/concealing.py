"""Secrets inside commands and health checks: they move to the Secret of their workload, and a variable stands for them.

The kubelet puts a variable's value in for ``$(NAME)`` in ``command`` and ``args``. In an exec probe it knows only literal
variables, and in a hook none, so there a shell reads it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from compose2qt.lower.argv import escape
from compose2qt.lower.environment import STAND_IN
from compose2qt.lower.fields import ANNOTATIONS, COMMAND, ENTRYPOINT, LIVENESS, POST_START, PRE_STOP, READINESS, VOLUMES
from compose2qt.lower.shapes import FileUse
from compose2qt.lower.shell import LIVE, MARK, SHELLS, Word, has_variable, is_script, mentioned, quoted, replaced, words
from compose2qt.workload import Concealed, ExecProbe, KnownSecrets, Traced
from compose2qt.workload.sensitive import names_a_secret, secret_of_query, secret_reason, url_password

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.lower.engine import Draft
    from compose2qt.lower.environment import Variables
    from compose2qt.lower.giving import Giving
    from compose2qt.workload import Origin

_OPTION = re.compile(r"(--?[A-Za-z][\w.-]*|[A-Za-z_][\w.-]*)=(.+)", re.DOTALL)
_PASSWORDS_OF = {
    program: (re.compile(option), may_follow)
    for programs, option, may_follow in (
        ("mysql mysqladmin mysqldump mysqlshow mariadb mariadb-admin mariadb-dump", "-p", False),
        ("redis-cli valkey-cli", "-a", True),
        ("mongo mongosh sshpass rabbitmqadmin", "-p", True),
        ("sqlcmd mosquitto_pub mosquitto_sub", "-P", True),
        ("ldapsearch ldapwhoami", "-w", True),
        ("clickhouse-client", "--password", True),
        ("curl", "-[fgikLnNsSv]*u|--(?:proxy-)?user=?", True),
        ("http https", "-a|--auth=?", True),
    )
    for program in programs.split()
}
"""The option of a program that takes a password, and whether the password may be the next argument."""
_WITH_USER = frozenset(("curl", "http", "https"))
"""Programs whose option takes ``user:password``."""
_KEY = re.compile(r"[\w.-]+:")
_REFERENCE = re.compile(r"\$(?:[A-Za-z_]\w*\Z|[{(])")
_RUN_SCRIPTS = SHELLS | {"su", "runuser", "flock", "script"}
"""Programs whose option ``-c`` takes shell text."""
_ALWAYS_SECRET = frozenset(("--requirepass", "--masterauth", "--pass"))


class _Place(Struct, frozen=True):
    """Where a secret stands in an argument, and what names it."""

    start: int
    end: int
    name: str


class _Hiding(Struct, frozen=True):
    """The variables of a container, to which those are added that stand for secrets."""

    variables: Variables
    known: KnownSecrets
    giving: Giving | None
    """What tells secrets that are equal by chance apart; None: nobody asks."""
    origins: tuple[Origin, ...]
    taken: frozenset[str] = frozenset()
    """Variables that have another value where the argument is read."""

    def name_of(self, flag: str, value: str) -> str:
        """The variable that holds a secret: one that is there already, else a new one that no program looks for."""
        for name, traced in self.variables.items():
            is_free = traced.value == value and name not in self.taken and secret_reason(name, value)
            if is_free and (self.giving is None or self.giving.is_one(self.origins, traced.origins, value)):
                return name
        base = re.sub(r"[^A-Z0-9]+", "_", STAND_IN + flag.upper()).strip("_")
        wanted = base if names_a_secret(base) else f"{base}_SECRET"
        name, count = wanted, 2
        while name in self.variables or name in self.taken:
            name, count = f"{wanted}_{count}", count + 1
        self.variables[name] = Traced(value, self.origins, "taken out of the command")
        return name


def written(draft: Draft) -> Iterator[str]:
    """The secrets that commands, checks and hooks of ``draft`` give away by their form."""
    vectors = [_plain(one.value) for field in (ENTRYPOINT, COMMAND) for one in draft.all(field)]
    checks = (one.value.check for field in (READINESS, LIVENESS) for one in draft.all(field))
    vectors += [_plain(check.command) for check in checks if isinstance(check, ExecProbe)]
    vectors += [one.value.command for field in (POST_START, PRE_STOP) for one in draft.all(field)]
    nothing = _Hiding({}, KnownSecrets(), None, ())
    for vector in vectors:
        for index, argument in enumerate(vector):
            before = vector[:index]
            if _is_script(before):
                yield from (word.text[place.start : place.end] for word, place in _in_script(argument, nothing))
            else:
                yield from (argument[place.start : place.end] for place in _places(argument, before, nothing))


def hide(draft: Draft, known: KnownSecrets) -> None:
    """Keep what is known to be secret out of annotations and ConfigMaps."""
    for own in (draft, *draft.inner):
        for one in [one for one in own.all(ANNOTATIONS) if known.has(one.value[1])]:
            own.fills[ANNOTATIONS].remove(one)
            own.lose("labels", "secret", [origin.span for origin in one.origins if origin.span], one.value[0])
        uses = own.fills.get(VOLUMES, [])
        for index, use in enumerate(uses):
            source = use.value.source
            if isinstance(source, FileUse) and not source.is_secret and _holds(source, known):
                files = tuple((path, _concealed(content), executable) for path, content, executable in source.files)
                moved = replace(use.value, source=replace(source, files=files, is_secret=True))
                uses[index] = Traced(moved, use.origins, use.note)


def _holds(source: FileUse, known: KnownSecrets) -> bool:
    return any(isinstance(content, bytes) and known.has(content.decode("utf-8", "replace")) for _, content, _ in source.files)


def _concealed(content: bytes | Concealed | None) -> Concealed | None:
    return Concealed(content.decode("utf-8", "surrogateescape")) if isinstance(content, bytes) else content


def conceal(draft: Draft, variables: Variables, known: KnownSecrets, giving: Giving | None = None) -> None:
    """Take the secrets out of the commands of ``draft``, and add them to ``variables``."""
    before = draft.all(ENTRYPOINT)[-1].value[-1:] if draft.all(ENTRYPOINT) else ()
    for field, follows in ((ENTRYPOINT, ()), (COMMAND, before)):
        values = draft.fills.get(field, [])
        for index, traced in enumerate(values):
            hiding = _Hiding(variables, known, giving, traced.origins)
            values[index] = Traced(_for_kubelet(traced.value, follows, hiding), traced.origins, traced.note)
    for probed in (READINESS, LIVENESS):
        probes = draft.fills.get(probed, [])
        for index, probe in enumerate(probes):
            check = probe.value.check
            if isinstance(check, ExecProbe) and not has_variable(check.command):
                arguments = _for_shell(_plain(check.command), _Hiding(variables, known, giving, probe.origins))
                command = (
                    ("/bin/sh", "-c", f"exec {' '.join(map(quoted, arguments))}") if has_variable(arguments) else arguments
                )
                moved = replace(probe.value, check=ExecProbe(tuple(map(escape, command))))
                probes[index] = Traced(moved, probe.origins, probe.note)
    every = (*draft.all(POST_START), *draft.all(PRE_STOP))
    taken = frozenset(name for hook in every for name, _ in hook.value.environment)
    for hooked in (POST_START, PRE_STOP):
        hooks = draft.fills.get(hooked, [])
        for index, hook in enumerate(hooks):
            hiding = _Hiding(variables, known, giving, hook.origins, taken)
            pairs = tuple(f"{name}={value}" for name, value in hook.value.environment)
            settings = tuple((left, right) for left, _, right in (pair.partition("=") for pair in _for_shell(pairs, hiding)))
            moved_hook = replace(hook.value, command=_for_shell(hook.value.command, hiding), environment=settings)
            hooks[index] = Traced(moved_hook, hook.origins, hook.note)


def _plain(vector: tuple[str, ...]) -> tuple[str, ...]:
    """Arguments as the program gets them, without the kubelet's escapes."""
    return tuple(argument.replace("$$", "$") for argument in vector)


def _for_kubelet(vector: tuple[str, ...], follows: tuple[str, ...], hiding: _Hiding) -> tuple[str, ...]:
    """Arguments in which ``$(NAME)`` stands for each secret: the kubelet puts it in before any shell reads the text."""
    plain = _plain(vector)
    made: list[str] = []
    for index, argument in enumerate(plain):
        parts: list[str] = []
        done = 0
        for start, end, name in _spans(argument, plain[:index] or follows, hiding):
            parts += [escape(argument[done:start]), f"$({hiding.name_of(name, argument[start:end])})"]
            done = end
        made.append("".join((*parts, escape(argument[done:]))) if parts else vector[index])
    return tuple(made)


def _spans(argument: str, before: tuple[str, ...], hiding: _Hiding) -> Iterator[tuple[int, int, str]]:
    """Where secrets stand in an argument as it is written, and what names them."""
    if not _is_script(before):
        yield from ((place.start, place.end, place.name) for place in _places(argument, before, hiding))
    for word, place in _in_script(argument, hiding) if _is_script(before) else ():
        yield word.letters[place.start].start, word.letters[place.end - 1].end, place.name


def _for_shell(arguments: tuple[str, ...], hiding: _Hiding) -> tuple[str, ...]:
    """Arguments in which a variable stands for each secret: in shell text as the shell writes it, elsewhere marked."""
    made: list[str] = []
    for index, argument in enumerate(arguments):
        before = arguments[:index]
        if _is_script(before):
            inside = replace(hiding, taken=hiding.taken | mentioned(argument))
            for word, place in reversed(list(_in_script(argument, hiding))):
                value = word.text[place.start : place.end]
                start, end, text = replaced(argument, word, place.start, place.end, inside.name_of(place.name, value))
                argument = argument[:start] + text + argument[end:]  # noqa: PLW2901 - from the end, so that places stay
        else:
            for place in reversed(list(_places(argument, before, hiding))):
                name = hiding.name_of(place.name, argument[place.start : place.end])
                argument = f"{argument[: place.start]}{MARK}{name}{MARK}{argument[place.end :]}"  # noqa: PLW2901 - as above
        made.append(argument)
    return tuple(made)


def _is_script(before: tuple[str, ...]) -> bool:
    return bool(before) and is_script(before[-1]) and (len(before) == 1 or before[0].rpartition("/")[2] in SHELLS)


def _in_script(text: str, hiding: _Hiding) -> Iterator[tuple[Word, _Place]]:
    """The secrets of shell text: each of its words is an argument of some program."""
    before: tuple[str, ...] = ()
    for word in words(text):
        if before and is_script(before[-1]) and any(one.rpartition("/")[2] in _RUN_SCRIPTS for one in before[-5:]):
            for inner, place in _in_script(word.text, hiding):
                yield word, _Place(inner.letters[place.start].start, inner.letters[place.end - 1].end, place.name)
        else:
            for place in _places(word.text, before, hiding):
                yield word, place
        before = (*before[-20:], word.text)


def _places(argument: str, before: tuple[str, ...], hiding: _Hiding) -> list[_Place]:
    """Where secrets stand in an argument: at most one by its form, and those that are known from elsewhere."""
    known = [_Place(start, end, "") for start, end in hiding.known.places(argument)]
    by_form = _by_form(argument, before)
    if by_form is not None:
        live = argument.find(LIVE, by_form.start, by_form.end)
        by_form = _Place(by_form.start, live if live >= 0 else by_form.end, by_form.name)
        if by_form.start < by_form.end:
            beside = (one for one in known if one.end <= by_form.start or one.start >= by_form.end)
            return sorted((by_form, *beside), key=lambda place: place.start)
    return known


@lru_cache(maxsize=16384)
def _by_form(argument: str, before: tuple[str, ...]) -> _Place | None:
    last = before[-1] if before else ""
    found = _of_program(argument, before)
    if found is not None:
        return found
    url = url_password(argument)
    if url is not None and argument[url.start] != LIVE:
        return _Place(url.start, url.end, "URL_PASSWORD")
    if not names_a_secret(last) and (query := secret_of_query(argument)) is not None and LIVE not in argument:
        return _Place(*query, "")
    if last.startswith("-") and "=" not in last and not argument.startswith("-") and _is_secret(last, argument):
        return _Place(0, len(argument), last)
    if (option := _OPTION.fullmatch(argument)) and _is_secret(option[1], option[2]):
        return _Place(option.start(2), option.end(2), option[1])
    if _KEY.fullmatch(last) and names_a_secret(last[:-1]) and _is_secret(last[:-1], argument):
        return _Place(0, len(argument), last[:-1])
    # A script is not a secret for the words that stand in it.
    if ("\n" not in argument or argument.startswith("-----BEGIN")) and LIVE not in argument and secret_reason("", argument):
        return _Place(0, len(argument), "")
    return None


def _of_program(argument: str, before: Iterable[str]) -> _Place | None:
    """The password that an option of a known program takes, glued to it or as the next argument."""
    *_, last = ("", *before)
    for program in (word.rpartition("/")[2] for word in before):
        option, may_follow = _PASSWORDS_OF.get(program, (None, False))
        if option is None:
            continue
        glued = option.match(argument)
        start = glued.end() if glued else 0
        if (glued is None or start == len(argument)) and not (may_follow and option.fullmatch(last)):
            continue
        if program in _WITH_USER:
            start = argument.find(":", start) + 1 or len(argument)
        if start < len(argument) and argument[start] not in f"${LIVE}":
            return _Place(start, len(argument), "password")
    return None


def _is_secret(flag: str, value: str) -> bool:
    """Whether a flag's value is a secret that is written out: no name of a variable, no reference to one."""
    if not value or value.startswith(("-", "{", LIVE)) or _REFERENCE.match(value):
        return False
    if flag in _ALWAYS_SECRET:
        return True
    return secret_reason(flag, value) is not None and (names_a_secret(flag) or not re.search(r"\s", value))
