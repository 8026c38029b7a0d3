"""What is known about images that many projects use: data folders, ports, users. Sources: each image's own documentation."""

from __future__ import annotations

import re
from typing import NamedTuple


class Known(NamedTuple):
    """An image: ``folders`` in which data lives, the ports on which it listens, and the user that it runs as.

    ``group`` is that of a user other than root: a claim must belong to it (``fsGroup``). An image that starts as root
    and steps down by itself needs none.
    """

    folders: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    group: int | None = None
    is_datastore: bool = False


def _store(*folders: str, ports: tuple[int, ...] = (), group: int | None = None) -> Known:
    return Known(folders, ports, group, True)


_POSTGRES_DATA = "/var/lib/postgresql/data"
_POSTGRES_HOME = "/var/lib/postgresql"
_POSTGRES = frozenset(("postgres", "postgis", "timescaledb", "pgvector"))
_POSTGRES_HA = "timescaledb-ha"
"""A Postgres with a layout of its own."""
_MYSQL_DATA = "/var/lib/mysql"
_MYSQL = frozenset(("mysql", "percona", "mysql-server"))
_MOVED = 18
"""The Postgres version whose image keeps its data in another folder (docker-library/postgres, issue 1400)."""

# By the last part of the repository, without registry and tag.
_IMAGES: dict[str, Known] = {
    **dict.fromkeys((*_POSTGRES, "postgresql"), _store(_POSTGRES_DATA, _POSTGRES_HOME, ports=(5432,))),
    _POSTGRES_HA: _store("/home/postgres/pgdata/data", "/home/postgres/pgdata", ports=(5432,), group=1000),
    **dict.fromkeys((*_MYSQL, "mariadb"), _store(_MYSQL_DATA, ports=(3306,))),
    **dict.fromkeys(("mongo", "mongodb"), _store("/data/db", ports=(27017,))),
    **dict.fromkeys(("redis", "valkey", "keydb"), _store("/data", ports=(6379,))),
    **dict.fromkeys(("redis-stack", "redis-stack-server"), _store("/data", ports=(6379,))),
    "elasticsearch": _store("/usr/share/elasticsearch/data", ports=(9200, 9300), group=1000),
    "opensearch": _store("/usr/share/opensearch/data", ports=(9200,), group=1000),
    "rabbitmq": _store("/var/lib/rabbitmq", ports=(5672, 15672)),
    **dict.fromkeys(("clickhouse", "clickhouse-server"), _store("/var/lib/clickhouse", ports=(8123, 9000))),
    "influxdb": _store("/var/lib/influxdb2", "/var/lib/influxdb", ports=(8086,)),
    "neo4j": _store("/data", ports=(7474, 7687)),
    "cassandra": _store("/var/lib/cassandra", ports=(9042,)),
    "minio": _store("/data", ports=(9000,)),
    "etcd": _store("/etcd-data", "/var/lib/etcd", ports=(2379,)),
    "zookeeper": _store("/data", "/var/lib/zookeeper/data", ports=(2181,)),
    "memcached": _store(ports=(11211,)),
    "nats": _store("/data", ports=(4222,)),
    "qdrant": _store("/qdrant/storage", ports=(6333, 6334)),
    "weaviate": _store("/var/lib/weaviate", ports=(8080, 50051)),
    "mssql": _store("/var/opt/mssql", ports=(1433,), group=10001),
    "couchdb": _store("/opt/couchdb/data", ports=(5984,)),
    "cockroach": _store("/cockroach/cockroach-data", ports=(26257,)),
    **dict.fromkeys(("meilisearch",), _store("/meili_data", ports=(7700,))),
    "grafana": Known(("/var/lib/grafana",), (3000,), 472),
    "grafana-oss": Known(("/var/lib/grafana",), (3000,), 472),
    "grafana-enterprise": Known(("/var/lib/grafana",), (3000,), 472),
    "prometheus": Known(("/prometheus",), (9090,), 65534),
    "alertmanager": Known(("/alertmanager",), (9093,), 65534),
    "pushgateway": Known((), (9091,)),
    "node-exporter": Known((), (9100,)),
    "cadvisor": Known((), (8080,)),
    "loki": Known(("/loki",), (3100,), 10001),
    "tempo": Known(("/var/tempo",), (3200,), 10001),
    "kibana": Known((), (5601,), 1000),
    "jenkins": Known(("/var/jenkins_home",), (8080, 50000), 1000),
    "sonarqube": Known(("/opt/sonarqube/data",), (9000,), 1000),
    "nexus3": Known(("/nexus-data",), (8081,), 200),
    "keycloak": Known((), (8080,)),
    "n8n": Known(("/home/node/.n8n",), (5678,), 1000),
    "node-red": Known(("/data",), (1880,), 1000),
    "mailhog": Known((), (1025, 8025)),
    "mailpit": Known((), (1025, 8025)),
    "adminer": Known((), (8080,)),
    "phpmyadmin": Known((), (80,)),
    "pgadmin4": Known(("/var/lib/pgadmin",), (80,), 5050),
    "nginx": Known((), (80,)),
    "nginx-unprivileged": Known((), (8080,), 101),
    "httpd": Known((), (80,)),
    "caddy": Known(("/data",), (80, 443)),
    "wordpress": Known(("/var/www/html",), (80,)),
    "ghost": Known(("/var/lib/ghost/content",), (2368,)),
    "drupal": Known((), (80,)),
    "joomla": Known((), (80,)),
    "nextcloud": Known(("/var/www/html",), (80,)),
    "vault": Known(("/vault/file",), (8200,)),
    "consul": Known(("/consul/data",), (8500,)),
    "registry": Known(("/var/lib/registry",), (5000,)),
    "ollama": Known(("/root/.ollama",), (11434,)),
    "chroma": Known((), (8000,)),
    "elasticmq-native": Known((), (9324,)),
    "localstack": Known((), (4566,)),
    "jaeger": Known((), (16686, 4317, 4318)),
    "all-in-one": Known((), (16686, 4317, 4318)),
    "zipkin": Known((), (9411,)),
    "selenium-hub": Known((), (4444,)),
    "mosquitto": Known(("/mosquitto/data",), (1883,)),
    "unleash-server": Known((), (4242,)),
}
_BITNAMI = re.compile(r"(?:\A|/)bitnami(?:legacy|secure)?/")
_BITNAMI_GROUP = 1001
_LOST_AND_FOUND = {_POSTGRES_DATA: "pgdata", _MYSQL_DATA: "mysql"}
"""Data folders whose programs refuse one that is not empty, and what the folder below the root of a claim is called."""
_NAMES = {"root": (0, 0), "nobody": (65534, 65534)}
# Users of images, by (the image's last part, the user's name); those of the alpine variant where it differs.
_USERS = {
    ("postgres", "postgres"): (999, 999),
    ("redis", "redis"): (999, 999),
    ("valkey", "valkey"): (999, 999),
    ("mysql", "mysql"): (999, 999),
    ("mariadb", "mysql"): (999, 999),
    ("mongo", "mongodb"): (999, 999),
    ("rabbitmq", "rabbitmq"): (999, 999),
    ("cassandra", "cassandra"): (999, 999),
    ("node", "node"): (1000, 1000),
    ("grafana", "grafana"): (472, 0),
    ("elasticsearch", "elasticsearch"): (1000, 1000),
    ("jenkins", "jenkins"): (1000, 1000),
    ("nginx", "nginx"): (101, 101),
    ("n8n", "node"): (1000, 1000),
    ("ghost", "node"): (1000, 1000),
    ("nextcloud", "www-data"): (33, 33),
    ("wordpress", "www-data"): (33, 33),
    ("php", "www-data"): (33, 33),
    ("httpd", "www-data"): (33, 33),
    ("neo4j", "neo4j"): (7474, 7474),
    ("memcached", "memcache"): (11211, 11211),
}
_ALPINE_USERS = {
    ("postgres", "postgres"): (70, 70),
    ("redis", "redis"): (999, 1000),
    ("nextcloud", "www-data"): (82, 82),
    ("wordpress", "www-data"): (82, 82),
    ("php", "www-data"): (82, 82),
    ("httpd", "www-data"): (82, 82),
    ("rabbitmq", "rabbitmq"): (100, 101),
}


def _parts(image: str) -> tuple[str, str]:
    """The last part of the repository and the tag: ``docker.io/library/redis:7-alpine`` is redis and 7-alpine."""
    repository = image.partition("@")[0]
    name, _, tag = repository.rpartition(":")
    if not name or "/" in tag:
        name, tag = repository, ""
    last = name.rpartition("/")[2]
    return ("mssql" if last == "server" and "mssql" in name else last), tag


def known(image: str) -> Known:
    """What is known about ``image``; an empty record for others."""
    name = name_of(image)
    found = _IMAGES.get(name, Known())
    if not _BITNAMI.search(image):
        return found
    folders = (f"/bitnami/{name}", f"/bitnami/{name}/data", "/bitnami")
    return found._replace(folders=folders if found.folders else (), group=_BITNAMI_GROUP)


def is_known(image: str) -> bool:
    """Whether anything is known about ``image``."""
    return known(image) != Known()


def name_of(image: str) -> str:
    """The last part of its repository: ``redis`` of ``docker.io/library/redis:7``."""
    return _parts(image)[0]


def data_folders(image: str) -> tuple[str, ...]:
    """The folders in which a datastore keeps data, the one of its version first; empty for other images."""
    found = known(image)
    if not found.is_datastore:
        return ()
    return (_POSTGRES_HOME, _POSTGRES_DATA) if has_moved(image) else found.folders


def datastore(image: str) -> Known | None:
    """What is known about ``image`` if it keeps data for others."""
    found = known(image)
    return found if found.is_datastore else None


def keeps_data(image: str) -> bool:
    """Whether ``image`` is known to keep data, on disk or in memory."""
    found = known(image)
    return found.is_datastore or bool(found.folders)


def known_ports(image: str) -> tuple[int, ...]:
    """The ports on which ``image`` listens; empty for images that are not known."""
    return known(image).ports


def is_postgres(image: str) -> bool:
    """Whether ``image`` is built on the official Postgres image."""
    return name_of(image) in _POSTGRES


def folder_of_claim(image: str, path: str) -> str | None:
    """The folder of a claim that a datastore needs in place of its root, where ``lost+found`` lies: empty if none.

    None: the image is not known, and neither is the ``path`` at which the claim is mounted.
    """
    name = name_of(image)
    if name in _POSTGRES or name == _POSTGRES_HA:
        return _LOST_AND_FOUND[_POSTGRES_DATA]
    if name in _MYSQL and not _BITNAMI.search(image):
        return _LOST_AND_FOUND[_MYSQL_DATA]
    return "" if is_known(image) and name != "postgresql" else _LOST_AND_FOUND.get(path)


def has_moved(image: str) -> bool:
    """Whether ``image`` is a Postgres whose data folder is ``/var/lib/postgresql``; without a version it is the newest."""
    name, tag = _parts(image)
    if name not in _POSTGRES:
        return False
    version = re.search(r"pg(\d{1,2})", tag) or (re.match(r"(\d{1,2})(?!\d)", tag) if name in ("postgres", "postgis") else None)
    if version is None:
        return name == "postgres" and (not tag or tag.startswith(("latest", "alpine", "bookworm", "trixie")))
    return int(version[1]) >= _MOVED


def known_user(image: str, name: str) -> tuple[int, int] | None:
    """The numbers of user and group ``name`` in ``image``; None if they are not known."""
    last, tag = _parts(image)
    if name in _NAMES:
        return _NAMES[name]
    of_alpine = _ALPINE_USERS.get((last, name)) if "alpine" in tag else None
    return of_alpine or _USERS.get((last, name))
