"""Drawings as SVG text: the topology, and bars of the budget. Colours come from the page's style sheet."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from compose2qt.report.topology import ABSENT, COLUMNS
from compose2qt.report.words import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compose2qt.report.topology import Box, Topology
    from compose2qt.workload import Quantity

_WIDTH, _HEIGHT = 190, 40
_STEP_X, _STEP_Y = 250, 54
_TOP = 40
_LETTERS = 24


def safe(text: str) -> str:
    """``text`` on one line, for an element or an attribute."""
    return escape(visible(text))


def anchor(item: str) -> str:
    """The id of the part of the page about an object: letters, digits and hyphens, different for different objects."""
    return "object-" + "".join(sign if sign.isascii() and sign.isalnum() else f"-{ord(sign):x}-" for sign in item)


def draw_topology(drawn: Topology, found: dict[str, str]) -> str:
    """The topology; ``found`` is the worst severity found in an object, by ``Kind/name``."""
    used = sorted({box.column for box in drawn.boxes})
    place = {column: index for index, column in enumerate(used)}
    width, height = len(used) * _STEP_X, _TOP + drawn.rows * _STEP_Y + 10
    at = {box.object: (place[box.column] * _STEP_X + 10, _TOP + box.row * _STEP_Y) for box in drawn.boxes}
    size = f'viewBox="0 0 {width} {height:g}" preserveAspectRatio="xMidYMin meet"'
    parts = [f'<svg id="drawing" {size} role="group" aria-label="Topology of the system">']
    parts += [f'<text class="column" x="{place[c] * _STEP_X + 10}" y="20">{safe(COLUMNS[c])}</text>' for c in used]
    parts += [_line(at[one], at[other], one, other) for one, other in drawn.lines if one in at and other in at]
    parts += [_line(at[one], at[other], one, other, "line call") for one, other in drawn.calls if one in at and other in at]
    parts += [_box(box, *at[box.object], found.get(box.object, "")) for box in drawn.boxes]
    return "".join([*parts, "</svg>"])


def _line(start: tuple[float, float], end: tuple[float, float], one: str, other: str, kind: str = "line") -> str:
    (x1, y1), (x2, y2) = start, end
    right = x1 <= x2
    x1, x2 = (x1 + _WIDTH, x2) if right else (x1, x2 + _WIDTH)
    y1, y2 = y1 + _HEIGHT / 2, y2 + _HEIGHT / 2
    bend = 40 if right else -40
    path = f"M{x1:g} {y1:g}{_way(x1, y1, x2, y2, bend)}"
    return f'<path class="{kind}" d="{path}" data-from="{anchor(one)}" data-to="{anchor(other)}"/>'


def _way(x1: float, y1: float, x2: float, y2: float, bend: float) -> str:
    """A curve; past a column that lies between it runs in the gap above the row where it ends, and behind no box."""
    if abs(x2 - x1) < _STEP_X:
        return f"C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    gap, near, far = y2 - _STEP_Y / 2, x1 + bend, x2 - bend
    out = f"C{near:g} {y1:g} {near:g} {gap:g} {near + bend / 2:g} {gap:g}"
    return f"{out}H{far - bend / 2:g}C{far:g} {gap:g} {far:g} {y2:g} {x2:g} {y2:g}"


def _box(box: Box, x: float, y: float, severity: str) -> str:
    kind, _, name = box.object.partition("/")
    shown = name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"
    label = f"{box.object}{', ' + box.note if box.note else ''}{', ' + severity + ' found' if severity else ''}"
    mark = f'<circle class="mark {severity}" cx="{x + _WIDTH - 10:g}" cy="{y + 10:g}" r="5"/>' if severity else ""
    return (
        f'<a href="#{anchor(box.object)}" class="box {"missing" if box.note == ABSENT else ""}" data-id="{anchor(box.object)}" '
        f'aria-label="{safe(label)}"><title>{safe(label)}</title>'
        f'<rect x="{x:g}" y="{y:g}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" class="kind-{safe(kind)}"/>'
        f'<text class="kind" x="{x + 10:g}" y="{y + 15:g}">{safe(kind)}</text>'
        f'<text class="name" x="{x + 10:g}" y="{y + 31:g}">{safe(shown)}</text>{mark}</a>'
    )


Row = tuple[str, "Quantity", "Quantity"]


def draw_bars(title: str, rows: Sequence[Row], write: Callable[[Quantity], str]) -> str:
    """A bar for each (name, request, limit): the request filled, the limit as an outline around it."""
    most = max((max(asked.amount, allowed.amount) for _, asked, allowed in rows), default=0)
    if not most:
        return ""
    height = 30 + 26 * len(rows)
    parts = [f'<svg class="bars" viewBox="0 0 760 {height}" role="img" aria-label="{safe(title)}">']
    parts.append(f'<text class="column" x="0" y="16">{safe(title)}</text>')
    for index, (name, asked, allowed) in enumerate(rows):
        y = 30 + index * 26
        shown = name if len(name) <= 32 else name[:31] + "…"
        wide = [float(amount.amount / most) * 330 for amount in (asked, allowed)]
        said = f"{write(asked)} of {write(allowed)}" if allowed.amount else f"{write(asked)}, no limit"
        parts.append(
            f'<text class="name" x="0" y="{y + 14}">{safe(shown)}</text>'
            f'<rect class="limit" x="240" y="{y}" width="{max(wide[1], 0.5):.1f}" height="18"/>'
            f'<rect class="request" x="240" y="{y}" width="{max(wide[0], 0.5):.1f}" height="18"/>'
            f'<text class="value" x="{250 + max(wide):.1f}" y="{y + 14}">{safe(said)}</text>'
        )
    return "".join([*parts, "</svg>"])
