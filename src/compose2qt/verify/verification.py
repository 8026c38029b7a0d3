"""The answer of a verification, as data."""

from __future__ import annotations

import enum
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from compose2qt.source import Span
    from compose2qt.verify.contract import Aspect


class Outcome(enum.StrEnum):
    """What was found about one item of a contract."""

    EQUAL = "equal"
    EXPLAINED = "explained"
    """Both sides differ as an explanation says: in service, aspect, item and both values."""
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """The answer depends on something that neither side states, such as the image's own defaults."""


class Judgement(NamedTuple):
    """An outcome with the texts that people read; ``note`` says what it depends on."""

    outcome: Outcome
    compose: str
    kubernetes: str
    note: str = ""
    code: str = ""


class Explanation(Struct, frozen=True):
    """A difference that is meant: it excuses exactly this one. Values are texts as results show them; ``absent`` is none."""

    service: str
    aspect: Aspect
    item: str
    compose: str
    kubernetes: str
    code: str
    reason: str


class Result(Struct, frozen=True, gc=False):
    """One item of a service's contract on both sides."""

    service: str
    aspect: Aspect
    item: str
    outcome: Outcome
    compose: str
    kubernetes: str
    compose_span: Span | None = None
    manifest_span: Span | None = None
    object: str = ""
    """``Kind/name: container`` of the manifests."""
    code: str = ""
    """Of the explanation."""
    reason: str = ""
    """Why it is meant, or what will happen at run time, or which facts are missing."""
    digest: str = ""
    """Of what stands behind a value that is a word alone: a stranger's object, files, kustomizations."""

    @property
    def subject(self) -> str:
        """The aspect with its item: ``environment DB_HOST``."""
        return f"{self.aspect} {self.item}" if self.item else str(self.aspect)


class Pairing(Struct, frozen=True):
    """The container that was compared with a service; ``how`` they were matched: given, conversion, name, image, ports."""

    service: str
    object: str
    how: str


class Verification(Struct, frozen=True):
    """Everything that was compared, service by service in the project's order."""

    project: str
    results: tuple[Result, ...]
    pairings: tuple[Pairing, ...] = ()

    def of(self, *outcomes: Outcome) -> tuple[Result, ...]:
        """The results of these outcomes."""
        return tuple(result for result in self.results if result.outcome in outcomes)

    @property
    def different(self) -> tuple[Result, ...]:
        """What differs and is not explained."""
        return self.of(Outcome.DIFFERENT)

    @property
    def explained(self) -> tuple[Result, ...]:
        """What differs as it is meant to."""
        return self.of(Outcome.EXPLAINED)

    @property
    def unknown(self) -> tuple[Result, ...]:
        """What cannot be decided."""
        return self.of(Outcome.UNKNOWN)

    @property
    def counts(self) -> dict[str, int]:
        """The number of results by outcome."""
        found = Counter(result.outcome for result in self.results)
        return {outcome.value: found[outcome] for outcome in Outcome}


def digest(value: object) -> str:
    """A short name of Python data, such as an object of a tree, that is another one when any of it is."""
    import hashlib  # noqa: PLC0415 - start-up
    import json  # noqa: PLC0415 - start-up

    return hashlib.sha256(json.dumps(value, sort_keys=True, default=repr).encode()).hexdigest()[:16]
