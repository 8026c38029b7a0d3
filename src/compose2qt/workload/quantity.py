"""Kubernetes resource quantities: exact arithmetic, canonical text."""

from __future__ import annotations

import math
import re
from decimal import Decimal, localcontext

from msgspec import Struct

_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {
    "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1), "k": Decimal(10**3),
    "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18),
}  # fmt: skip
_FORM = re.compile(r"([+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40}))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?")


_MOST = Decimal(2**63 - 1)
"""Kubernetes takes a larger quantity for this one."""


class Quantity(Struct, frozen=True, order=True):
    """An exact amount in base units: cores for CPU, bytes for memory and storage.

    Source: ``k8s.io/apimachinery`` resource.Quantity.
    """

    amount: Decimal

    @classmethod
    def parse(cls, text: str | int | float) -> Quantity:
        """The quantity written as ``text`` (``250m``, ``512Mi``, ``1e3``); ``ValueError`` if it is not one."""
        match = _FORM.fullmatch(str(text).strip())
        if match is None:
            raise ValueError(f"{str(text)[:40]!r} is not a Kubernetes quantity such as 250m, 1.5 or 512Mi")
        number, suffix, exponent = match.groups()
        if exponent:
            return cls(min(Decimal(number).scaleb(int(exponent)), _MOST))
        factor = Decimal(_BINARY[suffix]) if suffix in _BINARY else _DECIMAL[suffix or ""]
        return cls(min(Decimal(number) * factor, _MOST))

    @classmethod
    def of_bytes(cls, count: int) -> Quantity:
        """``count`` bytes."""
        return cls(Decimal(count))

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount + other.amount)

    def __mul__(self, count: int) -> Quantity:
        return Quantity(self.amount * count)

    @property
    def cpu(self) -> str:
        """As CPU: whole cores or millicores rounded up (``2``, ``250m``)."""
        milli = math.ceil(self.amount * 1000)
        return str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"

    @property
    def milli(self) -> str:
        """As millicores always (``3950m``), for totals that people compare."""
        return f"{math.ceil(self.amount * 1000)}m"

    @property
    def binary(self) -> str:
        """As bytes with the largest binary suffix that is exact (``512Mi``, ``1Gi``)."""
        count = math.ceil(self.amount)
        for suffix, factor in reversed(_BINARY.items()):
            if count and count % factor == 0:
                return f"{count // factor}{suffix}"
        return str(count)

    def within(self, suffix: str) -> str:
        """As a number of ``suffix`` units (``Mi``, ``Gi``), exact or with up to three decimals."""
        with localcontext(prec=60):
            return f"{(self.amount / _BINARY[suffix]).quantize(Decimal('0.001')).normalize():f}{suffix}"


ZERO = Quantity(Decimal(0))
