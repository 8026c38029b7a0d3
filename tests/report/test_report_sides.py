"""Compose and manifests side by side: which line became which, and never a secret, however it is written."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.report import render_html

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.report.sides import Page, Sides

CHROMIUM = shutil.which("chromium")

COMPOSE = """# the admin's password is C0mment-Secret
name: shop
x-env: &env
  SESSION_SECRET: "x-Extension-9"   # and C0mment-Secret again
services:
  web:  # ünïcödé before it
    image: nginx:1.27.3
    ports: ["8080:80"]
    environment:
      <<: *env
      GREETING: "hello # no comment"
      DB_PASSWORD: hunter2
      SHORT_PASSWORD: 'abc'
      PIN_PASSWORD: 4711
      DATABASE_URL: postgres://app:Url-Secret-1@db:5432/app
      APP_TOKEN: ${APP_TOKEN:-Defau1t-Token}
      REFERRED_TOKEN: ${REFERRED_TOKEN}
    labels:
      traefik.http.middlewares.a.basicauth.users: "admin:$$apr1$$Ha5hSa1t$$Ha5hVa1ue"
  db:
    image: postgres:16
    command: ["postgres", "-c", "listen_addresses=*"]
    environment:
      - POSTGRES_PASSWORD=L1st-Secret
      - "API_KEY=Qu0ted-Secret"
      - TOKENS_FILE=/run/tokens
      - FOUR=${C_PASSWORD:-Tw1n-Default}
      - NEST=${A:-${B_SECRET:-N3st-Default}}
      - REDIS_ARGS=--requirepass Opt1on-Secret
  cache:
    profiles: [other]
    image: redis:7
    command: redis-server --requirepass Inact1ve-Secret
configs:
  app:
    content: |  # C0mment-Secret
      password: B1ock-Secret
      mode: fast
"""
SECRETS = (
    "C0mment x-Extension hunter2 abc 4711 Url-Secret Defau1t Ha5hSa1t Ha5hVa1ue L1st-Secret Qu0ted-Secret Inact1ve B1ock "
    "Tw1n N3st Opt1on"
).split()


def converted(folder: Path, text: str = COMPOSE) -> api.Conversion:
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    return api.convert(api.Options(LoadOptions(files=(str(folder / "compose.yaml"),))))


def sides(folder: Path, text: str = COMPOSE) -> Sides:
    made = api.report(converted(folder, text)).sides
    assert made is not None
    return made()


def shown(page: Page, text: str) -> int:
    """The number of the line with ``text``."""
    return next(number for number, line in enumerate(page.lines, 1) if text in line)


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_shown(secret: str, tmp_path: Path) -> None:
    made = sides(tmp_path)
    assert secret in COMPOSE
    assert not [line for page in (*made.compose, *made.manifests) for line in page.lines if secret in line]
    assert secret not in render_html(api.report(converted(tmp_path))).partition("<body>")[2].partition("<script>")[0]


def test_what_is_no_secret_stands_on_its_line(tmp_path: Path) -> None:
    (page,) = sides(tmp_path).compose
    written = COMPOSE.splitlines()
    assert len(page.lines) == len(written)
    for text in ("ports:", 'GREETING: "hello # no comment"', "TOKENS_FILE=/run/tokens", "REFERRED_TOKEN: ${REFERRED_TOKEN}"):
        number = shown(page, text)
        assert page.lines[number - 1].strip() == written[number - 1].strip()
    assert page.lines[shown(page, "POSTGRES_PASSWORD") - 1].strip() == "- POSTGRES_PASSWORD=***"


def test_a_line_leads_to_what_it_became_and_back(tmp_path: Path) -> None:
    made = sides(tmp_path)
    (compose,) = made.compose
    image = (compose.file, shown(compose, "image: nginx"))
    pages = {page.file: page for page in made.manifests}
    became = [pages[file].lines[line - 1].strip() for file, line in made.became[image]]
    assert became == ["image: nginx:1.27.3"]
    assert all(image in made.came[place] for place in made.became[image])


def test_a_file_that_cannot_be_read_again_is_not_shown(tmp_path: Path) -> None:
    made = api.report(converted(tmp_path)).sides
    (tmp_path / "compose.yaml").unlink()
    assert made is not None
    assert made().compose == ()


@pytest.mark.parametrize("change", ["moved", "broken"])
def test_a_file_that_has_changed_shows_no_secret(change: str, tmp_path: Path) -> None:
    made = api.report(converted(tmp_path)).sides
    text = COMPOSE.replace("services:", "\n\nservices:") if change == "moved" else COMPOSE + "\n: ]["
    (tmp_path / "compose.yaml").write_text(text, encoding="utf-8")
    assert made is not None
    lines = [line for page in made().compose for line in page.lines]
    assert not [line for line in lines for secret in SECRETS if secret in line]


def test_the_page_links_lines_of_both_sides(tmp_path: Path) -> None:
    page = render_html(api.report(converted(tmp_path)))
    ids = set(re.findall(r' id="([^"]+)"', page))
    targets = re.findall(r'href="#(l\d+-\d+)"', page) + [
        name for names in re.findall(r'data-to="([^"]+)"', page) for name in names.split()
    ]
    assert len(targets) > 20
    assert set(targets) <= ids


def test_a_tree_of_others_has_no_sides(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", encoding="utf-8")
    assert 'id="sides"' not in render_html(api.report_manifests(str(tmp_path)))


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_link_to_a_line_opens_its_file_and_marks_it(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    text = render_html(api.report(converted(tmp_path)))
    path.write_text(text, encoding="utf-8")
    match = re.search(r'href="#(l[1-9]\d*-\d+)"', text)
    assert match is not None
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    flags += " --disable-component-update --disable-sync --enable-logging=stderr --dump-dom"
    command = [str(CHROMIUM), *flags.split(), f"--user-data-dir={tmp_path / 'profile'}", f"{path.as_uri()}#{match[1]}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert ":CONSOLE" not in done.stderr
    assert f'<li id="{match[1]}" class="hit">' in done.stdout
    assert len(re.findall(r'<details class="file" open="">', done.stdout)) == 2
