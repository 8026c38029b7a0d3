"""The guide: complete for any application, its commands run and name what is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from compose2qt.budget import budget
from compose2qt.emit import emit, secret_files
from compose2qt.manifests import parse_tree
from compose2qt.workload import ConfigMap, Container, Guide, HttpProbe, Kind, Pod, Probe, Route, RoutePath, Secret, Traced
from emit_applications import SECRETS, documents, endpoint, objects, plain, shop, workload

if TYPE_CHECKING:
    from compose2qt.workload import Application

SECTIONS = (
    "Overview", "Quick Start", "Step-by-Step Deployment", "Monitoring & Debugging", "Testing", "Configuration",
    "Resource Requirements", "Persistent Storage", "Scaling", "Troubleshooting", "Security Best Practices", "Next Steps",
    "References",
)  # fmt: skip
PARTS = ("workloads", "config_maps", "secrets", "claims", "routes", "builds", "published")
KUBECTL = '#!/bin/sh\nprintf "%s\\n" "$*" >> "$CALLS"\ncase "$*" in *"$BROKEN"*) exit 1;; esac\n'


def guide(application: Application) -> str:
    return emit(application).files["README.md"]


def blocks(text: str) -> list[str]:
    return re.findall(r"```bash\n(.*?)```", text, re.DOTALL)


def block(text: str, holds: str) -> str:
    (found,) = [one for one in blocks(text) if holds in one]
    return found


def section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@st.composite
def applications(draw: st.DrawFn) -> Application:
    """The shop with any of its parts left out."""
    whole = shop()
    changes: dict[str, Any] = {
        part: tuple(item for item in getattr(whole, part) if draw(st.booleans())) for part in PARTS if draw(st.booleans())
    }
    if draw(st.booleans()):
        changes["namespace"] = None
    return replace(whole, **changes)


@settings(max_examples=25, deadline=None)
@given(applications())
def test_every_application_has_every_section_and_scripts_that_parse(application: Application) -> None:
    text = guide(application)
    assert tuple(re.findall(r"^## (.*)$", text, re.MULTILINE)) == SECTIONS
    assert all(section(text, title).strip() for title in SECTIONS)
    script = "\n".join(blocks(text))
    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "None" not in text.replace("clusterIP: None", "")
    assert "\n\n\n" not in text


@settings(max_examples=25, deadline=None)
@given(applications())
def test_commands_name_what_is_there(application: Application) -> None:
    rendered = emit(application)
    text = rendered.files["README.md"]
    known = {name.lower() if "/" in name else name for name in objects(rendered)}
    named = set(re.findall(r"\b((?:deployment|statefulset|daemonset|job|cronjob|service)/[a-z0-9-]+)", text))
    outside = {"service/traefik", "deployment/local-path-provisioner"}
    assert named - outside <= known
    files = set(rendered.files) | set(secret_files(application))
    for path in re.findall(r"kubectl apply -f ([\w./-]+)", text):
        assert path == "-" or any(file == path or (path.endswith("/") and file.startswith(path)) for file in files), path


def test_a_section_that_does_not_apply_says_so() -> None:
    text = guide(plain(workload("web")))
    assert "There is no Ingress." in text
    assert "No Secret is needed" in text
    assert "There are no claims" in text
    assert "No workload reads a ConfigMap or a Secret." in text


def test_an_empty_secret_is_no_reason_to_say_that_none_is_needed() -> None:
    empty = ConfigMap("db-config", (("MYSQL_ROOT_PASSWORD", Traced("")), ("TZ", Traced("")), ("DB_PASSWORD_FILE", Traced(""))))
    text = section(guide(plain(workload("db"), config_maps=(empty,))), "Step-by-Step Deployment")
    assert "No Secret is needed" not in text
    assert "Empty, though called as secrets are: `MYSQL_ROOT_PASSWORD`." in text


def test_the_guide_says_what_people_know() -> None:
    known = Guide("Shop System", "Sells things.", ("Sell more.",), (("Handbook", "https://example.com/handbook"),))
    text = guide(replace(shop(), guide=known))
    assert text.startswith("# Shop System on Kubernetes\n")
    assert "Sells things." in section(text, "Overview")
    assert section(text, "Next Steps").strip() == "- Sell more."
    assert "[Handbook](https://example.com/handbook)" in section(text, "References")
    assert "The shop \\| its pages" in section(text, "Overview")


def test_no_secret_value_is_in_the_guide() -> None:
    text = guide(shop())
    assert [value for value in SECRETS if value in text] == []
    assert "DB_PASSWORD" in text


# Loops that run ------------------------------------------------------------------------------------------------------


class Shell:
    """Runs blocks of the guide with a ``kubectl`` that writes down its arguments and fails where it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, folder / "calls"
        program = folder / "bin" / "kubectl"
        program.parent.mkdir()
        program.write_text(KUBECTL)
        program.chmod(0o755)

    def __call__(self, script: str, cwd: Path | None = None, broken: str = "nothing-fails") -> tuple[str, list[str]]:
        self.calls.write_text("")
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        made = subprocess.run(
            ["bash", "-u", "-c", script],
            cwd=cwd or self.folder,
            env={**os.environ, "PATH": path, "CALLS": os.fspath(self.calls), "BROKEN": broken},
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.stderr == ""
        return made.stdout, self.calls.read_text().splitlines()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def answering(name: str, port: int, path: str) -> Any:
    probe = Traced(Probe(HttpProbe(path, port)))
    pod = Pod((Container(name, Traced(f"example/{name}:1"), readiness=probe),))
    return workload(name, pod=pod, endpoints=(endpoint(f"{name}-service", port),))


def test_the_health_loop_asks_each_workload_at_its_own_port_and_path(shell: Shell) -> None:
    application = replace(
        shop(), workloads=(answering("api", 8001, "/health"), answering("ui", 3000, "/ok?deep=1"), *shop().workloads)
    )
    loop = block(guide(application), "get --raw")
    out, calls = shell(loop)
    base = "get --raw /api/v1/namespaces/shop-prod/services/"
    assert calls == [
        f"{base}api-service:8001/proxy/health",
        f"{base}ui-service:3000/proxy/ok?deep=1",
        f"{base}web-service:8080/proxy/health?full=1",
    ]
    assert [line.split()[0] for line in out.splitlines()] == ["ok", "ok", "ok"]
    out, _ = shell(loop, broken="ui-service")
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["ok", "api-service:8001/health"], ["FAILED", "ui-service:3000/ok?deep=1"], ["ok", "web-service:8080/health?full=1"],
    ]  # fmt: skip


def test_without_a_namespace_the_health_loop_takes_the_current_one(shell: Shell) -> None:
    _, calls = shell(block(guide(plain(answering("api", 8001, "health"))), "get --raw"))
    assert calls[0].startswith("config view")
    assert calls[1].endswith("/namespaces/default/services/api-service:8001/proxy/health")


def test_the_rollout_loop_waits_for_each_workload_that_stays(shell: Shell) -> None:
    loop = block(guide(shop()), 'rollout status "$workload"')
    _, calls = shell(loop)
    names = [call.split()[4] for call in calls]
    assert names == [
        "deployment/web", "statefulset/redis", "deployment/worker", "deployment/mirror", "daemonset/agent", "deployment/bus",
    ]  # fmt: skip
    _, calls = shell(loop, broken="redis")
    assert len(calls) == 2


def test_the_secret_step_makes_the_real_secrets(shell: Shell, tmp_path: Path) -> None:
    application = replace(shop(), secrets=(*shop().secrets, Secret("1st", (("A", Traced(None)),))))
    folder = tmp_path / "out"
    for path, text in emit(application).files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    copy, apply = block(guide(application), "sed"), block(guide(application), "must find nothing")
    shell(copy, cwd=folder)
    real = {path: yaml.safe_load(text)["metadata"]["name"] for path, text in secret_files(application).items()}
    assert {path: yaml.safe_load((folder / path).read_text())["metadata"]["name"] for path in real} == real
    out, calls = shell(apply, cwd=folder)
    assert out.count("REPLACE_ME") == 4
    assert calls == [f"apply -f {path}" for path in real]
    (folder / "secrets" / "secret-web.yaml").write_text("filled in")
    shell(copy, cwd=folder)
    assert (folder / "secrets" / "secret-web.yaml").read_text() == "filled in"


def test_many_secrets_are_applied_in_a_loop(shell: Shell, tmp_path: Path) -> None:
    secrets = tuple(Secret(f"s{number}", (("A", Traced(None)),)) for number in range(9))
    application = plain(workload("web"), secrets=secrets)
    (tmp_path / "secrets").mkdir()
    for path in secret_files(application):
        (tmp_path / path).write_text("A: filled\n")
        (tmp_path / path.replace(".yaml", "-example.yaml")).write_text("A: REPLACE_ME\n")
    (tmp_path / "secrets" / "s3.yaml").write_text("A: REPLACE_ME\n")
    out, calls = shell(block(guide(application), "for real in"))
    assert sorted(calls) == [f"apply -f secrets/s{number}.yaml" for number in range(9) if number != 3]
    assert "secrets/s3.yaml" in out


def test_the_build_loop_passes_names_and_contexts(shell: Shell, tmp_path: Path) -> None:
    for name in ("docker", "kind"):
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\nprintf "{name}"; printf " <%s>" "$@"; echo\n')
        (tmp_path / "bin" / name).chmod(0o755)
    out, _ = shell(block(guide(shop()), "kind load"))
    assert out.splitlines() == [
        "docker <build> <-t> <worker> <./worker dir>",
        "kind <load> <docker-image> <worker> <--name> <shop>",
        "docker <build> <-t> <registry.example.com/shop/web:2> <-f> <web/Dockerfile> <--target> <production> "
        "<--build-arg> <VERSION> <.>",
        "kind <load> <docker-image> <registry.example.com/shop/web:2> <--name> <shop>",
    ]
    out, _ = shell(block(guide(shop()), "REGISTRY="))
    assert out.splitlines() == [
        "docker <build> <-t> <registry.example.com/team/worker> <./worker dir>",
        "docker <push> <registry.example.com/team/worker>",
    ]


def test_pods_find_what_is_built_by_the_overlay_and_nothing_passes_it_by(shell: Shell, tmp_path: Path) -> None:
    rendered, out = emit(shop()), tmp_path / "out"
    for path, text in rendered.files.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text)
    shell("REGISTRY=registry.example.com/team\n" + block(rendered.files["README.md"], "cat > ../shop-images"), cwd=out)
    kubectl = Path(sys.executable).with_name("kubectl")
    made = subprocess.run(
        [kubectl, "kustomize", "../shop-images"], cwd=out, capture_output=True, text=True, check=False, timeout=60
    )
    assert made.returncode == 0, made.stderr
    pods = [one["spec"]["template"]["spec"] for one in yaml.safe_load_all(made.stdout) if one["kind"] == "Deployment"]
    images = {container["image"] for pod in pods for container in pod["containers"]}
    assert "registry.example.com/team/worker" in images
    assert "worker" not in images
    steps = section(rendered.files["README.md"], "Step-by-Step Deployment")
    assert "kubectl apply -k ../shop-images" in steps
    for folder in re.findall(r"kubectl apply -f ([\w-]+)/$", steps, re.MULTILINE):
        held = "".join(text for path, text in rendered.files.items() if path.startswith(f"{folder}/"))
        assert not re.search(r"image: worker$", held, re.MULTILINE), folder


def test_without_a_build_there_is_no_overlay() -> None:
    steps = section(guide(replace(shop(), builds=())), "Step-by-Step Deployment")
    assert "kubectl apply -f services/" in steps
    assert "-images" not in steps


def test_images_with_a_registry_are_built_only_to_change_them() -> None:
    text = section(guide(shop()), "Step-by-Step Deployment")
    assert text.index("docker manifest inspect") < text.index('docker push "$image"') < text.index('docker push "$REGISTRY/')


@pytest.mark.parametrize(("size", "large"), [(40_000, False), (240_000, False), (262_000, True), (300_000, True)])
def test_what_is_too_large_for_an_annotation_is_applied_by_the_server(size: int, large: bool) -> None:
    application = replace(shop(), config_maps=(ConfigMap("big", (("a.json", Traced("x" * size)),)), *shop().config_maps))
    files = emit(application).files
    commands = re.findall(
        r"kubectl (?:apply|diff) (?!.*(?:dry-run=client|-f - |kustomizations)).*",
        files["README.md"] + files["kustomization.yaml"],
    )
    assert [command for command in commands if ("--server-side" in command) != large] == []
    assert len(commands) > 8


def test_the_patch_for_shared_storage_is_what_its_provisioner_reads(shell: Shell) -> None:
    _, calls = shell(block(guide(shop()), "local-path-config"))
    patch = yaml.safe_load(calls[0].partition("--patch ")[2])
    assert yaml.safe_load(patch["data"]["config.json"]) == {
        "nodePathMap": [],
        "sharedFileSystemPath": "/var/local-path-provisioner",
    }
    assert "local-path-config" not in guide(replace(shop(), claims=shop().claims[1:]))


# Numbers -------------------------------------------------------------------------------------------------------------


def test_the_resource_table_agrees_with_the_budget() -> None:
    rendered = emit(shop())
    total = budget(parse_tree(rendered.files))
    row = next(
        line for line in section(rendered.files["README.md"], "Resource Requirements").splitlines() if "All pods" in line
    )
    _, pods, cpu, _, memory, _ = [cell.strip("* ") for cell in row.strip("|").split("|")]
    assert (pods, cpu, memory) == (str(total.pods), total.requests.cpu.milli, total.requests.memory.within("Mi"))
    assert f"**{total.storage.within('Gi')}** in all" in section(rendered.files["README.md"], "Persistent Storage")


def test_a_limit_is_unbounded_if_a_container_sets_none() -> None:
    assert "| web | 2 | 250m | 1 | 512Mi | 1Gi |" in guide(replace(shop(), workloads=(_without_waits(shop().workloads[0]),)))
    assert "| worker | 1 | 0 | not set | 0 | not set |" in guide(shop())


def _without_waits(one: Any) -> Any:
    return replace(one, pod=replace(one.pod, init_containers=()))


def test_local_ports_of_port_forwards_are_unique() -> None:
    application = plain(*(workload(name, endpoints=(endpoint(name, 80),)) for name in ("a", "b")))
    assert re.findall(r"port-forward service/\w (\d+):80", guide(application)) == ["8080", "8081"]


def test_only_stateless_deployments_are_scaled() -> None:
    text = section(guide(shop()), "Scaling")
    assert "These can have more pods: `web`, `bus`." in text
    assert "- **worker**: its data is in `uploads`" in text
    assert "- **agent**: one pod on each node" in text


def test_what_keeps_data_is_not_scaled_though_it_has_no_volume() -> None:
    text = section(guide(plain(workload("web"), workload("mq", keeps_data=True))), "Scaling")
    assert "These can have more pods: `web`." in text
    assert "- **mq**: each pod would keep data of its own" in text


def test_there_is_no_port_forward_to_what_has_ended() -> None:
    text = guide(plain(workload("once", Kind.JOB, endpoints=(endpoint("once", 80),))))
    assert "port-forward service/once" not in text
    assert "| once | 80 | only while its pod runs |" in text.replace("`", "")


def test_a_trial_request_asks_for_a_health_page_if_one_is_routed() -> None:
    api, first = answering("api", 8001, "/health"), Traced(RoutePath("/api", "api-service", 8001))
    health = Traced(RoutePath("/health", "api-service", 8001))
    text = guide(plain(api, routes=(Route("r", "shop.local", None, (first,)),)))
    assert "curl -i http://shop.local/api`" in text
    text = guide(plain(api, routes=(Route("r", "shop.local", None, (first, health)),)))
    assert "curl -i http://shop.local/health`" in text


def test_a_page_that_the_mapping_names_is_not_named_twice() -> None:
    known = Guide(references=(("Clusters on a laptop", "https://kind.sigs.k8s.io"),))
    text = section(guide(replace(shop(), guide=known)), "References")
    assert text.count("kind.sigs.k8s.io") == 1


def test_the_retired_controller_is_not_recommended() -> None:
    text = guide(shop())
    assert "ingress-nginx" in text
    assert not re.search(r"kubectl apply -f \S*ingress-nginx", text)
    assert "kind: IngressClass" in text
    assert "ingress-nginx" not in guide(replace(shop(), routes=()))


def test_what_is_blocked_is_named_with_its_reason() -> None:
    assert "**watcher**: It mounts the Docker socket." in section(guide(shop()), "Overview")
    text = guide(plain(workload("watcher", Kind.DEPLOYMENT, blocked="it mounts the Docker socket")))
    assert "deployment/watcher" not in text


def test_nothing_depends_on_the_machine() -> None:
    text = guide(shop())
    assert not re.search(r"(?<![\w/.-])/(?:home|work|root|tmp)/", text)
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", text)
    assert len(documents(emit(shop()).files)) > 20
