"""The graph of references between the objects of a tree: who names or selects whom, at which field.

Sources: the Kubernetes API reference and, for routes and monitors, the Gateway API and the Prometheus operator.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from compose2qt.kube.reading import at, entries, flag, has, is_null, items, number, text, texts
from compose2qt.kube.selection import selects
from compose2qt.manifests.model import WORKLOAD_KINDS
from compose2qt.source import Mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Node, Path, Span

EXAMPLE = "-example"
"""What the name of a Secret with placeholders ends in: the real one is made by hand under the name without it."""


class Reference(Struct, frozen=True):
    """``source`` names, at ``path``, the object ``kind``/``name``, or its ``key`` (a key of data, a port).

    A selector refers to ``Pod`` (or ``Service``), its labels written as the name; each selected object is a reference of its
    own, whose ``resolved`` is the workload. ``optional`` references may stay open.
    """

    source: Object
    path: Path
    span: Span
    kind: str
    name: str
    key: str = ""
    optional: bool = False
    resolved: Object | None = None
    is_selector: bool = False

    @property
    def has_key(self) -> bool:
        """Whether the object that was found holds the key; True where nothing is asked or known."""
        return self.resolved is None or not self.key or self.key in keys(self.resolved)


class Mention(NamedTuple):
    """A reference as it is written, not yet looked up; ``selector`` instead of a name where labels select."""

    path: Path
    kind: str
    name: str = ""
    key: str = ""
    optional: bool = False
    selector: Node | None = None


def references(tree: Tree) -> tuple[Reference, ...]:
    """Every reference of the objects of ``tree``, in their order."""
    index = _Index(tree)
    return tuple(
        reference for item in tree.objects for mention in _mentions(item) for reference in index.references(item, mention)
    )


def keys(item: Object) -> frozenset[str]:
    """What a reference with a key can name in ``item``: keys of data, or ports by name and number."""
    if item.kind == "Service":
        ports = items(item.root, "spec", "ports")
        return frozenset(word for port in ports for word in (text(port, "name"), str(number(port, "port") or "")) if word)
    return frozenset(key for field in ("data", "stringData", "binaryData") for key in entries(item.root, field))


def awaited(tree: Tree) -> dict[str, tuple[str, ...]]:
    """The Secrets that pods of ``tree`` read and that it holds an example of alone, with the keys that people fill in."""
    examples = {item.name.removesuffix(EXAMPLE): item for item in tree.of_kind("Secret") if item.name.endswith(EXAMPLE)}
    if not examples:
        return {}
    read = {one.name for one in references(tree) if one.kind == "Secret" and one.source.applied}
    held = {item.name for item in tree.of_kind("Secret") if item.applied}
    return {name: tuple(sorted(keys(item))) for name, item in examples.items() if name in read - held}


class _Index:
    """The objects of a tree by kind and name, and those with pods by the labels of their pods."""

    def __init__(self, tree: Tree) -> None:
        self._named: dict[tuple[str, str], list[Object]] = defaultdict(list)
        self._labelled: dict[tuple[str, tuple[str, str]], dict[str, list[Object]]] = defaultdict(lambda: defaultdict(list))
        self._all: dict[str, list[Object]] = defaultdict(list)
        self._labels: dict[int, dict[str, str]] = {}
        for item in sorted(tree.objects, key=lambda item: not item.applied):
            self._named[item.kind, item.name].append(item)
            kind = "Pod" if item.kind in WORKLOAD_KINDS else item.kind
            if kind in {"Pod", "Service"}:
                labels = pod_labels(item) if kind == "Pod" else texts(item.root, "metadata", "labels")
                self._labels[id(item)] = labels
                self._all[kind].append(item)
                for pair in labels.items():
                    self._labelled[kind, pair][item.namespace].append(item)

    def references(self, source: Object, mention: Mention) -> Iterator[Reference]:
        found = self._selected(source, mention) if mention.selector is not None else self._by_name(source, mention)
        is_selector = mention.selector is not None
        reference = Reference(
            source,
            mention.path,
            source.span_of(mention.path),
            mention.kind,
            written(mention.selector) if is_selector else mention.name,
            mention.key,
            mention.optional,
            is_selector=is_selector,
        )
        yield from (replace(reference, resolved=target) for target in found) if found else (reference,)

    def _by_name(self, source: Object, mention: Mention) -> list[Object]:
        found = [item for item in self._named.get((mention.kind, mention.name), ()) if _same_namespace(source, item)]
        if not found and mention.kind == "Secret":
            found = [item for item in self._named.get(("Secret", mention.name + EXAMPLE), ()) if _same_namespace(source, item)]
        return found[:1]

    def _selected(self, source: Object, mention: Mention) -> list[Object]:
        pairs = texts(mention.selector, "matchLabels")
        found = (self._with(mention.kind, pair, source.namespace) for pair in pairs.items())
        candidates = min(found, key=len, default=self._all[mention.kind])
        return [
            item
            for item in candidates
            if item is not source and _same_namespace(source, item) and selects(mention.selector, self._labels[id(item)])
        ]

    def _with(self, kind: str, pair: tuple[str, str], namespace: str) -> list[Object]:
        """What bears the label ``pair`` and may be in ``namespace``, in the order of the tree where that is one list."""
        known = self._labelled.get((kind, pair), {})
        names = dict.fromkeys((namespace, "")) if namespace else known
        return [item for name in names for item in known.get(name, ())]


def pod_labels(item: Object) -> dict[str, str]:
    """The labels of the pods of a workload."""
    template = (item.pod_path or ("spec",))[:-1]
    return texts(item.root, *(str(step) for step in template), "metadata", "labels")


def written(selector: Node | None) -> str:
    """A selector as kubectl writes it: ``app=web,tier in (a, b)``; ``*`` for everything."""
    parts = [f"{key}={value}" for key, value in texts(selector, "matchLabels").items()]
    for item in items(selector, "matchExpressions"):
        values = ", ".join(text(value) for value in items(item, "values"))
        parts.append(
            " ".join(part for part in (text(item, "key"), text(item, "operator"), f"({values})" if values else "") if part)
        )
    return ",".join(parts) or "*"


def _same_namespace(one: Object, other: Object) -> bool:
    """Whether two objects may stand in one namespace: what names none goes where it is applied."""
    return one.namespace == other.namespace or not one.namespace or not other.namespace


def _mentions(item: Object) -> Iterator[Mention]:
    if item.pod_path is not None:
        yield from _pod(at(item.root, item.pod_path), item.pod_path)
    finder = _FINDERS.get(item.kind)
    if finder is not None:
        yield from finder(item.root)


def _pod(pod: Node | None, path: Path) -> Iterator[Mention]:
    for field in ("initContainers", "containers"):
        for index, container in enumerate(items(pod, field)):
            yield from _container(container, (*path, field, index))
    for index, volume in enumerate(items(pod, "volumes")):
        yield from _volume(volume, (*path, "volumes", index))
    account = text(pod, "serviceAccountName")
    if account not in {"", "default"}:
        yield Mention((*path, "serviceAccountName"), "ServiceAccount", account)
    for index, secret in enumerate(items(pod, "imagePullSecrets")):
        # The kubelet goes on without a pull secret that does not exist.
        yield Mention((*path, "imagePullSecrets", index, "name"), "Secret", text(secret, "name"), optional=True)


def _container(container: Node, path: Path) -> Iterator[Mention]:
    for index, variable in enumerate(items(container, "env")):
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            reference = at(variable, ("valueFrom", field))
            if reference is not None:
                yield _keyed((*path, "env", index, "valueFrom", field), kind, reference, text(reference, "key"))
    for index, source in enumerate(items(container, "envFrom")):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            reference = at(source, (field,))
            if reference is not None:
                yield _keyed((*path, "envFrom", index, field), kind, reference)


def _keyed(path: Path, kind: str, reference: Node, key: str = "") -> Mention:
    return Mention((*path, "name"), kind, text(reference, "name"), key, flag(reference, "optional") is True)


def _volume(volume: Node, path: Path) -> Iterator[Mention]:
    yield from _map_volume(volume, path, "configMap", "ConfigMap", "name")
    yield from _map_volume(volume, path, "secret", "Secret", "secretName")
    for index, source in enumerate(items(volume, "projected", "sources")):
        inner = (*path, "projected", "sources", index)
        yield from _map_volume(source, inner, "configMap", "ConfigMap", "name")
        yield from _map_volume(source, inner, "secret", "Secret", "name")
    if has(volume, "persistentVolumeClaim"):
        claim = text(volume, "persistentVolumeClaim", "claimName")
        yield Mention((*path, "persistentVolumeClaim", "claimName"), "PersistentVolumeClaim", claim)


def _map_volume(volume: Node, path: Path, field: str, kind: str, name: str) -> Iterator[Mention]:
    source = at(volume, (field,))
    if source is None or is_null(source):
        return
    optional = flag(source, "optional") is True
    wanted = [text(item, "key") for item in items(source, "items")]
    for key in wanted or [""]:
        yield Mention((*path, field, name), kind, text(source, name), key, optional)


def _service(root: Node) -> Iterator[Mention]:
    if entries(root, "spec", "selector") and text(root, "spec", "type") != "ExternalName":
        yield Mention(("spec", "selector"), "Pod", selector=_as_selector(at(root, ("spec", "selector"))))


def _as_selector(labels: Node | None) -> Node | None:
    return Mapping({"matchLabels": labels}, labels.span) if labels is not None else None


def _stateful_set(root: Node) -> Iterator[Mention]:
    if name := text(root, "spec", "serviceName"):
        yield Mention(("spec", "serviceName"), "Service", name)


def _ingress(root: Node) -> Iterator[Mention]:
    yield from _backend(root, ("spec", "defaultBackend"))
    for index, rule in enumerate(items(root, "spec", "rules")):
        for place, _ in enumerate(items(rule, "http", "paths")):
            yield from _backend(root, ("spec", "rules", index, "http", "paths", place, "backend"))
    for index, tls in enumerate(items(root, "spec", "tls")):
        if name := text(tls, "secretName"):
            yield Mention(("spec", "tls", index, "secretName"), "Secret", name)


def _backend(root: Node, path: Path) -> Iterator[Mention]:
    service = at(root, (*path, "service"))
    if service is not None:
        port = text(service, "port", "name") or str(number(service, "port", "number") or "")
        yield Mention((*path, "service", "name"), "Service", text(service, "name"), port)


def _route(root: Node) -> Iterator[Mention]:
    for index, parent in enumerate(items(root, "spec", "parentRefs")):
        if not has(parent, "namespace"):
            kind = text(parent, "kind") or "Gateway"
            yield Mention(("spec", "parentRefs", index, "name"), kind, text(parent, "name"))
    for index, rule in enumerate(items(root, "spec", "rules")):
        for place, backend in enumerate(items(rule, "backendRefs")):
            if not has(backend, "namespace"):
                path = ("spec", "rules", index, "backendRefs", place, "name")
                port = str(number(backend, "port") or "")
                yield Mention(path, text(backend, "kind") or "Service", text(backend, "name"), port)


def _scaled(root: Node) -> Iterator[Mention]:
    for field in ("scaleTargetRef", "targetRef"):
        if has(root, "spec", field):
            kind = text(root, "spec", field, "kind")
            yield Mention(("spec", field, "name"), kind, text(root, "spec", field, "name"))


def _selects_pods(root: Node) -> Iterator[Mention]:
    if has(root, "spec", "selector"):
        yield Mention(("spec", "selector"), "Pod", selector=at(root, ("spec", "selector")))


def _selects_services(root: Node) -> Iterator[Mention]:
    if has(root, "spec", "selector"):
        yield Mention(("spec", "selector"), "Service", selector=at(root, ("spec", "selector")))


def _network_policy(root: Node) -> Iterator[Mention]:
    if has(root, "spec", "podSelector"):
        # An empty selector is for whatever there is.
        yield Mention(("spec", "podSelector"), "Pod", optional=True, selector=at(root, ("spec", "podSelector")))
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(items(root, "spec", direction)):
            for place, peer in enumerate(items(rule, side)):
                if has(peer, "podSelector") and not has(peer, "namespaceSelector"):
                    path = ("spec", direction, index, side, place, "podSelector")
                    yield Mention(path, "Pod", optional=True, selector=at(root, path))


def _binding(root: Node) -> Iterator[Mention]:
    yield Mention(("roleRef", "name"), text(root, "roleRef", "kind"), text(root, "roleRef", "name"), optional=True)
    for index, subject in enumerate(items(root, "subjects")):
        if text(subject, "kind") == "ServiceAccount":
            yield Mention(("subjects", index, "name"), "ServiceAccount", text(subject, "name"), optional=True)


_FINDERS: dict[str, Callable[[Node], Iterator[Mention]]] = {
    "Service": _service,
    "StatefulSet": _stateful_set,
    "Ingress": _ingress,
    **dict.fromkeys(("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"), _route),
    "HorizontalPodAutoscaler": _scaled,
    "VerticalPodAutoscaler": _scaled,
    "PodDisruptionBudget": _selects_pods,
    "PodMonitor": _selects_pods,
    "ServiceMonitor": _selects_services,
    "NetworkPolicy": _network_policy,
    "RoleBinding": _binding,
    "ClusterRoleBinding": _binding,
}
