"""Values that look like secrets are never shown, nor are they where they stand inside other values (law 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.verify.contract import ABSENT, Aspect
from compose2qt.workload import KnownSecrets
from compose2qt.workload.sensitive import concealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.verify.cluster import World
    from compose2qt.verify.contract import Contract

_OF_WORDS = (Aspect.ARGV, Aspect.HEALTH, Aspect.START, Aspect.STOP, Aspect.OUTSIDE)
"""Commands and annotations: texts in which a word may be a secret."""
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][\w+.-]*)://(?:(?P<user>[^/\s:@]*)(?::(?P<password>[^/\s]*))?@)?"
    r"(?P<host>[^/\s:@?#]+)(?::(?P<port>\d+))?(?P<path>/[^\s?#]*)?(?P<rest>[?#]\S*)?"
)
_SECRETS_OWN = (
    "<Secret ",
    "content",
    "persistent storage",
    "host path",
    "memory",
    "storage that",
    "file",
    "nothing",
    "node path",
)
"""What is said of a mounted Secret, or in its place, and tells nothing of what it holds."""


class Hiding:
    """The secrets of both sides, kept out of what people read."""

    def __init__(self, world: World, contracts: Iterable[Contract]) -> None:
        self._known = KnownSecrets({*world.secret_values, *_held(world), *_of_variables(contracts)})

    def shown(self, aspect: Aspect, text: str, *, is_secret: bool) -> str:
        """``text`` as people may read it."""
        if text == ABSENT:
            return text
        if is_secret and (aspect is not Aspect.MOUNTS or not any(part in text for part in _SECRETS_OWN)):
            return text if "<Secret " in text else "a secret value"
        return self._known.redacted(concealed(text) if aspect in _OF_WORDS else text)


def unlike(ours: str, theirs: str) -> str:
    """Which parts of two secret URLs differ, none of them shown: ``its host``; empty if they are no URLs."""
    left, right = _URL.fullmatch(ours), _URL.fullmatch(theirs)
    if left is None or right is None:
        return ""
    return ", ".join(f"its {part}" for part in left.groupdict() if left[part] != right[part])


def _of_variables(contracts: Iterable[Contract]) -> Iterator[str]:
    for contract in contracts:
        facts = (fact for fact in contract.facts.values() if fact.secret and fact.aspect is Aspect.ENVIRONMENT)
        yield from (fact.value for fact in facts if isinstance(fact.value, str))


def _held(world: World) -> Iterator[str]:
    """The values of the Secrets of the tree."""
    filled = (("Secret", world.home, name) for name in world.filled)
    for kind, namespace, name in (*world.index, *filled):
        if kind == "Secret":
            values = (world.objects_data(kind, namespace, name) or {}).values()
            yield from (value for value in values if len(value.split()) == 1)
