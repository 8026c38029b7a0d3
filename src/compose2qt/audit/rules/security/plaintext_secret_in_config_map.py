"""SEC002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries
from compose2qt.workload.sensitive import secret_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.manifests.model import Object


@rule(
    "SEC002",
    "plaintext-secret-in-config-map",
    Severity.ERROR,
    fix="move the key to a Secret that is not in git; change the value, since it was readable",
    kinds=("ConfigMap",),
)
def plaintext_secret_in_config_map(item: Object) -> Iterator[Flag]:
    """A ConfigMap holds a secret. ConfigMaps are readable for everybody who may look at the namespace, and lie in git.

    Recognised by the name of the key and by the shape of the value; the value itself is never shown.
    """
    for key, node in entries(item.at("data")).items():
        value = text(node)
        reason = secret_reason(key, value) if "\n" not in value or "PRIVATE KEY" in value else None
        if reason:
            yield flag(item, f"{key} is a secret in plain text: {reason}", "data", key)
