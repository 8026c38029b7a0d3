"""Secrets that stand in plain text: found wherever they go, and never the lines that only name one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.lower import exposures

if TYPE_CHECKING:
    from pathlib import Path


def shown(
    folder: Path, services: str, mapping: str | None = None, env: str = "", rest: str = ""
) -> list[tuple[str, int, str, str]]:
    (folder / "compose.yaml").write_text(f"services:\n  web: {{image: x/web:1.0}}\n  {services}\n{rest}\n", encoding="utf-8")
    (folder / "app.env").write_text(env, encoding="utf-8")
    options = api.Options(LoadOptions(files=(str(folder / "compose.yaml"),)), mapping_text=mapping)
    made = api.convert(options)
    found = exposures(made.project, made.plan, made.lowered.known)
    return [(one.span.file.rpartition("/")[2], one.span.line, one.service, one.name) for one in found]


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ("environment: {DB_PASSWORD: literalpw99, LOG: info}", ["DB_PASSWORD"]),
        ("environment: [DB_PASSWORD=literalpw99, LOG=info]", ["DB_PASSWORD"]),
        ("environment: {DB_PASSWORD: '${PW:-literalpw99}'}", ["DB_PASSWORD"]),
        ("environment: {DB_PASSWORD: '${PW}', API_TOKEN: '$T', DB_PASSWORD_FILE: /run/secrets/pw}", []),
        ("environment: {AUTH_TOKEN: 'Bearer ${T}'}", []),
        ("environment: {DB_URL: 'postgres://app:hunter2pw@db/app'}", ["DB_URL"]),
        ("environment: {DB_URL: 'postgres://app:${PW:-hunter2pw}@db/app'}", ["DB_URL"]),
        ("environment: {DB_URL: 'postgres://app:${PW}@db/app'}", []),
        ("command: 'redis-server --requirepass ${PW:-hunter2pw}'", ["command"]),
        ("command: 'redis-server --requirepass ${PW}'", []),
        ("labels: {auth: 'admin:$$apr1$$x1x1x1x1$$y2y2y2y2y2y2y2y2y2y2y2'}", ["auth"]),
        ("build: {context: ., args: {NPM_TOKEN: npm-81726354}}", ["NPM_TOKEN"]),
        ("profiles: [live], environment: {API_SECRET: live-key-88817261}", ["API_SECRET"]),
    ],
)  # fmt: skip
def test_a_line_that_shows_a_secret_is_found_with_its_name(tmp_path: Path, attributes: str, names: list[str]) -> None:
    found = shown(tmp_path, f"db: {{image: x/db:1.0, {attributes}}}")
    assert found == [("compose.yaml", 3, "db", name) for name in names]


def test_env_files_contents_and_services_that_are_left_out_are_looked_at(tmp_path: Path) -> None:
    env = "SECRET_KEY=Zk3pQ9vLmX7t\nLOG=info\nDATABASE_URL=postgres://app:hunter2pw@db/app\n"
    service = "db: {image: x/db:1.0, env_file: app.env}"
    rest = "configs: {c: {content: 'password: abcdefgh12'}}"
    assert shown(tmp_path, service, env=env, rest=rest) == [
        ("compose.yaml", 4, "", "content"), ("app.env", 1, "", "SECRET_KEY"), ("app.env", 3, "", "DATABASE_URL"),
    ]  # fmt: skip
    dropped = "version: 1\ndrop: {db: Elsewhere.}\n"
    assert shown(tmp_path, "db: {image: x/db:1.0, environment: {PASSWORD: literalpw99}}", dropped) == [
        ("compose.yaml", 3, "db", "PASSWORD")
    ]


def test_what_the_mapping_says_is_no_secret_is_none(tmp_path: Path) -> None:
    mapping = "version: 1\nplain_keys: {DB_PASSWORD: A test value.}\n"
    assert shown(tmp_path, "db: {image: x/db:1.0, environment: {DB_PASSWORD: literalpw99}}", mapping) == []
