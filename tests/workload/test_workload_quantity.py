"""Quantities: exact, in Kubernetes' own text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compose2qt.workload import Quantity


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("250m", "0.25"),
        ("1.5", "1.5"),
        ("512Mi", "536870912"),
        ("1e3", "1000"),
        ("1E3", "1000"),
        ("5Gi", "5368709120"),
        ("2k", "2000"),
        (".5", "0.5"),
    ],
)
def test_parse(text: str, amount: str) -> None:
    assert Quantity.parse(text).amount == Decimal(amount)


@pytest.mark.parametrize("text", ["512mb", "1 Gi", "", "abc", "1..2", "0x10", "1Gib", "9" * 100])
def test_parse_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="not a Kubernetes quantity"):
        Quantity.parse(text)


def test_text_forms() -> None:
    assert Quantity.parse("3950m").milli == "3950m"
    assert Quantity.parse("2").cpu == "2"
    assert Quantity.parse("0.0001").cpu == "1m"
    assert (Quantity.parse("512Mi") * 16).within("Mi") == "8192Mi"
    assert Quantity.parse("60Gi").binary == "60Gi"
    assert Quantity.parse("1.5Gi").within("Gi") == "1.5Gi"


@given(st.integers(0, 2**60))
def test_binary_text_reads_back(count: int) -> None:
    assert Quantity.parse(Quantity.of_bytes(count).binary) == Quantity.of_bytes(count)


@given(st.integers(0, 10**9))
def test_cpu_text_reads_back(milli: int) -> None:
    quantity = Quantity(Decimal(milli) / 1000)
    assert Quantity.parse(quantity.cpu) == quantity
