"""What is wrong, where, and what to do: the one shape of every error, warning and finding."""

from __future__ import annotations

import enum
from difflib import get_close_matches
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from compose2qt.source import Span


class Severity(enum.IntEnum):
    """How bad it is; ordered, so that ``--fail-on`` is a comparison."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The word that people read and that machine output carries."""
        return self.name.lower()


class Diagnostic(Struct, frozen=True):
    """One problem: a stable kebab-case ``code``, a place, what is wrong and what to do about it."""

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    fix: str = ""

    def __str__(self) -> str:
        place = f"{self.span}: " if self.span else ""
        fix = f"\n  fix: {self.fix}" if self.fix else ""
        return f"{place}{self.severity.label}: {self.message} [{self.code}]{fix}"


class Collector:
    """Gathers the diagnostics of a run, so that people see all of them at once."""

    __slots__ = ("_redacted", "_seen")

    def __init__(self) -> None:
        self._seen: dict[Diagnostic, None] = {}
        self._redacted: Callable[[str], str] = str

    def hide(self, redacted: Callable[[str], str]) -> None:
        """Show what is added from now on only as ``redacted`` shows it: without the secrets that are known by now."""
        self._redacted = redacted

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._seen)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep ``diagnostic``; one that was already seen is kept once."""
        message, fix = self._redacted(diagnostic.message), self._redacted(diagnostic.fix)
        self._seen.setdefault(Diagnostic(diagnostic.code, diagnostic.severity, message, diagnostic.span, fix))

    def error(self, code: str, message: str, span: Span | None = None, fix: str = "") -> None:
        """Keep a problem that makes the input unusable."""
        self.add(Diagnostic(code, Severity.ERROR, message, span, fix))

    def warning(self, code: str, message: str, span: Span | None = None, fix: str = "") -> None:
        """Keep a problem that a person should know of."""
        self.add(Diagnostic(code, Severity.WARNING, message, span, fix))

    def info(self, code: str, message: str, span: Span | None = None, fix: str = "") -> None:
        """Keep a fact worth telling."""
        self.add(Diagnostic(code, Severity.INFO, message, span, fix))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that make the input unusable, in the order in which they were found."""
        return tuple(d for d in self._seen if d.severity is Severity.ERROR)

    def check(self) -> None:
        """Raise ``InputError`` with everything gathered so far if any of it is an error."""
        if self.errors:
            raise InputError(self)


class InputError(Exception):
    """The input cannot be used (exit code 2); carries every problem that was found, not only the first."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(d) for d in self.diagnostics))

    @classmethod
    def of(cls, code: str, message: str, span: Span | None = None, fix: str = "") -> InputError:
        """An error with a single problem."""
        return cls([Diagnostic(code, Severity.ERROR, message, span, fix)])


def nearest(word: str, known: Iterable[str]) -> str:
    """A ``did you mean`` sentence with the known word nearest to ``word``, or the list of a few known words."""
    candidates = list(known)
    # difflib is quadratic in the length of the words: names of thousands of characters get no suggestion.
    close = get_close_matches(word, candidates, n=1) if len(word) <= 80 else []
    if close:
        return f"did you mean {close[0]!r}?"
    if not candidates:
        return "none is defined"
    shown = ", ".join(name[:40] for name in sorted(candidates)[:8])
    return f"known: {shown}{', ...' if len(candidates) > 8 else ''}"
