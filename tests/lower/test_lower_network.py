"""Who reaches whom, under which names and on which ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.lower.dockerfile import parse
from compose2qt.workload import ExecProbe
from composed import composed

if TYPE_CHECKING:
    from pathlib import Path


def test_ports_of_a_service_are_those_of_its_container(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  a: {image: x, ports: ["5433:5432", "53:53/udp", "127.0.0.1:90-91:9000-9001"], expose: ["5432", "7000-7001/tcp"]}
""",
    )
    assert made.ports("a") == [5432, 53, 9000, 9001, 7000, 7001]
    assert {(host, port) for _, host, port in made.application.published} >= {("5433", 5432)}
    assert made.losses() == {"ports.host-port", "networks.segment"}


def test_ports_are_inferred_from_image_dockerfile_and_mentions(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM a AS base\nEXPOSE 8000 53/udp $PORT\nFROM base AS dev\nEXPOSE 9229\n")
    (tmp_path / "app.conf").write_text("upstream = files:8123")
    made = composed(
        tmp_path,
        """
services:
  redis: {image: "redis:7"}
  api: {build: {context: ., target: base}, environment: {R: "redis://redis/0", F: "http://flat"}}
  files: {image: x}
  flat: {image: x}
  quiet: {image: x, depends_on: [behind]}
  behind: {image: x}
  web: {image: x, command: [nc, -z, api, "8000"], volumes: ["./app.conf:/app.conf:ro"]}
""",
    )
    assert made.ports("redis") == [6379]
    assert made.ports("api") == [8000, 53]
    assert made.ports("files") == [8123]
    assert made.ports("flat") == [80]
    assert made.endpoints("quiet") == {}
    behind = made.endpoints("behind")["behind"]
    assert (behind.ports, behind.headless, behind.publish_not_ready) == ((), True, True)


def test_an_alias_of_services_on_separate_networks_is_told(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  a: {image: x, networks: {one: {aliases: [db, cache]}}, ports: ["80"]}
  b: {image: x, networks: {two: {aliases: [db]}, one: {aliases: [cache]}}, ports: ["80"]}
networks: {one: {}, two: {}}
""",
    )
    told = [loss.reason for loss in made.lowered.losses if loss.code == "networks.apart"]
    assert len(told) == 2
    assert all("db" in one for one in told)


def test_an_alias_of_several_services_is_one_service(tmp_path: Path) -> None:
    alias = "networks: {default: {aliases: [pool, own, bad_alias]}}"
    made = composed(
        tmp_path,
        f"""
services:
  a: {{image: x, ports: ["80"], {alias}}}
  b: {{image: x, expose: ["90"], {alias.replace("own, bad_alias", "b")}}}
""",
    )
    pool = made.endpoints("a")["pool"]
    assert pool.selector == (("alias.compose2qt/pool", "true"),)
    assert [port.value.port for port in pool.ports] == [80, 90]
    assert [key for key, _ in made["a"].pod.labels] == [key for key, _ in made["b"].pod.labels] == ["alias.compose2qt/pool"]
    assert set(made.endpoints("a")) == {"a", "own", "pool"}
    assert set(made.endpoints("b")) == {"b"}
    assert not made["a"].selector[0][0].startswith("alias")
    assert "networks.illegal-alias" in made.losses()


def test_links_give_the_other_service_a_name(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  db: {image: "redis:7"}
  web: {image: x, links: ["db:database", "db:my_db", "db:web", db], environment: {HOST: my_db}}
""",
    )
    assert set(made.endpoints("db")) == {"db", "database"}
    assert made.config("web-config") == {"HOST": "db"}
    assert "links.alias" in made.losses()


def test_self_callers_are_found_before_they_are_ready(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  kafka: {image: x, expose: ["9092"], environment: {ADVERTISED: "PLAINTEXT://kafka:9092"}, healthcheck: {test: "true"}}
  a: {image: x, expose: ["1"], environment: {PEERS: "b:1"}}
  b: {image: x, expose: ["1"], environment: {PEERS: "a:1"}}
  web: {image: x, expose: ["1"], environment: {K: "kafka:9092"}, healthcheck: {test: "nc -z web 1 && true"}}
""",
    )
    early = {name: made.endpoints(name)[name].publish_not_ready for name in ("kafka", "a", "b", "web")}
    assert early == {"kafka": True, "a": True, "b": True, "web": False}


def test_one_network_is_one_pod(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  vpn: {image: x, ports: ["8080:80"], cap_add: [NET_ADMIN]}
  app: {image: y, network_mode: "service:vpn", environment: {A: "1"}, pid: "service:vpn", volumes: ["data:/d"]}
  lone: {image: z, network_mode: "container:other"}
  loop: {image: z, network_mode: none}
volumes: {data: }
""",
    )
    assert made.names() == ["vpn", "lone", "loop"]
    assert [one.name for one in made["vpn"].pod.containers] == ["vpn", "app"]
    assert made["vpn"].pod.share_processes is not None
    assert made["vpn"].recreate is not None
    assert made.shown() >= {"network_mode.container", "network_mode.no-network"}


def test_host_namespaces_wait_for_a_decision(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  net: {image: x, network_mode: host}
  pid: {image: x, pid: host}
  ipc: {image: x, ipc: host}
  all: {image: x, privileged: true, security_opt: ["no-new-privileges:true"]}
  sock: {image: x, volumes: ["/var/run/docker.sock:/var/run/docker.sock"]}
  dev: {image: x, devices: ["/dev/fuse"]}
  class: {image: x, devices: ["vendor.com/class=x"]}
  api: {image: x, use_api_socket: true}
  free: {image: x, pid: "container:other"}
  web: {image: x, depends_on: {net: {condition: service_healthy}}}
""",
    )
    blocked = {workload.name for workload in made.application.workloads if workload.blocked}
    assert blocked == {"net", "pid", "ipc", "all", "sock", "dev", "class", "api"}
    assert made["class"].pod.volumes == ()
    assert made["net"].pod.host_network
    assert made["pid"].pod.host_pid
    assert made["ipc"].pod.host_ipc
    assert made.main("all").security.no_new_privileges is None
    assert made.inits("web") == []
    assert "depends_on.blocked" in made.shown()


def test_two_containers_of_a_pod_with_one_port_say_together_what_it_speaks(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  db: {image: "nginx:1.27"}
  side: {image: x, network_mode: "service:db", ports: [{target: 80, published: 8080, app_protocol: http}]}
""",
    )
    (port,) = made.endpoints("db")["db"].ports
    assert port.value.app_protocol == "http"
    assert [origin.part for origin in port.origins if origin.span] == ["app_protocol"]


def test_dockerfiles() -> None:
    text = "# c\nFROM --platform=x a:1 as one\nEXPOSE 80/tcp \\\n  81-82\nCOPY . .\n"
    text += "FROM one\nEXPOSE $X 5000/udp 99999\nFROM scratch AS last\n"
    assert list(parse(text, "one").ports) == [(80, "TCP"), (81, "TCP"), (82, "TCP")]
    assert list(parse(text).ports) == []
    assert list(parse(text.replace("FROM scratch AS last\n", "")).ports)[-1] == (5000, "UDP")
    assert list(parse("").ports) == []


def test_a_port_that_only_the_health_check_shows_is_served_but_not_probed_from_outside(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  api: {image: x, healthcheck: {test: [CMD, curl, -f, "http://localhost/health"]}}
  old: {image: x, expose: ["9"], healthcheck: {test: "nc -z 127.0.0.1 7000"}}
  job: {image: x, healthcheck: {test: "wget -q -O- http://127.0.0.1:7000/x || exit 1"}}
""",
    )
    assert made.ports("api") == [80]
    assert [port.value.port for port in made.endpoints("api")["api"].ports] == [80]
    probe = made.main("api").readiness
    assert probe is not None
    assert isinstance(probe.value.check, ExecProbe)
    assert made.ports("old") == [9]
    assert made.ports("job") == [7000]


def test_what_keeps_data_has_a_name_though_no_port_is_known(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  cache: {image: "acme/redis-cache", volumes: ["kept:/redis-data"]}
  worker: {image: x}
volumes: {kept: {}}
""",
    )
    cache = made.endpoints("cache")["cache"]
    assert (cache.ports, cache.headless, cache.publish_not_ready) == ((), True, True)
    assert made.endpoints("worker") == {}


def test_a_host_and_its_port_in_two_variables(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  web: {image: x, environment: {AGENT_HOST: my_agent, AGENT_PORT: "4040", DB_HOST: db, DB_PORT: none}}
  my_agent: {image: y, ports: ["12345:12345"]}
  db: {image: y, expose: ["1"]}
""",
    )
    assert made.ports("my-agent") == [12345, 4040]
    assert made.ports("db") == [1]


def test_a_port_that_is_a_variable_is_not_that_of_the_scheme(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  api: {image: x}
  page: {image: x}
  web: {image: x, command: ["http://api:$${API_PORT}/", "http://page/"]}
""",
    )
    assert made.endpoints("api")["api"].headless
    assert made.ports("page") == [80]


def test_a_port_that_is_a_variable_of_the_caller_is_known(tmp_path: Path) -> None:
    (tmp_path / "site.template").write_text("proxy_pass http://file:${API_PORT}/;")
    made = composed(
        tmp_path,
        """
services:
  value: {image: x}
  word: {image: x}
  file: {image: x}
  none: {image: x}
  web:
    image: x
    environment: {API_PORT: "8123", URL: "http://value:$${API_PORT}/", NONE: "http://none:$${OTHER}/"}
    command: [sh, -c, "curl http://word:$$API_PORT"]
    volumes: ["./site.template:/t/site.template:ro"]
""",
    )
    assert [made.ports(name) for name in ("value", "word", "file", "none")] == [[8123], [8123], [8123], []]
