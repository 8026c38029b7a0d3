"""What several services decide together: shared maps, secrets, hosts, claims, waits."""

from __future__ import annotations

from pathlib import Path

from compose2qt.compose import Document, Project, Service
from compose2qt.diagnostic import Collector
from compose2qt.lower import Lowered, document_leaves, lower
from compose2qt.mapping.plan import Host, MountPlan, Plan, PortPlan, SharedMap, TargetPlan
from compose2qt.source import Mapping, read_yaml
from compose2qt.source.disk import Disk
from compose2qt.workload import (
    Application,
    Claim,
    Concealed,
    Kind,
    Outcome,
    Quantity,
    SecretKey,
    Traced,
    account,
    mapped,
)
from compose2qt.workload.origin import Origin, OriginKind

WHY = Origin(OriginKind.MAPPING, None, "because")


def loaded(text: str) -> Project:
    """A project whose services are given in canonical form."""
    root = read_yaml(text, "compose.yaml", Collector())[0]
    assert isinstance(root, Mapping)
    section = root.get("services")
    assert isinstance(section, Mapping)
    services = {name: Service(name, node) for name, node in section.entries.items() if isinstance(node, Mapping)}
    return Project("p", Path("/project"), services, documents=(Document("compose.yaml", root),))


def lowered(text: str, plan: Plan | None = None) -> Lowered:
    project = loaded(text)
    targets = tuple(TargetPlan(name, (name,), WHY) for name in project.services)
    collector = Collector()
    made = lower(
        project, plan or Plan("p", targets, hosts={t.name: Host(t.name) for t in targets}), Disk(project.directory), collector
    )
    collector.check()
    return made


def target(name: str, source: str | None = None) -> TargetPlan:
    return TargetPlan(name, (source or name,), WHY)


def config(application: Application, name: str) -> dict[str, str]:
    return next({key: value.value for key, value in one.data} for one in application.config_maps if one.name == name)


def secret(application: Application, name: str) -> dict[str, str | None]:
    data = next(one.data for one in application.secrets if one.name == name)
    return {key: value.value.reveal() if isinstance(value.value, Concealed) else None for key, value in data}


def env(application: Application, name: str) -> dict[str, str | SecretKey]:
    found = next(one for one in application.workloads if one.name == name)
    return {one.name: one.value.value for one in found.pod.containers[0].env}


def test_each_container_gets_its_own_keys() -> None:
    made = lowered(
        "services:\n  web: {image: a, environment: {A: '1', DB_PASSWORD: pw}}\n  api: {image: a, environment: {A: '2'}}\n"
    )
    app = made.application
    assert config(app, "web-config") == {"A": "1"}
    assert secret(app, "web-secret") == {"DB_PASSWORD": "pw"}
    assert config(app, "api-config") == {"A": "2"}


SHARED = Plan(
    "p",
    (target("web"), target("api"), target("job")),
    shared=(
        SharedMap("common", False, WHY, takes_rest=True, values=(("EXTRA", mapped("x", None, "because")),)),
        SharedMap("keys", True, WHY, takes_rest=True, keys=("SAFE",), values=(("OTHER_TOKEN", mapped(None, None, "because")),)),
    ),
)
SERVICES = """
services:
  web: {image: a, environment: {LEVEL: INFO, TOKEN: t1, SAFE: "1", PRICE: $(X)}}
  api: {image: a, environment: {LEVEL: INFO, TOKEN: t1}}
  job: {image: a, environment: {LEVEL: "$(DEBUG)", TOKEN: t2}}
"""


def test_a_shared_value_that_differs_stays_right() -> None:
    app = lowered(SERVICES, SHARED).application
    assert config(app, "common") == {"LEVEL": "INFO", "PRICE": "$(X)", "EXTRA": "x"}
    assert env(app, "web") == {}
    assert env(app, "job") == {"LEVEL": "$$(DEBUG)", "TOKEN": SecretKey("job-secret", "TOKEN")}
    assert secret(app, "keys") == {"TOKEN": "t1", "SAFE": "1", "OTHER_TOKEN": None}
    assert secret(app, "job-secret") == {"TOKEN": "t2"}


def test_readers_limit_a_shared_map() -> None:
    shared = SharedMap("common", False, WHY, takes_rest=True, readers=("web",))
    app = lowered(SERVICES, Plan("p", SHARED.targets, shared=(shared,))).application
    assert config(app, "api-config") == {"LEVEL": "INFO"}
    assert [one.name.value for one in app.workloads[1].pod.containers[0].env_from] == ["api-config", "api-secret"]


URLS = """
services:
  web: {image: a, environment: {DATABASE_URL: "postgres://app:pw@db:5432/x?a=$(B)", CACHE: "redis://:other@cache:6379"}}
  db: {image: "postgres:16", environment: {POSTGRES_PASSWORD: pw}}
  cache: {image: "redis:7"}
"""


def test_a_url_stays_readable_and_shares_the_password_of_its_service() -> None:
    app = lowered(URLS).application
    assert env(app, "web") == {
        "DATABASE_URL_PASSWORD": SecretKey("db-secret", "POSTGRES_PASSWORD"),
        "DATABASE_URL": "postgres://app:$(DATABASE_URL_PASSWORD)@db:5432/x?a=$$(B)",
        "CACHE_PASSWORD": SecretKey("web-secret", "CACHE_PASSWORD"),
        "CACHE": "redis://:$(CACHE_PASSWORD)@cache:6379",
    }
    assert secret(app, "web-secret") == {"CACHE_PASSWORD": "other"}
    assert "pw@" not in repr(app)


def test_references_to_renamed_hosts_are_followed() -> None:
    plan = Plan(
        "p", (target("web"), target("store", "db")), hosts={"db": Host("store-service", ((5432, 6543),)), "web": Host("web")}
    )
    text = "services:\n  web: {image: a, environment: {URL: 'http://db:5432/db'}}\n  db: {image: b}\n"
    assert config(lowered(text, plan).application, "web-config") == {"URL": "http://store-service:6543/db"}


def test_ports_that_others_mention_are_served() -> None:
    app = lowered(URLS).application
    ports = {one.name: [port.value.port for port in one.endpoints[0].ports] for one in app.workloads if one.endpoints}
    assert ports == {"db": [5432], "cache": [6379]}


def test_a_name_that_is_reached_without_a_port_is_headless() -> None:
    app = lowered("services:\n  web: {image: a, environment: {API_HOST: api}}\n  api: {image: b}\n").application
    (endpoint,) = app.workloads[1].endpoints
    assert (endpoint.name, endpoint.headless, endpoint.publish_not_ready) == ("api", True, True)


def test_waiting_for_health() -> None:
    text = "services:\n  web: {image: a, depends_on: {db: {condition: service_healthy, required: true}}}\n  db: {image: b}\n"
    web, db = lowered(text).application.workloads
    assert [one.name for one in web.pod.init_containers] == ["wait-for-db"]
    command = web.pod.init_containers[0].command
    assert command is not None
    assert "db-ready" in command.value[2]
    assert [(one.name, one.headless, one.publish_not_ready) for one in db.endpoints] == [
        ("db", True, True),
        ("db-ready", True, False),
    ]


SHARING = """
services:
  web: {image: a, volumes: [{type: volume, source: data, target: /d}]}
  api: {image: a, volumes: [{type: volume, source: data, target: /e}]}
  one: {image: a, volumes: [{type: volume, source: own, target: /e}]}
volumes: {data: , own: }
"""


def test_a_claim_shared_by_workloads_keeps_them_on_one_node() -> None:
    made = lowered(SHARING)
    web, api, one = made.application.workloads
    assert web.pod.colocate_with is not None
    assert api.pod.colocate_with is not None
    assert one.pod.colocate_with is None
    assert web.recreate is not None
    assert one.recreate is not None
    assert {claim.name: claim.owner for claim in made.application.claims} == {"data": None, "own": "one"}


CHAINED = """
services:
  web: {image: a, volumes: [{type: volume, source: one, target: /d}]}
  api: {image: a, volumes: [{type: volume, source: one, target: /d}, {type: volume, source: two, target: /e}]}
  job: {image: a, volumes: [{type: volume, source: two, target: /d}, {type: volume, source: three, target: /f}]}
  end: {image: a, volumes: [{type: volume, source: three, target: /d}]}
volumes: {one: , two: , three: }
"""


def test_workloads_linked_by_several_claims_share_one_node() -> None:
    groups = [one.pod.colocate_with for one in lowered(CHAINED).application.workloads]
    assert {group.value for group in groups if group} == {"one"}
    assert all(groups)


def test_a_claim_for_many_nodes_is_free() -> None:
    many = Claim("data", Traced(Quantity.parse("5Gi"), (WHY,)), Traced("ReadWriteMany", (WHY,)))
    plan = Plan("p", (target("web"), target("api"), target("one")), claims=(many,))
    made = lowered(SHARING, plan).application
    assert all(one.pod.colocate_with is None for one in made.workloads)
    assert made.workloads[0].recreate is None


MERGED = """
services:
  back: {image: a, command: [run], ports: [{target: 80, published: "8000"}], environment: {A: '1', C: c}, restart: always}
  front: {image: b, ports: [{target: 3000, published: "3000"}], environment: {A: '2', B: b}}
  gone: {image: c, environment: {X: secret-of-gone}}
"""


def merged_plan() -> Plan:
    gateway = TargetPlan(
        "gateway",
        ("back", "front"),
        WHY,
        image=mapped("registry/gateway:1", None, "because"),
        kind=mapped(Kind.DEPLOYMENT, None, "because"),
        replicas=mapped(2, None, "because"),
        ports=(mapped(PortPlan("http", 8080, replaces=("back", 80)), None, "because"),),
        mounts=(mapped(MountPlan("logs", "/logs"), None, "because"),),
        env=(("C", mapped("$(A)", None, "because")),),
    )
    return Plan("p", (gateway,), dropped={"gone": WHY})


def test_merged_services_and_their_decisions() -> None:
    text = MERGED
    project = loaded(text)
    collector = Collector()
    made = lower(project, merged_plan(), Disk(project.directory), collector)
    (gateway,) = made.application.workloads
    main = gateway.pod.containers[0]
    assert main.image.value == "registry/gateway:1"
    assert main.args is None
    assert [port.value.number for port in main.ports] == [8080]
    assert config(made.application, "gateway-config") == {"A": "1", "B": "b"}
    assert env(made.application, "gateway") == {"C": "$(A)"}
    assert [problem.code for problem in collector] == ["merged-variables-differ"]
    ledger = account(document_leaves(project), (), made.decisions, made.losses, made.consumed)
    unplaced = {entry.leaf.path[1] for entry in ledger.entries if entry.outcome is Outcome.MAPPED}
    assert unplaced == {"back", "front", "gone"}
    assert all(entry.reason for entry in ledger.entries if entry.outcome is Outcome.MAPPED)
