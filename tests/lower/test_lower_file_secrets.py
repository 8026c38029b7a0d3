"""Mounted files: one that holds a secret is a Secret, one that only refers to it is configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.kube.reading import at, items, text
from compose2qt.lower.attributes.binds import is_sensitive
from compose2qt.workload.sensitive import secret_reason, url_password, without_references

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text",
    [
        "password: ${DB_PASSWORD}",
        'password: "${env:DB_PASSWORD}"',
        "password: $__file{/run/secrets/x}",
        "password: $__env{DB_PASSWORD}",
        "password: $DB_PASSWORD",
        'token = env("TOKEN")',
        "token: os.getenv('TOKEN'),",
        "password = process.env.DB_PASSWORD;",
        'password = json_path(local.file.endpoints.content, ".logs.basicAuth.password")[0]',
        "password = var.db_password",
        "password: !secret db_password",
        "password: {{ .Values.password }}",
        'password: {{ .Values.password | default "" }}',
        "password = process.env.PW || ''",
        'conn = f"Server=db;Password={password}"',
        "password: ${vault:secret.db}",
        "password: '{{ secret }}'",
        "password=<%= ENV['X'] %>",
        "password: '%env(DB_PASSWORD)%'",
        "url: postgres://app:${DB_PASSWORD}@db/app",
        "#!/bin/sh\nPASSWORD=$1\nexport PGPASSWORD=$pass\n",
        "#!/bin/sh\nPASSWORD=$(cat /run/secrets/db)\n",
        'key = "Authorization"',
        'trace_id_key = "traceId"',
        "# password: hunter2\nlisten: 80",
    ],
)
def test_a_reference_to_a_secret_is_none(text: str) -> None:
    assert not is_sensitive(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2",
        "password: ${PREFIX}hunter2",
        "password: ${DB_PASSWORD:-hunter2}",
        "password: ${A}\ntoken: hunter2",
        "password: $ecret",
        'password = base64decode("aHVudGVyMg==")',
        'password = env("TOKEN", "hunter2")',
        'spring: {datasource: {password: "${DB_PASSWORD:Zeb9ra77q}"}}',
        "spring.datasource.password=${DB_PASSWORD:Zeb9ra77q}",
        "spring.datasource.url=jdbc:postgresql://db/x?user=a&password=${PW:Zeb9ra77q}",
        "url: postgres://u:${PW:Zeb9ra77q}@db/x",
        "module.exports = { password: process.env.PW || 'Zeb9ra77q' }",
        "define('DB_PASSWORD', getenv('P') ?: 'Zeb9ra77q');",
        "define('DB_PASSWORD', 'Zeb9ra77q');",
        'password: {{ env "PW" | default "Zeb9ra77q" }}',
        "password: \"{{ lookup('env', 'PW') | default('Zeb9ra77q') }}\"",
        'password: <%= ENV.fetch("PW", "Zeb9ra77q") %>',
        "password = os.environ.get('PW') or 'Zeb9ra77q'",
        "jdbc:sqlserver://db:1433;user=sa;password={Zeb9ra77q};encrypt=false",
        'conn = "Server=db;Password={Zeb9;ra77q}"',
        "url: postgres://app:hunter2@db/${DB}",
        "url: postgres://${USER}:hunter2@db/app",
        "password: $2b$12$abcdefghijklmnopqrstuv",
        "requirepass hunter2",
        "api_key: abcdefghijkl",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_a_literal_secret_is_one_whatever_stands_beside_it(text: str) -> None:
    assert is_sensitive(text.encode())


def test_what_refers_nowhere_stays() -> None:
    text = "a: 1\nlocation ~ ^/x$ { return 301 $scheme://$host; }\nfoo(bar)\n"
    assert without_references(text) == text


@pytest.mark.parametrize(
    "value",
    [
        "u:Zeb9ra77q@tcp(db:3306)/x",
        "u:Ze@b9ra77q@tcp(db:3306)/x",
        "jdbc:sqlserver://db:1433;user=sa;password={Zeb9;ra77q};encrypt=false",
        "DRIVER={x};SERVER=db;UID=sa;PWD={Zeb9;ra77q}",
        "Server=db;Password={Zeb9ra77q}",
    ],
)
def test_no_part_of_a_password_in_a_connection_string_is_left(value: str) -> None:
    assert secret_reason("V", value) is not None
    found = url_password(value)
    assert found is None or "ra77q" not in value[: found.start] + value[found.end :]


TIED = """
services:
  db: {image: mysql:8, environment: {MYSQL_ROOT_PASSWORD: "${ROOTPW}", MYSQL_USER: app, MYSQL_PASSWORD: "${APPPW}"}}
  app: {image: x, environment: {U: "mysql://app:${APPPW}@db/x", R: "mysql://root:${ROOTPW}@db/x", DB_PASSWORD: "${OTHER}"}}
"""


def test_passwords_that_are_equal_by_chance_are_not_one(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(TIED, encoding="utf-8")
    (tmp_path / ".env").write_text("ROOTPW=changeme9\nAPPPW=changeme9\nOTHER=changeme9\n", encoding="utf-8")
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    (app,) = (item for item in made.tree.objects if item.id == "Deployment/app")
    keys = {
        text(one, "name"): text(one, "valueFrom", "secretKeyRef", "key")
        for one in items(at(app.root, (*(app.pod_path or ()), "containers", 0)), "env")
    }
    assert (keys["U_PASSWORD"], keys["R_PASSWORD"]) == ("MYSQL_PASSWORD", "MYSQL_ROOT_PASSWORD")


TWICE = """
services:
  db: {image: postgres:16, environment: {POSTGRES_USER: user123, POSTGRES_PASSWORD: user123, POSTGRES_DB: user123}}
  app:
    image: x
    environment: {C: "postgres://user123:user123@db/x", D: "amqp://rabbit42:rabbit42@mq/", E: "postgres://a:hunter22x@db/user123"}
    command: ["--url=amqp://rabbit42:rabbit42@mq/", "--u=postgres://a:hunter22x@db/user123"]
    post_start: [{command: [x, "amqp://rabbit42:rabbit42@mq/"]}]
    healthcheck: {test: "curl http://rabbit42:rabbit42@localhost/"}
"""


def test_a_password_that_stands_twice_in_a_value_is_hidden_twice(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(TWICE, encoding="utf-8")
    made = api.convert(api.Options(LoadOptions(files=(str(tmp_path / "compose.yaml"),))))
    written = "\n".join(made.files.values())
    assert [secret for secret in ("user123", "rabbit42", "hunter22x") if secret in written] == []
