"""Shapes of projects that meet in one pod, volume or name: they convert, and the proof holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.api import Conversion

PROJECTS = {
    "a file in a folder": "services: {a: {image: x, volumes: ['./conf:/c:ro', './one.txt:/c/extra.txt:ro']}}",
    "a file over a file": "services: {a: {image: x, volumes: ['./one.txt:/c/a.txt', './conf:/c:ro']}}",
    "a file over a folder": "services: {a: {image: x, volumes: ['./conf:/c:ro', './one.txt:/c/sub:ro']}}",
    "a folder over a folder": "services: {a: {image: x, volumes: ['./conf:/c', './other:/c/sub:ro', 'd:/c/sub/data']}}\n"
    "volumes: {d: }",
    "a volume and memory in a folder": (
        "services: {a: {image: x, volumes: ['d:/c/data', './conf:/c:ro'], tmpfs: [/c/x]}}\nvolumes: {d: }"
    ),
    "configs and secrets in a folder": (
        "services: {a: {image: x, volumes: ['./conf:/run/secrets:ro'], secrets: [{source: s, mode: 0400}],"
        " configs: [{source: c, target: /run/secrets/sub/c.yml}]}}\nsecrets: {s: {file: ./one.txt}}\n"
        "configs: {c: {content: hello}}"
    ),
    "folders in a volume": (
        "services: {a: {image: x, volumes: ['./one.txt:/app/c/x/one.txt:ro', /app/c/x, 'd:/app', './conf:/app/c']}}\n"
        "volumes: {d: }"
    ),
    "a longer end of a guest": (
        "services: {vpn: {image: v}, app: {image: x, network_mode: 'service:vpn', stop_grace_period: 40s}}"
    ),
    "a guest that waits for the end of its host": (
        "services: {a: {image: x, restart: always}, b: {image: y, network_mode: 'service:a',"
        " depends_on: {a: {condition: service_completed_successfully}}}}"
    ),
    "a shorter end of a guest": (
        "services: {vpn: {image: v, stop_grace_period: 1m}, a: {image: x, network_mode: 'service:vpn', stop_grace_period: 5s}}"
    ),
    "ends below Docker's default": (
        "services: {vpn: {image: v, stop_grace_period: 3s}, app: {image: x, network_mode: 'service:vpn'},"
        " b: {image: x, network_mode: 'service:vpn', stop_grace_period: 5s}}"
    ),
    "a chain of guests": (
        "services: {vpn: {image: v, ports: ['8080:8080']}, app: {image: x, network_mode: 'service:vpn'},"
        " app2: {image: x, network_mode: 'service:app'}}"
    ),
    "a guest on each node": (
        "services: {vpn: {image: v, ports: [8080]}, app: {image: x, network_mode: 'service:vpn', deploy: {mode: global}}}"
    ),
    "a host name that is no service": (
        "services: {cn: {image: x, hostname: custom-host}, app: {image: y, environment: {B: 'http://custom-host:82/'}}}"
    ),
    "a volume of the cluster's": "services: {a: {image: x, volumes: [{type: cluster, source: d, target: /x}]}}\nvolumes: {d: }",
    "a one-shot with a longer end": (
        "services: {m: {image: x, stop_grace_period: 1m},"
        " a: {image: y, depends_on: {m: {condition: service_completed_successfully}}}}"
    ),
}  # fmt: skip


def _converted(folder: Path, text: str) -> Conversion:
    for name in ("conf/a.txt", "conf/sub/b.txt", "other/q.txt", "one.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"content of {name}\n")
    (folder / "compose.yaml").write_text(f"name: t\n{text}\n")
    files = (str(folder / "compose.yaml"),)
    return api.convert(api.Options(LoadOptions(files=files, project_directory=str(folder), profiles=("*",))))


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_it_converts_and_is_proved(tmp_path: Path, text: str) -> None:
    made = _converted(tmp_path, text)
    assert prove(made.project, made.plan, made.lowered, made.tree, ledger=made.ledger).different == ()


@pytest.mark.parametrize("name", ["conf/a.txt", "one.txt"])
def test_each_file_of_a_joined_volume_is_judged_at_its_path(tmp_path: Path, name: str) -> None:
    made = _converted(tmp_path, PROJECTS["a file in a folder"])
    files = {path: text.replace(f"content of {name}", "another") for path, text in made.files.items()}
    found = prove(made.project, made.plan, made.lowered, parse_tree(files)).different
    assert [each.item for each in found] == ["/c" if name == "conf/a.txt" else "/c/extra.txt"]


@pytest.mark.parametrize(
    "services",
    [
        # a chain of one-shots in the pod of one that has a name of its own, and restarts
        "db: {image: x, hostname: HH.x, restart: always, depends_on: {web: DONE}}, web: {image: x, depends_on: {job: DONE}}, "
        "job: {image: x, pre_start: [{command: [a, --host=web]}]}",
        # a Job that is tried again, and what runs before it
        "db: {image: x, restart: on-failure, depends_on: {web: DONE}}, web: {image: x}",
        # what waits for a Job is tried as often as the Job
        "api: {image: x}, db: {image: x, restart: always, depends_on: {api: DONE}}, "
        "web: {image: x, depends_on: {db: DONE}}, job: {image: x, depends_on: {db: DONE}}",
        # the network of the host is the pod's
        "db: {image: x, depends_on: {web: DONE, job: DONE}}, web: {image: x, network_mode: host}, "
        "job: {image: x, network_mode: none}",
        # no node is of both platforms
        "api: {image: x, platform: linux/arm64}, db: {image: x, platform: linux/amd64, depends_on: {api: DONE}}",
        "api: {image: x, platform: linux/arm64}, db: {image: x, platform: linux/amd64, network_mode: 'service:api'}",
        "api: {image: x}, db: {image: x, platform: arm64, network_mode: 'service:api'}, "
        "web: {image: x, platform: amd64, network_mode: 'service:api'}",
        # jobs of a swarm that are always started again
        "api: {image: x, restart: always, deploy: {mode: replicated-job}}, "
        "db: {image: x, deploy: {mode: global-job, restart_policy: {condition: any}}}",
        # a number of runs
        "api: {image: x, scale: 2}, db: {image: x, deploy: {mode: global}, depends_on: {api: DONE}}",
        "api: {image: x, deploy: {mode: replicated-job, replicas: 3}}, db: {image: x, depends_on: {api: DONE}}",
        # guests of a job of each node
        "api: {image: x, deploy: {mode: global-job}}, db: {image: x, scale: 2, network_mode: 'service:api'}, "
        "web: {image: x, deploy: {mode: global}, network_mode: 'service:api'}",
        # what several wait for, in the pod of another
        "api: {image: x, scale: 2, hostname: HH.x}, job: {image: x, network_mode: 'service:api'}, "
        "web: {image: x, depends_on: {job: DONE}}, db: {image: x, restart: on-failure, depends_on: {job: DONE, web: DONE}}",
    ],
)
def test_one_shots_of_one_pod_are_proved(tmp_path: Path, services: str) -> None:
    text = services.replace("DONE", "{condition: service_completed_successfully}")
    (tmp_path / "compose.yaml").write_text(f"name: p\nservices: {{{text}}}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    assert made.proof is not None
    assert made.proof.different == ()


@pytest.mark.parametrize(
    "sections",
    [
        # before each of two schedules
        "services: {web: {image: x}}\njobs: {j: {image: y, depends_on: {web: DONE}, triggers: {schedule: TWICE}}}",
        # a Job is healthy only while it runs
        "jobs: {j: {image: y, triggers: {schedule: TWICE}}, k: {image: x, depends_on: {j: HEALTHY}, triggers: {manual: true}}}",
        # a job by hand before another one
        "jobs: {j: {image: y, triggers: {manual: true}}, k: {image: x, depends_on: {j: DONE}, triggers: {schedule: TWICE}}}",
    ],
)
def test_jobs_that_wait_are_proved(tmp_path: Path, sections: str) -> None:
    text = sections.replace("DONE", "{condition: service_completed_successfully}")
    text = text.replace("HEALTHY", "{condition: service_healthy}").replace("TWICE", "[{cron: '0 0 * * *'}, {cron: '@daily'}]")
    (tmp_path / "compose.yaml").write_text(f"name: p\n{text}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    assert made.proof is not None
    assert made.proof.different == ()
    assert not any("until getent" in text for text in made.files.values())


@pytest.mark.parametrize(
    ("api_is", "waits", "runs"),
    [
        ("scale: 2", "", 2),
        ("deploy: {mode: replicated-job, replicas: 3}", "", 3),
        ("platform: linux/arm64", "platform: linux/amd64", None),
    ],
)
def test_a_one_shot_that_no_init_container_can_be_is_a_job(tmp_path: Path, api_is: str, waits: str, runs: int | None) -> None:
    after = "depends_on: {api: {condition: service_completed_successfully}}"
    text = f"name: p\nservices: {{api: {{image: x, {api_is}}}, web: {{image: y, {after}, {waits}}}}}\n"
    (tmp_path / "compose.yaml").write_text(text)
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    job = next(text for path, text in made.files.items() if path.endswith("api-job.yaml"))
    assert (f"completions: {runs}" in job) is (runs is not None)
    assert {loss.code for loss in made.lowered.losses if loss.service == "web"} >= {"depends_on.completed"}


@pytest.mark.parametrize(
    ("host", "guest", "told"),
    [
        ("{image: x}", "scale: 2", {"scale.together"}),
        ("{image: x, scale: 2}", "deploy: {replicas: 3}", {"deploy.replicas.together"}),
        ("{image: x, deploy: {replicas: 2}}", "scale: 2", set()),
        ("{image: x}", "scale: 1", set()),
    ],
)
def test_who_is_scaled_otherwise_than_its_pod_is_told(tmp_path: Path, host: str, guest: str, told: set[str]) -> None:
    text = f"name: p\nservices: {{a: {host}, b: {{image: y, network_mode: 'service:a', {guest}}}}}\n"
    (tmp_path / "compose.yaml").write_text(text)
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    assert {loss.code for loss in made.lowered.losses if "together" in loss.code} == told
