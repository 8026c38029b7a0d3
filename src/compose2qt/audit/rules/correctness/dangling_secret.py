"""COR002."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.reading import sources
from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Pod
    from compose2qt.audit.system import System


@rule(
    "COR002",
    "dangling-secret",
    Severity.WARNING,
    fix="create the Secret in the cluster before the pod, or correct the name",
)
def dangling_secret(pod: Pod, system: System) -> Iterator[Flag]:
    """A pod reads a Secret of which the tree holds neither the object nor an example.

    The pod waits until somebody creates it. Secrets often live elsewhere on purpose; then an example in the tree
    (`<name>-example`) tells the next person what to fill in, and this rule stays silent.
    """
    for source in sources(pod, "Secret"):
        known = source.optional or system.is_to_be_filled(source.name) or _arrives(source.name, pod, system)
        if not known:
            yield Flag(f"no Secret {source.name} is in the tree, nor an example of it", pod.object, source.path)


def _arrives(name: str, pod: Pod, system: System) -> bool:
    """Whether the tree holds the Secret, or an object from which a controller makes it."""
    made = ("Secret", "SealedSecret", "ExternalSecret", "Certificate")
    if any(system.has(kind, name, pod.object) for kind in made):
        return True
    targets = (*system.of("ExternalSecret"), *system.of("Certificate"))
    return any(name in (item.text("spec", "target", "name"), item.text("spec", "secretName")) for item in targets)
