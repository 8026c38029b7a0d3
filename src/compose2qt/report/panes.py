"""Compose and manifests side by side, as markup: each line that became something leads to it, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.report.drawing import safe
from compose2qt.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compose2qt.report.model import Report
    from compose2qt.report.sides import Page, Place, Sides
    from compose2qt.source import Span

MAX_LINES = 40_000
"""Lines that are shown: more would make a browser slow."""


class Panes:
    """The two sides of a report; ``spot`` leads to a line of them from anywhere in the page."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._sides: Sides | None = report.sides() if report.sides else None
        pages = [*self._sides.compose, *self._sides.manifests] if self._sides else []
        room, kept = MAX_LINES, []
        for page in pages:
            room -= len(page.lines)
            kept += [page] if room >= 0 else []
        self._left_out = len(pages) - len(kept)
        self._files = {page.file: number for number, page in enumerate(kept)}
        self._lines = {page.file: len(page.lines) for page in kept}

    def spot(self, span: Span) -> str:
        """The place of ``span``, as a link if its line is shown."""
        text = f"<code>{safe(self._report.place(span))}</code>"
        return f'<a href="#{self._name((span.file, span.line))}">{text}</a>' if self._has((span.file, span.line)) else text

    def render(self) -> str:
        """Both sides; empty for a report without a Compose project."""
        sides = self._sides
        if sides is None or not sides.compose:
            return ""
        compose = [self._page(page, sides.became, "became", "\u2192") for page in sides.compose if page.file in self._files]
        manifests = [
            self._page(page, sides.came, "comes from", "\u2190") for page in sides.manifests if page.file in self._files
        ]
        note = f"<p>{counted(self._left_out, 'file')} left out: the page would be too long.</p>" if self._left_out else ""
        hint = (
            '<p class="dim">A line with an arrow leads to what it became, or to where it comes from. Comments and the '
            "values of secrets are not shown.</p>"
        )
        return (
            f'{hint}{note}<div class="sides"><div class="side" id="compose-side"><h3>Compose</h3>{"".join(compose)}</div>'
            f'<div class="side" id="manifest-side"><h3>Manifests</h3>{"".join(manifests)}</div></div>'
        )

    def _has(self, place: Place) -> bool:
        return 1 <= place[1] <= self._lines.get(place[0], 0)

    def _name(self, place: Place) -> str:
        return f"l{self._files[place[0]]}-{place[1]}"

    def _page(self, page: Page, links: Mapping[Place, tuple[Place, ...]], word: str, arrow: str) -> str:
        number = self._files[page.file]
        lines = "".join(
            f'<li id="l{number}-{line}"><code>{safe(text)}</code>{self._link(made, word, arrow)}</li>'
            for line, text in enumerate(page.lines, 1)
            for made in [links.get((page.file, line), ())]
        )
        name = safe(self._report.relative(page.file))
        opened = " open" if word == "became" else ""
        return f'<details class="file"{opened}><summary>{name}</summary><ol class="code">{lines}</ol></details>'

    def _link(self, places: tuple[Place, ...], word: str, arrow: str) -> str:
        shown = [place for place in places if self._has(place)]
        if not shown:
            return ""
        names = [self._name(place) for place in shown]
        first = f"{self._report.relative(shown[0][0])}:{shown[0][1]}"
        more = f" and {counted(len(shown) - 1, 'other line')}" if len(shown) > 1 else ""
        all_ = f' data-to="{" ".join(names)}"' if len(names) > 1 else ""
        count = len(names) if len(names) > 1 else ""
        label = safe(f"{word} {first}{more}")
        return f'<a class="arrow" href="#{names[0]}"{all_} aria-label="{label}" title="{label}">{arrow}{count}</a>'
