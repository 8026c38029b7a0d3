"""Known secrets are found wherever they stand, the longest at each place, whatever else begins or ends like them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compose2qt.workload import KnownSecrets
from compose2qt.workload.secrets import is_telling

# Two letters: so that values begin, end and overlap like others.
TEXTS = st.text("a1", max_size=30)
VALUES = st.sets(st.text("a1", min_size=5, max_size=9), max_size=12)


def one_by_one(values: set[str], text: str) -> list[tuple[int, int]]:
    """Every value tried at every place."""
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        longest = max((len(one) for one in values if text.startswith(one, start)), default=0)
        if longest:
            found.append((start, start + longest))
        start += longest or 1
    return found


@given(VALUES, TEXTS)
def test_every_place_is_found(values: set[str], text: str) -> None:
    expected = one_by_one({value for value in values if is_telling(value)}, text)
    assert KnownSecrets(values).places(text) == expected


def test_a_secret_at_the_end_hides_no_more_than_itself() -> None:
    known = KnownSecrets({"a1a1a1", "a1a1a1a1"})
    assert known.places("xa1a1a1") == [(1, 7)]
    assert known.redacted("xa1a1a1") == "x***"
