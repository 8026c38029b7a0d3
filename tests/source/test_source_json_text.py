"""JSON for people is written as Python's own encoder writes it, whatever the data holds."""

from __future__ import annotations

import json
import math

import pytest

from compose2qt.source.json_text import json_text


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"a": [], "b": {}, "c": [[], [{}]]},
        {"text": 'é "quoted" \\ / \n\t\x01\x7f\u2028', "": [1, -2.5, 1e30, True, None]},
        {"deep": {"deeper": [{"a": 1}, {"b": [1, 2]}]}},
        {"no number": math.nan, "endless": [-math.inf]},
        "half a character: \ud800",
    ],
)
def test_as_the_encoder_of_python(data: object) -> None:
    assert json_text(data) == json.dumps(data, indent=2, ensure_ascii=False)
