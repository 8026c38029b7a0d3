"""Environment variables. Source: ``ValidateEnv`` and ``ValidateEnvFrom``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.kube.names import is_config_key, is_env_name
from compose2qt.kube.reading import has, shown, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

_FIELDS = frozenset(
    "metadata.name metadata.namespace metadata.uid spec.nodeName spec.serviceAccountName status.hostIP status.hostIPs "
    "status.podIP status.podIPs".split()
)
_KEYED = re.compile(r"metadata\.(labels|annotations)\['[^']+'\]\Z")
_RESOURCE = re.compile(r"(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-\w+)\Z")
_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")


@rule("bad-env-name", "EnvVar")
def bad_env_name(variable: Mapping, minor: int) -> Iterator[Violation]:
    """A variable has a name: letters, digits, ``_``, ``-`` and ``.``; from 1.32 on any printable ASCII but ``=``."""
    name = text(variable, "name")
    if has(variable, "name") and not is_env_name(name, minor):
        yield Violation(f"{shown(name)} is not a name for a variable", ("name",), "use letters, digits and '_'")


@rule("env-source", "EnvVar")
def env_source(variable: Mapping) -> Iterator[Violation]:
    """A variable has a value or one source, not both."""
    if not has(variable, "valueFrom"):
        return
    given = [name for name in _SOURCES if has(variable, "valueFrom", name)]
    if len(given) != 1:
        yield Violation(f"valueFrom has {len(given)} sources", ("valueFrom",), "give exactly one source")
    if text(variable, "value"):
        yield Violation("the variable has a value and a source", ("valueFrom",), "keep one of the two")


@rule("env-from-source", "EnvFromSource")
def env_from_source(source: Mapping, minor: int) -> Iterator[Violation]:
    """``envFrom`` reads one ConfigMap or one Secret; its prefix has the form of a variable's name."""
    given = [name for name in ("configMapRef", "secretRef") if has(source, name)]
    if len(given) != 1:
        yield Violation(f"there are {len(given)} sources", (), "give one of configMapRef and secretRef")
    prefix = text(source, "prefix")
    if prefix and not is_env_name(prefix, minor):
        yield Violation(f"{shown(prefix)} cannot begin a variable's name", ("prefix",), "use letters, digits and '_'")


@rule("reference-without-name", "ConfigMapKeySelector", "SecretKeySelector", "ConfigMapEnvSource", "SecretEnvSource")
def reference_without_name(reference: Mapping) -> Iterator[Violation]:
    """A reference to a ConfigMap or Secret names it."""
    if not text(reference, "name"):
        yield Violation("the reference names nothing", ("name",), "write the name of the ConfigMap or Secret")


@rule("bad-key", "ConfigMapKeySelector", "SecretKeySelector", "KeyToPath")
def bad_key(selector: Mapping) -> Iterator[Violation]:
    """A key of a ConfigMap or Secret has up to 253 letters, digits, ``-``, ``_`` and ``.``."""
    key = text(selector, "key")
    if has(selector, "key") and not is_config_key(key):
        yield Violation(f"{shown(key)} cannot be a key", ("key",), "use letters, digits, '-', '_' and '.'")


@rule("bad-field-reference", "EnvVar")
def bad_field_reference(variable: Mapping) -> Iterator[Violation]:
    """A variable can read these fields of its pod: name, namespace, uid, labels, annotations, node, account, addresses."""
    path = text(variable, "valueFrom", "fieldRef", "fieldPath")
    if path and path not in _FIELDS and not _KEYED.match(path):
        yield Violation(
            f"a variable cannot read {shown(path)}", ("valueFrom", "fieldRef", "fieldPath"), "use metadata.name and the like"
        )
    resource = text(variable, "valueFrom", "resourceFieldRef", "resource")
    if resource and not _RESOURCE.match(resource):
        yield Violation(
            f"a variable cannot read {shown(resource)}",
            ("valueFrom", "resourceFieldRef", "resource"),
            "use limits.memory and the like",
        )
