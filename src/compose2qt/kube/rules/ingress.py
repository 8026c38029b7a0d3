"""Ingresses. Source: ``pkg/apis/networking/validation`` and the strict path check of ingress controllers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.kube.names import is_dns_label, is_label, is_subdomain
from compose2qt.kube.reading import entries, has, items, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.rules.metadata import RELAXED_SERVICE_NAMES
from compose2qt.kube.rules.pod import is_ip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

_LITERAL = re.compile(r"/[-A-Za-z0-9._~/%:@+=,!&;]*\Z")
_UNCLEAN = ("//", "/./", "/../", "%2f", "%2F")


@rule("ingress-path", "HTTPIngressPath")
def ingress_path(rule_path: Mapping) -> Iterator[Violation]:
    """A path begins with a slash, and is clean where it is compared literally (``Exact``, ``Prefix``)."""
    path, kind = text(rule_path, "path"), text(rule_path, "pathType")
    if kind in {"Exact", "Prefix"} and not path.startswith("/"):
        yield Violation("the path does not begin with a slash", ("path",), "write / for everything")
    elif path and not path.startswith("/"):
        yield Violation(f"{shown(path)} does not begin with a slash", ("path",), "begin it with /")
    if kind in {"Exact", "Prefix"} and (any(part in path for part in _UNCLEAN) or path.endswith(("/.", "/.."))):
        yield Violation(f"{shown(path)} is not clean", ("path",), "write it without //, . and ..")


@rule("ingress-path-regex", "HTTPIngressPath")
def ingress_path_regex(rule_path: Mapping) -> Iterator[Violation]:
    """A path of the type ``Exact`` or ``Prefix`` is compared literally: a regular expression in it never matches."""
    path = text(rule_path, "path")
    if text(rule_path, "pathType") in {"Exact", "Prefix"} and path.startswith("/") and not _LITERAL.match(path):
        yield Violation(
            f"{shown(path)} is a regular expression, which {text(rule_path, 'pathType')} compares literally",
            ("path",),
            "use pathType: ImplementationSpecific, or a plain path",
        )


@rule("ingress-host", "IngressRule")
def ingress_host(ingress_rule: Mapping) -> Iterator[Violation]:
    """A host is a DNS name, with ``*.`` for any first label; not an IP address, and without a port."""
    host = text(ingress_rule, "host")
    if host and (is_ip(host) or not is_subdomain(host.removeprefix("*."))):
        yield Violation(f"{shown(host)} is not a host", ("host",), "write a DNS name without a port")


@rule("ingress-backend", "IngressBackend")
def ingress_backend(backend: Mapping) -> Iterator[Violation]:
    """A backend is a Service or another resource; the Service's port is given by its name or its number."""
    given = [name for name in ("service", "resource") if has(backend, name)]
    if len(given) != 1:
        yield Violation(f"the backend has {len(given)} targets", (), "give one of service and resource")
    if has(backend, "service"):
        port = entries(backend, "service", "port")
        if len([name for name in ("name", "number") if name in port]) != 1:
            yield Violation("the port has either a name or a number", ("service", "port"), "give one of the two")


@rule("ingress-empty", "IngressSpec")
def ingress_empty(spec: Mapping) -> Iterator[Violation]:
    """An Ingress has rules or a default backend."""
    if not items(spec, "rules") and not has(spec, "defaultBackend"):
        yield Violation("the Ingress leads nowhere", (), "add rules")


@rule("ingress-names", "IngressSpec", "IngressTLS", "IngressServiceBackend")
def ingress_names(node: Mapping, minor: int) -> Iterator[Violation]:
    """Class and Secret are named by DNS subdomains, a Service by a DNS label."""
    for field in ("ingressClassName", "secretName"):
        name = text(node, field)
        if name and not is_subdomain(name):
            yield Violation(f"{shown(name)} is not the name of an object", (field,), "use lower-case letters, digits and '-'")
    service = text(node, "name")
    accepts = is_label if minor < RELAXED_SERVICE_NAMES else is_dns_label
    if service and not accepts(service):
        yield Violation(f"{shown(service)} is not the name of a Service", ("name",), "use lower-case letters, digits and '-'")
