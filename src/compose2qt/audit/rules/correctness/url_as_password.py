"""COR020."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, text
from compose2qt.diagnostic import Severity
from compose2qt.workload.sensitive import names_a_secret, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container


@rule(
    "COR020",
    "url-as-password",
    Severity.ERROR,
    fix="give the password alone its own key, and build the URL from it: postgres://app:$(DB_PASSWORD)@db/app",
)
def url_as_password(container: Container) -> Iterator[Flag]:
    """A datastore takes its password from a key that holds a whole connection URL.

    The server then expects the URL as password, and no client's password matches. Recognised by the name of the key.
    """
    for entry in container.env:
        key = text(entry.node, "valueFrom", "secretKeyRef", "key")
        is_url = words(key)[-1:] in (("url",), ("uri",), ("dsn",)) or "://" in (entry.value or "")
        if names_a_secret(entry.name) and is_url:
            yield Flag(f"{entry.name} is given a whole URL", container.object, entry.path)
