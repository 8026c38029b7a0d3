"""The structures that units take and give, bound from canonical nodes by their field types."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NewType

from compose2qt.source import Mapping
from compose2qt.workload import Concealed

Seconds = NewType("Seconds", Decimal)
"""A Compose duration (``1m30s``)."""
Bytes = NewType("Bytes", int)
"""A Compose byte size (``512m`` is 512 Mi)."""


# What units take ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """``services.*.healthcheck`` in canonical form."""

    node: Mapping
    test: tuple[str, ...] = ()
    interval: Seconds | None = None
    timeout: Seconds | None = None
    retries: int | None = None
    start_period: Seconds | None = None
    start_interval: Seconds | None = None
    disable: bool = False


@dataclass(frozen=True, slots=True)
class Port:
    """One entry of ``services.*.ports``; ``published`` may be a range."""

    node: Mapping
    target: int
    published: str = ""
    host_ip: str = ""
    protocol: str = "tcp"
    mode: str = ""
    name: str = ""
    app_protocol: str = ""


@dataclass(frozen=True, slots=True)
class TmpfsOptions:
    """``volumes[].tmpfs``."""

    node: Mapping
    size: Bytes | None = None
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class VolumeOptions:
    """``volumes[].volume``."""

    node: Mapping
    nocopy: bool = False
    subpath: str = ""


@dataclass(frozen=True, slots=True)
class Volume:
    """One entry of ``services.*.volumes``."""

    node: Mapping
    type: str = "volume"
    source: str = ""
    target: str = ""
    read_only: bool = False
    tmpfs: TmpfsOptions | None = None
    volume: VolumeOptions | None = None


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of ``services.*.depends_on``."""

    node: Mapping
    condition: str = "service_started"
    required: bool = True
    restart: bool = False


@dataclass(frozen=True, slots=True)
class FileReference:
    """One entry of ``services.*.configs`` or ``services.*.secrets``."""

    node: Mapping
    source: str
    target: str = ""
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Amounts:
    """``deploy.resources.limits`` or ``.reservations``."""

    node: Mapping
    cpus: Decimal | None = None
    memory: Bytes | None = None


@dataclass(frozen=True, slots=True)
class DeployResources:
    """``deploy.resources``."""

    node: Mapping
    limits: Amounts | None = None
    reservations: Amounts | None = None


@dataclass(frozen=True, slots=True)
class Deploy:
    """The part of ``services.*.deploy`` that has a counterpart."""

    node: Mapping
    mode: str = ""
    replicas: int | None = None
    resources: DeployResources | None = None


@dataclass(frozen=True, slots=True)
class Build:
    """The part of ``services.*.build`` that decides where an image comes from."""

    node: Mapping
    context: str = ""


@dataclass(frozen=True, slots=True)
class NetworkAttachment:
    """One entry of ``services.*.networks``."""

    node: Mapping
    aliases: tuple[str, ...] = ()


# What units give ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PortUse:
    """A port on which the container listens; ``published`` is the host port that Docker opened for it, if any."""

    number: int
    protocol: str = "TCP"
    name: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class ClaimUse:
    """A claim mounted in a container."""

    claim: str


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """A memory-backed or plain scratch folder."""

    memory: bool
    size: int | None = None
    """In bytes."""


@dataclass(frozen=True, slots=True)
class FileUse:
    """Files with known content: (path below the mount, content, executable). One file is mounted by ``sub_path``."""

    name: str
    files: tuple[tuple[str, bytes | Concealed, bool], ...]
    single: bool
    is_secret: bool
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class ExternalUse:
    """Keys of a ConfigMap or Secret that exists in the cluster already, mounted as one file."""

    name: str
    key: str
    is_secret: bool


@dataclass(frozen=True, slots=True)
class VolumeUse:
    """Something mounted at ``path``."""

    path: str
    source: ClaimUse | MemoryUse | FileUse | ExternalUse
    read_only: bool = False
    sub_path: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Another Compose service that must be healthy before this one starts."""

    service: str
