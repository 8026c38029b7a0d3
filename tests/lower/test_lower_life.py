"""Kinds, restarts, order of start, hooks, jobs, resources and placement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt.workload import Kind, Rolling
from composed import composed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("service", "kind", "policy"),
    [
        ("", Kind.DEPLOYMENT, None),
        ("restart: always", Kind.DEPLOYMENT, "Always"),
        ("restart: unless-stopped", Kind.DEPLOYMENT, "Always"),
        ('restart: "no"', Kind.JOB, "Never"),
        ("restart: on-failure:3", Kind.JOB, "OnFailure"),
        ('restart: "no", ports: ["80"]', Kind.DEPLOYMENT, None),
        ('restart: "no", healthcheck: {test: a}', Kind.DEPLOYMENT, None),
        ("deploy: {mode: global}", Kind.DAEMON_SET, None),
        ("deploy: {mode: replicated-job}", Kind.JOB, None),
        ("deploy: {restart_policy: {condition: none, max_attempts: 2}}", Kind.JOB, "Never"),
        ("deploy: {restart_policy: {condition: any}}", Kind.DEPLOYMENT, "Always"),
    ],
)
def test_kinds_and_restart_policies(tmp_path: Path, service: str, kind: Kind, policy: str | None) -> None:
    made = composed(tmp_path, f"services: {{a: {{image: x, {service}}}}}")
    found = made["a"].pod.restart_policy
    assert (made["a"].kind, found.value if found else None) == (kind, policy)
    if "3" in service:
        assert made["a"].retries is not None
        assert made["a"].retries.value == 3
    if kind is Kind.DEPLOYMENT and "no" in service:
        assert "restart.always" in made.shown()


def test_a_one_shot_of_one_service_runs_before_it(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  web: {image: x, depends_on: {migrate: {condition: service_completed_successfully}, db: {condition: service_healthy}}}
  seed: {image: s, volumes: ["data:/d"], environment: {A: "1"}, depends_on: {db: {condition: service_healthy}}}
  migrate: {image: m, restart: on-failure, depends_on: {seed: {condition: service_completed_successfully}}}
  db: {image: "redis:7", healthcheck: {test: [CMD, redis-cli, ping]}, volumes: ["redis:/data"]}
volumes: {data: , redis: }
""",
    )
    assert made.names() == ["web", "db"]
    assert made.inits("web") == ["wait-for-db", "seed", "migrate"]
    assert made["web"].recreate is not None
    assert made.config("seed-config") == {"A": "1"}
    assert made.shown() == set()


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ('restart: "no", depends_on: [db]', {"depends_on.once"}),
        ("deploy: {restart_policy: {condition: none}}, depends_on: [db]", {"depends_on.once"}),
        ("restart: on-failure, depends_on: [db]", set()),
        ('restart: "no", depends_on: {db: {condition: service_healthy}}', set()),
        ('restart: "no", ports: ["80"], depends_on: [db]', {"restart.always"}),
    ],
)
def test_a_job_that_is_not_tried_again_should_not_run_too_early(tmp_path: Path, service: str, told: set[str]) -> None:
    db = "{image: x, healthcheck: {test: a}}"
    assert composed(tmp_path, f"services: {{job: {{image: x, {service}}}, db: {db}}}").shown() == told


@pytest.mark.parametrize(
    ("job", "db", "waits", "told"),
    [
        ('restart: "no", depends_on: [db]', "image: redis", ["wait-for-db"], set()),
        ("deploy: {restart_policy: {condition: none}}, depends_on: [db]", "image: redis", ["wait-for-db"], set()),
        ("restart: on-failure, depends_on: [db]", "image: redis", [], set()),
        ('restart: "no", depends_on: [db]', "image: redis, healthcheck: {test: a}", [], {"depends_on.once"}),
        ('restart: "no", depends_on: [db]', 'image: redis, volumes: ["/var/run/docker.sock:/s"]', [], {"depends_on.blocked"}),
        ('restart: "no", depends_on: [db]', "provider: {type: a}", [], set()),
        ('restart: "no", depends_on: [db]', "image: redis, scale: 0", [], set()),
        ("depends_on: {db: {condition: service_healthy}}", "image: redis, scale: 0, healthcheck: {test: a}", [], set()),
    ],
)
def test_a_job_that_is_not_tried_again_waits_until_the_other_runs(
    tmp_path: Path, job: str, db: str, waits: list[str], told: set[str]
) -> None:
    made = composed(tmp_path, f"services: {{job: {{image: x, {job}}}, db: {{{db}}}}}")
    assert made.inits(next(name for name in made.names() if name != "db")) == waits
    assert {code for code in made.shown() if code.startswith("depends_on")} == told


@pytest.mark.parametrize("moment", ["post_start", "pre_stop"])
def test_a_one_shot_before_another_loses_its_hooks(tmp_path: Path, moment: str) -> None:
    made = composed(
        tmp_path,
        f"""
services:
  web: {{image: x, depends_on: {{seed: {{condition: service_completed_successfully}}}}}}
  seed: {{image: s, {moment}: [{{command: [a]}}]}}
""",
    )
    (seed,) = made["web"].pod.init_containers
    assert (seed.post_start, seed.pre_stop) == (None, None)
    assert made.shown() == {f"{moment}.one-shot"}


@pytest.mark.parametrize(
    "once",
    [
        "jobs: {once: {image: x, triggers: {schedule: [{cron: '0 0 * * *'}]}}, "
        "web: {image: x, triggers: {manual: true}, NEED}}",
        "services: {once: {image: x, labels: {kompose.cronjob.schedule: '0 0 * * *'}}, web: {image: x, NEED}}",
    ],
)
def test_what_has_a_schedule_is_no_one_shot_of_another(tmp_path: Path, once: str) -> None:
    need = "depends_on: {once: {condition: service_completed_successfully}}"
    made = composed(tmp_path, once.replace("NEED", need))
    schedule = made["once"].schedule
    assert schedule is not None
    assert schedule.value == "0 0 * * *"
    assert made.inits("web") == []
    assert made.shown() == {"depends_on.completed"}


def test_what_runs_before_a_one_shot_runs_before_it(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  web: {image: x, pre_start: [{command: [a]}], depends_on: {migrate: {condition: service_completed_successfully}}}
  seed: {image: s, pre_start: [{command: [b]}]}
  migrate: {image: s, pre_start: [{command: [c]}], depends_on: {seed: {condition: service_completed_successfully}}}
""",
    )
    assert made.inits("web") == ["seed-pre-start-1", "seed", "migrate-pre-start-1", "migrate", "web-pre-start-1"]


def test_a_job_serves_no_port_of_its_image(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.12\nEXPOSE 8000\n")
    made = composed(tmp_path, 'services: {web: {build: .}, migrate: {build: ., restart: "no"}}')
    assert made.ports("web") == [8000]
    assert made["migrate"].endpoints == ()


def test_a_one_shot_of_several_services_is_a_job(tmp_path: Path) -> None:
    need = "depends_on: {migrate: {condition: service_completed_successfully}}"
    made = composed(tmp_path, f"services: {{a: {{image: x, {need}}}, b: {{image: x, {need}}}, migrate: {{image: m}}}}")
    assert made["migrate"].kind is Kind.JOB
    assert made.inits("a") == []
    assert made.shown() == {"depends_on.completed"}


def test_profiles_do_not_flip_kinds(tmp_path: Path) -> None:
    need = "depends_on: {migrate: {condition: service_completed_successfully}}"
    made = composed(
        tmp_path, f"services: {{a: {{image: x, {need}}}, b: {{image: x, profiles: [p], {need}}}, migrate: {{image: m}}}}"
    )
    assert made["migrate"].kind is Kind.JOB


def test_hooks_and_containers_before_the_start(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  a:
    image: x
    pre_start:
      - {image: tool, command: [fetch, "$$(X)"], environment: {A: "1", API_TOKEN: hunter2}, volumes: ["data:/d"], user: "5"}
      - {command: [own]}
    post_start:
      - {command: [warm, "$$(X)"]}
    pre_stop:
      - {command: [drain], working_dir: /w d, environment: {A: "1 2"}}
      - {command: [sh, -c, "echo $$HOME"]}
    volumes: ["data:/data"]
    stop_grace_period: 1m30s
  b: {image: x}
volumes: {data: }
""",
    )
    first, second = made["a"].pod.init_containers
    assert (first.name, first.image.value, second.image.value) == ("a-pre-start-1", "tool", "x")
    assert first.args is not None
    assert first.args.value == ("fetch", "$$(X)")
    assert [mount.volume for mount in first.mounts] == ["data"]
    assert made.config("a-pre-start-1-config") == {"A": "1"}
    assert [one.name for one in made.application.secrets] == ["a-pre-start-1-secret"]
    main = made.main("a")
    assert main.post_start is not None
    assert main.pre_stop is not None
    assert main.post_start.value == ("warm", "$(X)")
    assert main.pre_stop.value == (
        "/bin/sh",
        "-c",
        "(cd '/w d' && env 'A=1 2' drain) && (sh -c 'echo $HOME')",
    )
    grace = {name: made[name].pod.grace_period for name in ("a", "b")}
    assert {name: period.value if period else None for name, period in grace.items()} == {"a": 90, "b": 10}


def test_jobs(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  web: {image: x}
jobs:
  web:
    image: y
    command: [backup]
    triggers:
      schedule:
        - {cron: "0 3 * * *", timezone: Europe/Oslo, concurrency: forbid}
        - {cron: "@hourly", concurrency: queue}
  by_hand: {image: z, environment: {A: "1"}, triggers: {manual: true}}
""",
    )
    assert made.names() == ["web", "web-2", "web-2-2", "by-hand"]
    nightly, hourly, manual = (made[name] for name in ("web-2", "web-2-2", "by-hand"))
    assert {one.kind for one in (nightly, hourly, manual)} == {Kind.CRON_JOB}
    assert [one.value if one else None for one in (nightly.schedule, nightly.time_zone, nightly.concurrency)] == [
        "0 3 * * *",
        "Europe/Oslo",
        "Forbid",
    ]
    assert hourly.schedule is not None
    assert hourly.time_zone is None
    assert manual.schedule is None
    assert "triggers.schedule.concurrency" in made.shown()
    assert made.config("by-hand-config") == {"A": "1"}


def test_resources_devices_and_placement(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  a:
    image: x
    platform: linux/arm64/v8
    deploy:
      replicas: 3
      resources:
        limits: {cpus: "0.5", memory: 512m}
        reservations: {memory: 256m, devices: [{driver: nvidia, count: 2, capabilities: [gpu]}]}
      placement: {constraints: ["node.labels.zone == a", "node.role == manager", "node.hostname == n1"]}
      update_config: {parallelism: 2, order: start-first, delay: 10s}
  b: {image: x, gpus: all, mem_limit: 32m, volumes: ["data:/d"], deploy: {update_config: {parallelism: 2}}}
  c: {image: x, cpu_quota: 25000, cpu_period: 50000}
volumes: {data: }
""",
    )
    resources = made.main("a").resources
    assert resources.memory_limit is not None
    assert resources.memory_request is not None
    assert resources.cpu_request is not None
    assert (resources.memory_limit.value.binary, resources.memory_request.value.binary) == ("512Mi", "256Mi")
    assert resources.cpu_request.value.cpu == "50m"
    assert [(name, count.value) for name, count in resources.extended] == [("nvidia.com/gpu", 2)]
    selector = {key: value.value for key, value in made["a"].pod.node_selector}
    assert selector == {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "arm64",
        "zone": "a",
        "kubernetes.io/hostname": "n1",
    }
    assert made["a"].rolling is not None
    assert made["a"].rolling.value == Rolling(0, 2)
    assert made["a"].min_ready is not None
    assert made["b"].rolling is None
    small, limit = made.main("b").resources.memory_request, made.main("c").resources.cpu_limit
    assert small is not None
    assert limit is not None
    assert (small.value.binary, limit.value.cpu) == ("32Mi", "500m")
    assert made.shown() == {"deploy.placement.constraint", "gpus.all-devices"}
    assert "deploy.update_config.kind" in made.losses()


def test_security_and_sysctls_by_version(tmp_path: Path) -> None:
    text = """
services:
  a:
    image: x
    hostname: mail.Example.com
    security_opt: ["seccomp:unconfined", "apparmor=unconfined", "label:disable", "no-new-privileges"]
    sysctls: {net.ipv4.tcp_rmem: "1 2 3", net.ipv4.tcp_syncookies: 1, vm.max_map_count: 5}
    labels: {"bad key!": a, "x/y/z": b, same.key: c}
    ulimits: {nofile: 5}
    cap_add: [CAP_NET_ADMIN]
"""
    old, new = composed(tmp_path, text, "1.30"), composed(tmp_path, text, "1.35")
    assert [one.value[0] for one in old["a"].pod.sysctls] == ["net.ipv4.tcp_syncookies"]
    assert [one.value[0] for one in new["a"].pod.sysctls] == ["net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies"]
    assert old["a"].pod.hostname is not None
    assert old["a"].pod.hostname.value == "mail"
    assert new["a"].pod.hostname is None
    assert new["a"].pod.hostname_override is not None
    assert new["a"].pod.hostname_override.value == "mail.example.com"
    security = new.main("a").security
    assert security.seccomp is not None
    assert security.apparmor is not None
    assert (security.seccomp.value, security.apparmor.value) == ("Unconfined", "Unconfined")
    assert [one.value for one in security.capabilities_add] == ["NET_ADMIN"]
    annotations = {key: traced.value for key, traced in new["a"].pod.annotations}
    assert annotations == {"bad-key": "a", "x/y-z": "b", "same.key": "c"}
    assert {"security_opt.selinux", "sysctls.unsafe", "ulimits.no-counterpart"} <= new.shown()


def test_what_no_container_runs(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  cloud: {provider: {type: awesomecloud, options: {type: mysql}}}
  web: {image: x, depends_on: [cloud], models: [llm], develop: {watch: [{path: ., action: rebuild}]}}
models: {llm: {model: ai/smollm2}}
""",
    )
    assert made.names() == ["web"]
    assert made.shown() == {"provider.no-counterpart", "models.no-counterpart"}


def test_what_others_connect_to_does_not_end(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  by_url: {image: x, restart: "no"}
  by_port: {image: x, restart: "no"}
  by_key: {image: x, restart: "no"}
  by-word: {image: x, restart: "no"}
  alone: {image: x, restart: "no", environment: {SELF: "http://alone:80"}}
  api:
    image: x
    command: [serve, --peer, "by_port:9000"]
    environment: {U: "http://by_url/x", DB_HOST: by_key, NAME: by-word}
""",
    )
    kinds = {one.name: str(one.kind) for one in made.application.workloads}
    assert kinds["by-url"] == kinds["by-port"] == kinds["by-key"] == "Deployment"
    assert kinds["by-word"] == kinds["alone"] == "Job"


@pytest.mark.parametrize(
    ("platform", "selector"),
    [
        ("linux/amd64", {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}),
        ("aarch64", {"kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64"}),
        ("windows", {"kubernetes.io/os": "windows"}),
        ("wasi/wasm", {}),
        ("linux/vax", {}),
    ],
)
def test_only_platforms_that_nodes_have_select_them(tmp_path: Path, platform: str, selector: dict[str, str]) -> None:
    made = composed(tmp_path, f"services: {{a: {{image: x, platform: {platform}}}}}")
    assert {key: one.value for key, one in made["a"].pod.node_selector} == selector
    assert ("platform.no-node" in made.shown()) is (not selector)
