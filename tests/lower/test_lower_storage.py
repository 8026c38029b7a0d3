"""Volumes, mounted files, configs and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt.mapping.datastores import data_folders, has_moved, known_user
from compose2qt.workload import Concealed, EmptySource, HostSource, ImageSource, MapSource, NfsSource
from composed import composed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("image", "moved"),
    [
        ("postgres:16", False),
        ("postgres:17.2-alpine", False),
        ("postgres:18", True),
        ("docker.io/library/postgres:18.1-alpine@sha256:abc", True),
        ("postgres", True),
        ("postgres:latest", True),
        ("postgres:alpine", True),
        ("pgvector/pgvector:pg17", False),
        ("pgvector/pgvector:0.8.0-pg18", True),
        ("postgis/postgis:16-3.4", False),
        ("timescale/timescaledb:latest-pg16", False),
        ("registry:5000/postgres:15", False),
        ("redis:18", False),
    ],
)
def test_the_data_folder_of_postgres(image: str, moved: bool) -> None:
    assert has_moved(image) is moved
    if "postg" in image or "pg" in image:
        assert data_folders(image)[0] == ("/var/lib/postgresql" if moved else "/var/lib/postgresql/data")


SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the kernel's path
POSTGRES = """
services:
  db: {{image: "{image}", volumes: ["data:{path}"], {more}}}
  backup: {{image: x, volumes: ["data:/backup:ro"]}}
volumes: {{data: }}
"""


@pytest.mark.parametrize(
    ("db", "sub_path", "loss"),
    [
        (("postgres:16", "/var/lib/postgresql/data", ""), "pgdata", None),
        (("postgres:16", "/var/lib/postgresql/data", "environment: {PGDATA: /var/lib/postgresql/data/x}"), "", None),
        (("postgres:18", "/var/lib/postgresql", ""), "pgdata", None),
        (("postgres:18", "/var/lib/postgresql/data", ""), "", "volumes.moved-data-folder"),
        (("postgres:16", "/var/lib/postgresql", ""), "", "volumes.shadowed"),
    ],
)
def test_postgres_on_a_claim(tmp_path: Path, db: tuple[str, str, str], sub_path: str, loss: str | None) -> None:
    image, path, more = db
    made = composed(tmp_path, POSTGRES.format(image=image, path=path, more=more))
    assert made.mounts("db")[path] == ("data", sub_path)
    assert made.mounts("backup")["/backup"] == ("data", sub_path)
    assert (made.losses() & {"volumes.moved-data-folder", "volumes.shadowed"}) == ({loss} if loss else set())
    assert made["db"].pod.colocate_with is not None


@pytest.mark.parametrize(("folder", "sub_path"), [("./pg", "pgdata"), ("./all/pg", "pg")])
def test_postgres_in_a_folder_of_the_host(tmp_path: Path, folder: str, sub_path: str) -> None:
    text = f"""
services:
  db: {{image: "postgres:16", volumes: ["{folder}:/var/lib/postgresql/data"]}}
  backup: {{image: x, volumes: ["./all:/all"]}}
"""
    made = composed(tmp_path, text)
    assert made.mounts("db")["/var/lib/postgresql/data"][1] == sub_path
    assert made.mounts("backup")["/all"][1] == ""


def test_owners_of_claims(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  grafana: {image: "grafana/grafana:11", volumes: ["gra:/var/lib/grafana"]}
  user: {image: x, user: "1000:2000", volumes: ["use:/d"]}
  alone: {image: x, user: "1000", volumes: ["alo:/d"]}
  root: {image: x, user: "0:0", volumes: ["roo:/d"]}
  none: {image: x, user: "1000", tmpfs: /t}
  named: {image: "postgres:16-alpine", user: postgres, volumes: ["pos:/var/lib/postgresql/data"]}
  unknown: {image: x, user: app}
volumes: {gra: , use: , alo: , roo: , pos: }
""",
    )
    groups = {one.name: one.pod.fs_group.value if one.pod.fs_group else None for one in made.application.workloads}
    assert groups == {"grafana": 472, "user": 2000, "alone": 1000, "root": None, "none": None, "named": 70, "unknown": None}
    assert "user.by-name" in made.shown()
    assert known_user("postgres:16", "postgres") == (999, 999)


def test_every_form_of_a_volume(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  a:
    image: x
    shm_size: 128m
    tmpfs: ["/run:size=64m,mode=1770", /var/tmp]
    volumes:
      - named:/named
      - ./data:/data
      - /srv/files:/files
      - ~/notes:/notes:ro
      - /etc/localtime:/etc/localtime:ro
      - nfs:/nfs
      - memory:/memory
      - bound:/bound
      - /anonymous
      - {type: volume, source: named, target: /part, volume: {subpath: x/y}}
      - {type: tmpfs, target: /scratch, tmpfs: {size: 1m}}
      - {type: image, source: "content:1", target: /image, image: {subpath: web}}
volumes:
  named:
  nfs: {driver_opts: {type: nfs, o: "addr=10.0.0.1,ro,nfsvers=4", device: ":/export"}}
  memory: {driver_opts: {type: tmpfs, o: "size=5m", device: tmpfs}}
  bound: {driver_opts: {type: none, o: bind, device: /mnt/disk}}
""",
        "1.36",
    )
    mounts = made.mounts("a")
    assert mounts["/part"] == ("named", "x/y")
    assert set(made.claims()) == {"named", "data", "srv-files", "mnt-disk"}
    assert made.source("a", mounts["/nfs"][0]) == NfsSource("10.0.0.1", "/export", True)
    assert made.source("a", mounts["/image"][0]) == ImageSource("content:1")
    sizes = {}
    for path in ("/run", "/var/tmp", SHARED_MEMORY, "/memory", "/scratch"):  # noqa: S108 - paths of a container
        source = made.source("a", mounts[path][0])
        assert isinstance(source, EmptySource)
        assert source.memory
        sizes[path] = source.size.binary if source.size else None
    assert sizes == {"/run": "64Mi", "/var/tmp": None, SHARED_MEMORY: "128Mi", "/memory": "5Mi", "/scratch": "1Mi"}  # noqa: S108
    assert "/anonymous" not in mounts
    assert "/notes" not in mounts
    assert "/etc/localtime" not in mounts


def test_images_are_mounted_where_the_version_does_so(tmp_path: Path) -> None:
    text = "services: {a: {image: x, volumes: [{type: image, source: c, target: /i}]}}"
    assert "volumes.image-volume" in composed(tmp_path, text, "1.35").shown()
    assert "volumes.image-volume" not in composed(tmp_path, text, "1.37").shown()


def test_folders_of_files(tmp_path: Path) -> None:
    (tmp_path / "conf" / "a").mkdir(parents=True)
    (tmp_path / "conf" / "a" / "b.sh").write_text("#!/bin/sh\n")
    (tmp_path / "conf" / "a" / "b.sh").chmod(0o755)
    (tmp_path / "conf" / "a.b.sh").write_text("x")
    (tmp_path / "conf" / "logo.bin").write_bytes(b"\xff\xfe")
    (tmp_path / "extra.conf").write_text("y")
    (tmp_path / "big").mkdir()
    (tmp_path / "big" / "dump.sql").write_bytes(b"x" * (1024 * 1024 + 1))
    made = composed(
        tmp_path,
        "services: {a: {image: x, volumes: ['./conf:/etc/app:ro', './extra.conf:/etc/app/extra.conf:ro', 'data:/etc/app/data',"
        " './big:/docker-entrypoint-initdb.d']}}\nvolumes: {data: }\n",
    )
    source = made.source("a", "a-conf")
    assert isinstance(source, MapSource)
    items = {path: (key, mode) for key, path, mode in source.items}
    assert set(items) == {"a/b.sh", "a.b.sh", "logo.bin", "extra.conf", "data/.keep"}
    assert len({key for key, _ in items.values()}) == 5
    assert items["a/b.sh"][1] == 0o755
    assert "/etc/app/extra.conf" not in made.mounts("a")
    assert made.application.config_maps[0].binary[0][1].value == b"\xff\xfe"
    assert made.mounts("a")["/docker-entrypoint-initdb.d"] == ("big", "")
    assert "volumes.too-large" in made.shown()


def test_a_folder_that_some_write_and_others_read_is_one_claim_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("hello")
    made = composed(
        tmp_path,
        "services: {cms: {image: x, volumes: ['./site:/w']}, web: {image: y, volumes: ['./site:/r:ro']}}",
    )
    assert made.claims() == ["site"]
    assert made.mounts("cms")["/w"] == made.mounts("web")["/r"] == ("site", "")
    assert made.inits("cms") == made.inits("web") == ["seed-site"]
    assert made["cms"].pod.colocate_with is not None
    security = made["cms"].pod.init_containers[0].security
    assert security.read_only_root is not None
    assert [one.value for one in security.capabilities_drop] == ["ALL"]


def test_a_folder_that_several_mount_is_one_map_with_a_name_of_its_own(tmp_path: Path) -> None:
    for name, text in (("conf", "a"), ("other", "b")):
        (tmp_path / name / "nginx").mkdir(parents=True)
        (tmp_path / name / "nginx" / "a.conf").write_text(text)
    made = composed(
        tmp_path,
        """
services:
  web: {image: x, volumes: ["./conf/nginx:/etc/nginx:ro", "./other/nginx:/own:ro"]}
  php: {image: y, volumes: ["./conf/nginx:/web:ro"]}
""",
    )
    assert [one.name for one in made.application.config_maps] == ["conf-nginx", "web-nginx"]
    assert made.mounts("web")["/etc/nginx"] == made.mounts("php")["/web"] == ("conf-nginx", "")


@pytest.mark.parametrize(
    ("image", "mount", "told"),
    [
        ("acme/app", "./conf:/etc/app", True),
        ("acme/app", "./conf:/etc/app:ro", False),
        ("nginx", "./conf:/etc/nginx/conf.d", False),
        ("acme/app", "./conf/a.conf:/etc/a.conf", False),
    ],
)
def test_a_folder_that_a_program_may_write_to_is_told(tmp_path: Path, image: str, mount: str, told: bool) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a.conf").write_text("a")
    made = composed(tmp_path, f"services: {{a: {{image: {image}, volumes: ['{mount}']}}}}")
    assert ("volumes.read-only-folder" in made.shown()) is told


def test_code_of_the_build_context(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text("print()")
    text = "services: {a: {build: ./app, volumes: ['./app:/app']}}"
    (tmp_path / "app" / "Dockerfile").write_text("FROM x\nCOPY . /app\n")
    assert composed(tmp_path, text).shown() == set()
    (tmp_path / "app" / "Dockerfile").write_text("FROM x\n")
    assert composed(tmp_path, text).shown() == {"volumes.not-in-image"}


def test_the_nodes_own_files_wait_for_a_decision(tmp_path: Path) -> None:
    made = composed(tmp_path, "services: {a: {image: x, volumes: ['/proc:/host/proc:ro', '/dev/shm:/dev/shm']}}")
    assert made["a"].blocked
    assert made.source("a", "host-proc") == HostSource("/proc")
    assert isinstance(made.source("a", made.mounts("a")[SHARED_MEMORY][0]), EmptySource)


def test_configs_and_secrets(tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text("hunter2")
    made = composed(
        tmp_path,
        """
services:
  a:
    image: x
    secrets: [token, {source: Cert_1, target: /tls/cert.pem, mode: 0o400, uid: "5"}, outside, unset]
    configs: [{source: app_conf, target: /etc/app.conf, mode: 0o440}, missing]
secrets:
  token: {file: ./token.txt}
  Cert_1: {file: ./not-there.pem}
  outside: {external: true, name: real-name}
  unset: {environment: NOBODY_SETS_THIS}
configs:
  app_conf: {content: "a: 1"}
  missing: {file: ./not-there}
""",
    )
    mounts = made.mounts("a")
    assert set(mounts) == {"/run/secrets/token", "/tls/cert.pem", "/run/secrets/outside", "/run/secrets/unset", "/etc/app.conf"}
    secrets = {one.name: dict(one.data) for one in made.application.secrets}
    assert set(secrets) == {"token", "cert-1", "real-name", "unset"}
    value = secrets["token"]["token"].value
    assert isinstance(value, Concealed)
    assert value.reveal() == "hunter2"
    assert secrets["cert-1"]["Cert_1"].value is None
    assert "hunter2" not in repr(made.lowered)
    source = made.source("a", mounts["/tls/cert.pem"][0])
    assert isinstance(source, MapSource)
    assert source.items == (("Cert_1", "Cert_1", 0o400),)
    assert made.config("app-conf") == {"app_conf": "a: 1"}
    assert {"secrets.owner", "secrets.fill-in", "configs.unknown"} <= made.losses()


def test_a_datastore_without_a_volume(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        "services: {a: {image: 'redis:7'}, b: {image: 'redis:7', tmpfs: /data}, c: {image: 'redis:7', restart: 'no'}}",
    )
    assert made.mounts("c") == {}
    assert made.endpoints("c") == {}
    assert isinstance(made.source("a", made.mounts("a")["/data"][0]), EmptySource)
    assert made.shown() == {"image.scratch-data"}


def test_a_volume_of_one_letter_is_a_drive_as_the_reference_reads_it(tmp_path: Path) -> None:
    made = composed(tmp_path, "services: {a: {image: x, volumes: ['v:/data']}}\nvolumes: {v: {}}")
    assert made.mounts("a") == {}
    assert "volumes.drive" in made.shown()


def test_volumes_that_pods_cannot_share_are_told(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  agent: {image: x, volumes: ["kept:/d"], deploy: {mode: global}}
  data: {image: x, volumes: [/data]}
  user: {image: x, volumes_from: [data]}
volumes: {kept: {}}
""",
    )
    assert {"volumes.each-node", "volumes_from.anonymous"} <= made.losses()


def test_a_colon_in_the_path_of_a_mount_is_told(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  a:
    image: x
    volumes: [{type: volume, source: d, target: "/a:b"}, {type: tmpfs, target: "/t:t"}]
    configs: [{source: c, target: "/c:c"}]
volumes: {d: }
configs: {c: {content: x}}
""",
    )
    assert list(made.mounts("a")) == ["/a:b", "/t:t", "/c:c"]
    assert made.shown() == {"volumes.colon", "configs.colon"}


def test_a_services_own_mount_stands_where_volumes_from_brings_another(tmp_path: Path) -> None:
    made = composed(
        tmp_path,
        """
services:
  base: {image: x, volumes: ["one:/d", "two:/e"]}
  middle: {image: x, volumes_from: [base], volumes: ["three:/e"]}
  user: {image: x, volumes_from: [middle], volumes: ["own:/d"]}
volumes: {one: {}, two: {}, three: {}, own: {}}
""",
    )
    assert made.mounts("user") == {"/d": ("own", ""), "/e": ("three", "")}


def test_what_volumes_from_brings_loses_what_it_loses_there(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\nCOPY . /app\n")
    (tmp_path / "main.py").write_text("")
    made = composed(tmp_path, "services: {a: {build: ., volumes: ['.:/app']}, b: {image: y, volumes_from: [a]}}")
    assert {"volumes.development", "volumes_from.development"} <= made.losses()
