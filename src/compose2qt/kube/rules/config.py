"""ConfigMaps and Secrets. No value of a Secret ever stands in a message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from compose2qt.kube.base64text import decode
from compose2qt.kube.names import is_config_key
from compose2qt.kube.reading import entries, shown, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

MAX_BYTES = 1024 * 1024
"""What a ConfigMap or Secret may hold."""
_FIELDS = ("data", "stringData", "binaryData")
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "kubernetes.io/tls": (("tls.crt",), ("tls.key",)),
    "kubernetes.io/dockerconfigjson": ((".dockerconfigjson",),),
    "kubernetes.io/dockercfg": ((".dockercfg",),),
    "kubernetes.io/basic-auth": (("username", "password"),),
    "kubernetes.io/ssh-auth": (("ssh-privatekey",),),
}
"""The keys that a type of Secret needs: one of each group."""


@rule("bad-config-key", "ConfigMap", "Secret")
def bad_config_key(item: Mapping) -> Iterator[Violation]:
    """A key has up to 253 letters, digits, ``-``, ``_`` and ``.``: it becomes the name of a file."""
    for field in _FIELDS:
        for key in entries(item, field):
            if not is_config_key(key):
                yield Violation(f"{shown(key)} cannot be a key", (field, key), "use letters, digits, '-', '_' and '.'")


@rule("config-key-twice", "ConfigMap")
def config_key_twice(item: Mapping) -> Iterator[Violation]:
    """A key stands in ``data`` or in ``binaryData``, not in both."""
    data = entries(item, "data")
    for key in entries(item, "binaryData"):
        if key in data:
            yield Violation(f"{shown(key)} stands in data, too", ("binaryData", key), "keep one of the two")


@rule("config-too-large", "ConfigMap", "Secret")
def config_too_large(item: Mapping) -> Iterator[Violation]:
    """A ConfigMap or Secret holds at most 1 MiB."""
    is_secret = text(item, "kind") == "Secret"
    size = 0
    for field in _FIELDS:
        for key, node in entries(item, field).items():
            value = text(node)
            is_encoded = field == "binaryData" or (is_secret and field == "data")
            size += len(value) * 3 // 4 if is_encoded else len(value.encode("utf-8", "surrogatepass"))
            size += 0 if is_secret else len(key)
    if size > MAX_BYTES:
        yield Violation(f"it holds {size:,} bytes", (), "split it, or put the content into the image or a volume")


@rule("secret-key-missing", "Secret")
def secret_key_missing(item: Mapping) -> Iterator[Violation]:
    """A Secret of a built-in type has the keys of that type."""
    given = {*entries(item, "data"), *entries(item, "stringData")}
    for group in _NEEDED.get(text(item, "type"), ()):
        if not given.intersection(group):
            yield Violation(f"a Secret of this type needs the key {' or '.join(group)}", ("type",), "add the key")


@rule("registry-secret-not-json", "Secret")
def registry_secret_not_json(item: Mapping) -> Iterator[Violation]:
    """A registry's credentials are a JSON document."""
    for key in (".dockerconfigjson", ".dockercfg"):
        for field in ("data", "stringData"):
            value = text(item, field, key)
            if value and not _is_json(value, is_encoded=field == "data"):
                yield Violation(f"{key} is not JSON", (field, key), "write it with kubectl create secret docker-registry")


def _is_json(value: str, is_encoded: bool) -> bool:
    try:
        return isinstance(json.loads(decode(value) if is_encoded else value), dict)
    except (ValueError, RecursionError):
        return False


@rule("token-without-account", "Secret")
def token_without_account(item: Mapping) -> Iterator[Violation]:
    """A Secret for the token of a service account names the account by an annotation."""
    key = "kubernetes.io/service-account.name"
    if text(item, "type") == "kubernetes.io/service-account-token" and not text(item, "metadata", "annotations", key):
        yield Violation("nothing says whose token it is", ("type",), f"add the annotation {key}")
