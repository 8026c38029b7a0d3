"""Health checks: what the kubelet may do itself, and what must stay a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt.lower.probes import lifted
from compose2qt.workload import ExecProbe, HttpProbe, Probe, TcpProbe, Traced
from composed import composed

if TYPE_CHECKING:
    from pathlib import Path


def check(command: tuple[str, ...], *ports: int) -> ExecProbe | HttpProbe | TcpProbe:
    return lifted(Traced(Probe(ExecProbe(command), timeout=30)), ports).value.check


def shell(text: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", text)


LOCAL = (("Host", "localhost:8080"),)


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (("curl", "-f", "http://localhost:8080/health"), HttpProbe("/health", 8080, LOCAL)),
        (("curl", "-fsS", "http://localhost:8080/a?b=1"), HttpProbe("/a?b=1", 8080, LOCAL)),
        (shell("curl -f http://127.0.0.1/ || exit 1"), HttpProbe("/", 80, (("Host", "127.0.0.1"),))),
        (shell("curl --fail --silent http://localhost:8080 > /dev/null 2>&1 || exit 1"), HttpProbe("/", 8080, LOCAL)),
        (("wget", "-q", "--spider", "localhost:8080/ping"), HttpProbe("/ping", 8080, LOCAL)),
        (shell("wget --no-verbose --tries=1 --spider http://localhost:8080/ || exit 1"), HttpProbe("/", 8080, LOCAL)),
        (("wget", "-qO-", "http://localhost:8080/"), HttpProbe("/", 8080, LOCAL)),
        (
            ("curl", "-f", "-H", "Host: a.example", "-H", "X-A: b", "http://localhost:8080/"),
            HttpProbe("/", 8080, (("Host", "a.example"), ("X-A", "b"))),
        ),
        (("nc", "-z", "localhost", "8080"), TcpProbe(8080)),
        (shell("nc -zv 127.0.0.1 8080 || exit 1"), TcpProbe(8080)),
    ],
)
def test_checks_that_mean_the_same(command: tuple[str, ...], found: object) -> None:
    assert check(command, 80, 8080) == found


@pytest.mark.parametrize(
    "command",
    [
        ("curl", "http://localhost:8080/"),  # without -f an error page is a success
        ("curl", "-f", "https://localhost:8080/"),
        ("curl", "-f", "-k", "http://localhost:8080/"),
        ("curl", "-f", "-X", "POST", "http://localhost:8080/"),
        ("curl", "-f", "-u", "a:b", "http://localhost:8080/"),
        ("curl", "-f", "http://user@localhost:8080/"),
        ("curl", "-f", "http://other:8080/"),
        ("curl", "-f", "http://localhost:9999/"),  # nothing says that others reach this port
        ("curl", "-f", "http://localhost:8080/", "||", "exit", "1"),
        ("curl", "-f", "--retry", "3", "http://localhost:8080/"),
        shell("curl -f http://localhost:8080/ | grep ok"),
        shell("curl -f http://localhost:8080/ && redis-cli ping"),
        shell("curl -f http://localhost:$PORT/"),
        shell("curl -f http://localhost:8080/ || true"),
        shell("curl -f 'http://localhost:8080/"),
        ("python", "-c", "import requests; requests.get('http://localhost:8080/')"),
        ("pg_isready", "-U", "postgres"),
        ("nc", "localhost", "8080"),
        ("nc", "-z", "-u", "localhost", "8080"),
        ("curl",),
        (),
    ],
)
def test_checks_that_stay_commands(command: tuple[str, ...]) -> None:
    assert check(command, 80, 8080) == ExecProbe(command)


def test_a_time_limit_of_the_command_is_the_probes() -> None:
    probe = Traced(Probe(ExecProbe(("curl", "-f", "-m", "5", "http://localhost:8080/")), timeout=30))
    assert lifted(probe, (8080,)).value.timeout == 5
    waiting = Traced(Probe(ExecProbe(("wget", "-q", "-T", "60", "http://localhost:8080/")), timeout=30))
    assert lifted(waiting, (8080,)).value.timeout == 30


def test_the_own_name_is_loopback_and_others_are_followed(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  my_api: {image: a, expose: [8080], healthcheck: {test: [CMD, curl, -f, "http://my_api:8080/"]}}
  web: {image: a, healthcheck: {test: "nc -z my_api 8080 && true"}}
""",
    )
    readiness, followed = made.main("my-api").readiness, made.main("web").readiness
    assert readiness is not None
    assert followed is not None
    assert readiness.value.check == HttpProbe("/", 8080, LOCAL)
    assert followed.value.check == ExecProbe(shell("nc -z my-api 8080 && true"))
    assert (readiness.value.period, readiness.value.timeout, readiness.value.failures) == (30, 30, 3)
    assert made.main("web").liveness is None


def test_a_check_of_blanks_costs_no_more_than_its_length(tmp_path: Path) -> None:
    made = composed(tmp_path, f"services: {{a: {{image: x, healthcheck: {{test: '{' ' * 50_000}x {' ' * 50_000}'}}}}}}")
    assert made.main("a").readiness is not None


@pytest.mark.parametrize(
    ("instruction", "command", "pace"),
    [
        ("HEALTHCHECK CMD /bin/check --all", ("/bin/sh", "-c", "/bin/check --all"), (30, 30, 3)),
        ('HEALTHCHECK --interval=5s --timeout=1m --retries=4 CMD ["/x", "a b"]', ("/x", "a b"), (5, 60, 4)),
        ("HEALTHCHECK NONE", None, None),
        ("HEALTHCHECK --interval=soon CMD x", None, None),
        ("HEALTHCHECK CMD a\nHEALTHCHECK NONE", None, None),
    ],
)
def test_the_check_of_the_dockerfile(
    instruction: str, command: tuple[str, ...] | None, pace: tuple[int, int, int] | None, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM x\n{instruction}\n")
    probe = composed(tmp_path, "services: {a: {build: .}}").main("a").readiness
    assert (probe is None) == (command is None)
    if probe is not None:
        one = probe.value
        assert isinstance(one.check, ExecProbe)
        assert (one.check.command, (one.period, one.timeout, one.failures)) == (command, pace)
        assert "Dockerfile" in probe.note


@pytest.mark.parametrize("more", ["healthcheck: {disable: true}", "healthcheck: {test: [CMD, own]}"])
def test_what_compose_says_of_health_comes_before_the_dockerfile(more: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\nHEALTHCHECK CMD of-the-image\n")
    probe = composed(tmp_path, f"services: {{a: {{build: ., {more}}}}}").main("a").readiness
    assert probe is None or "of-the-image" not in str(probe.value)
