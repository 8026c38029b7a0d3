"""SEC004."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, flag, text
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import entries, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


_KINDS = ("kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token")
_PLACEHOLDER = re.compile(
    r"(?i)\A(?:|x+|\*+|<.*>|\$\{.*\}|.*(?:change.?me|replace|placeholder|your[-_ ]|example|todo|dummy|redacted).*)\Z"
)


@rule(
    "SEC004",
    "secret-in-tree",
    Severity.ERROR,
    fix="keep an example with placeholders in git, and create the real one from a vault, SealedSecrets or External Secrets",
)
def secret_committed(system: System) -> Iterator[Flag]:
    """A Secret with real values lies in the tree that is applied, and so in git. Base64 hides nothing.

    So does one that a kustomization makes of `literals`.

    Placeholders are recognised and not flagged; the values themselves are never shown.
    """
    for item in system.of("Secret"):
        yield from _held(item)
    for one in system.tree.kustomizations:
        for entry in items(one.at("secretGenerator")):
            pairs = ((text(literal).partition("="), literal) for literal in items(entry, "literals"))
            real = [(key, literal) for (key, _, value), literal in pairs if _is_real("", value.strip("\"'"))]
            if real:
                names = ", ".join(key for key, _ in real[:5])
                yield Flag(f"a secretGenerator holds values for {names}", span=real[0][1].span)


def _held(item: Object) -> Iterator[Flag]:
    real = [
        key for part in ("data", "stringData") for key, node in entries(item.at(part)).items() if _is_real(part, text(node))
    ]
    if real and item.text("type") not in _KINDS:
        yield flag(item, f"it holds values for {', '.join(real[:5])}", "data" if item.at("data") else "stringData", real[0])


def _is_real(part: str, value: str) -> bool:
    if part == "data":
        try:
            value = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except ValueError:
            return False
    return not _PLACEHOLDER.match(value.strip())
