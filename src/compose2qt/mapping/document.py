"""The mapping spec as people write it: one model a section. Each description is its page in the reference."""

import re
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, field

from compose2qt.mapping.policy import BudgetPart, IgnorePart
from compose2qt.mapping.reading import Before, Part, Short, WrongError
from compose2qt.mapping.vocabulary import (
    AnnotationKey,
    Bytes,
    ClaimName,
    ClassName,
    Count,
    Cpu,
    Image,
    LabelKey,
    Name,
    PathPrefix,
    PortNumber,
    Reason,
    Size,
    Stated,
    Text,
    Times,
    Variable,
    as_text,
)
from compose2qt.source import Mapping, Node, Scalar


class ComposePart(Part, frozen=True, kw_only=True):
    """What is read. Paths are relative to the mapping spec's folder; options on the command line win."""

    files: Annotated[tuple[str, ...], "The Compose files, in the order in which they are merged."] = ()
    env_files: Annotated[tuple[str, ...], "Files with the values of `${...}`; they replace `.env`."] = ()
    profiles: Annotated[tuple[str, ...], "The profiles that are active."] = ()


class LabelsPart(Part, frozen=True, kw_only=True):
    """The label convention. In values, `{name}` is the target's name and `{service}` the name of its Service."""

    workloads: Annotated[
        dict[LabelKey, Text], "Labels of every workload and its objects; instead of `app.kubernetes.io/name`."
    ] = field(default_factory=dict)
    others: Annotated[dict[LabelKey, Text], "Labels of objects that belong to no workload."] = field(default_factory=dict)
    select: Annotated[
        tuple[str, ...],
        "The labels that select pods; they can never change. Without it: the first of `workloads`.",
    ] = ()


class AmountsPart(Part, frozen=True, kw_only=True):
    """CPU and memory of a container."""

    cpu: Annotated[Cpu | None, "In cores or millicores: `1.5`, `250m`."] = None
    memory: Annotated[Bytes | None, "In bytes: `512Mi`, `1Gi`."] = None


class ResourcesPart(Part, frozen=True, kw_only=True):
    """A resource class: what a container requests, and what it may use at most."""

    requests: Annotated[AmountsPart, "What the scheduler reserves."] = AmountsPart()
    limits: Annotated[AmountsPart, "What the container may not exceed."] = AmountsPart()


class TargetResourcesPart(ResourcesPart, frozen=True, kw_only=True):
    """The resources of a target: the name of a class, or amounts; given amounts win over those of the class."""

    use: Annotated[str | None, "A class of the section `resources`; `resources: NAME` is short for it."] = None


class PortPart(Part, frozen=True, kw_only=True):
    """A port of a target, the same in its container and on its Service. A number alone is short for `port`."""

    port: Annotated[PortNumber, "The number."]
    name: Annotated[
        str | None,
        "Its name, up to 15 characters; default `tcp-<port>`.",
        Meta(pattern=r"^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$"),
    ] = None
    protocol: Annotated[Literal["TCP", "UDP", "SCTP"], "The protocol."] = "TCP"
    replaces: Annotated[
        Annotated[str, Before(as_text, (str, int))] | None,
        "The Compose port that this one stands for, `service:port` or, with one source, `port`: references follow.",
        Meta(pattern=r"^([^:]+:)?\d+$"),
    ] = None


class ProbePart(Part, frozen=True, kw_only=True):
    """A check of the container: `path` asks by HTTP, `command` runs a program, neither opens a connection to `port`."""

    path: Annotated[str | None, "The page that must answer with a status below 400.", Meta(pattern="^/")] = None
    command: Annotated[tuple[Text, ...] | None, "The program and its arguments.", Meta(min_length=1)] = None
    port: Annotated[PortNumber | None, "The port that is asked; default: the first of the target's ports."] = None
    delay: Annotated[Count, "Seconds before the first check."] = 0
    period: Annotated[Times, "Seconds from check to check."] = 10
    timeout: Annotated[Times, "Seconds until a check has failed."] = 1
    failures: Annotated[Times, "Failed checks in a row that count."] = 3

    def check(self) -> None:
        """One check."""
        if self.path is not None and self.command is not None:
            raise WrongError("two-checks", "a probe has either a path or a command", "remove one of them")


class MountPart(Part, frozen=True, kw_only=True):
    """A claim in the container. `CLAIM:/PATH` and `CLAIM:/PATH:ro` are short for it."""

    claim: Annotated[str, "A claim of the section `storage`."]
    path: Annotated[str, "Where the container sees it.", Meta(pattern="^/")]
    read_only: Annotated[bool, "Whether the container may not write to it."] = False
    sub_path: Annotated[str, "A folder of the claim instead of the whole."] = ""


class EnvPart(Part, frozen=True, kw_only=True):
    """An environment variable. A value alone is short for `value`."""

    value: Annotated[Text | None, "The value; `$(NAME)` is replaced by the variable NAME, `$$(` by `$(`."] = None
    secret: Annotated[str | None, "A Secret that holds the value, instead of `value`."] = None
    key: Annotated[str | None, "The key in that Secret; default: the variable's name."] = None
    reason: Annotated[Reason | None, "Why; default: the target's reason."] = None

    def check(self) -> None:
        """One source."""
        if (self.value is None) == (self.secret is None):
            raise WrongError("no-value", "a variable has either a value or a secret", "give one of the two")


def _short_port(node: Node) -> Node:
    is_number = isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool)
    return Mapping({"port": node}, node.span) if is_number else node


def _short_mount(node: Node) -> Node:
    written = node.value if isinstance(node, Scalar) else None
    match = re.fullmatch(r"([^:]+):(/[^:]*)(:ro)?", written) if isinstance(written, str) else None
    if match is None:
        return node
    values = {"claim": match[1], "path": match[2], "read_only": bool(match[3])}
    return Mapping({key: Scalar(value, node.span) for key, value in values.items()}, node.span)


def _short_variable(node: Node) -> Node:
    is_value = isinstance(node, Scalar) and isinstance(node.value, str | int | float)
    return Mapping({"value": node}, node.span) if is_value else node


def _short_resources(node: Node) -> Node:
    is_name = isinstance(node, Scalar) and isinstance(node.value, str)
    return Mapping({"use": node}, node.span) if is_name else node


def _short_policy(node: Node) -> Node:
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return Mapping({}, node.span) if node.value else node.with_value(None)
    return node


Port: TypeAlias = Annotated[PortPart, Short(_short_port, (int,))]
Mount: TypeAlias = Annotated[MountPart, Short(_short_mount, (str,))]
Env: TypeAlias = Annotated[EnvPart, Short(_short_variable, (str, int, float, bool))]
TargetResources: TypeAlias = Annotated[TargetResourcesPart, Short(_short_resources, (str,))]


class TargetPart(Part, frozen=True, kw_only=True):
    """One workload to be. What is not given follows from its Compose services, as without a mapping."""

    sources: Annotated[
        tuple[str, ...] | None,
        "The Compose services that it is made of; default: the service of the target's own name. Several are "
        "merged: the first one's value stands where only one can. `[]` declares a workload without a Compose source.",
    ] = field(default=None, name="from")
    reason: Annotated[
        Reason | None,
        "Why; needed if services are merged, renamed (also the `service`) or added. It shows in reports.",
    ] = None
    reasons: Annotated[dict[str, Reason], "Reasons of single keys of this target (`mounts: ...`)."] = field(
        default_factory=dict
    )
    purpose: Annotated[str, "What it does, in a sentence for the deployment guide."] = ""
    service: Annotated[Name | None, "The name of its Service: the host name that others use."] = None
    kind: Annotated[Literal["Deployment", "StatefulSet", "DaemonSet", "Job"] | None, "Its controller."] = None
    image: Annotated[
        Image | None,
        "Its image; if it is of another repository, command and working directory are then the image's.",
    ] = None
    replicas: Annotated[Count | None, "How many pods."] = None
    command: Annotated[tuple[Text, ...] | None, "The entrypoint."] = None
    args: Annotated[tuple[Text, ...] | None, "The arguments of the entrypoint."] = None
    working_dir: Annotated[str | None, "The working directory."] = None
    ports: Annotated[tuple[Port, ...] | None, "All its ports, instead of Compose's."] = None
    resources: Annotated[TargetResources | None, "A resource class, or amounts."] = None
    readiness: Annotated[ProbePart | None, "When it gets traffic; instead of Compose's health check."] = None
    liveness: Annotated[ProbePart | None, "When it is restarted."] = None
    startup: Annotated[ProbePart | None, "When the other probes begin."] = None
    mounts: Annotated[tuple[Mount, ...] | None, "All its claims, instead of Compose's volumes and mounts."] = None
    env: Annotated[dict[Variable, Env], "Variables that win over Compose's."] = field(default_factory=dict)
    labels: Annotated[dict[LabelKey, Text], "Labels beside those of the convention, or instead of them."] = field(
        default_factory=dict
    )
    wait_for: Annotated[tuple[str, ...] | None, "Targets that must be ready first; instead of `depends_on`."] = None
    folder: Annotated[
        str | None,
        "Where its files are laid; default: `services`, its name if stateful. Not `secrets`, which git ignores.",
        Meta(pattern=r"^[a-z0-9][-a-z0-9_]*$"),
    ] = None

    def check(self) -> None:
        """Keys that go together."""
        if self.kind == "DaemonSet" and self.replicas is not None:
            raise WrongError("replicas-of-each-node", "a DaemonSet runs once on each node", "remove `replicas`")
        paths = [mount.path.rstrip("/") for mount in self.mounts or ()]
        if len(set(paths)) < len(paths):
            twice = next(path for path in paths if paths.count(path) > 1)
            raise WrongError("mount-twice", f"two mounts stand at {twice}", "keep one of them")
        if self.folder == "secrets":
            raise WrongError("folder-ignored", "git ignores the folder secrets", "choose another `folder`")
        for key in ("mounts", "wait_for"):
            if getattr(self, key) == () and not self.reason and key not in self.reasons:
                raise WrongError("no-reason", f"`{key}: []` leaves out what Compose has, and gives no reason", "add `reason:`")


class ValuePart(Part, frozen=True, kw_only=True):
    """A key that the mapping adds to a shared map."""

    value: Annotated[Text | None, "The value; none: a secret that only the operator knows."] = None
    reason: Annotated[Reason, "Why it is added."]


class SharedPart(Part, frozen=True, kw_only=True):
    """A ConfigMap or Secret that several workloads read whole. A value of one workload that differs stays in its `env`."""

    kind: Annotated[Literal["ConfigMap", "Secret"], "Which of the two."]
    reason: Annotated[Reason, "Why they share it."]
    file: Annotated[str, "The file's name without folder and extension.", Meta(pattern=r"^[-a-z0-9_.]*$")] = ""
    keys: Annotated[tuple[str, ...], "Keys that belong here, whatever they look like."] = ()
    takes_rest: Annotated[
        bool,
        "Also every key of its kind (secret or not) that no list names, unless no two workloads agree on it.",
    ] = False
    values: Annotated[dict[Variable, ValuePart], "Keys that are added."] = field(default_factory=dict)
    readers: Annotated[tuple[str, ...] | None, "The targets that read it; default: all."] = None
    drop: Annotated[dict[str, Reason], "Compose keys that go nowhere, each with its reason."] = field(default_factory=dict)


class StoragePart(Part, frozen=True, kw_only=True):
    """A PersistentVolumeClaim."""

    size: Annotated[Size, "Its size: `5Gi`."]
    access: Annotated[
        Literal["ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany"],
        "Who may mount it: pods of one node, one pod, or pods of many nodes.",
    ] = "ReadWriteOnce"
    class_name: Annotated[ClassName | None, "The storage class; default: the cluster's."] = field(default=None, name="class")
    sources: Annotated[
        tuple[str, ...] | None,
        "The Compose volumes and host paths (`./data`) that it replaces; default: the volume of its own name. "
        "`[]` declares a claim without a Compose source.",
    ] = field(default=None, name="from")
    seed: Annotated[
        Name | None,
        "The target whose image fills it: while the claim is empty, an init container of that image (it needs a shell and "
        "`cp`) copies what the image has where the target mounts the claim, as Docker fills a new volume.",
    ] = None
    owner: Annotated[Name | None, "The target in whose folder it is laid; default: its only user."] = None
    reason: Annotated[Reason | None, "Why; needed if it replaces something of another name or is added."] = None


class RoutePart(Part, frozen=True, kw_only=True):
    """An entry from outside the cluster (Ingress)."""

    host: Annotated[
        str,
        "The host name that is asked for, in lower case.",
        Meta(pattern=r"^(\*\.)?[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?$"),
    ]
    class_name: Annotated[ClassName | None, "The ingress class."] = field(default=None, name="class")
    reason: Annotated[Reason, "Why it is exposed."]
    paths: Annotated[
        dict[PathPrefix, str],
        "Path prefix to the target that answers, `target:port` (or `target`, if it has one port).",
        Meta(min_length=1),
    ]
    annotations: Annotated[dict[AnnotationKey, Text], "Annotations, for the ingress controller."] = field(default_factory=dict)
    without: Annotated[dict[str, Reason], "Annotations that were considered and left out, with the reason."] = field(
        default_factory=dict
    )
    file: Annotated[str, "The file's name without folder and extension.", Meta(pattern=r"^[-a-z0-9_.]*$")] = ""


class NetworkPolicyPart(Part, frozen=True, kw_only=True):
    """NetworkPolicies that keep apart what Compose's networks keep apart. `network_policy: true` is short for it."""

    reason: Annotated[Reason | None, "Why."] = None
    routes_from: Annotated[
        Name | None,
        "The namespace of the pods that bring the traffic of routes (the Ingress controller); default: pods of "
        "any namespace may bring it.",
    ] = None


NetworkPolicy: TypeAlias = Annotated[NetworkPolicyPart | None, Short(_short_policy, (bool,))]


class GuidePart(Part, frozen=True, kw_only=True):
    """What only people know, for the deployment guide."""

    title: Annotated[str, "Its title."] = ""
    overview: Annotated[str, "What the system is, in a paragraph."] = ""
    next_steps: Annotated[tuple[str, ...], "What is planned."] = ()
    references: Annotated[dict[str, str], "Text and address of further pages."] = field(default_factory=dict)


class Document(Part, frozen=True, kw_only=True):
    """Every key of a mapping spec is optional: what is not decided here follows from the Compose project.

    Keys that begin with `x-` are ignored; they are the place for YAML anchors.
    """

    version: Annotated[Literal[1], "The version of this format."] = 1
    name: Annotated[Name | None, "The system's name; default: the Compose project's."] = None
    compose: Annotated[ComposePart, "Which Compose files are read, and how."] = ComposePart()
    output: Annotated[str | None, "The tree's folder, relative to the mapping spec's folder."] = None
    kubernetes: Annotated[
        Literal["1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"] | None,
        "The Kubernetes version that must accept the tree; default 1.35. Write it in quotes.",
    ] = None
    namespace: Annotated[Name | None, "The namespace of all objects; it is created."] = None
    labels: Annotated[LabelsPart, "The label convention."] = LabelsPart()
    resources: Annotated[dict[str, ResourcesPart], "Resource classes by name."] = field(default_factory=dict)
    targets: Annotated[dict[Name, TargetPart], "The workloads, by name."] = field(default_factory=dict)
    drop: Annotated[dict[str, Reason], "Compose services that become nothing, each with its reason."] = field(
        default_factory=dict
    )
    rest: Annotated[
        Literal["convert", "refuse"],
        "What happens to services that neither `targets` nor `drop` names: `convert`, as without a mapping, or "
        "`refuse`, so that a new service needs a decision.",
    ] = "convert"
    shared: Annotated[dict[Name, SharedPart], "ConfigMaps and Secrets that several workloads read, by name."] = field(
        default_factory=dict
    )
    secret_keys: Annotated[dict[str, Reason], "Variables that are secret although they do not look so."] = field(
        default_factory=dict
    )
    plain_keys: Annotated[dict[str, Reason], "Variables that are not secret although they look so."] = field(
        default_factory=dict
    )
    storage: Annotated[dict[Name, StoragePart], "Claims by name."] = field(default_factory=dict)
    routes: Annotated[dict[Name, RoutePart], "Entries from outside the cluster, by the object's name."] = field(
        default_factory=dict
    )
    network_policy: Annotated[
        NetworkPolicy,
        "Whether NetworkPolicies are written: pods reach those that share a network with them in Compose, and no "
        "others; default: none are, every pod reaches every other.",
    ] = None
    claims: Annotated[
        dict[ClaimName, Stated],
        "Numbers that a document states, to be compared with the computed ones: `requests.cpu: 2,850m`.",
    ] = field(default_factory=dict)
    budget: Annotated[BudgetPart, "What the system may ask for; more fails the report."] = BudgetPart()
    ignore: Annotated[tuple[IgnorePart, ...], "Findings of the report that may stand, with the reason."] = ()
    wait_image: Annotated[Image | None, "The image of init containers that wait: it has sh and getent."] = None
    guide: Annotated[GuidePart, "Title, overview, next steps and references of README.md."] = GuidePart()
