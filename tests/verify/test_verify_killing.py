"""Probes that kill: settings that give a container the same time mean the same, and others do not."""

from __future__ import annotations

import pytest

from compose2qt.verify import Killer, killed

PAGE, PORT = "GET /health", "port 80 accepts a connection"
ALIVE = Killer(PAGE, timeout=5, period=30, failures=3, delay=60)
START = Killer(PAGE, timeout=5, period=10, failures=30)
SAME = {
    "tries of another length": (ALIVE, START, ALIVE, START._replace(period=5, failures=60)),
    "tries that begin later": (ALIVE, START, ALIVE, START._replace(failures=29, delay=10)),
    "a delay after the start was checked": (ALIVE, START, ALIVE._replace(delay=0), START),
}
OTHER = {
    "fewer tries at start": (ALIVE, START, ALIVE, START._replace(failures=20)),
    "one try at start": (ALIVE, START, ALIVE, START._replace(period=300, failures=1)),
    "few tries at start": (ALIVE, START, ALIVE, START._replace(period=100, failures=3)),
    "no check at start": (ALIVE, START, ALIVE, None),
    "no delay": (ALIVE, None, ALIVE._replace(delay=0), None),
    "no delay after another check": (ALIVE, START._replace(check=PORT), ALIVE._replace(delay=0), START._replace(check=PORT)),
    "one failure": (ALIVE, None, ALIVE._replace(period=90, failures=1), None),
    "less time for an answer": (ALIVE, None, ALIVE._replace(timeout=1), None),
    "another check": (ALIVE, None, ALIVE._replace(check=PORT), None),
}
Pair = tuple[Killer, Killer | None, Killer, Killer | None]


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_the_same_time_is_equal(pair: Pair) -> None:
    before, after = pair[:2], pair[2:]
    assert before != after
    assert list(killed(*before)) == list(killed(*after))


@pytest.mark.parametrize("pair", OTHER.values(), ids=OTHER)
def test_another_time_is_not(pair: Pair) -> None:
    assert list(killed(*pair[:2])) != list(killed(*pair[2:]))
