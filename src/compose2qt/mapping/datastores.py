"""What is known about the images of datastores: where they keep data, on which port they listen."""

from __future__ import annotations

from typing import NamedTuple


class Datastore(NamedTuple):
    """A datastore's data folders, in which data lives, and its port."""

    folders: tuple[str, ...]
    port: int


# By the last part of the repository, without registry and tag. Sources: each image's own documentation.
_DATASTORES = {
    **dict.fromkeys(
        ("postgres", "postgis", "timescaledb", "pgvector", "timescaledb-ha", "postgresql"),
        Datastore(("/var/lib/postgresql/data", "/var/lib/postgresql"), 5432),
    ),
    **dict.fromkeys(("mysql", "mariadb", "percona", "mysql-server"), Datastore(("/var/lib/mysql",), 3306)),
    **dict.fromkeys(("mongo", "mongodb"), Datastore(("/data/db",), 27017)),
    **dict.fromkeys(("redis", "valkey", "keydb", "redis-stack", "redis-stack-server"), Datastore(("/data",), 6379)),
    **dict.fromkeys(("elasticsearch",), Datastore(("/usr/share/elasticsearch/data",), 9200)),
    **dict.fromkeys(("opensearch",), Datastore(("/usr/share/opensearch/data",), 9200)),
    **dict.fromkeys(("rabbitmq",), Datastore(("/var/lib/rabbitmq",), 5672)),
    **dict.fromkeys(("clickhouse", "clickhouse-server"), Datastore(("/var/lib/clickhouse",), 8123)),
    **dict.fromkeys(("influxdb",), Datastore(("/var/lib/influxdb2", "/var/lib/influxdb"), 8086)),
    **dict.fromkeys(("neo4j",), Datastore(("/data",), 7474)),
    **dict.fromkeys(("cassandra",), Datastore(("/var/lib/cassandra",), 9042)),
    **dict.fromkeys(("minio",), Datastore(("/data",), 9000)),
    **dict.fromkeys(("etcd",), Datastore(("/etcd-data", "/var/lib/etcd"), 2379)),
    **dict.fromkeys(("zookeeper",), Datastore(("/data", "/var/lib/zookeeper/data"), 2181)),
    **dict.fromkeys(("memcached",), Datastore((), 11211)),
    **dict.fromkeys(("nats",), Datastore(("/data",), 4222)),
    **dict.fromkeys(("qdrant",), Datastore(("/qdrant/storage",), 6333)),
    **dict.fromkeys(("weaviate",), Datastore(("/var/lib/weaviate",), 8080)),
    **dict.fromkeys(("mssql", "server"), Datastore(("/var/opt/mssql",), 1433)),
}


def datastore(image: str) -> Datastore | None:
    """What is known about ``image`` (``docker.io/library/redis:7-alpine``); None for other images."""
    repository = image.partition("@")[0]
    name, _, tag = repository.rpartition(":")
    path = repository if "/" in tag or not name else name
    last = path.rpartition("/")[2]
    if last == "server" and "mssql" not in path:
        return None
    return _DATASTORES.get(last)


def data_folders(image: str) -> tuple[str, ...]:
    """The folders in which ``image`` keeps data; empty for images that are not known."""
    known = datastore(image)
    return known.folders if known else ()


def known_ports(image: str) -> tuple[int, ...]:
    """The port on which ``image`` listens; empty for images that are not known."""
    known = datastore(image)
    return (known.port,) if known else ()
