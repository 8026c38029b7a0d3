"""Health checks as people write them: what the conversion lifts to the kubelet, the proof reads in the same way."""

from __future__ import annotations

import json
import os
import random
import secrets
from typing import TYPE_CHECKING, Any

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.api import Conversion

SEED = int(os.environ.get("COMPOSE2QT_SEED", "0")) or secrets.randbelow(2**32)
PAGES = [*"/ /health ?x=1 /a?x=1&y=2 /a#f /%20 /ä /$X /{a,b} /[1-3] /a* /~x /../x /a/.".split(), "", "/a b", "/a'b", '/a"b']
HOSTS = [*"localhost localhost localhost 127.0.0.1 [::1] 0.0.0.0 LOCALHOST m other $HOSTNAME".split(), ""]
SCANNED = "localhost 127.0.0.1 0.0.0.0 ::1 m other".split()
OPTIONS = {
    "curl": "-fsS|-s|-S|--fail|--silent|--fail-with-body|-sSf|-o /tmp/y|-o /dev/null|-m 3|"
    "--max-time 5|--max-time=5|-m5|-L|-k|-I|-X GET|"
    "-H 'Host: a'|-H 'X: y'|--retry 3|--connect-timeout 2|-v|-4|-sf -o /dev/null -w '%{http_code}'|--no-progress-meter|-fL|-i|"
    "-A x|-u a:b|--compressed|-fsSL|-fk|-N|--header 'A: b'|--output /dev/null|-q|--head",
    "wget": "-q|--spider|-qO-|-O -|-O /dev/null|--tries=1|-t 1|-T 3|--timeout=3|--no-verbose|-nv|--no-check-certificate|-S|"
    "-qO /dev/null|-q -O -|--header='A: b'|-Y off|-U x|-qO- -T2",
    "nc": "-vz|-zv|-w 1|-w1|-u|-n|-4|-zw1",
}
TAILS = [
    *("", " || exit 1", "|| exit 1", " || exit 1;", " || false", " || exit 2", " || exit", " >/dev/null", " > /dev/null"),
    *(" >/dev/null 2>&1", " > /dev/null 2>&1 || exit 1", " 2>/dev/null", " &>/dev/null", " 1>/dev/null", " >>/dev/null", "\n"),
    *(" | grep ok", " && true", "; exit 0", " 2> /dev/null || exit 1", " 2>&1 >/dev/null || exit 1", " >&2", " </dev/null"),
    *(" &", " >/tmp/x", " || kill 1", " # c", " \\\n || exit 1", " || (exit 1)", " || { exit 1; }", " || exit 1 "),
]


def url(draw: random.Random) -> str:
    scheme = draw.choice(["http://", "http://", "", "https://", "HTTP://"])
    return scheme + draw.choice(HOSTS) + draw.choice(["", ":80", ":80", ":81", ":", ":$PORT"]) + draw.choice(PAGES)


def client(draw: random.Random) -> str:
    program = draw.choice(["curl", "wget", "nc", "/usr/bin/curl", "busybox wget"])
    base = program.replace("/", " ").split()[-1]
    options = draw.sample(OPTIONS[base].split("|"), draw.randint(0, 3))
    options += {"curl": ["-f"], "wget": [], "nc": ["-z"]}[base] if draw.random() < 0.8 else []
    quote = draw.choice(["", "", "'", '"'])
    place = f"{quote}{url(draw)}{quote}"
    if base == "nc":
        place = draw.choice(SCANNED) + draw.choice([" 80", ":80", " 80 81"])
    return " ".join([program, *options, place] if draw.random() < 0.8 else [program, place, *options])


def check(draw: random.Random) -> str | list[str]:
    line = client(draw)
    match draw.randrange(4):
        case 0:
            return ["CMD", *line.replace("'", "").split()]
        case 1:
            shell = draw.choice(["sh", "/bin/sh", "bash"])
            return ["CMD", shell, draw.choice(["-c", "-ec", "-lc"]), line + draw.choice(TAILS)]
        case 2:
            return ["CMD-SHELL", line + draw.choice(TAILS)]
        case _:
            return line + draw.choice(TAILS)


def converted(folder: Path, services: dict[str, Any], **sections: Any) -> Conversion:
    """The conversion of a project."""
    file = folder / "compose.yaml"
    file.write_text(json.dumps({"name": "p", "services": services, **sections}).replace("$", "$$"), encoding="utf-8")
    return api.convert(api.Options(LoadOptions(files=(str(file),))))


def unexplained(made: Conversion) -> object:
    """What differs without an explanation; None if nothing was compared."""
    return made.proof.different if made.proof is not None else None


@pytest.mark.parametrize("part", range(4))
def test_checks_mean_the_same_on_both_sides(part: int, tmp_path: Path) -> None:
    print(f"COMPOSE2QT_SEED={SEED}")
    draw = random.Random(f"{SEED}/{part}")  # noqa: S311 - a sample
    services = {
        f"m{number or ''}": {
            "image": "nginx",
            "expose": ["80"],
            "environment": {"X": "v", "PORT": "80"},
            "healthcheck": {"test": check(draw), "timeout": draw.choice(["2s", "10s"])},
        }
        for number in range(60)
    }
    assert unexplained(converted(tmp_path, services)) == ()


ATTRIBUTES: tuple[dict[str, Any], ...] = (
    {"deploy": {"placement": {"constraints": ["node.platform.arch==x86_64"]}}},
    {"platform": "arm64"},
    {"security_opt": ["no-new-privileges:true"], "cap_add": ["SYS_ADMIN"]},
    {"security_opt": ["no-new-privileges:true"], "cap_add": ["ALL"]},
    {"security_opt": ["apparmor=docker-default"]},
    {"deploy": {"mode": "global-job"}},
    {"deploy": {"restart_policy": {"condition": "on-failure", "max_attempts": 0}}},
    {"gpus": [{"count": 0}]},
    {"user": "01000"},
    {"group_add": ["0", 0, "01"]},
    {"hostname": "a" * 64},
    {"deploy": {"update_config": {"delay": "15m"}}},
    {"volumes": ["./dots:/d:ro"]},
    {"configs": [{"source": "c", "target": "/c", "mode": 0o1755}]},
    {"volumes": ["nfs:/d"]},
    {"volumes": ["./large:/d:ro"]},
)
SHARED: dict[str, Any] = {
    "volumes": {"nfs": {"driver_opts": {"type": "nfs", "o": "addr=10.0.0.1", "device": ":export"}}},
    "configs": {"c": {"content": "x"}},
}


@pytest.mark.parametrize("attributes", ATTRIBUTES, ids=json.dumps)
def test_what_both_sides_say_in_their_own_way_is_explained(attributes: dict[str, Any], tmp_path: Path) -> None:
    for name, size in (("dots/..x", 1), ("large/x", 2**21)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("x" * size, encoding="utf-8")
    assert unexplained(converted(tmp_path, {"x": {"image": "nginx", **attributes}}, **SHARED)) == ()


@pytest.mark.parametrize(
    ("cron", "schedule"),
    [
        ("0 0 * * 7", "0 0 * * 0"),
        ("0 0 * * 5-7", "0 0 * * 5-6,0"),
        ("@daily", "@daily"),
        ("@reboot", ""),
        ("60 * * * *", ""),
        ("0 0 L * *", ""),
    ],
)
def test_schedules_are_carried_or_told(cron: str, schedule: str, tmp_path: Path) -> None:
    job = {"image": "x", "triggers": {"schedule": [{"cron": cron}]}}
    made = converted(tmp_path, {"web": {"image": "x"}}, jobs={"j": job})
    assert unexplained(made) == ()
    (item,) = (one for one in made.tree.objects if one.kind == "CronJob")
    told = {loss.code for loss in made.ledger.losses}
    if schedule:
        assert (item.text("spec", "schedule"), "triggers.schedule.cron" in told) == (schedule, False)
    else:
        assert (item.text("spec", "suspend"), "triggers.schedule.cron" in told) == ("True", True)


SHAPES: dict[str, dict[str, Any]] = {
    "names that are one when they are legal": {"my_db": {"image": "postgres:16"}, "my-db": {"image": "redis"}},
    "a host and its port in two variables": {
        "web": {"image": "x", "environment": {"AGENT_HOST": "my_agent", "AGENT_PORT": "4040", "HOST": "db", "PORT": "x"}},
        "my_agent": {"image": "y", "ports": ["12345:12345"]},
        "db": {"image": "y"},
    },
    "mounts from whom has them from others": {
        "a": {"image": "x", "volumes": ["data:/d", "./conf:/c:ro"]},
        "b": {"image": "x", "volumes_from": ["a:ro"]},
        "c": {"image": "x", "volumes_from": ["b"]},
    },
}


@pytest.mark.parametrize("name", SHAPES)
def test_services_that_depend_on_each_other_are_explained(name: str, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a.conf").write_text("a", encoding="utf-8")
    assert unexplained(converted(tmp_path, SHAPES[name], volumes={"data": {}})) == ()
