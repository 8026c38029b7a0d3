"""The names that Kubernetes allows. Source: ``k8s.io/apimachinery/pkg/util/validation``."""

from __future__ import annotations

import re

MAX_LABEL = 63
MAX_SUBDOMAIN = 253

_LABEL = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")
_DNS_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_NAME_PART = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9](?:[-a-z0-9]{0,13}[a-z0-9])?\Z")
_CONFIG_KEY = re.compile(r"(?!\.\.)(?!\.\Z)[-._a-zA-Z0-9]{1,253}\Z")
_ENV_NAME = re.compile(r"(?!\.\.)(?!\.\Z)[-._a-zA-Z][-._a-zA-Z0-9]*\Z")
_RELAXED_ENV_NAME = re.compile(r"[ -<>-~]+\Z")
_HEADER = re.compile(r"[-A-Za-z0-9]+\Z")
_PERCENT = re.compile(r"[0-9]{1,9}%\Z")
RESERVED_SERVICES = ("kubernetes",)
"""Services that a namespace may hold already: applied over the one of ``default``, another cuts pods off the API server."""
RELAXED_ENV_NAMES = 32
"""The minor version from which an environment variable may have any printable ASCII name without ``=`` (KEP-4369)."""


def is_label(name: str) -> bool:
    """Whether ``name`` is a DNS label that every object may have, Services too (RFC 1035: it begins with a letter)."""
    return _LABEL.match(name) is not None


def is_service_name(name: str) -> bool:
    """Whether a Service of our own may have ``name`` in any namespace: that of the API server lies in ``default``."""
    return is_label(name) and name not in RESERVED_SERVICES


def is_dns_label(name: str) -> bool:
    """Whether ``name`` is a DNS label of RFC 1123: it may begin with a digit."""
    return _DNS_LABEL.match(name) is not None


def is_subdomain(name: str) -> bool:
    """Whether ``name`` is a DNS subdomain: lower-case labels joined by dots, 253 characters at most."""
    return len(name) <= MAX_SUBDOMAIN and _SUBDOMAIN.match(name) is not None


def is_qualified_name(key: str) -> bool:
    """Whether ``key`` may name a label or annotation: up to 63 characters, after an optional DNS prefix and a slash."""
    prefix, slash, name = key.rpartition("/")
    return _NAME_PART.match(name) is not None and (not slash or is_subdomain(prefix))


def is_label_value(value: str) -> bool:
    """Whether ``value`` may be a label's value: empty, or up to 63 letters, digits, ``-``, ``_`` and ``.``."""
    return not value or _NAME_PART.match(value) is not None


def is_port_name(name: str) -> bool:
    """Whether ``name`` may name a port: 15 lower-case characters with a letter and no double dash (RFC 6335)."""
    return _PORT_NAME.match(name) is not None


def is_config_key(key: str) -> bool:
    """Whether ``key`` may be a key of a ConfigMap or Secret."""
    return _CONFIG_KEY.match(key) is not None


def is_env_name(name: str, minor: int) -> bool:
    """Whether ``name`` may name an environment variable in Kubernetes 1.``minor``."""
    form = _RELAXED_ENV_NAME if minor >= RELAXED_ENV_NAMES else _ENV_NAME
    return form.match(name) is not None


def is_header_name(name: str) -> bool:
    """Whether ``name`` may name an HTTP header of a probe."""
    return _HEADER.match(name) is not None


def is_percent(text: str) -> bool:
    """Whether ``text`` is a whole percentage such as ``25%``."""
    return _PERCENT.match(text) is not None
