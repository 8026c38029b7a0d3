"""Routes from outside the cluster in one form: which requests come in, by whose doing, and what becomes of them on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLASS = "kubernetes.io/ingress.class"
_STEERS = re.compile(
    r"filter/.*|.*/(?:rewrite-target|path-rewrite|app-root|use-regex|upstream-vhost|x-forwarded-prefix|backend-protocol|ssl-passthrough|"
    r"(?:permanent|temporal)-redirect|(?:configuration|server)-snippet|default-backend|canary.*|auth-.*|"
    r"(?:whitelist|denylist|allowlist)-source-range|router\.(?:middlewares|entrypoints))"
)
"""Annotations by which a controller sends requests elsewhere, changes or refuses them."""


def route(
    host: str,
    path: str,
    class_name: str = "",
    annotations: Mapping[str, str] | None = None,
    *,
    exactly: bool = False,
    encrypted: bool = False,
) -> str:
    """``route HOST/PATH`` with what else is said of it."""
    said = dict(annotations or {})
    of_class = class_name or said.pop(_CLASS, "")
    notes = [
        *(["that page alone"] if exactly else []),
        *([f"class {of_class}"] if of_class else []),
        *(["TLS"] if encrypted else []),
        *(f"{key.rpartition('/')[2]}: {value}" for key, value in sorted(said.items()) if _STEERS.fullmatch(key)),
    ]
    return f"route {host or '*'}{path or '/'}" + (f" ({', '.join(notes)})" if notes else "")
