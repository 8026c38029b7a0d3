"""The fields of the target model that units may fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from compose2qt.lower.shapes import PortUse, VolumeUse, Wait
    from compose2qt.workload import Probe, Quantity

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """A place for values of type ``T``. A field that is not ``many`` takes one value: two different ones conflict."""

    name: str
    many: bool = False


IMAGE: Field[str] = Field("image")
BUILD_CONTEXT: Field[str] = Field("build context")
PULL_POLICY: Field[str] = Field("imagePullPolicy")
ENTRYPOINT: Field[tuple[str, ...]] = Field("command")
COMMAND: Field[tuple[str, ...]] = Field("args")
WORKING_DIR: Field[str] = Field("workingDir")
STDIN: Field[bool] = Field("stdin")
TTY: Field[bool] = Field("tty")

ENVIRONMENT: Field[tuple[str, str]] = Field("env", many=True)

CPU_REQUEST: Field[Quantity] = Field("resources.requests.cpu")
MEMORY_REQUEST: Field[Quantity] = Field("resources.requests.memory")
CPU_LIMIT: Field[Quantity] = Field("resources.limits.cpu")
MEMORY_LIMIT: Field[Quantity] = Field("resources.limits.memory")
REPLICAS: Field[int] = Field("replicas")

READINESS: Field[Probe] = Field("readinessProbe")

PORTS: Field[PortUse] = Field("ports", many=True)
ALIASES: Field[str] = Field("Service names", many=True)
HOSTNAME: Field[str] = Field("hostname")
HOST_ALIASES: Field[tuple[str, str]] = Field("hostAliases", many=True)

VOLUMES: Field[VolumeUse] = Field("volumeMounts", many=True)

WAITS: Field[Wait] = Field("initContainers", many=True)
RESTART: Field[str] = Field("restartPolicy")
GRACE_PERIOD: Field[int] = Field("terminationGracePeriodSeconds")

RUN_AS_USER: Field[int] = Field("securityContext.runAsUser")
RUN_AS_GROUP: Field[int] = Field("securityContext.runAsGroup")
GROUPS: Field[int] = Field("securityContext.supplementalGroups", many=True)
PRIVILEGED: Field[bool] = Field("securityContext.privileged")
READ_ONLY_ROOT: Field[bool] = Field("securityContext.readOnlyRootFilesystem")
NO_NEW_PRIVILEGES: Field[bool] = Field("securityContext.allowPrivilegeEscalation")
CAPABILITIES_ADD: Field[str] = Field("securityContext.capabilities.add", many=True)
CAPABILITIES_DROP: Field[str] = Field("securityContext.capabilities.drop", many=True)
SYSCTLS: Field[tuple[str, str]] = Field("securityContext.sysctls", many=True)
ANNOTATIONS: Field[tuple[str, str]] = Field("annotations", many=True)
