"""The argument vector: Docker's against what a kubelet makes of ours; secrets in commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose2qt.lower.argv import argv, escape
from compose2qt.lower.concealing import conceal
from compose2qt.lower.engine import Draft
from compose2qt.lower.fields import COMMAND, READINESS
from compose2qt.workload import ExecProbe, KnownSecrets, Probe, Traced


def kubelet(text: str, variables: dict[str, str]) -> str:
    """The expansion of Kubernetes, byte by byte, as it is written in Go."""
    data = text.encode()
    out = bytearray()
    checkpoint = cursor = 0
    while cursor < len(data):
        if data[cursor : cursor + 1] == b"$" and cursor + 1 < len(data):
            out += data[checkpoint:cursor]
            following = data[cursor + 1 : cursor + 2]
            end = data.find(b")", cursor + 2)
            if following == b"$":
                out += b"$"
                cursor += 1
            elif following == b"(" and end >= 0:
                name = data[cursor + 2 : end].decode()
                out += variables.get(name, f"$({name})").encode()
                cursor = end
            elif following == b"(":
                out += b"$("
                cursor += 1
            else:
                out += b"$" + chr(following[0]).encode()  # a byte taken for a character: other alphabets are garbled
                cursor += 1
            checkpoint = cursor + 1
        cursor += 1
    return (bytes(out) + data[checkpoint:]).decode("utf-8", "replace")


texts = st.text(st.sampled_from("$$$(()){}aA_é \n'\"\\")) | st.text()


@given(texts)
def test_the_kubelet_gives_every_text_back(text: str) -> None:
    assert kubelet(escape(text), {"a": "wrong", "A": "wrong", "": "wrong"}) == text


@given(texts, texts)
def test_escaped_texts_may_stand_around_a_reference(before: str, after: str) -> None:
    assert kubelet(f"{escape(before)}$(NAME){escape(after)}", {"NAME": "v"}) == f"{before}v{after}"


def docker(entrypoint: list[str] | None, command: list[str] | None, image: tuple[list[str], list[str]]) -> list[str]:
    """What the engine runs (daemon/commit.go, merge)."""
    own_entrypoint, own_command = image
    if not entrypoint:
        command = command or own_command
        entrypoint = own_entrypoint if entrypoint is None else entrypoint
    return [*entrypoint, *(command or [])]


def cluster(command: list[str] | None, args: list[str] | None, image: tuple[list[str], list[str]]) -> list[str]:
    """What a kubelet runs."""
    own_entrypoint, own_command = image
    if command:
        return [*command, *(args or [])]
    return [*own_entrypoint, *(args or own_command)]


@pytest.mark.parametrize("image", [(["/e"], ["c"]), (["/e"], []), ([], ["c"])])
@pytest.mark.parametrize("command", [None, [], ["x"], ["x", "y"]])
@pytest.mark.parametrize("entrypoint", [None, [], ["/own"], ["/own", "z"]])
def test_entrypoint_and_command_in_all_combinations(
    entrypoint: list[str] | None, command: list[str] | None, image: tuple[list[str], list[str]]
) -> None:
    if entrypoint == [] and not command:
        return  # not expressible: the unit reports it as services.entrypoint.cleared
    given_entrypoint = None if entrypoint is None else Traced(tuple(entrypoint))
    given_command = None if command is None else Traced(tuple(command))
    first, second = (None if one is None else list(one.value) for one in argv(given_entrypoint, given_command))
    assert cluster(first, second, image) == docker(entrypoint, command, image)


def concealed(words: tuple[str, ...], **variables: str) -> tuple[tuple[str, ...], dict[str, str]]:
    found = {name: Traced(value) for name, value in variables.items()}
    draft = Draft("web", {COMMAND: [Traced(words)]})
    conceal(draft, found, KnownSecrets(["kn0wn-elsewhere"]))
    (command,) = draft.all(COMMAND)
    return command.value, {name: traced.value for name, traced in found.items()}


@pytest.mark.parametrize(
    ("words", "variables", "shown", "added"),
    [
        (("--requirepass", "s3cr3"), {}, ("--requirepass", "$(ARGUMENT_REQUIREPASS_SECRET)"), {"REQUIREPASS_SECRET": "s3cr3"}),
        (("--password=hunter2x",), {}, ("--password=$(ARGUMENT_PASSWORD)",), {"PASSWORD": "hunter2x"}),
        (("--password=hunter2x",), {"DB_PASSWORD": "hunter2x"}, ("--password=$(DB_PASSWORD)",), {}),
        (("sh", "-c", "x --password abc.d"), {}, ("sh", "-c", "x --password $(ARGUMENT_PASSWORD)"), {"PASSWORD": "abc.d"}),
        (("postgres://u:pa$$$$s@db/x",), {}, ("postgres://u:$(ARGUMENT_URL_PASSWORD)@db/x",), {"URL_PASSWORD": "pa$$s"}),
        (("--token", "$(TOKEN)"), {}, ("--token", "$(TOKEN)"), {}),
        (("--password", "$PASSWORD"), {}, ("--password", "$PASSWORD"), {}),
        (("--password-file", "/run/secrets/x"), {}, ("--password-file", "/run/secrets/x"), {}),
        (("--user", "root"), {"DB_PASSWORD": "root"}, ("--user", "root"), {}),
        (("--max-tokens", "4096"), {}, ("--max-tokens", "4096"), {}),
        (("--password=a;b$$c",), {}, ("--password=$(ARGUMENT_PASSWORD)",), {"PASSWORD": "a;b$c"}),
        (("sh", "-c", "export TOKEN=t-x; y"), {}, ("sh", "-c", "export TOKEN=$(ARGUMENT_TOKEN); y"), {"TOKEN": "t-x"}),
        (("sh", "-c", "x --password='a b' y"), {}, ("sh", "-c", "x --password='$(ARGUMENT_PASSWORD)' y"), {"PASSWORD": "a b"}),
        (("sh", "-c", "x --password=$PASSWORD $(cat y)"), {}, ("sh", "-c", "x --password=$PASSWORD $(cat y)"), {}),
        (("curl", "-u", "me:w0rd", "x"), {}, ("curl", "-u", "me:$(ARGUMENT_PASSWORD)", "x"), {"PASSWORD": "w0rd"}),
        (("mysql", "-pw0rd", "-uroot"), {}, ("mysql", "-p$(ARGUMENT_PASSWORD)", "-uroot"), {"PASSWORD": "w0rd"}),
        (("psql", "-p5432"), {}, ("psql", "-p5432"), {}),
        (("serve", "x:kn0wn-elsewhere"), {}, ("serve", "x:$(ARGUMENT_SECRET)"), {"SECRET": "kn0wn-elsewhere"}),
    ],
)  # fmt: skip
def test_secrets_leave_the_command(
    words: tuple[str, ...], variables: dict[str, str], shown: tuple[str, ...], added: dict[str, str]
) -> None:
    assert concealed(words, **variables) == (
        shown,
        {**variables, **{f"ARGUMENT_{name}": value for name, value in added.items()}},
    )


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (("mysqladmin", "ping", "-pexample"), ("/bin/sh", "-c", 'exec mysqladmin ping -p"${DB_PASSWORD}"')),
        (("/bin/sh", "-c", "redis-cli -a example ping"), ("/bin/sh", "-c", 'redis-cli -a "${DB_PASSWORD}" ping')),
        (("redis-cli", "-a", "example", "ping it"), ("/bin/sh", "-c", "exec redis-cli -a \"${DB_PASSWORD}\" 'ping it'")),
        (("pg_isready", "-U", "example"), ("pg_isready", "-U", "example")),
        (("/bin/sh", "-c", "x --pass 'example' || exit 1"), ("/bin/sh", "-c", 'x --pass "${DB_PASSWORD}" || exit 1')),
        (("/bin/sh", "-c", 'x "--pass=example y"'), ("/bin/sh", "-c", 'x "--pass=${ARGUMENT_PASS}"')),
        (("/bin/sh", "-c", "x $(y --password=example)"), ("/bin/sh", "-c", 'x $$(y --password="${DB_PASSWORD}")')),
        (("/bin/sh", "-c", 'x "http://u:example@h/$P"'), ("/bin/sh", "-c", 'x "http://u:${DB_PASSWORD}@h/$P"')),
    ],
)
def test_probes_read_secrets_in_a_shell(command: tuple[str, ...], shown: tuple[str, ...]) -> None:
    draft = Draft("web", {READINESS: [Traced(Probe(ExecProbe(command)))]})
    conceal(draft, {"DB_PASSWORD": Traced("example")}, KnownSecrets())
    (probe,) = draft.all(READINESS)
    assert probe.value.check == ExecProbe(shown)
