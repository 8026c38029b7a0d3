"""The names that Kubernetes allows."""

from __future__ import annotations

import re

_LABEL = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")


def is_label(name: str) -> bool:
    """Whether ``name`` is a DNS label that every object may have, Services too (RFC 1035: it begins with a letter)."""
    return _LABEL.match(name) is not None
