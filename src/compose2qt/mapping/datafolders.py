"""Where the datastore of a service keeps its data: the folder of its image, or the one that its settings name instead."""

from __future__ import annotations

import posixpath
import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.mapping.datastores import data_folders, is_known, name_of
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Lookup
    from collections.abc import Sequence as Sequenced

    from compose2qt.source import Node


class _Setting(NamedTuple):
    """Variables and options whose value is the data folder, and the word after which folders stand by themselves."""

    variables: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    after: str = ""


_POSTGRES = _Setting(("PGDATA",), ("-D", "data_directory", "--data_directory"))
_MYSQL = _Setting(options=("--datadir",))
# Source: each program's own reference of options and variables.
_SETTINGS: dict[str, _Setting] = {
    **dict.fromkeys(("postgres", "postgis", "timescaledb", "pgvector", "timescaledb-ha"), _POSTGRES),
    **dict.fromkeys(("mysql", "mariadb", "percona", "mysql-server"), _MYSQL),
    "mongo": _Setting(options=("--dbpath",)),
    **dict.fromkeys(("redis", "valkey", "keydb"), _Setting(options=("--dir",))),
    "minio": _Setting(("MINIO_VOLUMES",), after="server"),
    "etcd": _Setting(("ETCD_DATA_DIR",), ("--data-dir", "-data-dir")),
    "elasticsearch": _Setting(("path.data",), ("-Epath.data",)),
    "opensearch": _Setting(("path.data",), ("-Epath.data",)),
    "rabbitmq": _Setting(("RABBITMQ_MNESIA_DIR", "RABBITMQ_MNESIA_BASE")),
    "influxdb": _Setting(("INFLUXDB_DATA_DIR",)),
    "zookeeper": _Setting(("ZOO_DATA_DIR",)),
    "nats": _Setting(options=("--store_dir", "-store_dir", "-sd")),
    "qdrant": _Setting(("QDRANT__STORAGE__STORAGE_PATH",)),
    "weaviate": _Setting(("PERSISTENCE_DATA_PATH",)),
    "cockroach": _Setting(options=("--store", "path")),
    "meilisearch": _Setting(("MEILI_DB_PATH",), ("--db-path",)),
}
_TOLD = {
    **dict.fromkeys(("POSTGRES_PASSWORD", "POSTGRES_HOST_AUTH_METHOD", "POSTGRES_PASSWORD_FILE"), "postgres:17"),
    **dict.fromkeys(("MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE"), "mysql"),
    **dict.fromkeys(("MARIADB_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD_FILE"), "mariadb"),
    "MONGO_INITDB_ROOT_PASSWORD": "mongo",
}
"""Variables with which the entrypoints of datastores make their first database, and the image that has it."""
_VALUED = ("--address", "--console-address", "--config-dir", "-C", "--certs-dir", "-S", "--json", "--quiet")
_NUMBERS = re.compile(r"\{(\d{1,4})\.\.\.(\d{1,4})\}")
_MOST = 64
"""Folders of a row that are told apart."""
_HOST = re.compile(r"\Ahttps?://[^/]*")


def folders_of(service: Node | None, image: str = "") -> tuple[str, ...]:
    """The data folders of the datastore that a canonical service runs, the one of its version first; empty for other programs.

    ``image`` is the one that runs, if it is not the one that Compose names.
    """
    image = image or _text(service, "image")
    if name_of(image) not in _SETTINGS or not isinstance(service, Mapping):
        return data_folders(image)
    environment = service.get("environment")
    variables = {key: _text(environment, str(key)) for key in environment.entries} if isinstance(environment, Mapping) else {}
    vectors = (part for key in ("entrypoint", "command") if isinstance(part := service.get(key), Sequence))
    arguments = [str(item.value) for part in vectors for item in part.items if isinstance(item, Scalar)]
    return stated_folders(image, variables, arguments) or data_folders(image)


def owned_folders(service: Mapping) -> tuple[str, ...]:
    """The data folders of a service that has a volume; of an image that nobody knows, those that its variables give away."""
    found = folders_of(service)
    environment = service.get("environment")
    if found or not isinstance(environment, Mapping) or is_known(_text(service, "image")):
        return found
    return next((data_folders(image) for name, image in _TOLD.items() if name in environment.entries), ())


def stated_folders(image: str, variables: Lookup[str, str], arguments: Sequenced[str]) -> tuple[str, ...]:
    """The folders that variables and arguments (a shell's script among them) name in place of the image's own."""
    setting = _SETTINGS.get(name_of(image))
    if setting is None or (not any(arguments) and not any(name in variables for name in setting.variables)):
        return ()
    words = [word for argument in arguments for word in argument.split()]
    named = [value for name in setting.variables for value in variables.get(name, "").split()]
    paths = (*_after(words, setting.after), *_options(words, setting.options), *named)
    found = islice((one for path in paths for one in _each(_HOST.sub("", path.strip("\"'")))), _MOST)
    return tuple(dict.fromkeys(posixpath.normpath(one) for one in found if one.startswith("/") and "$" not in one))


def _options(words: list[str], options: tuple[str, ...]) -> Iterator[str]:
    for index, word in enumerate(words):
        name, _, value = word.partition("=")
        if name in options:
            yield value or (words[index + 1] if index + 1 < len(words) else "")
            return


def _after(words: list[str], start: str) -> Iterator[str]:
    """The words after ``start`` that are no options."""
    rest = iter(words[words.index(start) + 1 :] if start in words else ())
    for word in rest:
        if word in _VALUED[:-2]:
            next(rest, None)
        elif re.match(r"/|https?://", word):
            yield word
        elif not word.startswith("-"):
            return


def _each(path: str) -> Iterator[str]:
    """The folders of a row: ``/data{1...4}`` are four."""
    match = _NUMBERS.search(path)
    if match is None:
        yield path
        return
    for number in range(int(match[1]), int(match[2]) + 1):
        yield from _each(f"{path[: match.start()]}{number}{path[match.end() :]}")


def _text(node: Node | None, *path: str) -> str:
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) else None
    return str(node.value) if isinstance(node, Scalar) and node.value is not None else ""
