"""``compose2qt explain``: the page of a finding, a loss or a Compose attribute."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.cli.streams import deliver
from compose2qt.diagnostic import InputError, nearest

if TYPE_CHECKING:
    from compose2qt.lower import Unit


def explain(subject: Annotated[str, typer.Argument(metavar="CODE|ATTRIBUTE")]) -> int:
    """Explain a finding (its code or name), a loss (ports.host-port) or a Compose attribute (services.ports)."""
    from compose2qt.audit import RULES
    from compose2qt.lower import UNITS

    wanted = subject.removeprefix("services.")
    attribute = wanted.partition(".")[0]
    for rule in RULES:
        if wanted in (rule.code, rule.name):
            deliver(f"{rule.code} {rule.name} ({rule.severity.label})\n\n{rule.page}\n\nFix: {rule.fix}", None)
            return 0
    if attribute in UNITS:
        deliver(_unit(UNITS[attribute]), None)
        return 0
    known = [*(rule.code for rule in RULES), *(rule.name for rule in RULES), *(f"services.{name}" for name in UNITS)]
    raise InputError.of("nothing-to-explain", f"there is no page of {subject!r}", fix=nearest(subject, known))


def _unit(unit: Unit) -> str:
    lines = [f"services.{unit.attribute} ({unit.fidelity} fidelity)", "", textwrap.dedent(unit.page)]
    if unit.fields:
        lines += ["", "Fills: " + ", ".join(field.name for field in unit.fields)]
    for code, lost in unit.losses.items():
        lines += ["", f"Loses {unit.attribute}.{code} ({lost.severity.label}): {lost.reason}."]
        lines += [f"  What to do: {lost.fix}"] if lost.fix else []
    return "\n".join(lines)
