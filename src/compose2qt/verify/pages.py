"""The pages of what a verification prints: aspects, items that many trees have, codes of explanations."""

from __future__ import annotations

from typing import NamedTuple

from compose2qt.verify.contract import Aspect
from compose2qt.verify.deliberate import BY_OPERATOR_REASON, RULES
from compose2qt.verify.effect import SENTENCES
from compose2qt.verify.judging import BY_OPERATOR


class Page(NamedTuple):
    """What a word or code of a result means; ``about`` are the aspects that it is said of."""

    code: str
    about: tuple[str, ...]
    text: str


ITEMS = (
    Page(
        "service links",
        (Aspect.SURROUNDINGS,),
        "Kubernetes sets variables such as `REDIS_PORT=tcp://10.0.0.7:6379` in every pod, for each Service of its "
        "namespace. Docker sets none, and a program that reads a variable of such a name breaks. `enableServiceLinks: "
        "false` in the pod's spec switches them off.",
    ),
    Page(
        "credentials for the cluster",
        (Aspect.SURROUNDINGS,),
        "Kubernetes mounts a token of the pod's account, with which the program can ask the cluster's API server. "
        "Docker gives none. `automountServiceAccountToken: false` in the pod's spec, or in its account, keeps it away.",
    ),
    Page(
        "seccomp",
        (Aspect.SECURITY,),
        "Docker filters the system calls of every container by its default profile; a cluster does only if the pod asks"
        " for it: `securityContext: {seccompProfile: {type: RuntimeDefault}}`.",
    ),
    Page(
        "writers to",
        (Aspect.USER,),
        "Docker gives a new volume to the owner of the image's folder; a new claim is root's. A program that is not root can "
        "write to it if the pod names a group for its volumes (`fsGroup`), or an init container gives it away.",
    ),
    Page(
        "kustomize",
        (Aspect.SURROUNDINGS,),
        "A patch, generator, transformer or shared component of a kustomization may change any object. Render the tree "
        "(`kubectl kustomize DIR > FILE`) and verify what comes out.",
    ),
)
"""Items that the conversion never leaves open, and trees of others often do."""


def aspects() -> tuple[Page, ...]:
    """What a difference in each aspect does at run time."""
    return tuple(Page(aspect, (), _consequences(*SENTENCES[aspect])) for aspect in Aspect)


def _consequences(lacks: str, adds: str, changes: str) -> str:
    if lacks == adds == changes:
        return f"If it differs, {lacks}."
    return f"If the manifests lack it, {lacks}; if they add it, {adds}; if they change it, {changes}."


def explained() -> tuple[Page, ...]:
    """The codes of the differences that the default decisions make on purpose."""
    found: dict[str, list[tuple[str, str]]] = {
        BY_OPERATOR: [(Aspect.ENVIRONMENT, BY_OPERATOR_REASON), (Aspect.MOUNTS, BY_OPERATOR_REASON)]
    }
    for rule in RULES:
        found.setdefault(rule.code, []).append((rule.aspect, rule.reason))
    return tuple(
        Page(code, tuple(dict.fromkeys(aspect for aspect, _ in said)), "; ".join(dict.fromkeys(reason for _, reason in said)))
        for code, said in sorted(found.items())
    )
