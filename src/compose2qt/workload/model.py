"""The target model: what runs, stripped of both languages. Frozen; lower builds it, emit writes it down.

Each value that a field of a manifest will hold is ``Traced``: it carries its origins to the ledger.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from compose2qt.workload.origin import Origin, Traced
    from compose2qt.workload.policy import NetworkPolicy
    from compose2qt.workload.quantity import Quantity


class Kind(enum.StrEnum):
    """The Kubernetes controller that runs a workload."""

    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"
    DAEMON_SET = "DaemonSet"
    JOB = "Job"
    CRON_JOB = "CronJob"


class Concealed(Struct, frozen=True):
    """A secret value: it never shows in text, logs or reprs; ``reveal`` is called by ``--write-secrets`` alone."""

    _value: str

    def __str__(self) -> str:
        return "(concealed)"

    __repr__ = __str__

    def reveal(self) -> str:
        """The value itself."""
        return self._value


# Environment ------------------------------------------------------------------------------------------------------


class SecretKey(Struct, frozen=True):
    """A reference to one key of a Secret."""

    secret: str
    key: str


class EnvVar(Struct, frozen=True):
    """An entry of ``env``: a literal (already escaped for the kubelet's ``$(VAR)``) or a Secret's key."""

    name: str
    value: Traced[str] | Traced[SecretKey]


class EnvFrom(Struct, frozen=True):
    """A whole ConfigMap or Secret read into the environment (``envFrom``)."""

    name: Traced[str]
    is_secret: bool = False


# Storage ----------------------------------------------------------------------------------------------------------


class ClaimSource(Struct, frozen=True):
    """A PersistentVolumeClaim's volume."""

    claim: str


class EmptySource(Struct, frozen=True):
    """An ``emptyDir``; in memory if ``memory``; ``size`` is its limit."""

    memory: bool = False
    size: Quantity | None = None


class MapSource(Struct, frozen=True):
    """The keys of a ConfigMap or Secret as files; ``items`` is (key, path, mode); empty means all keys."""

    name: str
    is_secret: bool = False
    items: tuple[tuple[str, str, int | None], ...] = ()


class HostSource(Struct, frozen=True):
    """A path of the node (``hostPath``): only in workloads that are blocked."""

    path: str


class NfsSource(Struct, frozen=True):
    """A folder of an NFS server, mounted without a claim."""

    server: str
    path: str
    read_only: bool = False


class ImageSource(Struct, frozen=True):
    """The files of an image, read-only (``volumes[].image``)."""

    reference: str


VolumeSource: TypeAlias = ClaimSource | EmptySource | MapSource | HostSource | NfsSource | ImageSource


class Volume(Struct, frozen=True):
    """A volume of a pod."""

    name: str
    source: Traced[VolumeSource]


class Mount(Struct, frozen=True):
    """Where a container sees a volume of its pod. ``path`` has the origins of all of it."""

    volume: str
    path: Traced[str]
    read_only: bool = False
    sub_path: str = ""


class Claim(Struct, frozen=True):
    """A PersistentVolumeClaim. ``owner`` is the workload in whose folder it is laid, None for shared storage."""

    name: str
    size: Traced[Quantity]
    access_mode: Traced[str]
    storage_class: str | None = None
    owner: str | None = None
    because: tuple[Origin, ...] = ()
    """The leaves of the input that ask for it."""


# Containers -------------------------------------------------------------------------------------------------------


class ExecProbe(Struct, frozen=True):
    """Runs a command in the container."""

    command: tuple[str, ...]


class HttpProbe(Struct, frozen=True):
    """Asks for a page; fails on a status outside 200..399."""

    path: str
    port: int
    headers: tuple[tuple[str, str], ...] = ()


class TcpProbe(Struct, frozen=True):
    """Opens a connection."""

    port: int


class Probe(Struct, frozen=True):
    """A check of a container; all times in whole seconds."""

    check: ExecProbe | HttpProbe | TcpProbe
    period: int = 10
    timeout: int = 1
    failures: int = 3
    initial_delay: int = 0


class ContainerPort(Struct, frozen=True):
    """A port on which the container listens. ``name`` is unique in the pod, at most 15 characters."""

    number: int
    name: str
    protocol: str = "TCP"
    app_protocol: str = ""
    """What is spoken on it (``http``): for the ports of Services that lead here."""


class Resources(Struct, frozen=True):
    """Requests and limits of a container; an absent one is not set."""

    cpu_request: Traced[Quantity] | None = None
    memory_request: Traced[Quantity] | None = None
    cpu_limit: Traced[Quantity] | None = None
    memory_limit: Traced[Quantity] | None = None
    extended: tuple[tuple[str, Traced[int]], ...] = ()
    """Whole devices by the name of their resource (``nvidia.com/gpu``): limits, which are their requests too."""


class Security(Struct, frozen=True):
    """What a container may do (``securityContext``)."""

    run_as_user: Traced[int] | None = None
    run_as_group: Traced[int] | None = None
    privileged: Traced[bool] | None = None
    read_only_root: Traced[bool] | None = None
    no_new_privileges: Traced[bool] | None = None
    capabilities_add: tuple[Traced[str], ...] = ()
    capabilities_drop: tuple[Traced[str], ...] = ()
    seccomp: Traced[str] | None = None
    """``RuntimeDefault`` or ``Unconfined``; absent: the pod's."""
    apparmor: Traced[str] | None = None
    """``RuntimeDefault``, ``Unconfined`` or the name of a profile that the node has loaded."""


class Container(Struct, frozen=True):
    """One container of a pod. ``command`` is the entrypoint, ``args`` the arguments, as Kubernetes names them."""

    name: str
    image: Traced[str]
    pull_policy: Traced[str] | None = None
    command: Traced[tuple[str, ...]] | None = None
    args: Traced[tuple[str, ...]] | None = None
    working_dir: Traced[str] | None = None
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFrom, ...] = ()
    ports: tuple[Traced[ContainerPort], ...] = ()
    resources: Resources = field(default_factory=Resources)
    readiness: Traced[Probe] | None = None
    liveness: Traced[Probe] | None = None
    startup: Traced[Probe] | None = None
    mounts: tuple[Mount, ...] = ()
    security: Security = field(default_factory=Security)
    stdin: Traced[bool] | None = None
    tty: Traced[bool] | None = None
    post_start: Traced[tuple[str, ...]] | None = None
    """A command run beside the start (``lifecycle.postStart``). The kubelet does not expand it."""
    pre_stop: Traced[tuple[str, ...]] | None = None
    """A command run before the stop signal (``lifecycle.preStop``). The kubelet does not expand it."""
    because: tuple[Origin, ...] = ()
    """Why it runs here, where leaves of the input ask for it: what waits for its end."""


class Pod(Struct, frozen=True):
    """What is replicated."""

    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    hostname: Traced[str] | None = None
    host_aliases: tuple[Traced[tuple[str, str]], ...] = ()
    """(IP, host name) pairs."""
    grace_period: Traced[int] | None = None
    """Seconds between the stop signal and the kill."""
    restart_policy: Traced[str] | None = None
    fs_group: Traced[int] | None = None
    supplemental_groups: tuple[Traced[int], ...] = ()
    sysctls: tuple[Traced[tuple[str, str]], ...] = ()
    colocate_with: Traced[str] | None = None
    """A label value: pods that carry it must share a node, because they share a ReadWriteOnce claim."""
    annotations: tuple[tuple[str, Traced[str]], ...] = ()
    labels: tuple[tuple[str, Traced[str]], ...] = ()
    """Labels of the pod alone, for Services that several workloads share: never part of the workload's selector."""
    node_selector: tuple[tuple[str, Traced[str]], ...] = ()
    host_network: Traced[bool] | None = None
    host_pid: Traced[bool] | None = None
    host_ipc: Traced[bool] | None = None
    share_processes: Traced[bool] | None = None
    """Whether its containers see each other's processes (``shareProcessNamespace``)."""
    hostname_override: Traced[str] | None = None
    """A host name with dots, where the target version knows the field; then ``hostname`` is not set."""
    service_account: Traced[str] | None = None
    pull_secrets: tuple[Traced[str], ...] = ()


# The network ------------------------------------------------------------------------------------------------------


class ServicePort(Struct, frozen=True):
    """A port of a Service and the container port behind it."""

    name: str
    port: int
    target: int
    protocol: str = "TCP"
    node_port: int | None = None
    app_protocol: str = ""
    """What is spoken on it (``http``); empty: nobody says."""


class Endpoint(Struct, frozen=True):
    """A Service: a host name under which a workload answers.

    Headless when ``ports`` is empty or ``headless`` is set; ``publish_not_ready`` answers before readiness, as Docker
    does; without it the name of a headless Service resolves only once a pod is ready.
    """

    name: str
    ports: tuple[Traced[ServicePort], ...] = ()
    headless: bool = False
    publish_not_ready: bool = False
    note: str = ""
    headless_by: tuple[Origin, ...] = ()
    """Why ``headless`` is set, where leaves of the input ask for it."""
    selector: tuple[tuple[str, str], ...] = ()
    """The labels of the pods behind it, where they are not those of its workload: a name that several workloads share."""
    type: Traced[str] | None = None
    """``NodePort`` or ``LoadBalancer`` where somebody asked for it; absent: ``ClusterIP``."""
    traffic_policy: Traced[str] | None = None
    """``externalTrafficPolicy``."""
    named: Traced[str] | None = None
    """``name`` with its origins, where leaves of the input gave it."""


class RoutePath(Struct, frozen=True):
    """A path prefix of a route and the Service port that answers it."""

    path: str
    service: str
    port: int


class Route(Struct, frozen=True):
    """An entry from outside the cluster (``Ingress``)."""

    name: str
    host: str
    class_name: str | None
    paths: tuple[Traced[RoutePath], ...]
    annotations: tuple[tuple[str, Traced[str]], ...] = ()
    file: str = ""
    tls_secret: Traced[str] | None = None
    """The Secret with the certificate of ``host``."""


# The whole --------------------------------------------------------------------------------------------------------


class Rolling(Struct, frozen=True):
    """How a Deployment or DaemonSet replaces its pods: numbers of pods, or a percentage."""

    max_unavailable: int | str
    max_surge: int | str


class Autoscale(Struct, frozen=True):
    """How an autoscaler changes the number of pods; shares are percent of what the pods request, 0 if it does not look."""

    minimum: int = 1
    maximum: int = 1
    cpu: int = 0
    memory: int = 0


class Workload(Struct, frozen=True):
    """What one target of the plan becomes: a controller, its pod and its Services."""

    name: str
    kind: Kind
    replicas: Traced[int] | None
    pod: Pod
    endpoints: tuple[Endpoint, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    """Labels of every object of the workload, in the order in which they are written."""
    selector: tuple[tuple[str, str], ...] = ()
    """The labels that select its pods: they never change."""
    recreate: Traced[bool] | None = None
    """A Deployment whose old pod must stop before the new one starts."""
    sources: tuple[str, ...] = ()
    """The Compose services that it comes from; none for one that the mapping declares."""
    folder: str = "services"
    """Where its files are laid."""
    purpose: str = ""
    """What it does, in a sentence for the guide; empty if nobody says."""
    reason: str = ""
    """Why it is not simply one service of the same name: merged, renamed or added by the mapping."""
    blocked: str = ""
    """Why it must not be applied without a decision: it is laid in ``blocked/``, outside the kustomization."""
    schedule: Traced[str] | None = None
    """When a CronJob starts, in cron's five fields."""
    time_zone: Traced[str] | None = None
    """The zone of ``schedule``, as in the tz database; absent: the cluster's."""
    concurrency: Traced[str] | None = None
    """What happens when a run of a CronJob is due while one is going: Allow, Forbid or Replace; absent: Forbid."""
    retries: Traced[int] | None = None
    """How often a Job starts again after a failure; absent: by the pod's restart policy."""
    rolling: Traced[Rolling] | None = None
    """How pods are replaced where somebody said so."""
    autoscale: Traced[Autoscale] | None = None
    """The autoscaler that says how many pods run; then ``replicas`` is absent."""
    min_ready: Traced[int] | None = None
    """Seconds that a new pod must be ready before the next one is replaced."""
    section: str = "services"
    """The section of the Compose file that ``sources`` stand in: ``services`` or ``jobs``."""
    keeps_data: bool = False
    """Whether an image of it is known to keep data, so that each pod without a common volume has data of its own."""


class ConfigMap(Struct, frozen=True):
    """Keys that are no secret, read into environments or mounted as files."""

    name: str
    data: tuple[tuple[str, Traced[str]], ...]
    binary: tuple[tuple[str, Traced[bytes]], ...] = ()
    file: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    """Why several workloads share it, if they do."""


class Secret(Struct, frozen=True):
    """Keys that are secret. Only names reach the tree; a value may be absent (a key that the mapping declares)."""

    name: str
    data: tuple[tuple[str, Traced[Concealed | None]], ...]
    file: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    """Why several workloads share it, if they do."""
    variables: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """By key: the variables of the input that give its value."""


class ImageBuild(Struct, frozen=True):
    """An image that must be built: what ``docker build`` is told, with paths relative to the Compose file's folder."""

    image: str
    context: str
    dockerfile: str = ""
    """Empty: ``Dockerfile`` in the context."""
    target: str = ""
    arguments: tuple[str, ...] = ()
    """Build arguments, ``NAME=value``; of those that may be secret the name alone: Docker takes the value from the shell."""

    @property
    def options(self) -> tuple[str, ...]:
        """The options of ``docker build`` beside ``-t``."""
        file = ("-f", self.dockerfile) if self.dockerfile else ()
        target = ("--target", self.target) if self.target else ()
        return (*file, *target, *(word for name in self.arguments for word in ("--build-arg", name)))


class Guide(Struct, frozen=True):
    """What only people know about a system, for the deployment guide; all of it optional."""

    title: str = ""
    overview: str = ""
    next_steps: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    """(text, URL) pairs."""


class Application(Struct, frozen=True):
    """Everything that a conversion yields, before it is written as manifests."""

    name: str
    namespace: Traced[str] | None
    labels: tuple[tuple[str, str], ...]
    workloads: tuple[Workload, ...] = ()
    config_maps: tuple[ConfigMap, ...] = ()
    secrets: tuple[Secret, ...] = ()
    claims: tuple[Claim, ...] = ()
    routes: tuple[Route, ...] = ()
    builds: tuple[ImageBuild, ...] = ()
    """Every image that must be built and pushed."""
    published: tuple[tuple[str, str, int], ...] = ()
    """(Service, host port, container port) of what Compose published over TCP and the tree does not expose."""
    compose_file: str = ""
    """The first Compose file, relative to the project folder: the headers of generated files name it."""
    mapping_file: str = ""
    """The mapping spec's file name, if there is one."""
    kubernetes: str = "1.35"
    """The target version."""
    guide: Guide = field(default_factory=Guide)
    policies: tuple[NetworkPolicy, ...] = ()
    """NetworkPolicies; none unless somebody asked for them."""
