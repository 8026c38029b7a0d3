"""Classes of pods, storage and Ingresses. Source: validation of ``scheduling``, ``storage``, ``networking``, ``node``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.names import is_dns_label, is_qualified_name, is_subdomain
from compose2qt.kube.reading import number, shown, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

_MOST = 1_000_000_000
_SYSTEM = ("system-node-critical", "system-cluster-critical")


@rule("priority-of-the-system", "PriorityClass")
def priority_of_the_system(item: Mapping) -> Iterator[Violation]:
    """Names that begin with ``system-``, and values above 1,000,000,000, are the system's own."""
    name, value = text(item, "metadata", "name"), number(item, "value")
    if name in _SYSTEM:
        return
    if name.startswith("system-"):
        yield Violation(f"{shown(name)} is a name of the system", ("metadata", "name"), "choose another")
    if value is not None and value > _MOST:
        yield Violation(f"{value} is a priority of the system", ("value",), f"use {_MOST} at most")


@rule("class-without-maker", "StorageClass", "IngressClassSpec", "RuntimeClass")
def class_without_maker(node: Mapping) -> Iterator[Violation]:
    """A storage class names its provisioner, an Ingress class its controller (``domain/name``), a runtime class its handler."""
    controller, handler = text(node, "controller"), text(node, "handler")
    if "provisioner" in node.entries and not is_qualified_name(text(node, "provisioner").lower()):
        yield Violation("this is no provisioner", ("provisioner",), "write the name of the driver")
    domain, _, path = controller.partition("/")
    if controller and not (path and is_subdomain(domain)):
        yield Violation(f"{shown(controller)} is not a controller", ("controller",), "write it as domain/name")
    if handler and not is_dns_label(handler):
        yield Violation(f"{shown(handler)} is not a handler", ("handler",), "use lower-case letters, digits and '-'")
