"""The page: one file without network, sound markup whatever the text, links that lead somewhere, a script that runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from compose2qt.audit import audit, judge
from compose2qt.budget import budget
from compose2qt.report import Report, render_html, topology_of
from reports import giant, hostile, ledger, small, tree

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium")
VOID = {"meta", "br", "input", "link", "img"}


def drawn() -> Report:
    return replace(small(), topology=topology_of(tree()))


def large(number: int = 200) -> Report:
    """A system of ``number`` services."""
    part = (
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app-{0}}}\n"
        "spec: {{template: {{metadata: {{labels: {{app: a{0}}}}},"
        " spec: {{containers: [{{name: c, image: nginx, envFrom: [{{configMapRef: {{name: shared}}}}]}}]}}}}}}\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: app-{0}}}\nspec: {{selector: {{app: a{0}}}}}\n"
    )
    made = tree("".join(part.format(index) for index in range(number)))
    return Report("large", budget(made), audit(made), ledger(), topology=topology_of(made))


class Page(HTMLParser):
    """Reads a page and notes what is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.links: set[str] = set()
        self.foreign: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        values = dict(attrs)
        if values.get("id"):
            self.ids[str(values["id"])] += 1
        if (target := values.get("href")) is not None:
            (self.links.add if target.startswith("#") else self.foreign.append)(target)
        self.foreign += [str(values[name]) for name in ("src", "action", "srcset", "style") if name in values]
        self.foreign += [name for name in values if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


PAGES = {"small": small, "drawn": drawn, "hostile": hostile, "giant": giant, "large": large}


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(render_html(PAGES[request.param]()))


def test_markup_is_sound(page: Page) -> None:
    assert page.open == []
    assert page.tags["script"] == 1
    assert page.tags["h1"] == 1
    assert [name for name, number in page.ids.items() if number > 1] == []


def test_what_is_excused_is_shown_with_its_reason() -> None:
    page = render_html(small())
    assert "Excused: 1 finding" in page
    assert "an agent of @ops #7 (until 2027-06-30)" in page


def test_nothing_comes_from_elsewhere(page: Page) -> None:
    assert page.foreign == []


def test_links_lead_somewhere(page: Page) -> None:
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_the_page_forbids_what_it_does_not_bring() -> None:
    made = render_html(small())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', made)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]


def test_the_drawing_shows_what_is_missing() -> None:
    made = topology_of(
        tree("kind: Pod\napiVersion: v1\nmetadata: {name: p}\nspec: {containers: [{envFrom: [{secretRef: {name: s}}]}]}")
    )
    assert {(box.object, box.note) for box in made.boxes} == {("Pod/p", ""), ("Secret/s", "not in the tree")}
    assert made.lines == (("Pod/p", "Secret/s"),)


SYSTEM = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: "postgres:16.4"}]}}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {}}]
---
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {app: db}, ports: [{port: 5432}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: db-ready}, spec: {clusterIP: None, selector: {app: db}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: wait, image: "busybox:1.36", args: ["until getent hosts db-ready; do sleep 1; done"]}]
      containers: [{name: web, image: "x/web:1.0", env: [{name: CACHE_URL, value: "redis://cache:6379"}]}]
---
{apiVersion: v1, kind: Service, metadata: {name: cache}, spec: {selector: {app: cache}, ports: [{port: 6379}]}}
---
apiVersion: traefik.io/v1alpha1
kind: IngressRouteTCP
metadata: {name: in}
spec: {routes: [{services: [{name: db, port: 5432}]}]}
"""


def test_the_drawing_shows_who_uses_whom_and_what_sets_and_routes_of_traefik_lead_to() -> None:
    item = tree(SYSTEM)
    made = topology_of(item, judge(item).calls)
    notes = {box.object: box.note for box in made.boxes}
    assert "Service/db-ready" not in notes, "it only tells when db is ready"
    assert notes["PersistentVolumeClaim/data-db"] == "one for each pod"
    assert set(made.calls) == {("Deployment/web", "Service/db"), ("Deployment/web", "Service/cache")}
    assert {("IngressRouteTCP/in", "Service/db"), ("StatefulSet/db", "PersistentVolumeClaim/data-db")} <= set(made.lines)
    report = replace(small(), topology=made)
    assert render_html(report).count('class="line call"') == 2


def test_what_a_generator_makes_is_not_missing() -> None:
    pod = "kind: Pod\napiVersion: v1\nmetadata: {name: p}\nspec: {containers: [{envFrom: [{secretRef: {name: s}}]}]}"
    made = topology_of(replace(tree(pod), elsewhere=frozenset({"Secret/s"})))
    assert {(box.object, box.note) for box in made.boxes} == {("Pod/p", ""), ("Secret/s", "made by a generator")}


def test_no_two_boxes_share_a_place() -> None:
    made = large(30).topology
    assert made is not None
    assert len({(box.column, box.row) for box in made.boxes}) == len(made.boxes) == 61


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
@pytest.mark.parametrize("name", ["hostile", "large"])
def test_a_browser_runs_its_script_without_an_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render_html(PAGES[name]()), encoding="utf-8")
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    flags += " --disable-component-update --disable-sync --enable-logging=stderr --dump-dom"
    command = [str(CHROMIUM), *flags.split(), f"--user-data-dir={tmp_path / 'profile'}", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert ":CONSOLE" not in done.stderr
    assert re.search(r"<output[^>]*>\d+ of \d+</output>", done.stdout), "the script counted the rows"
