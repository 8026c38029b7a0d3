"""Differences that a team lets stand: those of an earlier answer, each as it was."""

from __future__ import annotations

import json
from typing import NamedTuple

from msgspec.structs import replace

from compose2qt.diagnostic import InputError
from compose2qt.source import Span
from compose2qt.verify.verification import Outcome, Result, Verification

ACCEPTED = "accepted.by-file"
_OPEN = (Outcome.DIFFERENT, Outcome.UNKNOWN)


class Accepted(NamedTuple):
    """A difference: it excuses only the same one, in service, aspect, item, both values and what stands behind them."""

    service: str
    aspect: str
    item: str
    compose: str
    kubernetes: str
    digest: str

    @classmethod
    def of(cls, result: Result) -> Accepted:
        """That of ``result``."""
        return cls(result.service, result.aspect.value, result.item, result.compose, result.kubernetes, result.digest)


def parse_accepted(text: str, shown: str) -> frozenset[Accepted]:
    """What is open in ``text``, the JSON of an earlier answer; ``InputError`` if it is not that."""
    try:
        return frozenset(
            Accepted(
                one["service"],
                one["aspect"],
                one["item"],
                one["compose"]["value"],
                one["kubernetes"]["value"],
                one.get("digest", ""),
            )
            for one in json.loads(text)["results"]
            if one["outcome"] in _OPEN
        )
    except (ValueError, KeyError, TypeError):
        fix = "write it with: compose2qt verify --format json -o FILE"
        raise InputError.of("bad-accepted", f"{shown} is no answer of verify", Span(shown, 1, 1), fix) from None


def accept(made: Verification, accepted: frozenset[Accepted], shown: str) -> Verification:
    """``made`` with what is ``accepted``, in the file ``shown``, explained by that."""

    def judged(result: Result) -> Result:
        if result.outcome not in _OPEN or Accepted.of(result) not in accepted:
            return result
        return replace(result, outcome=Outcome.EXPLAINED, code=ACCEPTED, reason=f"{shown} accepts it as it is")

    return replace(made, results=tuple(judged(result) for result in made.results))
