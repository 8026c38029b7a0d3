"""The whole that rules look at: the applied objects of a tree with the indexes that rules share, each made once."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.audit.isolation import Isolation
from compose2qt.audit.mention import Mention, mentions
from compose2qt.audit.reading import sources
from compose2qt.audit.subject import labels, number, pods, replicas, text
from compose2qt.audit.suppression import annotated, decided
from compose2qt.kube.reading import at, entries, items
from compose2qt.kube.selection import holds
from compose2qt.manifests.defaults import Defaults, defaults
from compose2qt.source import Scalar

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator

    from compose2qt.audit.subject import Container, Pod
    from compose2qt.manifests.model import Object, Tree
    from compose2qt.mapping.plan import Ignored
    from compose2qt.source import Node, Path, Span
    from compose2qt.workload import EmittedField, Entry, Ledger, Loss


_GROUPS = {
    "Service": ("",),
    "Ingress": ("networking.k8s.io", "extensions"),
    "Gateway": ("gateway.networking.k8s.io",),
    "NetworkPolicy": ("networking.k8s.io", "extensions"),
}
"""Kinds whose names others use too (Knative, Istio, Calico), with the groups that are meant."""


_RANGE = {
    "HorizontalPodAutoscaler": (("minReplicas", 1), ("maxReplicas", 1)),
    "ScaledObject": (("minReplicaCount", 0), ("maxReplicaCount", 100)),
}
"""Where autoscalers say the fewest and the most pods, and what counts where they do not (Kubernetes, KEDA)."""


class Copies(NamedTuple):
    """The fewest and the most pods that a workload runs at one time."""

    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.most:,}" if self.least == self.most else f"{self.least:,} to {self.most:,}"


class Variable(NamedTuple):
    """An environment variable as its container gets it; ``path`` in ``object`` is where the value is written."""

    name: str
    value: str
    object: Object
    path: Path


class Spoken(NamedTuple):
    """A host that a variable mentions."""

    mention: Mention
    variable: Variable


class Overrun(NamedTuple):
    """An amount that the whole system exceeds: one that the mapping allows, or ``field`` of a quota."""

    message: str
    span: Span | None = None
    quota: Object | None = None
    field: Path = ()


class System:
    """The applied objects of ``tree``; ``kubernetes`` is the target version, ``today`` the day for what expires.

    ``ignored`` is what the mapping lets stand, ``overruns`` what the budget found.
    """

    def __init__(
        self,
        tree: Tree,
        ledger: Ledger | None = None,
        kubernetes: str = "1.35",
        today: datetime.date | None = None,
        *,
        ignored: Iterable[Ignored] = (),
        overruns: Iterable[Overrun] = (),
    ) -> None:
        self.tree = tree
        self.ledger = ledger
        self.version = tuple(int(part) for part in kubernetes.split("."))
        self.today = today
        self.objects = tuple(item for item in tree.objects if item.applied)
        self.pods = tuple(pods(self.objects))
        self.containers = tuple(container for pod in self.pods for container in pod.containers)
        self.suppressions = (*annotated(self.objects), *decided(ignored, self.objects))
        self.used: set[int] = set()
        """The suppressions that excused something, by identity; complete when the rules about suppressions are asked."""
        self.overruns = tuple(overruns)
        self.inferred = ledger.inferred if ledger else {}
        """The fields, by ``Kind/name``, whose values nobody stated."""
        self.losses: tuple[Loss, ...] = ledger.losses if ledger else ()
        self._variables: dict[Container, tuple[Variable, ...]] = {}
        self._data: dict[int, tuple[Variable, ...]] = {}
        self._spoken: dict[int, tuple[Spoken, ...]] = {}
        self._given: dict[str, Defaults] = {}

    @cached_property
    def kinds(self) -> dict[str, list[Object]]:
        """Objects by kind."""
        found: dict[str, list[Object]] = defaultdict(list)
        for item in self.objects:
            if item.api_version.rpartition("/")[0] in _GROUPS.get(item.kind, (item.api_version.rpartition("/")[0],)):
                found[item.kind].append(item)
        return found

    def of(self, *kinds: str) -> Iterator[Object]:
        """The objects of ``kinds``."""
        return (item for kind in kinds for item in self.kinds.get(kind, ()))

    @cached_property
    def _named(self) -> dict[tuple[str, str], list[Object]]:
        found: dict[tuple[str, str], list[Object]] = defaultdict(list)
        for item in self.objects:
            found[item.kind, item.name].append(item)
        return found

    def get(self, kind: str, name: str, near: Object | None = None, namespace: str = "") -> Object | None:
        """The object ``kind``/``name`` in ``namespace`` or in that of ``near``; an unwritten namespace matches any."""
        wanted = namespace or (near.namespace if near else "")
        return next((item for item in self._named.get((kind, name), ()) if same_namespace(item.namespace, wanted)), None)

    def has(self, kind: str, name: str, near: Object) -> bool:
        """Whether the tree holds ``kind``/``name`` where ``near`` finds it, or it is made elsewhere."""
        return f"{kind}/{name}" in self.tree.elsewhere or self.get(kind, name, near) is not None

    @cached_property
    def _examples(self) -> frozenset[str]:
        return frozenset(item.name for item in self.tree.objects if not item.applied and item.kind == "Secret")

    def is_to_be_filled(self, secret: str) -> bool:
        """Whether the tree holds an example of ``secret``, which a person fills outside git."""
        return f"{secret}-example" in self._examples or secret in self._examples

    @cached_property
    def _pods_by_label(self) -> dict[tuple[str, str], dict[str, list[Pod]]]:
        """By label, and there by namespace."""
        found: dict[tuple[str, str], dict[str, list[Pod]]] = defaultdict(lambda: defaultdict(list))
        for pod in self.pods:
            for label in pod.labels.items():
                found[label][pod.object.namespace].append(pod)
        return found

    def _labelled(self, label: tuple[str, str], namespace: str) -> list[Pod]:
        """The pods with ``label`` that may be in ``namespace``: there, or where nothing is written; any without one."""
        known = self._pods_by_label.get(label, {})
        names = dict.fromkeys((namespace, "")) if namespace else known
        return [pod for name in names for pod in known.get(name, ())]

    def selected(self, selector: dict[str, str], near: Object, namespace: str = "") -> list[Pod]:
        """The pods with all labels of ``selector`` in the namespace of ``near``; none for an empty selector."""
        if not selector:
            return []
        fewest = min((self._labelled(label, namespace or near.namespace) for label in selector.items()), key=len)
        return [pod for pod in fewest if selector.items() <= pod.labels.items()]

    def matched(self, selector: Node | None, near: Object) -> list[Pod]:
        """The pods that a label selector with ``matchLabels`` and ``matchExpressions`` picks; all for an empty one."""
        wanted = labels(at(selector, ("matchLabels",)))
        expressions = items(at(selector, ("matchExpressions",)))
        candidates = self.selected(wanted, near) if wanted else [
            pod for pod in self.pods if same_namespace(pod.object.namespace, near.namespace)
        ]  # fmt: skip
        return [pod for pod in candidates if holds(expressions, pod.labels)]

    @cached_property
    def _behind(self) -> dict[int, list[Pod]]:
        return {id(service): self.selected(labels(service.at("spec", "selector")), service) for service in self.of("Service")}

    def behind(self, service: Object) -> list[Pod]:
        """The pods that a Service leads to."""
        return self._behind.get(id(service), [])

    @cached_property
    def _services(self) -> dict[Pod, list[Object]]:
        found: dict[Pod, list[Object]] = defaultdict(list)
        for service in self.of("Service"):
            for pod in self.behind(service):
                found[pod].append(service)
        return found

    def services(self, pod: Pod) -> list[Object]:
        """The Services that lead to ``pod``."""
        return self._services.get(pod, [])

    @cached_property
    def ports(self) -> frozenset[int]:
        """The ports that any pod declares."""
        return frozenset(port for pod in self.pods for port in pod.ports)

    @cached_property
    def held_back(self) -> frozenset[str]:
        """The names of the workloads that are not applied."""
        return frozenset(item.name for item in self.tree.objects if not item.applied and item.pod_path is not None)

    @cached_property
    def published(self) -> dict[Span, tuple[str | int, tuple[EmittedField, ...]]]:
        """By each leaf of an entry of a service's ``ports``: its last step, and what the whole entry became."""
        found: dict[tuple[str, Path], list[Entry]] = defaultdict(list)
        for entry in self.ledger.entries if self.ledger else ():
            path = entry.leaf.path
            if len(path) > 3 and path[2] == "ports":
                found[entry.leaf.span.file, path[:4]].append(entry)
        return {
            entry.leaf.span: (entry.leaf.path[-1], tuple(field for one in entries for field in one.to))
            for entries in found.values()
            for entry in entries
        }

    @cached_property
    def isolation(self) -> Isolation:
        """What NetworkPolicies admit between the pods."""
        return Isolation(self.of("NetworkPolicy"), self.pods, self.of("Namespace"))

    @cached_property
    def mounting(self) -> dict[str, list[Pod]]:
        """Pods by the claims that they mount."""
        found: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.pods:
            for claim in {volume.claim for volume in pod.volumes.values() if volume.claim}:
                found[claim].append(pod)
        return found

    @cached_property
    def budgeted(self) -> frozenset[Pod]:
        """The pods that a PodDisruptionBudget selects."""
        budgets = self.of("PodDisruptionBudget")
        return frozenset(pod for budget in budgets for pod in self.matched(budget.at("spec", "selector"), budget))

    @cached_property
    def _scalers(self) -> dict[str, list[Object]]:
        found: dict[str, list[Object]] = defaultdict(list)
        for item in self.of(*_RANGE):
            kind = item.text("spec", "scaleTargetRef", "kind") or "Deployment"
            found[f"{kind}/{item.text('spec', 'scaleTargetRef', 'name')}"].append(item)
        return found

    def scaler(self, item: Object) -> Object | None:
        """The autoscaler that owns the number of replicas of ``item``."""
        found = self._scalers.get(item.id, ())
        return next((one for one in found if same_namespace(one.namespace, item.namespace)), None)

    def copies(self, item: Object) -> Copies:
        """How many pods of ``item`` run at one time."""
        scaler, own = self.scaler(item), replicas(item)
        if scaler is None or _is_switched_off(scaler, own):
            return Copies(own, own)
        (least, fewest), (most, largest) = _RANGE[scaler.kind]
        return Copies(number(scaler.at("spec", least), fewest), number(scaler.at("spec", most), largest))

    @cached_property
    def granted(self) -> frozenset[str]:
        """The names of the accounts to which the tree grants a role."""
        bindings = self.of("RoleBinding", "ClusterRoleBinding")
        return frozenset(text(subject, "name") for binding in bindings for subject in items(binding.at("subjects")))

    @cached_property
    def configs_read(self) -> frozenset[str]:
        """The names of the ConfigMaps that pods read; also of pods that are held back, which need them once they are let go."""
        return frozenset(source.name for pod in pods(self.tree.objects) for source in sources(pod, "ConfigMap"))

    @cached_property
    def claims_of_sets(self) -> frozenset[str]:
        """The names of the claims that StatefulSets make, without the number at the end."""
        sets = ((item, items(item.at("spec", "volumeClaimTemplates"))) for item in self.of("StatefulSet"))
        return frozenset(f"{text(one, 'metadata', 'name')}-{item.name}" for item, found in sets for one in found)

    @cached_property
    def claims_kept(self) -> frozenset[str]:
        """The names of the claims of pods that are held back."""
        held = pods(tuple(item for item in self.tree.objects if not item.applied))
        return frozenset(volume.claim for pod in held for volume in pod.volumes.values())

    def service_of(self, host: str, near: Object) -> Object | None:
        """The Service that ``host`` (short or ``name.namespace.svc...``) means to a pod of ``near``."""
        name, _, rest = host.partition(".")
        namespace = rest.partition(".")[0] if rest else near.namespace
        return self.get("Service", name, namespace=namespace) if _is_cluster_name(rest) else None

    def given(self, container: Container, side: str, resource: str) -> Node | None:
        """What a LimitRange gives ``container`` where it does not say it itself."""
        namespace = container.object.namespace
        if namespace not in self._given:
            self._given[namespace] = defaults(self.of("LimitRange"), namespace)
        return self._given[namespace].of(side, resource)

    def variables(self, container: Container) -> tuple[Variable, ...]:
        """The environment of ``container`` as far as the tree holds it: ConfigMaps whole, then single keys, then its own."""
        if container not in self._variables:
            self._variables[container] = tuple(self._gathered(container))
        return self._variables[container]

    def _gathered(self, container: Container) -> Iterator[Variable]:
        for item in self.read_whole(container):
            yield from self.data(item)
        for entry in container.env:
            reference = at(entry.node, ("valueFrom", "configMapKeyRef"))
            source = self.get("ConfigMap", text(reference, "name"), container.object) if reference else None
            key = text(reference, "key")
            if entry.value is not None:
                yield Variable(entry.name, entry.value, container.object, (*entry.path, "value"))
            elif source is not None and key in entries(source.at("data")):
                yield Variable(entry.name, text(source.root, "data", key), source, ("data", key))

    def read_whole(self, container: Container) -> Iterator[Object]:
        """The ConfigMaps of ``envFrom``."""
        for source in items(container.at("envFrom")):
            name = text(source, "configMapRef", "name")
            item = self.get("ConfigMap", name, container.object) if name else None
            if item is not None:
                yield item

    def data(self, item: Object) -> tuple[Variable, ...]:
        """The keys of a ConfigMap as variables."""
        if id(item) not in self._data:
            data = entries(item.at("data"))
            self._data[id(item)] = tuple(Variable(key, text(value), item, ("data", key)) for key, value in data.items())
        return self._data[id(item)]

    def spoken(self, container: Container) -> Iterator[Spoken]:
        """The hosts that the environment of ``container`` mentions."""
        for item in self.read_whole(container):
            if id(item) not in self._spoken:
                self._spoken[id(item)] = tuple(_spoken(self.data(item)))
            yield from self._spoken[id(item)]
        if id(container) not in self._spoken:
            own = self.variables(container)[sum(len(self.data(item)) for item in self.read_whole(container)) :]
            self._spoken[id(container)] = tuple(_spoken(own))
        yield from self._spoken[id(container)]


def _spoken(variables: Iterable[Variable]) -> Iterator[Spoken]:
    for variable in variables:
        for mention in mentions(variable.name, variable.value):
            yield Spoken(mention, variable)


def same_namespace(one: str, other: str) -> bool:
    """Whether two namespaces can be the same; one that is not written is given when the tree is applied."""
    return not one or not other or one == other


def _is_switched_off(scaler: Object, own: int) -> bool:
    """Whether an autoscaler stands still: of a workload with no replicas, unless it starts from none itself."""
    return own == 0 and scaler.kind == "HorizontalPodAutoscaler" and number(scaler.at("spec", "minReplicas"), 1) > 0


def _is_cluster_name(rest: str) -> bool:
    """Whether what follows the first label of a host name leaves it a Service's: nothing, a namespace, or ``ns.svc…``."""
    parts = rest.split(".") if rest else []
    return len(parts) < 2 or parts[1] == "svc"


def service_ports(service: Object) -> dict[str, int]:
    """The ports of a Service: names (or the number as text) to numbers."""
    found: dict[str, int] = {}
    for item in items(service.at("spec", "ports")):
        port = number(at(item, ("port",)))
        found[text(item, "name") or str(port)] = port
        found[str(port)] = port
    return found


def is_external(service: Object) -> bool:
    """Whether a Service is an alias of a name elsewhere: its selector and ports count for nothing."""
    return service.text("spec", "type") == "ExternalName"


def is_headless(service: Object) -> bool:
    """Whether a Service's name leads straight to its pods, so that every port of theirs answers."""
    node = service.at("spec", "clusterIP")
    return isinstance(node, Scalar) and str(node.value) == "None"
