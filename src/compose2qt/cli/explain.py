"""``compose2qt explain``: the page of a finding, a loss, a code or word of a judge, or a Compose attribute."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from compose2qt.cli.streams import deliver
from compose2qt.diagnostic import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit import Rule
    from compose2qt.lower.pages import Page
    from compose2qt.lower.registry import Lost


def explain(subject: Annotated[str, typer.Argument(metavar="CODE|ATTRIBUTE")]) -> int:
    """Explain a finding (its code or name), a loss (ports.host-port), the code of a message, or a Compose attribute.

    Also what `verify` prints (mount.copy-up, mounts, service links), what `diff` prints (data-away) and what `validate` does.
    """
    import compose2qt.lower.attributes  # noqa: F401 - importing the units registers them
    from compose2qt.audit import RULES
    from compose2qt.cli.messages import MESSAGES
    from compose2qt.lower.pages import pages, pages_of
    from compose2qt.manifests.pages import pages as validation_pages

    found = [_rule(rule) for rule in RULES if subject in (rule.code, rule.name)]
    for page in pages_of(subject):
        found += [_loss(code, lost) for code, lost in page.losses if code == subject] or [_attribute(page)]
    found += [f"{one.code} (validation, about {one.about})\n\n{one.text}" for one in validation_pages() if one.code == subject]
    found += [f"{subject} (message)\n\n{text}" for code, text in MESSAGES.items() if code == subject]
    found += [text for code, text in _judged() if code == subject.removeprefix("verify/")]
    if not found:
        rules = [name for rule in RULES for name in (rule.code, rule.name)]
        losses = [code for page in pages().values() for code, _ in page.losses]
        known = [*rules, *pages(), *losses, *(one.code for one in validation_pages()), *MESSAGES]
        known += [code for code, _ in _judged()]
        raise InputError.of("nothing-to-explain", f"there is no page of {subject!r}", fix=nearest(subject, known))
    deliver("\n\n".join(found), None)
    return 0


def _judged() -> Iterator[tuple[str, str]]:
    """By code or word: the pages of what ``verify`` and ``diff`` print."""
    from compose2qt.diff.pages import PAGES
    from compose2qt.proof.pages import pages
    from compose2qt.verify.pages import ITEMS, aspects

    for page in pages():
        yield page.code, f"{page.code} (verify: an explained difference in {', '.join(page.about)})\n\n{page.text}"
    for page in (*aspects(), *ITEMS):
        about = f"an item of {', '.join(page.about)}" if page.about else "an aspect"
        yield page.code, f"{page.code} (verify: {about})\n\n{page.text}"
    for effect, text in PAGES.items():
        yield effect.code, f"{effect.code} (diff: {effect.label})\n\n{text}"


def _rule(rule: Rule) -> str:
    return f"{rule.code} {rule.name} ({rule.severity.label})\n\n{rule.page}\n\nFix: {rule.fix}"


def _attribute(page: Page) -> str:
    lines = [f"{page.title} ({page.fidelity} fidelity)", "", textwrap.dedent(page.text)]
    if page.fills:
        lines += ["", "Fills: " + ", ".join(page.fills)]
    if page.parts:
        lines += ["", "With: " + ", ".join(page.parts)]
    return "\n".join([*lines, *(f"\nLoses {_loss(code, lost)}" for code, lost in page.losses)])


def _loss(code: str, lost: Lost) -> str:
    return f"{code} ({lost.severity.label}): {lost.reason}." + (f"\n  What to do: {lost.fix}" if lost.fix else "")
