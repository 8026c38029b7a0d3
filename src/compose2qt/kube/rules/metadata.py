"""Names, labels and annotations. Source: ``ValidateObjectMeta`` and the name functions of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compose2qt.kube.applying import MAX_ANNOTATIONS
from compose2qt.kube.names import is_dns_label, is_label, is_label_value, is_qualified_name, is_subdomain
from compose2qt.kube.reading import flag, has, items, shown, text, texts
from compose2qt.kube.registry import EVERY_OBJECT, Violation, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.source import Mapping

RELAXED_SERVICE_NAMES = 36
"""The minor version from which a Service's name may begin with a digit."""
CLUSTER_KINDS = frozenset(
    "Namespace Node PersistentVolume ClusterRole ClusterRoleBinding StorageClass IngressClass PriorityClass RuntimeClass "
    "CustomResourceDefinition APIService MutatingWebhookConfiguration ValidatingWebhookConfiguration CSIDriver CSINode "
    "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding VolumeAttributesClass".split()
)


class Form(NamedTuple):
    """A form of names and how to say it."""

    accepts: Callable[[str], bool]
    words: str


_SUBDOMAIN = Form(is_subdomain, "lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit")
_DNS_LABEL = Form(is_dns_label, "at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit")
_LABEL = Form(is_label, "at most 63 lower-case letters, digits and '-', beginning with a letter")
_SEGMENT = Form(lambda name: name not in {".", ".."} and not set(name) & {"/", "%"}, "no '/' and no '%'")
_FORMS: dict[str, Form] = {
    "Namespace": _DNS_LABEL,
    **dict.fromkeys(("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"), _SEGMENT),
    # The name becomes part of the host name of its pods.
    "StatefulSet": _DNS_LABEL,
}
_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
_LABELS = ("labels", "matchLabels", "nodeSelector", "selector")
_LONGEST = {
    "CronJob": (52, "the controller appends 11 characters to it"),
    "Job": (63, "it becomes a label of its pods"),
    "StatefulSet": (52, "the label controller-revision-hash of its pods holds it and 11 more characters"),
}


@rule("name-missing", EVERY_OBJECT)
def name_missing(item: Mapping) -> Iterator[Violation]:
    """Every object has ``metadata.name``, or ``generateName`` if it is created and not applied."""
    if not text(item, "metadata", "name") and not text(item, "metadata", "generateName"):
        yield Violation("metadata.name is missing", ("metadata",), "name the object")


@rule("bad-name", EVERY_OBJECT)
def bad_name(item: Mapping, minor: int) -> Iterator[Violation]:
    """A name has the form that its kind asks for, mostly a DNS subdomain; Services and namespaces take a DNS label."""
    name, kind = text(item, "metadata", "name"), text(item, "kind")
    service = _LABEL if minor < RELAXED_SERVICE_NAMES else _DNS_LABEL
    form = service if kind == "Service" and text(item, "apiVersion") == "v1" else _FORMS.get(kind, _SUBDOMAIN)
    if name and not form.accepts(name):
        yield Violation(f"{shown(name)} is not a name for a {kind}", ("metadata", "name"), f"use {form.words}")


@rule("name-too-long", EVERY_OBJECT)
def name_too_long(item: Mapping) -> Iterator[Violation]:
    """Some controllers derive longer names or labels from the name of their object, which limits it further."""
    name = text(item, "metadata", "name")
    longest, why = _LONGEST.get(text(item, "kind"), (253, "no name is longer"))
    if len(name) > longest:
        yield Violation(f"the name has {len(name)} characters", ("metadata", "name"), f"at most {longest}: {why}")


@rule("bad-namespace", EVERY_OBJECT)
def bad_namespace(item: Mapping) -> Iterator[Violation]:
    """A namespace is named by a DNS label, and only in objects of kinds that live in one."""
    namespace = text(item, "metadata", "namespace")
    path = ("metadata", "namespace")
    if namespace and text(item, "kind") in CLUSTER_KINDS:
        yield Violation(f"a {text(item, 'kind')} does not live in a namespace", path, "remove the field")
    elif namespace and not is_dns_label(namespace):
        yield Violation(f"{shown(namespace)} is not the name of a namespace", path, f"use {_DNS_LABEL.words}")


@rule("bad-label", "ObjectMeta", "LabelSelector", "PodSpec", "ServiceSpec")
def bad_label(node: Mapping) -> Iterator[Violation]:
    """A label's key is an optional DNS prefix and up to 63 characters; its value has up to 63, or none.

    This holds for ``labels``, and for everything that matches them: ``matchLabels``, ``nodeSelector``, a Service's selector.
    """
    for field in _LABELS:
        for key, value in texts(node, field).items():
            if not is_qualified_name(key):
                yield Violation(f"{shown(key)} is not a label key", (field, key), "use [prefix/]name of at most 63 characters")
            if not is_label_value(value):
                yield Violation(
                    f"{shown(value)} is not a label value", (field, key), "use at most 63 letters, digits, '-', '_' and '.'"
                )


@rule("bad-annotation", "ObjectMeta")
def bad_annotation(node: Mapping) -> Iterator[Violation]:
    """An annotation's key has the form of a label's; all annotations together have at most 256 KiB."""
    annotations = texts(node, "annotations")
    for key in annotations:
        if not is_qualified_name(key.lower()):
            yield Violation(
                f"{shown(key)} is not an annotation key", ("annotations", key), "use [prefix/]name of at most 63 characters"
            )
    size = sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())
    if size > MAX_ANNOTATIONS:
        yield Violation(f"the annotations have {size:,} bytes", ("annotations",), f"at most {MAX_ANNOTATIONS:,}")


@rule("created-not-applied", EVERY_OBJECT)
def created_not_applied(item: Mapping) -> Iterator[Violation]:
    """``kubectl apply`` cannot work with ``generateName``: each run would make another object."""
    if not text(item, "metadata", "name") and has(item, "metadata", "generateName"):
        yield Violation("generateName cannot be applied", ("metadata", "generateName"), "give the object a name")


@rule("bad-finalizer", "ObjectMeta")
def bad_finalizer(node: Mapping, root: Mapping) -> Iterator[Violation]:
    """A finalizer has a domain before its name; the few without one are Kubernetes' own."""
    group = text(root, "apiVersion").rpartition("/")[0]
    is_built_in = "." not in group or group.endswith(".k8s.io")
    for index, item in enumerate(items(node, "finalizers")):
        name = text(item)
        if not is_qualified_name(name) or (is_built_in and "/" not in name and name not in _FINALIZERS):
            yield Violation(f"{shown(name)} is not a finalizer", ("finalizers", index), "write it as domain/name")


@rule("bad-owner", "OwnerReference")
def bad_owner(owner: Mapping) -> Iterator[Violation]:
    """An owner is named by API version, kind, name and UID."""
    for field in ("apiVersion", "kind", "name", "uid"):
        if has(owner, field) and not text(owner, field):
            yield Violation(f"{field} is empty", (field,), f"write {field}, or remove the owner")


@rule("one-controller", "ObjectMeta")
def one_controller(node: Mapping) -> Iterator[Violation]:
    """One owner alone is the controller."""
    owners = [index for index, owner in enumerate(items(node, "ownerReferences")) if flag(owner, "controller")]
    for index in owners[1:]:
        yield Violation("another owner is the controller", ("ownerReferences", index, "controller"), "keep one controller")
