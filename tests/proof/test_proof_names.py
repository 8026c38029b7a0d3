"""Names that no Service can have: references are led elsewhere, and the proof follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove

if TYPE_CHECKING:
    from pathlib import Path

WEB = 'environment: {U: "http://NAME:80", API_HOST: NAME}'
CASES = {
    "a service": ("kubernetes", "kubernetes: {image: nginx, ports: ['80']}", "", "kubernetes-2"),
    "an alias": ("kubernetes", "api: {image: nginx, networks: {default: {aliases: [kubernetes]}}}", "", "api"),
    "a link": ("kubernetes", "api: {image: nginx}", "links: ['api:kubernetes']", "api"),
    "an illegal link": ("x_y", "api: {image: nginx}", "links: ['api:x_y']", "api"),
    "a service and an alias": ("x_y", "x_y: {image: nginx}", "networks: {default: {aliases: [x_y]}}", "x-y"),
    "an alias of two": (
        "x_y",
        "a: {image: nginx, networks: {default: {aliases: [x_y]}}}\n  b: {image: nginx, networks: {default: {aliases: [x_y]}}}",
        "",
        "x-y",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_name_that_no_service_can_have_is_led_elsewhere(case: str, tmp_path: Path) -> None:
    name, others, more, leads_to = CASES[case]
    file = tmp_path / "compose.yaml"
    attributes = ", ".join(part for part in ("image: nginx", more, WEB.replace("NAME", name)) if part)
    file.write_text(f"name: p\nservices:\n  {others}\n  web: {{{attributes}}}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    maps = {key: one.value for each in made.lowered.application.config_maps for key, one in each.data}
    assert maps == {"U": f"http://{leads_to}:80", "API_HOST": leads_to}
    names = {one.name for one in made.tree.objects if one.kind == "Service"}
    assert leads_to in names
    assert name not in names


@pytest.mark.parametrize(
    ("host", "leads_to"),
    [
        ("API", "API"),
        ("api.", "api"),
        ("api.p_default", "api"),
        ("api.real", "api"),
        ("p-api-1", "api"),
        ("p-api-1.real", "api"),
        ("p_api_1", "api"),
        ("box", "x-y"),
        ("BOX", "x-y"),
        ("box.p_default", "x-y"),
        ("X_Y", "x-y"),
        ("al_x", "api"),
        ("hh", "x-y"),
        ("p-x_y-1", "p-x_y-1"),
        ("api.other", "api.other"),
        ("api.p_other", "api.p_other"),
    ],
)
def test_every_name_that_docker_answers_is_followed(host: str, leads_to: str, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(
        f"""
name: p
services:
  api: {{image: x, networks: {{default: {{aliases: [Al_X]}}, back: }}}}
  x_y: {{image: x, container_name: box, hostname: HH}}
  web: {{image: x, environment: {{U: "http://{host}:81/"}}}}
networks: {{back: {{name: real}}, other: {{}}}}
"""
    )
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    assert {one.value for each in made.lowered.application.config_maps for _, one in each.data} == {f"http://{leads_to}:81/"}
    ports = {
        end.name: [port.value.port for port in end.ports] for one in made.lowered.application.workloads for end in one.endpoints
    }
    assert ports.get(leads_to.lower(), []) == ([81] if leads_to.lower() in ("api", "x-y") else [])


CALLED = {
    "without a network": "a_b: {image: x, network_mode: none}",
    "in the network of the host": "a_b: {image: x, network_mode: host}",
    "in the network of another": "other: {image: x}\n  a_b: {image: x, network_mode: 'service:other'}",
    "before another starts": "a_b: {image: x}",
    "held back": "a_b: {image: x, privileged: true, pid: host}",
    "in another profile": "a_b: {image: x, profiles: [z]}",
}


@pytest.mark.parametrize("case", CALLED)
def test_whoever_has_other_names_is_proved(case: str, tmp_path: Path) -> None:
    names = ("a_b", "A_B", "a_b.", "p-a_b-1", "a_b.p_default")
    values = ", ".join(f'K{key}: "http://{name}:8{key}/"' for key, name in enumerate(names, 10))
    needs = "depends_on: {a_b: {condition: service_completed_successfully}}, " if case == "before another starts" else ""
    file = tmp_path / "compose.yaml"
    file.write_text(f"name: p\nservices:\n  {CALLED[case]}\n  web: {{image: x, {needs}environment: {{{values}}}}}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    assert made.proof is not None
    assert made.proof.different == ()


@pytest.mark.parametrize(
    ("value", "job"),
    [
        ("http://j_j:80", "j_j: {image: x, triggers: {manual: true}}"),
        ("http://j_j:80", "J_j: {image: x, triggers: {manual: true}}"),
        ("http://al_j:80", "j-j: {image: x, networks: {default: {aliases: [al_j]}}, triggers: {manual: true}}"),
    ],
)
def test_a_job_is_found_under_its_new_name(value: str, job: str, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(f"services: {{web: {{image: x, environment: {{U: '{value}'}}}}}}\njobs: {{{job}}}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    assert "U: http://j-j:80" in made.files["config/web-config.yaml"]


def test_a_check_of_ones_own_name_in_any_case_is_the_pods(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text('services: {a_b: {image: x, ports: ["8080"], healthcheck: {test: [CMD, curl, -f, "http://A_B:8080/"]}}}')
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    assert "httpGet" in made.files["services/a-b-deployment.yaml"]


def test_the_port_of_a_host_without_underscore_is_known(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text('services: {db: {image: x}, web: {image: x, environment: {PGHOST: db, PGPORT: "5433"}}}')
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    assert "port: 5433" in made.files["services/db-service.yaml"]


def test_a_hook_follows_renamed_hosts(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    hooks = "[{command: 'curl http://my_db:80', environment: {DB_HOST: my_db}}, {command: [x, --host, my_db]}]"
    file.write_text(f"name: p\nservices:\n  my_db: {{image: nginx}}\n  web: {{image: nginx, post_start: {hooks}}}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    script = "(env DB_HOST=my-db curl http://my-db:80) && (x --host my-db)"
    assert [text for text in made.files.values() if script in text]


def test_a_memory_volume_of_the_driver_has_its_size(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    volume = "mem: {driver_opts: {type: tmpfs, device: tmpfs, o: 'size=100m,uid=1'}}"
    file.write_text(f"name: p\nservices: {{a: {{image: nginx, volumes: ['mem:/m']}}}}\nvolumes: {{{volume}}}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    assert [text for text in made.files.values() if "100Mi" in text]


def test_the_check_of_a_dockerfile_is_proved(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\nHEALTHCHECK --retries=2 CMD curl -f http://localhost:80/ || exit 1\n")
    file = tmp_path / "compose.yaml"
    file.write_text("name: p\nservices: {a: {build: .}}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    assert made.proof is not None
    assert {each.item for each in made.proof.explained if each.code == "health.of-the-image"} >= {"check"}


SERVICE = "services/my-db-service.yaml"
SELECTED = "selector:\n    app.kubernetes.io/name: "
LED: dict[str, tuple[str, str]] = {
    "to another service": (f"{SELECTED}my-db", f"{SELECTED}web"),
    "to nobody": (f"{SELECTED}my-db", f"{SELECTED}none"),
    "nowhere": ("kind: Service", "kind: Endpoints"),
}


@pytest.mark.parametrize("edit", LED.values(), ids=LED)
def test_a_renamed_service_must_be_found_under_its_new_name(edit: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("name: p\nservices:\n  my_db: {image: x, expose: [80]}\n  web: {image: y, environment: {LINK: my_db}}\n")
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    assert edit[0] in made.files[SERVICE]
    tree = parse_tree({**made.files, SERVICE: made.files[SERVICE].replace(*edit)})
    found = prove(made.project, made.plan, made.lowered, tree, ours=made.proof)
    assert ("my_db", "names", "my_db") in {(one.service, str(one.aspect), one.item) for one in found.different}


def test_what_runs_before_and_hooks_name_services_too(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(
        """
name: p
services:
  my_db: {image: x, hostname: HH.x}
  job_x: {image: x}
  web:
    image: x
    pre_start: [{image: y, command: [a, --host=my_db]}, {image: y, command: [a, "--url=http://job_x:81"]}]
    post_start: [{command: [b, "http://MY_DB:82"]}]
    depends_on: {job_x: {condition: service_completed_successfully}}
"""
    )
    made = api.convert(api.Options(LoadOptions(files=(str(file),))))
    assert made.proof is not None
    assert made.proof.different == ()
    assert "port: 82" in made.files["services/my-db-service.yaml"]
    assert "--host=my-db" in made.files["services/web-deployment.yaml"]
