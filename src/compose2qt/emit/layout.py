"""Where each object stands in the tree. Objects of one path share a file, so that no two files collide."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.workload import Claim, ConfigMap, NetworkPolicy, Route, Secret, Workload

NAMESPACE = "namespace.yaml"
KUSTOMIZATION = "kustomization.yaml"
README = "README.md"
IGNORED = ".gitignore"
CONFIG = "config"
SECRETS = "secrets"
STORAGE = "storage"
SERVICES = "services"
INGRESS = "ingress"
NETWORK = "network"
BLOCKED = "blocked"
# None stands for the folders of workloads that have one of their own, in the order in which they appear.
_ORDER = (NAMESPACE, CONFIG, SECRETS, STORAGE, None, SERVICES, NETWORK, INGRESS, BLOCKED, KUSTOMIZATION, README, IGNORED)
_RANK = {name: rank for rank, name in enumerate(_ORDER)}
EXAMPLE = "-example"


def folder(workload: Workload) -> str:
    """The folder of a workload's files."""
    return BLOCKED if workload.blocked else workload.folder


def workload_path(workload: Workload, kind: str) -> str:
    """``services/web-deployment.yaml``: a workload's file of one kind."""
    return f"{folder(workload)}/{workload.name}-{kind.lower()}.yaml"


def claim_path(claim: Claim, owner: Workload | None) -> str:
    """A claim's file: beside the workload that owns it, if that has a folder of its own, else in the storage."""
    name = claim.name if claim.name.endswith("-pvc") else f"{claim.name}-pvc"
    beside = owner is not None and folder(owner) != SERVICES
    return f"{folder(owner) if owner and beside else STORAGE}/{name}.yaml"


def config_map_path(config_map: ConfigMap) -> str:
    """A ConfigMap's file."""
    return f"{CONFIG}/{config_map.file or config_map.name}.yaml"


def secret_path(secret: Secret) -> str:
    """The file of the real Secret: git ignores it."""
    return f"{SECRETS}/{secret.file or secret.name}.yaml"


def examples(real: Iterable[str]) -> dict[str, str]:
    """For each real path or name of a Secret that of its placeholders: never a real one, whatever people call theirs."""
    found = dict.fromkeys(real, "")
    taken = set(found)
    for name in found:
        found[name] = next(free for free in _candidates(name) if free not in taken)
        taken.add(found[name])
    return found


def _candidates(name: str) -> Iterator[str]:
    stem = name.removesuffix(".yaml")
    extension = name[len(stem) :]
    while True:
        stem += EXAMPLE
        yield stem + extension


def ingress_path(route: Route) -> str:
    """An Ingress' file."""
    name = route.name if route.name.startswith("ingress") else f"ingress-{route.name}"
    return f"{INGRESS}/{route.file or name}.yaml"


def policy_path(policy: NetworkPolicy) -> str:
    """A NetworkPolicy's file."""
    return f"{BLOCKED if policy.blocked else NETWORK}/{policy.file or policy.name}.yaml"


def in_tree_order(paths: Iterable[str]) -> list[str]:
    """The paths, each once, as a person goes through the tree: what others need comes first."""
    unique = list(dict.fromkeys(paths))
    tops = {path: path.partition("/")[0] for path in unique}
    seen = {top: number for number, top in reversed(list(enumerate(tops.values())))}
    return sorted(unique, key=lambda path: (_RANK.get(tops[path], _RANK[None]), seen[tops[path]]))
