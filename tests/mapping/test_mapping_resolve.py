"""A mapping spec and a project become a plan; every slip between the two is reported with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from compose2qt.compose import LoadOptions, Project, load
from compose2qt.diagnostic import Collector, InputError
from compose2qt.lower import Lowered, document_leaves, lower
from compose2qt.mapping.infer import infer
from compose2qt.mapping.plan import Host, Plan, TargetPlan
from compose2qt.mapping.resolve import resolve
from compose2qt.mapping.spec import load_spec
from compose2qt.source.disk import Disk
from compose2qt.workload import HttpProbe, Kind, Outcome, SecretKey, TcpProbe, account

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE = """
services:
  web:
    image: nginx:1.27
    container_name: shop_web
    ports: ["8080:80"]
    environment: {API_URL: "http://api:9000/v1", DB: "postgres://u:pw@store_db:5432/x", MAIL: "http://mail_er:25", DEBUG: "1"}
    depends_on: {store_db: {condition: service_healthy}}
  api:
    image: shop/api:1
    expose: ["9000"]
    volumes: ["./uploads:/uploads", "cache:/cache"]
  store_db:
    image: postgres:16
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: {test: [CMD, pg_isready]}
  mail_er: {image: mail}
  debugger: {image: debug, profiles: [debug]}
volumes: {data: , cache: }
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "uploads").mkdir()
    return load(LoadOptions((str(tmp_path / "compose.yaml"),)), Collector())


def resolved(project: Project, text: str) -> tuple[Plan, Collector]:
    file = project.directory / "m.yaml"
    file.write_text(text)
    collector = Collector()
    return resolve(load_spec(file, "m.yaml", collector), project, collector), collector


def target(plan: Plan, name: str) -> TargetPlan:
    return next(one for one in plan.targets if one.name == name)


def lowered(project: Project, text: str) -> Lowered:
    plan, collector = resolved(project, text)
    made = lower(project, plan, Disk(project.directory), collector)
    collector.check()
    return made


@pytest.mark.parametrize(
    ("text", "place", "code", "said"),
    [
        ("targets: {shop: {from: [web, api]}}", "m.yaml:1:11", "no-reason", "merges several"),
        ("targets: {shop: {from: [web]}}", "m.yaml:1:11", "no-reason", "renames web"),
        ("targets: {shop: {from: []}}", "m.yaml:1:11", "no-reason", "is added"),
        ("targets: {web: {service: www}}", "m.yaml:1:11", "no-reason", "renamed to www"),
        ("storage: {pvc: {size: 1Gi, from: [data]}}", "m.yaml:1:11", "no-reason", "renames data"),
        ("targets: {wbe: {}}", "m.yaml:1:11", "unknown-service", "did you mean 'web'?"),
        ("targets: {wbe: {}}", "m.yaml:1:11", "unknown-service", "from: []"),
        ("targets: {web: {}, x: {from: [wb], reason: r}}", "m.yaml:1:31", "unknown-service", "did you mean 'web'?"),
        ("drop: {wbe: r}", "m.yaml:1:8", "unknown-service", "did you mean 'web'?"),
        ("targets: {debugger: {}}", "m.yaml:1:11", "inactive-service", "(debug)"),
        ("targets: {web: {}, x: {from: [web], reason: r}}", "m.yaml:1:31", "service-twice", "two targets"),
        ("targets: {web: {}}\ndrop: {web: r}", "m.yaml:2:8", "service-twice", "dropped"),
        ("rest: refuse\ntargets: {web: {}, api: {}}", "m.yaml:1:7", "undecided-services", "store_db, mail_er"),
        ("targets: {web: {from: [api], reason: r}}", "m.yaml:1:11", "target-taken", "web"),
        ("targets: {web: {resources: smal}}\nresources: {small: {}}", "m.yaml:1:28", "unknown-class", "'small'"),
        ("targets: {web: {resources: {use: smal}}}\nresources: {small: {}}", "m.yaml:1:34", "unknown-class", "'small'"),
        ("targets: {web: {mounts: ['dta:/x']}}\nstorage: {data: {size: 1Gi}}", "m.yaml:1:26", "unknown-claim", "'data'"),
        ("targets: {web: {wait_for: [apy]}}", "m.yaml:1:28", "unknown-target", "'api'"),
        ("targets: {web: {wait_for: [web]}}", "m.yaml:1:28", "wait-cycle", "web"),
        ("targets: {web: {wait_for: [api]}, api: {wait_for: [web]}}", "m.yaml:1:28", "wait-cycle", "which waits"),
        ("targets: {store_db: {}}", "m.yaml:1:11", "illegal-name", "legal"),
        ("targets: {web: {ports: [80, {port: 81, name: tcp-80}]}}", "m.yaml:1:29", "port-name-twice", "tcp-80"),
        ("targets: {web: {ports: [{port: 81, replaces: 'wb:80'}]}}", "m.yaml:1:46", "unknown-port-source", "'web'"),
        ("targets: {mail: {from: [mail_er], reason: r, liveness: {path: /}}}", "m.yaml:1:46", "probe-without-port", "`port`"),
        ("targets: {web: {reasons: {image: r}, replicas: 1}}", "m.yaml:1:27", "reason-of-nothing", "replicas"),
        ("targets: {web: {service: api, reason: r}}", "m.yaml:1:26", "service-name-twice", "api"),
        ("targets: {web: {labels: {a: 'x y'}}}", "m.yaml:1:29", "illegal-label", "letters"),
        ("labels: {workloads: {app: '{name}'}, select: [ap]}", "m.yaml:1:38", "label-missing", "'app'"),
        ("storage: {dat: {size: 1Gi}}", "m.yaml:1:11", "unknown-volume", "did you mean 'data'?"),
        ("storage: {up: {size: 1Gi, from: [./upload], reason: r}}", "m.yaml:1:34", "unknown-volume", "'./uploads'"),
        ("storage: {a: {size: 1, from: [data, data], reason: r}}", "m.yaml:1:37", "volume-twice", "two claims"),
        ("storage: {data: {size: 1Gi, owner: wb}}", "m.yaml:1:36", "unknown-target", "'web'"),
        ("shared: {c: {kind: Secret, reason: r, readers: [wb]}}", "m.yaml:1:49", "unknown-target", "'web'"),
        ("shared: {c: {kind: ConfigMap, reason: r, values: {A: {reason: r}}}}", "m.yaml:1:51", "no-value", "`value`"),
        ("routes: {r: {host: h, reason: r, paths: {/: wb}}}", "m.yaml:1:45", "unknown-target", "'web'"),
        ("routes: {r: {host: h, reason: r, paths: {/: web}}}", "m.yaml:1:45", "unknown-port", "web:PORT"),
        (
            "targets: {web: {ports: [80]}}\nroutes: {r: {host: h, reason: r, paths: {/: 'web:81'}}}",
            "m.yaml:2:45",
            "unknown-port",
            "80",
        ),
        (
            "routes: {r: {host: h, reason: r, paths: {/: 'web:1'}, annotations: {a: b}, without: {a: r}}}",
            "m.yaml:1:86",
            "annotation-left-out",
            "both",
        ),
    ],
)
def test_each_slip_has_its_place(project: Project, text: str, place: str, code: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        resolved(project, text)
    found = [one for one in caught.value.diagnostics if one.code == code]
    assert [str(one.span) for one in found][:1] == [place], str(caught.value)
    assert said in str(found[0])
    assert found[0].fix


def test_a_mapping_of_services_that_are_not_selected_is_told_once(project: Project) -> None:
    rest = {name: one for name, one in project.services.items() if name != "web"}
    only = replace(project, services={"web": project.services["web"]}, disabled={**rest, **project.disabled})
    with pytest.raises(InputError) as caught:
        resolved(only, "targets: {web: {}, api: {}, mail: {from: [mail_er], reason: r}}")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == (
        "mapping-of-others", "--service leaves out api, mail_er, and the mapping decides about them"
    )  # fmt: skip
    assert resolved(only, "targets: {web: {}}")[0].targets


def test_all_slips_at_once(project: Project) -> None:
    with pytest.raises(InputError) as caught:
        resolved(
            project, "targets: {wbe: {}, api: {resources: x, wait_for: [y]}}\nroutes: {r: {host: h, reason: r, paths: {/: z}}}"
        )
    assert {one.code for one in caught.value.diagnostics} == {"unknown-service", "unknown-class", "unknown-target"}


def test_a_mapping_for_another_project_names_both(project: Project) -> None:
    with pytest.raises(InputError) as caught:
        resolved(project, "name: bank\ntargets: {ledger: {}, teller: {}, web: {}}\n")
    (problem,) = caught.value.diagnostics
    assert problem.code == "another-project"
    assert all(word in problem.message for word in ("bank", "ledger", "teller", project.name, "store_db"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("plain_keys: {DBUG: r}", "unknown-variable"),
        ("secret_keys: {DBUG: r}", "unknown-variable"),
        ("shared: {c: {kind: ConfigMap, reason: r, keys: [DBUG]}}", "unknown-variable"),
        ("shared: {c: {kind: ConfigMap, reason: r, drop: {DBUG: r}}}", "unknown-variable"),
        ("shared: {c: {kind: Secret, reason: r, values: {A: {value: x, reason: r}}}}", "secret-in-mapping"),
        ("targets: {web: {ports: [8000], reasons: {ports: r}}}", "port-left-out"),
    ],
)
def test_what_is_probably_a_slip_is_a_warning(project: Project, text: str, code: str) -> None:
    _, collector = resolved(project, text)
    assert [one.code for one in collector] == [code]
    assert all(one.span and one.fix for one in collector)


def test_without_decisions_everything_is_inferred(project: Project) -> None:
    plan, _ = resolved(project, "version: 1")
    inferred = infer(project)
    assert plan.targets == inferred.targets
    assert plan.hosts.items() >= inferred.hosts.items()
    assert (plan.name, plan.labels, plan.kubernetes) == (inferred.name, inferred.labels, inferred.kubernetes)
    assert {name: claim.value for name, claim in plan.volumes.items()} == {
        name: c.value for name, c in inferred.volumes.items()
    }


def test_one_override_leaves_the_rest_alone(project: Project) -> None:
    plan, collector = resolved(project, "targets: {api: {replicas: 3}}")
    assert not list(collector)
    assert [one.name for one in plan.targets] == ["web", "api", "store-db", "mail-er"]
    api, inferred = target(plan, "api"), next(one for one in infer(project).targets if one.name == "api")
    assert api.replicas is not None
    assert (api.replicas.value, str(api.replicas.origins[0].span)) == (3, "m.yaml:1:27")
    assert api.replicas.origins[0].reason
    assert (api.labels, api.selector, api.kind, api.folder) == (
        inferred.labels,
        inferred.selector,
        inferred.kind,
        inferred.folder,
    )
    assert api.image is None
    assert api.ports is None


def test_added_targets_stand_at_the_end(project: Project) -> None:
    plan, _ = resolved(project, "targets: {new: {from: [], reason: r, image: x:1}, web: {}}")
    assert [one.name for one in plan.targets] == ["web", "api", "store-db", "mail-er", "new"]
    new = target(plan, "new")
    assert (new.sources, new.origin.reason) == ((), "r")
    assert new.kind is not None
    assert new.kind.value is Kind.DEPLOYMENT


def test_hosts_follow_renames_and_moved_ports(project: Project) -> None:
    text = """
targets:
  web: {}
  backend: {from: [api], reason: r, service: backend-svc, ports: [{name: http, port: 80, replaces: 9000}]}
"""
    plan, _ = resolved(project, text)
    assert plan.hosts["api"] == Host("backend-svc", ((9000, 80),))
    assert plan.hosts["shop_web"] == Host("web")
    assert plan.hosts["backend-svc"] == Host("backend-svc")
    assert plan.hosts["store_db"] == Host("store-db")
    made = lowered(project, text)
    config = next(one for one in made.application.config_maps if one.name == "web-config")
    assert dict(config.data)["API_URL"].value == "http://backend-svc:80/v1"


def test_probes_ask_the_first_port(project: Project) -> None:
    plan, _ = resolved(
        project,
        "targets: {web: {liveness: {path: /up, delay: 5}, startup: {}}, api: {ports: [1, 2], liveness: {}, reasons: {ports: r}}}",  # noqa: E501 - one line of YAML,
    )
    web, api = target(plan, "web"), target(plan, "api")
    assert web.liveness is not None
    assert web.startup is not None
    assert api.liveness is not None
    assert (web.liveness.value.check, web.liveness.value.initial_delay) == (HttpProbe("/up", 80), 5)
    assert web.startup.value.check == TcpProbe(80)
    assert api.liveness.value.check == TcpProbe(1)


def test_amounts_of_a_target_win_over_its_class(project: Project) -> None:
    text = """
resources: {small: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}}
targets: {web: {resources: {use: small, limits: {cpu: 1}, requests: {memory: 64Mi}}}, api: {resources: small}}
"""
    plan, _ = resolved(project, text)
    web, api = target(plan, "web").resources, target(plan, "api").resources
    assert web is not None
    assert api is not None
    amounts = (web.cpu_request, web.memory_request, web.cpu_limit, web.memory_limit)
    assert [one.value.milli if one else None for one in (web.cpu_request, web.cpu_limit)] == ["100m", "1000m"]
    assert [one.value.binary if one else None for one in (web.memory_request, web.memory_limit)] == ["64Mi", "256Mi"]
    assert {one.origins[0].reason for one in amounts if one} == {"resource class small"}
    assert api.cpu_limit is None


def test_labels_follow_the_convention(project: Project) -> None:
    text = """
labels: {workloads: {app: "{service}", component: "{name}", tier: backend}, others: {app: shop}}
targets: {api: {service: api-svc, reason: r, labels: {tier: edge, extra: 1}}}
"""
    plan, _ = resolved(project, text)
    api, web = target(plan, "api"), target(plan, "web")
    assert api.labels == (("app", "api-svc"), ("component", "api"), ("tier", "edge"), ("extra", "1"))
    assert api.selector == (("app", "api-svc"),)
    assert web.labels == (("app", "web"), ("component", "web"), ("tier", "backend"))
    assert plan.labels == (("app", "shop"),)


def test_claims_replace_volumes_and_host_paths(project: Project) -> None:
    text = """
storage:
  data: {size: 20Gi, class: fast}
  files: {size: 5Gi, access: ReadWriteMany, from: [./uploads/], reason: r}
  spare: {size: 1Gi, from: [], reason: r, owner: api}
"""
    plan, _ = resolved(project, text)
    assert {name: claim.value for name, claim in plan.volumes.items()} == {
        "data": "data",
        "./uploads": "files",
        "cache": "cache",
    }
    assert [(claim.name, claim.size.value.binary, claim.access_mode.value, claim.storage_class) for claim in plan.claims] == [
        ("data", "20Gi", "ReadWriteOnce", "fast"),
        ("files", "5Gi", "ReadWriteMany", None),
        ("spare", "1Gi", "ReadWriteOnce", None),
        ("cache", "1Gi", "ReadWriteOnce", None),
    ]
    api = next(one for one in lowered(project, text).application.workloads if one.name == "api")
    assert [(mount.volume, mount.path.value) for mount in api.pod.containers[0].mounts] == [
        ("files", "/uploads"),
        ("cache", "/cache"),
    ]


def test_a_claim_of_the_mapping_does_not_swallow_a_volume_of_its_name(project: Project) -> None:
    plan, _ = resolved(project, "storage: {cache: {size: 1Gi, from: [./uploads], reason: r}}")
    assert plan.volumes["./uploads"].value == "cache"
    assert plan.volumes["cache"].value == "cache-2"


def test_variables_come_from_values_and_secrets(project: Project) -> None:
    plan, _ = resolved(
        project,
        "targets: {web: {reason: all, env: {A: 1, B: {value: x, reason: own}, C: {secret: s}, D: {secret: s, key: k}}}}",
    )
    env = dict(target(plan, "web").env)
    assert {name: traced.value for name, traced in env.items()} == {
        "A": "1",
        "B": "x",
        "C": SecretKey("s", "C"),
        "D": SecretKey("s", "k"),
    }
    assert [env[name].origins[0].reason for name in "AB"] == ["all", "own"]


def test_every_leaf_of_a_decided_project_has_an_outcome_and_its_nearest_reason(project: Project) -> None:
    text = """
targets:
  web: {image: "registry/web:2", reason: new image, ports: [80], env: {DEBUG: "0"}, wait_for: [store],
        reasons: {ports: port reason, wait_for: wait reason, env: env reason}}
  store: {from: [store_db, api], reason: one pod}
drop: {mail_er: goes nowhere}
"""
    made = lowered(project, text)
    ledger = account(document_leaves(project), (), made.decisions, made.losses, made.consumed)
    reasons = {entry.leaf.path[1:4]: entry.reason for entry in ledger.entries if entry.outcome is Outcome.MAPPED}
    assert reasons["web", "image"] == "new image"
    assert reasons["web", "ports", 0] == "port reason"
    assert reasons["web", "depends_on", "store_db"] == "wait reason"
    assert reasons["web", "environment", "DEBUG"] == "env reason"
    assert reasons["api", "image"].startswith("one pod")
    assert reasons["mail_er", "image"] == "goes nowhere"
    assert all(reasons.values())
    left_out = [loss for loss in made.losses if loss.code == "environment.host-left-out"]
    assert len(left_out) == 1
    assert "MAIL names mail_er" in left_out[0].reason


def test_the_image_of_waits_is_a_decision(project: Project) -> None:
    made = lowered(project, "wait_image: registry/wait:1")
    web = next(one for one in made.application.workloads if one.name == "web")
    assert [one.image.value for one in web.pod.init_containers] == ["registry/wait:1"]
