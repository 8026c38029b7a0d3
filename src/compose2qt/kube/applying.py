"""What ``kubectl apply`` writes beside the object itself.

Source: without ``--server-side``, kubectl keeps the whole object as JSON in the annotation
``kubectl.kubernetes.io/last-applied-configuration``; an API server limits the annotations of an object.
"""

from __future__ import annotations

import json

MAX_ANNOTATIONS = 256 * 1024
"""Bytes of all annotations of an object together."""
_NAME = len("kubectl.kubernetes.io/last-applied-configuration")


def remembered(body: object) -> int:
    """The bytes of that annotation for an object of plain data: Go's JSON writes ``<``, ``>`` and ``&`` as six characters."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return _NAME + len(text.encode("utf-8", "surrogatepass")) + 5 * sum(text.count(sign) for sign in "<>&")
