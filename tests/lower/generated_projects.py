"""Compose files of all kinds, generated from the table of the language: any attribute may come with any value it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from compose2qt.compose import spec

if TYPE_CHECKING:
    from compose2qt.compose.spec import Attribute

NAMES = ("web", "db", "my_cache", "Worker.1", "x" * 80)
_WORDS = ("a", "x-1", "$$HOME", "$$(X)", "8080", "true", "", "é", "two words", "a=b", "http://db:5432/x", "my_cache:6379")

# What the attribute at a path below a service takes, where its type does not say it.
SAMPLES: dict[str, tuple[Any, ...]] = {
    "image": ("nginx:1.27", "postgres:16", "postgres", "redis:7-alpine", "registry:5000/a/b@sha256:" + "0" * 64),
    "build": (".", {"context": "./app", "target": "x"}, {"context": "app", "args": {"A": 1}}),
    "command": ("run --flag 'a b'", ["echo", "$$(HOME)"], [], "", None, ["-a", "my_cache:6379"]),
    "entrypoint": ("/x", ["/bin/sh", "-c"], [], "", None),
    "environment": (
        {"A": "1", "B": None, "DB_PASSWORD": "hunter2", "URL": "postgres://u:hunter2@db:5432/x"},
        ["A=1", "HOST=my_cache", "bad name=x"],
        {"my_cache": "my_cache", "CACHE_HOST": "my_cache", "EMPTY": ""},
    ),
    "ports": (
        ["8080:80", "53:53/udp", "127.0.0.1::9000"],
        [{"target": 80, "published": "80-81"}],
        [{"target": 80, "published": 8080, "host_ip": "127.0.0.1", "mode": "host", "name": "web", "app_protocol": "http"}],
        [{"target": 53, "protocol": "udp", "mode": "ingress", "app_protocol": "no good"}],
        [3000],
    ),
    "expose": (["80", "90-92/udp", 443],),
    "volumes": (
        ["data:/data", "./conf:/conf:ro", "/var/run/docker.sock:/s", "/srv/x:/y", "/anon", "data:/var/lib/postgresql/data"],
        [{"type": "tmpfs", "target": "/t", "tmpfs": {"size": "1m", "mode": 1777}}],
        [{"type": "image", "source": "a", "target": "/i"}],
        ["nfs:/n", "./a/b:/b", "./a:/a", "/proc:/host/proc:ro", "mem:/mem", "share:/share", "kept:/kept:ro"],
        [
            {"type": "volume", "source": "data", "target": "/d", "read_only": True, "volume": {"nocopy": True, "subpath": "a"}},
            {"type": "volume", "source": "data", "target": "/e", "read_only": False, "volume": {"labels": {"a": "b"}}},
            {"type": "volume", "source": "nfs", "target": "/n", "consistency": "cached"},
        ],
        [
            {"type": "bind", "source": "./state", "target": "/s", "bind": {"selinux": "z", "propagation": "rslave"}},
            {"type": "bind", "source": "./conf", "target": "/c", "bind": {"create_host_path": True, "recursive": "enabled"}},
            {"type": "bind", "source": "./conf/nginx.conf", "target": "/etc/x.conf", "read_only": True},
        ],
    ),
    "tmpfs": ("/run", ["/run:size=64m,mode=1770"]),
    "secrets": (["token"], [{"source": "token", "target": "/t", "mode": 0o400, "uid": "1"}]),
    "configs": (["conf"], [{"source": "conf", "target": "/etc/c", "mode": 0o440}]),
    "networks": (["default"], {"front": {"aliases": ["www", "bad_alias", "db"], "ipv4_address": "10.0.0.2"}}, {"front": None}),
    "depends_on": (["db"], {"db": {"condition": "service_healthy"}}, {"db": {"condition": "service_completed_successfully"}}),
    "links": (["db", "db:database", "db:my_link"],),
    "volumes_from": (["db", "db:ro", "container:x"],),
    "extends": (),
    "env_file": (),
    "label_file": (),
    "profiles": (),
    "provider": (),
    "network_mode": ("host", "none", "service:db", "bridge", "container:x"),
    "pid": ("host", "service:db", "container:x"),
    "ipc": ("host", "service:db", "shareable"),
    "user": ("1000:1000", "postgres", "0", "nobody:nobody", "${U:-5}"),
    "healthcheck": (
        {"test": "curl -f http://localhost/x || exit 1"},
        {"test": ["CMD", "nc", "-z", "my_cache", "6379"], "interval": "1m30s", "start_period": "5s", "start_interval": "1s"},
        {"disable": True},
        {"interval": "5s"},
    ),
    "labels": (
        {"a/b/c": "x", "traefik.enable": True, "bad key!": "y"},
        ["kompose.service.type=nodeport", "kompose.service.nodeport.port=30080", "kompose.volume.size=2Gi"],
        {"kompose.cronjob.schedule": "* * * * *", "kompose.init.containers.image": "a", "kompose.service.expose": "a.example"},
    ),
    "restart": ("no", "always", "on-failure:3", "unless-stopped"),
    "platform": ("linux/arm64/v8", "linux/amd64"),
    "hostname": ("host", "Host_1", "a.example.com"),
    "extra_hosts": (["a:10.0.0.1", "b=host-gateway"], {"c": "::1"}),
    "devices": (["/dev/null:/dev/null"], ["nvidia.com/gpu=all"]),
    "gpus": ("all", [{"driver": "nvidia", "count": 2}, {"driver": "x", "device_ids": ["0"]}]),
    "sysctls": ({"net.ipv4.tcp_syncookies": 1, "vm.max_map_count": 2},),
    "security_opt": (["no-new-privileges:true", "seccomp:unconfined", "apparmor=x", "label:disable"],),
    "ulimits": ({"nofile": 1024, "nproc": {"soft": 1, "hard": 2}},),
    "models": (["llm"], {"llm": {"endpoint_var": "URL"}}),
    "pull_policy": ("always", "build", "daily", "never"),
    "scale": (1, 2),
    "container_name": (),
    "pre_start": ([{"image": "alpine", "command": ["a"], "environment": {"A": "1"}, "volumes": ["data:/d"]}],),
    "post_start": ([{"command": ["a", "$$(X)"], "user": "root", "environment": {"A": "1"}}, {"command": "b"}],),
    "pre_stop": ([{"command": "b", "privileged": False}],),
    "shm_size": ("64m",),
    "logging": ({"driver": "json-file", "options": {"max-size": 1}},),
    "pull_refresh_after": ("24h",),
    "cpu_percent": (50,),
    "blkio_config": ({"weight": 300, "device_read_bps": [{"path": "/dev/sda", "rate": "12mb"}]},),
    "develop": ({"watch": [{"path": "./app", "action": "rebuild", "ignore": ["x/"]}]},),
    "mem_limit": ("64m", 0),
    "mem_reservation": ("32m",),
    "cpus": (0.5,),
    "cap_add": (["CAP_NET_ADMIN"], []),
    "cap_drop": (["ALL"],),
    "group_add": ([1000, "docker"],),
    "dns": ("1.1.1.1", ["8.8.8.8"]),
    "external_links": (["other:alias"],),
    "storage_opt": ({"size": "1G"},),
    "device_cgroup_rules": (["c 1:3 mr"],),
    "annotations": ({"a": "b"}, []),
    "oom_score_adj": (5,),
    "mem_swappiness": (5,),
    "attach": (True,),
    "credential_spec": ({"file": "x"},),
    "triggers": (
        {"schedule": [{"cron": "0 * * * *", "timezone": "UTC", "concurrency": "forbid", "missed_fires": "skip"}]},
        {"manual": True},
    ),
    "deploy": (
        {"mode": "global", "replicas": 2, "update_config": {"parallelism": 2, "order": "start-first", "delay": "5s"}},
        {"replicas": 3, "resources": {"limits": {"cpus": "0.5", "memory": "64m", "pids": 5}}},
        {"resources": {"reservations": {"memory": "32m", "cpus": 0.1, "generic_resources": []}}},
        {"placement": {"constraints": ["node.labels.a == b", "node.role == manager"], "max_replicas_per_node": 1}},
        {"endpoint_mode": "dnsrr", "labels": {"a": "b"}},
        {"restart_policy": {"condition": "on-failure", "max_attempts": 3, "delay": "5s"}},
        {"rollback_config": {"order": "stop-first"}},
        {"resources": {"reservations": {"devices": [{"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}]}}},
    ),
}  # fmt: skip
_OF_FORM: dict[str, tuple[Any, ...]] = {"bytes": ("64m", "1g"), "duration": ("5s", "1m30s"), "pairs": ({"a": "1"}, ["b=2"])}


def _value(row: Attribute, name: str) -> st.SearchStrategy[Any]:
    """Any value of an attribute: a sample, else something of its types."""
    if name in SAMPLES:
        return st.sampled_from(SAMPLES[name]) if SAMPLES[name] else st.nothing()
    if row.form in _OF_FORM:
        return st.sampled_from(_OF_FORM[row.form])
    if row.enum:
        return st.sampled_from(row.enum)
    found: list[st.SearchStrategy[Any]] = []
    if "bool" in row.types:
        found.append(st.booleans())
    if {"int", "num"} & row.types:
        found.append(st.integers(0, 4000))
    if "map" in row.types and row.keys:
        found.append(_mapping(row))
    if "list" in row.types:
        found.append(st.lists(_item(row), max_size=2))
    if not found:
        found.append(st.sampled_from(_WORDS).filter(bool))
    return st.one_of(found)


def _item(row: Attribute) -> st.SearchStrategy[Any]:
    return _mapping(row.item) if row.item is not None and "map" in row.item.types else st.sampled_from(_WORDS)


def _mapping(row: Attribute) -> st.SearchStrategy[Any]:
    keys = {key: _value(part, "") for key, part in row.keys.items() if key not in ("*", "[]")}
    return st.fixed_dictionaries({}, optional=keys)


def _service(section: str) -> st.SearchStrategy[dict[str, Any]]:
    row = spec.root().keys[section].keys["*"]
    keys = {key: _value(part, key) for key, part in row.keys.items() if SAMPLES.get(key) != ()}
    some = st.lists(st.sampled_from(sorted(keys)), min_size=1, max_size=9, unique=True)
    return some.flatmap(lambda chosen: st.fixed_dictionaries({key: keys[key] for key in chosen}))


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """A Compose file as plain data."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    services = {name: {"image": "alpine", **draw(_service("services"))} for name in names}
    # Everybody may need the database, which needs nobody.
    services["db"] = {"image": draw(st.sampled_from(SAMPLES["image"])), "restart": draw(st.sampled_from(SAMPLES["restart"]))}
    triggers = draw(st.sampled_from(SAMPLES["triggers"]))
    jobs = {"job_1": {"image": "alpine", **draw(_service("jobs")), "triggers": triggers}} if draw(st.booleans()) else {}
    return {
        "services": services,
        **({"jobs": jobs} if jobs else {}),
        "networks": {"front": draw(st.sampled_from((None, {"internal": True}, {"driver": "bridge", "ipam": {"driver": "x"}})))},
        "volumes": {
            "data": draw(
                st.sampled_from((None, {}, {"external": True, "name": "x"}, {"labels": {"kompose.volume.size": "3Gi"}}))
            ),
            "nfs": {"driver": "local", "driver_opts": {"type": "nfs", "o": "addr=10.0.0.1,ro,soft", "device": ":/x"}},
            "share": {"driver_opts": {"type": "cifs", "o": "username=u,password=p", "device": "//h/s"}},
            "mem": {"driver_opts": {"type": "tmpfs", "o": "size=9m,uid=1", "device": "tmpfs"}},
            "kept": {"driver_opts": {"type": "none", "o": "bind", "device": "/srv/kept"}},
        },
        "secrets": {"token": draw(st.sampled_from(({"file": "./missing"}, {"external": True}, {"environment": "TOKEN"})))},
        "configs": {"conf": draw(st.sampled_from(({"content": "host: my_cache:6379"}, {"file": "./missing"})))},
        "models": {"llm": {"model": "ai/x", "context_size": 5}},
        "x-anything": draw(st.sampled_from((1, {"a": [1, {}]}, None))),
    }
