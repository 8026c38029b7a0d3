"""Where datastores keep their data: by their image, and by the settings that move it."""

from __future__ import annotations

import pytest

from compose2qt.mapping.datafolders import stated_folders
from compose2qt.mapping.datastores import data_folders, folder_of_claim, known


@pytest.mark.parametrize(
    ("image", "variables", "arguments", "folders"),
    [
        ("postgres:16", {"PGDATA": "/srv/pg"}, (), ("/srv/pg",)),
        ("postgres:16", {}, ("postgres", "-D", "/srv/pg/"), ("/srv/pg",)),
        ("postgres:16", {}, ("-c", "data_directory=/srv/pg"), ("/srv/pg",)),
        ("postgis/postgis:16", {"POSTGRES_USER": "x"}, ("postgres",), ()),
        ("mysql:8", {}, ("--datadir=/d",), ("/d",)),
        ("mariadb:11", {}, ("mariadbd", "--datadir", "/d"), ("/d",)),
        ("mongo:7", {}, ("mongod --dbpath /srv/mongo --bind_ip_all",), ("/srv/mongo",)),
        ("mongo:7", {}, ("mongod", "--dbpath"), ()),
        ("redis:7", {}, ("redis-server", "--dir", "/srv"), ("/srv",)),
        ("minio/minio", {}, ("server", "/export", "--console-address", ":9090"), ("/export",)),
        ("minio/minio", {}, ("sh", "-c", "mkdir -p /a && minio server --console-address ':9090' /export"), ("/export",)),
        ("minio/minio", {}, ("server", "http://minio{1...2}/data{1...2}"), ("/data1", "/data2")),
        ("minio/minio", {"MINIO_VOLUMES": "/mnt/a /mnt/b"}, (), ("/mnt/a", "/mnt/b")),
        ("minio/minio", {}, ("server", "$DATA"), ()),
        ("quay.io/coreos/etcd:v3.5", {}, ("etcd", "--data-dir", "/etcd"), ("/etcd",)),
        ("getmeili/meilisearch:v1", {"MEILI_DB_PATH": "/m"}, (), ("/m",)),
        ("nginx", {"PGDATA": "/srv/pg"}, ("--dir", "/x"), ()),
    ],
)
def test_settings_move_the_data(
    image: str, variables: dict[str, str], arguments: tuple[str, ...], folders: tuple[str, ...]
) -> None:
    assert stated_folders(image, variables, arguments) == folders


def test_rows_of_folders_are_bounded() -> None:
    assert len(stated_folders("minio", {}, ["server " + "/d{1...64}" * 20])) == 64
    assert stated_folders("minio", {}, ["server /d{1..." + "9" * 5000 + "}"]) == ("/d{1..." + "9" * 5000 + "}",)


@pytest.mark.parametrize(
    ("image", "path", "folder"),
    [
        ("postgres:16", "/var/lib/postgresql/data", "pgdata"),
        ("timescale/timescaledb-ha:pg17", "/home/postgres/pgdata/data", "pgdata"),
        ("zulip/zulip-postgresql:14", "/var/lib/postgresql/data", "pgdata"),
        ("supabase/postgres:15.8", "/var/lib/postgresql/data", "pgdata"),
        ("sameersbn/postgresql:14", "/var/lib/postgresql/data", "pgdata"),
        ("mysql:5.7", "/var/lib/mysql", "mysql"),
        ("acme/db", "/var/lib/mysql", "mysql"),
        ("mariadb:11", "/var/lib/mysql", ""),
        ("bitnami/mysql:8", "/bitnami/mysql", ""),
        ("redis:7", "/data", ""),
        ("acme/db", "/data", None),
    ],
)
def test_the_folder_of_a_claim_in_place_of_lost_and_found(image: str, path: str, folder: str | None) -> None:
    assert folder_of_claim(image, path) == folder


def test_images_of_bitnami_have_folders_and_a_user_of_their_own() -> None:
    assert data_folders("docker.io/bitnami/redis:7.4")[0] == "/bitnami/redis"
    assert known("bitnamilegacy/postgresql").group == 1001
    assert known("bitnami/postgresql").ports == (5432,)
    assert known("bitnami/nginx").folders == ()
