"""The fields of the target model that units may fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from compose2qt.lower.shapes import Hook, InitUse, Link, PortUse, Timing, VolumeUse, Wait
    from compose2qt.workload import Autoscale, ImageBuild, Probe, Quantity, Rolling

T = TypeVar("T")


class Field(Struct, Generic[T], frozen=True):
    """A place for values of type ``T``. A field that is not ``many`` takes one value: two different ones conflict."""

    name: str
    many: bool = False


IMAGE: Field[str] = Field("image")
BUILD: Field[ImageBuild] = Field("build context")
BASE: Field[str] = Field("base image")
"""The image that a build begins with."""
BUILT_USER: Field[tuple[str, int | None]] = Field("USER of the Dockerfile")
"""As it is written, and its group's number, if it is known."""
PULL_POLICY: Field[str] = Field("imagePullPolicy")
ENTRYPOINT: Field[tuple[str, ...]] = Field("command")
COMMAND: Field[tuple[str, ...]] = Field("args")
WORKING_DIR: Field[str] = Field("workingDir")
STDIN: Field[bool] = Field("stdin")
TTY: Field[bool] = Field("tty")
POST_START: Field[Hook] = Field("lifecycle.postStart", many=True)
PRE_STOP: Field[Hook] = Field("lifecycle.preStop", many=True)

ENVIRONMENT: Field[tuple[str, str]] = Field("env", many=True)

CPU_REQUEST: Field[Quantity] = Field("resources.requests.cpu")
MEMORY_REQUEST: Field[Quantity] = Field("resources.requests.memory")
CPU_LIMIT: Field[Quantity] = Field("resources.limits.cpu")
MEMORY_LIMIT: Field[Quantity] = Field("resources.limits.memory")
DEVICES: Field[tuple[str, int]] = Field("resources.limits", many=True)
REPLICAS: Field[int] = Field("replicas")
AUTOSCALE: Field[Autoscale] = Field("HorizontalPodAutoscaler")

READINESS: Field[Probe] = Field("readinessProbe")
LIVENESS: Field[Probe] = Field("livenessProbe")

PORTS: Field[PortUse] = Field("ports", many=True)
ALIASES: Field[str] = Field("Service names", many=True)
LINKS: Field[Link] = Field("Service names of others", many=True)
HEADLESS: Field[bool] = Field("clusterIP")
SERVICE_TYPE: Field[str] = Field("type of the Service")
NODE_PORT: Field[int] = Field("nodePort")
TRAFFIC_POLICY: Field[str] = Field("externalTrafficPolicy")
HOSTNAME: Field[str] = Field("hostname")
HOSTNAME_OVERRIDE: Field[str] = Field("hostnameOverride")
HOST_ALIASES: Field[tuple[str, str]] = Field("hostAliases", many=True)

VOLUMES: Field[VolumeUse] = Field("volumeMounts", many=True)
SEEDS: Field[tuple[VolumeUse, VolumeUse]] = Field("files of a claim", many=True)
"""Where the files of a claim come from, and the claim that they are copied to: decided over all services."""
FS_GROUP: Field[int] = Field("securityContext.fsGroup")

INITS: Field[InitUse] = Field("initContainers of others", many=True)
WAITS: Field[Wait] = Field("initContainers", many=True)
RESTART: Field[str] = Field("restartPolicy")
RETRIES: Field[int] = Field("backoffLimit")
ROLLING: Field[Rolling] = Field("strategy.rollingUpdate")
MIN_READY: Field[int] = Field("minReadySeconds")
GRACE_PERIOD: Field[int] = Field("terminationGracePeriodSeconds")
SCHEDULE: Field[Timing] = Field("schedule", many=True)

RUN_AS_USER: Field[int] = Field("securityContext.runAsUser")
RUN_AS_GROUP: Field[int] = Field("securityContext.runAsGroup")
GROUPS: Field[int] = Field("securityContext.supplementalGroups", many=True)
PRIVILEGED: Field[bool] = Field("securityContext.privileged")
READ_ONLY_ROOT: Field[bool] = Field("securityContext.readOnlyRootFilesystem")
NO_NEW_PRIVILEGES: Field[bool] = Field("securityContext.allowPrivilegeEscalation")
CAPABILITIES_ADD: Field[str] = Field("securityContext.capabilities.add", many=True)
CAPABILITIES_DROP: Field[str] = Field("securityContext.capabilities.drop", many=True)
SECCOMP: Field[str] = Field("securityContext.seccompProfile")
APPARMOR: Field[str] = Field("securityContext.appArmorProfile")
SYSCTLS: Field[tuple[str, str]] = Field("securityContext.sysctls", many=True)
HOST_NETWORK: Field[bool] = Field("hostNetwork")
HOST_PID: Field[bool] = Field("hostPID")
HOST_IPC: Field[bool] = Field("hostIPC")
SHARE_PROCESSES: Field[bool] = Field("shareProcessNamespace")
BLOCKED: Field[str] = Field("blocked", many=True)
"""Why the workload needs a person's decision before it may run."""

NODE_SELECTOR: Field[tuple[str, str]] = Field("nodeSelector", many=True)
SERVICE_ACCOUNT: Field[str] = Field("serviceAccountName")
PULL_SECRETS: Field[str] = Field("imagePullSecrets", many=True)
ANNOTATIONS: Field[tuple[str, str]] = Field("annotations", many=True)
