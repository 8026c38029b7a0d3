"""Everything that an API server of a version has to say against one object."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from compose2qt.diagnostic import nearest
from compose2qt.kube.pack import pack, valid_at
from compose2qt.kube.reading import shown, text
from compose2qt.kube.schema import Problem, Walk, checker_of_name, rules_about_objects
from compose2qt.kube.stages import LATEST, OLDEST, REMOVED_APIS, SERVED_BETAS

if TYPE_CHECKING:
    from compose2qt.source import Mapping

_MISTYPED = ("wrong-type", "unknown-value", "bad-quantity", "bad-base64")
_METADATA = "meta/v1.ObjectMeta"


def minor_of(version: str) -> int:
    """35 of ``1.35``; ``ValueError`` unless the version is a supported one."""
    major, _, minor = version.partition(".")
    if major != "1" or not minor.isdecimal() or not OLDEST <= int(minor) <= LATEST:
        raise ValueError(f"{version[:20]!r} is not a Kubernetes version between 1.{OLDEST} and 1.{LATEST}")
    return int(minor)


def problems(root: Mapping, minor: int) -> list[Problem]:
    """What is wrong with an object for Kubernetes 1.``minor``, in the order of its fields.

    An object of a kind that is not built in (a custom resource) is only asked for what every object must have.
    """
    walk = Walk(root, minor)
    api_version, kind = text(root, "apiVersion"), text(root, "kind")
    name = kinds(minor).get((api_version, kind))
    if name is not None:
        checker_of_name(name, minor).check(root, None, walk)
        _required_spec(walk, name)
        _served(walk, api_version)
    else:
        _unknown_kind(walk, api_version, kind)
        if (metadata := root.entries.get("metadata")) is not None:
            checker_of_name(_METADATA, minor).check(metadata, (None, "metadata"), walk)
    for rule in rules_about_objects():
        for violation in rule.violations(root, minor, root):
            walk.add(rule.code, violation.message, None, violation.fix, violation.path)
    return _distinct(walk.problems)


def _distinct(found: list[Problem]) -> list[Problem]:
    """``found`` without what rules say about a value of a wrong type."""
    mistyped = {problem.path for problem in found if problem.code in _MISTYPED}
    return [problem for problem in found if problem.code in _MISTYPED or problem.path not in mistyped]


@cache
def kinds(minor: int) -> dict[tuple[str, str], str]:
    """The built-in kinds of 1.``minor``: the name of the type by apiVersion and kind."""
    index = pack().row(minor)
    found: dict[tuple[str, str], str] = {}
    for key, rows in pack().kinds.items():
        if (name := valid_at(rows, index)) is not None:
            api_version, _, kind = key.rpartition("/")
            found[api_version, kind] = name
    return found


@cache
def _groups() -> frozenset[str]:
    """The built-in API groups of any version; the core group is the empty one."""
    return frozenset(_group(key.rpartition("/")[0]) for key in pack().kinds) | {"extensions"}


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]


def _required_spec(walk: Walk, name: str) -> None:
    """A spec is needed where its type has required fields, though older schemas do not say so."""
    body = valid_at(pack().types[name], pack().row(walk.minor))
    spec = body.get("spec") if isinstance(body, dict) else None
    if not isinstance(spec, str) or "spec" in walk.root.entries:
        return
    inner = valid_at(pack().types.get(spec, ()), pack().row(walk.minor))
    if isinstance(inner, dict) and any(key.endswith("!") for key in inner):
        walk.add("missing-field", "spec is missing", None, "add spec")


def _unknown_kind(walk: Walk, api_version: str, kind: str) -> None:
    if not api_version or not kind:
        missing = "apiVersion" if not api_version else "kind"
        walk.add("missing-field", f"{missing} is missing", None, f"add {missing}")
        return
    if (removed := REMOVED_APIS.get((api_version, kind))) is not None:
        what = f"Kubernetes stopped serving {api_version} {kind} in 1.{removed.since}"
        walk.add("removed-api", what, (None, "apiVersion"), f"use {removed.instead}")
    elif _group(api_version) in _groups():
        same = [version for version, known in kinds(walk.minor) if known == kind]
        fix = f"use {', '.join(same)}" if same else nearest(kind, [k for v, k in kinds(walk.minor) if v == api_version])
        what = f"Kubernetes 1.{walk.minor} has no kind {shown(kind)} in {shown(api_version)}"
        walk.add("unknown-kind", what, (None, "kind"), fix)


def _served(walk: Walk, api_version: str) -> None:
    """Alphas, and betas since 1.24, are off in a cluster without a setting (KEP-3136)."""
    version = api_version.rpartition("/")[2]
    if ("alpha" in version or "beta" in version) and api_version not in SERVED_BETAS:
        what = f"clusters do not serve {api_version} unless its feature gate is set"
        walk.add("api-not-enabled", what, (None, "apiVersion"), "use a stable version of the API")
