"""The mapping spec as people write it: one pydantic model a section. Each description is its page in the reference."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from compose2qt.mapping.policy import BudgetPart, IgnorePart
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
    Part,
    PathPrefix,
    PortNumber,
    Reason,
    Size,
    Stated,
    Text,
    Times,
    Variable,
    as_text,
    problem,
)


class ComposePart(Part):
    """What is read. Paths are relative to the mapping spec's folder; options on the command line win."""

    files: tuple[str, ...] = Field(default=(), description="The Compose files, in the order in which they are merged.")
    env_files: tuple[str, ...] = Field(default=(), description="Files with the values of `${...}`; they replace `.env`.")
    profiles: tuple[str, ...] = Field(default=(), description="The profiles that are active.")


class LabelsPart(Part):
    """The label convention. In values, `{name}` is the target's name and `{service}` the name of its Service."""

    workloads: dict[LabelKey, Text] = Field(
        default={}, description="Labels of every workload and its objects; instead of `app.kubernetes.io/name`."
    )
    others: dict[LabelKey, Text] = Field(default={}, description="Labels of objects that belong to no workload.")
    select: tuple[str, ...] = Field(
        default=(), description="The labels that select pods; they can never change. Without it: the first of `workloads`."
    )


class AmountsPart(Part):
    """CPU and memory of a container."""

    cpu: Cpu | None = Field(default=None, description="In cores or millicores: `1.5`, `250m`.")
    memory: Bytes | None = Field(default=None, description="In bytes: `512Mi`, `1Gi`.")


class ResourcesPart(Part):
    """A resource class: what a container requests, and what it may use at most."""

    requests: AmountsPart = Field(default=AmountsPart(), description="What the scheduler reserves.")
    limits: AmountsPart = Field(default=AmountsPart(), description="What the container may not exceed.")


class TargetResourcesPart(ResourcesPart):
    """The resources of a target: the name of a class, or amounts; given amounts win over those of the class."""

    use: str | None = Field(default=None, description="A class of the section `resources`; `resources: NAME` is short for it.")


def _port_short(value: Any) -> Any:
    return {"port": value} if isinstance(value, int) and not isinstance(value, bool) else value


class PortPart(Part):
    """A port of a target, the same in its container and on its Service. A number alone is short for `port`."""

    port: PortNumber = Field(description="The number.")
    name: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$",
        description="Its name, up to 15 characters; default `tcp-<port>`.",
    )
    protocol: Literal["TCP", "UDP", "SCTP"] = Field(default="TCP", description="The protocol.")
    replaces: Annotated[str, BeforeValidator(as_text, json_schema_input_type=str | int)] | None = Field(
        default=None,
        pattern=r"^([^:]+:)?\d+$",
        description="The Compose port that this one stands for, `service:port` or, with one source, `port`: references follow.",
    )


class ProbePart(Part):
    """A check of the container: `path` asks by HTTP, `command` runs a program, neither opens a connection to `port`."""

    path: str | None = Field(default=None, pattern="^/", description="The page that must answer with a status below 400.")
    command: tuple[Text, ...] | None = Field(default=None, min_length=1, description="The program and its arguments.")
    port: PortNumber | None = Field(
        default=None, description="The port that is asked; default: the first of the target's ports."
    )
    delay: Count = Field(default=0, description="Seconds before the first check.")
    period: Times = Field(default=10, description="Seconds from check to check.")
    timeout: Times = Field(default=1, description="Seconds until a check has failed.")
    failures: Times = Field(default=3, description="Failed checks in a row that count.")

    @model_validator(mode="after")
    def _one_check(self) -> ProbePart:
        if self.path is not None and self.command is not None:
            raise problem("two-checks", "a probe has either a path or a command", "remove one of them")
        return self


def _mount_short(value: Any) -> Any:
    match = re.fullmatch(r"([^:]+):(/[^:]*)(:ro)?", value) if isinstance(value, str) else None
    return {"claim": match[1], "path": match[2], "read_only": bool(match[3])} if match else value


class MountPart(Part):
    """A claim in the container. `CLAIM:/PATH` and `CLAIM:/PATH:ro` are short for it."""

    claim: str = Field(description="A claim of the section `storage`.")
    path: str = Field(pattern="^/", description="Where the container sees it.")
    read_only: bool = Field(default=False, description="Whether the container may not write to it.")
    sub_path: str = Field(default="", description="A folder of the claim instead of the whole.")


def _value_short(value: Any) -> Any:
    return {"value": value} if isinstance(value, str | int | float) else value


class EnvPart(Part):
    """An environment variable. A value alone is short for `value`."""

    value: Text | None = Field(
        default=None, description="The value; `$(NAME)` is replaced by the variable NAME, `$$(` by `$(`."
    )
    secret: str | None = Field(default=None, description="A Secret that holds the value, instead of `value`.")
    key: str | None = Field(default=None, description="The key in that Secret; default: the variable's name.")
    reason: Reason | None = Field(default=None, description="Why; default: the target's reason.")

    @model_validator(mode="after")
    def _one_source(self) -> EnvPart:
        if (self.value is None) == (self.secret is None):
            raise problem("no-value", "a variable has either a value or a secret", "give one of the two")
        return self


Port = Annotated[PortPart, BeforeValidator(_port_short, json_schema_input_type=int | PortPart)]
Mount = Annotated[MountPart, BeforeValidator(_mount_short, json_schema_input_type=str | MountPart)]
Env = Annotated[EnvPart, BeforeValidator(_value_short, json_schema_input_type=str | int | float | bool | EnvPart)]
TargetResources = Annotated[
    TargetResourcesPart,
    BeforeValidator(
        lambda value: {"use": value} if isinstance(value, str) else value, json_schema_input_type=str | TargetResourcesPart
    ),
]


class TargetPart(Part):
    """One workload to be. What is not given follows from its Compose services, as without a mapping."""

    sources: tuple[str, ...] | None = Field(
        default=None,
        alias="from",
        description="The Compose services that it is made of; default: the service of the target's own name. Several are "
        "merged: the first one's value stands where only one can. `[]` declares a workload without a Compose source.",
    )
    reason: Reason | None = Field(
        default=None,
        description="Why; needed if services are merged, renamed (also the `service`) or added. It shows in reports.",
    )
    reasons: dict[str, Reason] = Field(default={}, description="Reasons of single keys of this target (`mounts: ...`).")
    purpose: str = Field(default="", description="What it does, in a sentence for the deployment guide.")
    service: Name | None = Field(default=None, description="The name of its Service: the host name that others use.")
    kind: Literal["Deployment", "StatefulSet", "DaemonSet", "Job"] | None = Field(default=None, description="Its controller.")
    image: Image | None = Field(
        default=None,
        description="Its image; if it is of another repository, command and working directory are then the image's.",
    )
    replicas: Count | None = Field(default=None, description="How many pods.")
    command: tuple[Text, ...] | None = Field(default=None, description="The entrypoint.")
    args: tuple[Text, ...] | None = Field(default=None, description="The arguments of the entrypoint.")
    working_dir: str | None = Field(default=None, description="The working directory.")
    ports: tuple[Port, ...] | None = Field(default=None, description="All its ports, instead of Compose's.")
    resources: TargetResources | None = Field(default=None, description="A resource class, or amounts.")
    readiness: ProbePart | None = Field(default=None, description="When it gets traffic; instead of Compose's health check.")
    liveness: ProbePart | None = Field(default=None, description="When it is restarted.")
    startup: ProbePart | None = Field(default=None, description="When the other probes begin.")
    mounts: tuple[Mount, ...] | None = Field(
        default=None, description="All its claims, instead of Compose's volumes and mounts."
    )
    env: dict[Variable, Env] = Field(default={}, description="Variables that win over Compose's.")
    labels: dict[LabelKey, Text] = Field(default={}, description="Labels beside those of the convention, or instead of them.")
    wait_for: tuple[str, ...] | None = Field(
        default=None, description="Targets that must be ready first; instead of `depends_on`."
    )
    folder: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9][-a-z0-9_]*$",
        description="Where its files are laid; default: `services`, its name if stateful. Not `secrets`, which git ignores.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> TargetPart:
        if self.kind == "DaemonSet" and self.replicas is not None:
            raise problem("replicas-of-each-node", "a DaemonSet runs once on each node", "remove `replicas`")
        paths = [mount.path.rstrip("/") for mount in self.mounts or ()]
        if len(set(paths)) < len(paths):
            twice = next(path for path in paths if paths.count(path) > 1)
            raise problem("mount-twice", f"two mounts stand at {twice}", "keep one of them")
        if self.folder == "secrets":
            raise problem("folder-ignored", "git ignores the folder secrets", "choose another `folder`")
        for key in ("mounts", "wait_for"):
            if getattr(self, key) == () and not self.reason and key not in self.reasons:
                raise problem("no-reason", f"`{key}: []` leaves out what Compose has, and gives no reason", "add `reason:`")
        return self


class ValuePart(Part):
    """A key that the mapping adds to a shared map."""

    value: Text | None = Field(default=None, description="The value; none: a secret that only the operator knows.")
    reason: Reason = Field(description="Why it is added.")


class SharedPart(Part):
    """A ConfigMap or Secret that several workloads read whole. A value of one workload that differs stays in its `env`."""

    kind: Literal["ConfigMap", "Secret"] = Field(description="Which of the two.")
    reason: Reason = Field(description="Why they share it.")
    file: str = Field(default="", pattern=r"^[-a-z0-9_.]*$", description="The file's name without folder and extension.")
    keys: tuple[str, ...] = Field(default=(), description="Keys that belong here, whatever they look like.")
    takes_rest: bool = Field(
        default=False,
        description="Also every key of its kind (secret or not) that no list names, unless no two workloads agree on it.",
    )
    values: dict[Variable, ValuePart] = Field(default={}, description="Keys that are added.")
    readers: tuple[str, ...] | None = Field(default=None, description="The targets that read it; default: all.")
    drop: dict[str, Reason] = Field(default={}, description="Compose keys that go nowhere, each with its reason.")


class StoragePart(Part):
    """A PersistentVolumeClaim."""

    size: Size = Field(description="Its size: `5Gi`.")
    access: Literal["ReadWriteOnce", "ReadWriteOncePod", "ReadOnlyMany", "ReadWriteMany"] = Field(
        default="ReadWriteOnce", description="Who may mount it: pods of one node, one pod, or pods of many nodes."
    )
    class_name: ClassName | None = Field(default=None, alias="class", description="The storage class; default: the cluster's.")
    sources: tuple[str, ...] | None = Field(
        default=None,
        alias="from",
        description="The Compose volumes and host paths (`./data`) that it replaces; default: the volume of its own name. "
        "`[]` declares a claim without a Compose source.",
    )
    seed: Name | None = Field(
        default=None,
        description="The target whose image fills it: while the claim is empty, an init container of that image (it needs a "
        "shell and `cp`) copies what the image has where the target mounts the claim, as Docker fills a new volume.",
    )
    owner: Name | None = Field(default=None, description="The target in whose folder it is laid; default: its only user.")
    reason: Reason | None = Field(default=None, description="Why; needed if it replaces something of another name or is added.")


class RoutePart(Part):
    """An entry from outside the cluster (Ingress)."""

    host: str = Field(
        pattern=r"^(\*\.)?[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?$", description="The host name that is asked for, in lower case."
    )
    class_name: ClassName | None = Field(default=None, alias="class", description="The ingress class.")
    reason: Reason = Field(description="Why it is exposed.")
    paths: dict[PathPrefix, str] = Field(
        min_length=1, description="Path prefix to the target that answers, `target:port` (or `target`, if it has one port)."
    )
    annotations: dict[AnnotationKey, Text] = Field(default={}, description="Annotations, for the ingress controller.")
    without: dict[str, Reason] = Field(
        default={}, description="Annotations that were considered and left out, with the reason."
    )
    file: str = Field(default="", pattern=r"^[-a-z0-9_.]*$", description="The file's name without folder and extension.")


class NetworkPolicyPart(Part):
    """NetworkPolicies that keep apart what Compose's networks keep apart. `network_policy: true` is short for it."""

    reason: Reason | None = Field(default=None, description="Why.")
    routes_from: Name | None = Field(
        default=None,
        description="The namespace of the pods that bring the traffic of routes (the Ingress controller); default: pods of "
        "any namespace may bring it.",
    )


NetworkPolicy = Annotated[
    NetworkPolicyPart | None,
    BeforeValidator(
        lambda value: ({} if value else None) if isinstance(value, bool) else value,
        json_schema_input_type=bool | NetworkPolicyPart,
    ),
]


class GuidePart(Part):
    """What only people know, for the deployment guide."""

    title: str = Field(default="", description="Its title.")
    overview: str = Field(default="", description="What the system is, in a paragraph.")
    next_steps: tuple[str, ...] = Field(default=(), description="What is planned.")
    references: dict[str, str] = Field(default={}, description="Text and address of further pages.")


class Document(Part):
    """Every key of a mapping spec is optional: what is not decided here follows from the Compose project.

    Keys that begin with `x-` are ignored; they are the place for YAML anchors.
    """

    version: Literal[1] = Field(default=1, description="The version of this format.")
    name: Name | None = Field(default=None, description="The system's name; default: the Compose project's.")
    compose: ComposePart = Field(default=ComposePart(), description="Which Compose files are read, and how.")
    output: str | None = Field(default=None, description="The tree's folder, relative to the mapping spec's folder.")
    kubernetes: Literal["1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"] | None = Field(
        default=None, description="The Kubernetes version that must accept the tree; default 1.35. Write it in quotes."
    )
    namespace: Name | None = Field(default=None, description="The namespace of all objects; it is created.")
    labels: LabelsPart = Field(default=LabelsPart(), description="The label convention.")
    resources: dict[str, ResourcesPart] = Field(default={}, description="Resource classes by name.")
    targets: dict[Name, TargetPart] = Field(default={}, description="The workloads, by name.")
    drop: dict[str, Reason] = Field(default={}, description="Compose services that become nothing, each with its reason.")
    rest: Literal["convert", "refuse"] = Field(
        default="convert",
        description="What happens to services that neither `targets` nor `drop` names: `convert`, as without a mapping, or "
        "`refuse`, so that a new service needs a decision.",
    )
    shared: dict[Name, SharedPart] = Field(
        default={}, description="ConfigMaps and Secrets that several workloads read, by name."
    )
    secret_keys: dict[str, Reason] = Field(default={}, description="Variables that are secret although they do not look so.")
    plain_keys: dict[str, Reason] = Field(default={}, description="Variables that are not secret although they look so.")
    storage: dict[Name, StoragePart] = Field(default={}, description="Claims by name.")
    routes: dict[Name, RoutePart] = Field(default={}, description="Entries from outside the cluster, by the object's name.")
    network_policy: NetworkPolicy = Field(
        default=None,
        description="Whether NetworkPolicies are written: pods reach those that share a network with them in Compose, and no "
        "others; default: none are, every pod reaches every other.",
    )
    claims: dict[ClaimName, Stated] = Field(
        default={}, description="Numbers that a document states, to be compared with the computed ones: `requests.cpu: 2,850m`."
    )
    budget: BudgetPart = Field(default=BudgetPart(), description="What the system may ask for; more fails the report.")
    ignore: tuple[IgnorePart, ...] = Field(default=(), description="Findings of the report that may stand, with the reason.")
    wait_image: Image | None = Field(default=None, description="The image of init containers that wait: it has sh and getent.")
    guide: GuidePart = Field(default=GuidePart(), description="Title, overview, next steps and references of README.md.")
