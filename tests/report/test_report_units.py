"""Amounts as people write them."""

from __future__ import annotations

import pytest

from compose2qt.report.units import size
from compose2qt.workload import Quantity


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("512Mi", "512Mi"), ("1Gi", "1Gi"), ("7424Mi", "7.25Gi"), ("1500Mi", "1500Mi"), ("100Gi", "100Gi"), ("3Ti", "3072Gi"),
        ("500M", "500M"), ("8G", "8G"), ("1.5G", "1.5G"),
        ("59610.09Mi", "58.2Gi"), ("5722045900", "5.3Gi"), ("100Ki", "0.098Mi"), ("0", "0Mi"),
    ],
)  # fmt: skip
def test_a_size_is_exact_where_a_short_number_can_be_and_rounded_else(written: str, shown: str) -> None:
    assert size(Quantity.parse(written)) == shown
