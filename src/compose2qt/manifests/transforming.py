"""What the fields of one kustomization make of objects: namespace, names, labels, images, replicas.

Source: kustomize's builtin transformers and their default field specifications.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from compose2qt.kube.reading import at, entries, flag, items, number, text
from compose2qt.manifests.model import Object, Tree
from compose2qt.manifests.patching import put, scalar
from compose2qt.manifests.references import Reference, references
from compose2qt.source import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as Mapped

    from compose2qt.source import Node, Path

CLUSTER_WIDE = frozenset(
    "Namespace Node PersistentVolume ClusterRole ClusterRoleBinding CustomResourceDefinition StorageClass PriorityClass "
    "IngressClass GatewayClass APIService RuntimeClass CSIDriver ValidatingWebhookConfiguration MutatingWebhookConfiguration "
    "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding MutatingAdmissionPolicy VolumeAttributesClass".split()
)
"""Kinds that belong to no namespace."""
_UNNAMED = frozenset(("Namespace", "CustomResourceDefinition", "APIService"))
"""Kinds whose names stay as they are."""
_SCALED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")

_OWN_SELECTOR = ("Deployment", "StatefulSet", "ReplicaSet", "DaemonSet")
_TERMS: dict[str, tuple[str, ...]] = {
    "requiredDuringSchedulingIgnoredDuringExecution": (),
    "preferredDuringSchedulingIgnoredDuringExecution": ("podAffinityTerm",),
}


class Part(NamedTuple):
    """An object on its way, with every name that it had."""

    item: Object
    names: frozenset[str]

    def put(self, path: Path, value: Node | None) -> Part:
        """The same with ``value`` at ``path``."""
        return self.turned(put(self.item.root, path, value))

    def turned(self, root: Node | None) -> Part:
        """The same with another content."""
        item = replace(self.item, root=root) if isinstance(root, Mapping) else self.item
        return Part(item, self.names | {item.name})


def namespaced(parts: Sequence[Part], setting: Object) -> list[Part]:
    """All in the namespace of ``setting``, accounts that bindings name with them."""
    node = setting.at("namespace")
    if node is None or not setting.text("namespace"):
        return list(parts)
    accounts = {(part.item.name, part.item.namespace) for part in parts if part.item.kind == "ServiceAccount"}
    return [_in_namespace(part, node, accounts) for part in parts]


def _in_namespace(part: Part, node: Node, accounts: set[tuple[str, str]]) -> Part:
    if part.item.kind == "Namespace":
        return part.put(("metadata", "name"), node)
    for index, subject in enumerate(items(part.item.root, "subjects")):
        known = (text(subject, "name"), text(subject, "namespace")) in accounts or text(subject, "name") == "default"
        if text(subject, "kind") == "ServiceAccount" and known:
            part = part.put(("subjects", index, "namespace"), node)
    return part if part.item.kind in CLUSTER_WIDE else part.put(("metadata", "namespace"), node)


def named(parts: Sequence[Part], setting: Object) -> list[Part]:
    """All with the prefix and suffix of ``setting`` around their names, wherever another of them names them."""
    prefix, suffix = setting.text("namePrefix"), setting.text("nameSuffix")
    return _linked([_renamed(part, prefix, suffix) for part in parts])


def _renamed(part: Part, prefix: str, suffix: str) -> Part:
    if part.item.kind in _UNNAMED or not (prefix or suffix):
        return part
    place = ("metadata", "name")
    return part.put(place, scalar(f"{prefix}{part.item.name}{suffix}", part.item.at(*place)))


def _linked(parts: list[Part]) -> list[Part]:
    """All with references by names that are no more put right."""
    if all(part.names <= {part.item.name} for part in parts):
        return parts
    known: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        for name in part.names:
            known.setdefault((part.item.kind, name), []).append(part)
    found = {id(part.item): part for part in parts}
    for one in references(Tree(tuple(part.item for part in parts))):
        targets = (
            [] if one.is_selector else [part.item for part in known.get((one.kind, one.name), ()) if _is_named(one, part.item)]
        )
        if targets and all(item.name != one.name for item in targets):
            new = scalar(targets[0].name, at(one.source.root, one.path))
            found[id(one.source)] = found[id(one.source)].put(one.path, new)
    return [_classed(part, known) for part in found.values()]


def _classed(part: Part, known: Mapped[tuple[str, str], list[Part]]) -> Part:
    """``part`` with the new names of classes and volumes of the cluster that it names."""
    for path, kind in _classes(part.item):
        name = part.item.text(*path)
        targets = [target.item.name for target in known.get((kind, name), ())]
        if targets and name not in targets:
            part = part.put(path, scalar(targets[0], part.item.at(*path)))
    return part


def _classes(item: Object) -> Iterator[tuple[Path, str]]:
    """Where an object may name one that belongs to no namespace, and the kind of that."""
    yield ("spec", "storageClassName"), "StorageClass"
    yield ("spec", "volumeName"), "PersistentVolume"
    for index, _ in enumerate(items(item.root, "spec", "volumeClaimTemplates")):
        yield ("spec", "volumeClaimTemplates", index, "spec", "storageClassName"), "StorageClass"
    if item.pod_path is not None:
        yield (*item.pod_path, "priorityClassName"), "PriorityClass"


def _is_named(one: Reference, target: Object) -> bool:
    """Whether a reference can be to ``target``: it is in the same namespace, which an account of a binding states."""
    if one.path[0] == "subjects":
        return one.source.text(*one.path[:-1], "namespace") == target.namespace
    return not one.source.namespace or not target.namespace or one.source.namespace == target.namespace


def labelled(parts: Sequence[Part], setting: Object) -> list[Part]:
    """All with the labels of ``setting``, where it says so also in templates and selectors."""
    found = list(parts)
    groups = [(entries(setting.root, "commonLabels"), True, True)]
    for one in items(setting.root, "labels"):
        whole = flag(one, "includeSelectors") is True
        groups.append((entries(one, "pairs"), whole or flag(one, "includeTemplates") is True, whole))
    for pairs, on_templates, in_selectors in groups:
        for key, value in pairs.items():
            found = [_labelled(part, key, value, on_templates=on_templates, in_selectors=in_selectors) for part in found]
    return found


def annotated(parts: Sequence[Part], setting: Object) -> list[Part]:
    """All with the annotations of ``setting``, templates of pods too."""
    found = list(parts)
    for key, value in entries(setting.root, "commonAnnotations").items():
        found = [_marked(part, "annotations", key, value, on_templates=True) for part in found]
    return found


def _labelled(part: Part, key: str, value: Node, *, on_templates: bool, in_selectors: bool) -> Part:
    part = _marked(part, "labels", key, value, on_templates=on_templates)
    for place in _selectors(part.item) if in_selectors else ():
        part = part.put((*place, key), value)
    return part


def _marked(part: Part, field: str, key: str, value: Node, *, on_templates: bool) -> Part:
    part = part.put(("metadata", field, key), value)
    path = part.item.pod_path
    if on_templates and path is not None and part.item.kind != "Pod":
        part = part.put((*path[:-1], "metadata", field, key), value)
        if part.item.kind == "CronJob":
            part = part.put(("spec", "jobTemplate", "metadata", field, key), value)
    return part


def _selectors(item: Object) -> Iterator[Path]:
    """Where ``item`` selects by labels; but for a controller's own only where it does so by pairs of them."""
    if item.kind in ("Service", "ReplicationController"):
        yield ("spec", "selector")
    elif item.kind in _OWN_SELECTOR or item.at("spec", "selector", "matchLabels") is not None:
        yield ("spec", "selector", "matchLabels")
    pod, spec = item.pod_path or (), item.at(*item.pod_path) if item.pod_path else None
    places: list[Path] = [("spec", "podSelector", "matchLabels")]
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(items(item.root, "spec", direction)):
            inner = ("spec", direction, index, side)
            places += [(*inner, place, "podSelector", "matchLabels") for place, _ in enumerate(items(rule, side))]
    for index, _ in enumerate(items(spec, "topologySpreadConstraints")):
        places.append((*pod, "topologySpreadConstraints", index, "labelSelector", "matchLabels"))
    for field in ("podAffinity", "podAntiAffinity"):
        for when, more in _TERMS.items():
            for index, _ in enumerate(items(spec, "affinity", field, when)):
                places.append((*pod, "affinity", field, when, index, *more, "labelSelector", "matchLabels"))
    yield from (place for place in places if item.at(*place) is not None)


def filled(part: Part, entry: Node) -> Part:
    """A ConfigMap or Secret with the keys of a generator that merges into it, or replaces what it holds.

    The keys of files come without their contents.
    """
    field = "stringData" if part.item.kind == "Secret" else "data"
    if text(entry, "behavior") == "replace":
        for old in ("data", "stringData", "binaryData"):
            part = part.put((old,), None)
    for literal in items(entry, "literals"):
        key, _, value = text(literal).partition("=")
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        part = part.put((field, key), scalar(value[1:-1] if quoted else value, literal))
    for file in items(entry, "files"):
        key, is_named, _ = text(file).partition("=")
        part = part.put((field, key if is_named else posixpath.basename(key)), scalar("", file))
    return part


def imaged(parts: Sequence[Part], setting: Object) -> list[Part]:
    """All with the images that ``setting`` names instead of theirs."""
    stated = items(setting.root, "images")
    return [_imaged(part, stated) for part in parts] if stated else list(parts)


def _imaged(part: Part, stated: Sequence[Node]) -> Part:
    pod = part.item.pod_path or ("spec", "template", "spec")
    for field in ("initContainers", "containers"):
        for index, container in enumerate(items(part.item.at(*pod), field)):
            for entry in stated:
                image = text(part.item.at(*pod, field, index, "image"))
                new = _image(image, entry)
                if image and new != image:
                    where = at(entry, ("digest",)) or at(entry, ("newTag",)) or at(entry, ("newName",)) or container
                    part = part.put((*pod, field, index, "image"), scalar(new, where))
    return part


def _image(image: str, entry: Node) -> str:
    """A new tag or digest takes the place of either; a new name keeps them."""
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    own = head if colon and "/" not in tag else name
    if image != text(entry, "name") and not _is_named_by(text(entry, "name"), own):
        return image
    tag, digest = text(entry, "newTag"), text(entry, "digest")
    rest = (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    return (text(entry, "newName") or own) + (rest or image.removeprefix(own))


def _is_named_by(pattern: str, name: str) -> bool:
    """Whether kustomize, to which the name of an image is a regular expression, finds ``name``: a dot stands for anything."""
    return len(pattern) == len(name) and all(one in (other, ".") for one, other in zip(pattern, name, strict=True))


def counted(parts: Sequence[Part], setting: Object) -> list[Part]:
    """All with the numbers of replicas that ``setting`` states."""
    counts = {
        text(one, "name"): at(one, ("count",)) for one in items(setting.root, "replicas") if number(one, "count") is not None
    }
    return [
        part.put(("spec", "replicas"), next(counts[name] for name in part.names if name in counts))
        if part.item.kind in _SCALED and not part.names.isdisjoint(counts)
        else part
        for part in parts
    ]
