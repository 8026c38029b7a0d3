"""``compose2qt explain``: the page of a finding, a loss or a Compose attribute."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.cli.streams import deliver
from compose2qt.diagnostic import InputError, nearest

if TYPE_CHECKING:
    from compose2qt.lower.pages import Page


def explain(subject: Annotated[str, typer.Argument(metavar="CODE|ATTRIBUTE")]) -> int:
    """Explain a finding (its code or name), a loss (ports.host-port) or a Compose attribute (services.ports)."""
    import compose2qt.lower.attributes  # noqa: F401 - importing the units registers them
    from compose2qt.audit import RULES
    from compose2qt.lower.pages import page_of, pages

    wanted = subject.removeprefix("services.")
    for rule in RULES:
        if wanted in (rule.code, rule.name):
            deliver(f"{rule.code} {rule.name} ({rule.severity.label})\n\n{rule.page}\n\nFix: {rule.fix}", None)
            return 0
    page = page_of(subject)
    if page is not None:
        deliver(_text(page), None)
        return 0
    known = [*(rule.code for rule in RULES), *(rule.name for rule in RULES), *pages()]
    raise InputError.of("nothing-to-explain", f"there is no page of {subject!r}", fix=nearest(subject, known))


def _text(page: Page) -> str:
    lines = [f"{page.title} ({page.fidelity} fidelity)", "", textwrap.dedent(page.text)]
    if page.fills:
        lines += ["", "Fills: " + ", ".join(page.fills)]
    if page.parts:
        lines += ["", "With: " + ", ".join(page.parts)]
    for code, lost in page.losses:
        lines += ["", f"Loses {code} ({lost.severity.label}): {lost.reason}."]
        lines += [f"  What to do: {lost.fix}"] if lost.fix else []
    return "\n".join(lines)
