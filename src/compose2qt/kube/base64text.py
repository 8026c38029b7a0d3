"""Base64 as the API server decodes it: the standard alphabet with padding, line breaks ignored."""

from __future__ import annotations

import binascii


def decode(text: str) -> bytes:
    """The bytes that ``text`` stands for; ``ValueError`` if it is not base64."""
    return binascii.a2b_base64(text.replace("\n", "").replace("\r", ""), strict_mode=True)


def is_base64(value: object) -> bool:
    """Whether ``value`` is base64 text."""
    try:
        return isinstance(value, str) and decode(value) is not None
    except ValueError:
        return False
