"""POR004."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import flag
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System
    from compose2qt.manifests.model import Object


_REMOVED = {
    "extensions/v1beta1": (22, "apps/v1 or networking.k8s.io/v1"),
    "apps/v1beta1": (16, "apps/v1"),
    "apps/v1beta2": (16, "apps/v1"),
    "networking.k8s.io/v1beta1": (22, "networking.k8s.io/v1"),
    "batch/v1beta1": (25, "batch/v1"),
    "policy/v1beta1": (25, "policy/v1"),
    "autoscaling/v2beta1": (25, "autoscaling/v2"),
    "autoscaling/v2beta2": (26, "autoscaling/v2"),
    "rbac.authorization.k8s.io/v1beta1": (22, "rbac.authorization.k8s.io/v1"),
    "storage.k8s.io/v1beta1": (22, "storage.k8s.io/v1"),
    "apiextensions.k8s.io/v1beta1": (22, "apiextensions.k8s.io/v1"),
    "discovery.k8s.io/v1beta1": (25, "discovery.k8s.io/v1"),
    "flowcontrol.apiserver.k8s.io/v1beta2": (29, "flowcontrol.apiserver.k8s.io/v1"),
    "flowcontrol.apiserver.k8s.io/v1beta3": (32, "flowcontrol.apiserver.k8s.io/v1"),
}
"""The minor version from which on an API is gone, and what took its place. Source: the deprecated API migration guide."""


_STILL_SERVED = frozenset({"ServiceCIDR", "IPAddress", "VolumeAttributesClass", "CSIStorageCapacity"})
"""Kinds that came later under a group and version of which the older ones are gone."""


@rule(
    "POR004",
    "removed-api",
    Severity.ERROR,
    fix="write it for the API that took its place",
)
def removed_api(item: Object, system: System) -> Iterator[Flag]:
    """An object is written for an API that the target version does not serve any more: it is not accepted."""
    minor, successor = _REMOVED.get(item.api_version, (1000, ""))
    if system.version >= (1, minor) and item.kind not in _STILL_SERVED:
        yield flag(item, f"{item.api_version} is gone since 1.{minor}: use {successor}", "apiVersion")
