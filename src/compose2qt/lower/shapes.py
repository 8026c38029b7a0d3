"""The structures that units take and give, bound from canonical nodes by their field types."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NewType, TypeAlias

from compose2qt.source import Mapping, Node, Sequence
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
class ImageOptions:
    """``volumes[].image``."""

    node: Mapping
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
    image: ImageOptions | None = None


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
class DeviceRequest:
    """One entry of ``gpus`` or of ``deploy.resources.reservations.devices``; a count of -1 is all."""

    node: Mapping
    capabilities: tuple[str, ...] = ()
    count: int | None = None
    device_ids: tuple[str, ...] = ()
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """One entry of ``devices``."""

    node: Mapping
    source: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Amounts:
    """``deploy.resources.limits`` or ``.reservations``."""

    node: Mapping
    cpus: Decimal | None = None
    memory: Bytes | None = None
    devices: tuple[DeviceRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class DeployResources:
    """``deploy.resources``."""

    node: Mapping
    limits: Amounts | None = None
    reservations: Amounts | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """``deploy.placement``."""

    node: Mapping
    constraints: Sequence | None = None


@dataclass(frozen=True, slots=True)
class UpdateConfig:
    """``deploy.update_config``; a parallelism of 0 is all at once."""

    node: Mapping
    parallelism: int | None = None
    delay: Seconds | None = None
    order: str = ""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """``deploy.restart_policy``."""

    node: Mapping
    condition: str = ""
    max_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class HookCommand:
    """One entry of ``post_start`` or ``pre_stop``."""

    node: Mapping
    command: tuple[str, ...] = ()
    working_dir: str = ""
    environment: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """One entry of ``triggers.schedule`` of a job."""

    node: Mapping
    cron: str = ""
    timezone: str = ""
    concurrency: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """The part of ``services.*.build`` that decides where an image comes from."""

    node: Mapping
    context: str = ""
    dockerfile: str = ""
    target: str = ""
    args: dict[str, Node] = field(default_factory=dict)


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
class Link:
    """Another Compose service and a name under which this one reaches it."""

    service: str
    alias: str


@dataclass(frozen=True, slots=True)
class Hook:
    """A command that runs in the container; ``environment`` and ``working_dir`` are for it alone."""

    command: tuple[str, ...]
    working_dir: str = ""
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """When a job runs: cron's five fields, a zone, and what happens to runs that overlap."""

    cron: str
    time_zone: str = ""
    concurrency: str = ""


@dataclass(frozen=True, slots=True)
class InitUse:
    """A container that runs to its end before the service starts."""

    name: str
    image: str
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimUse:
    """A claim mounted in a container."""

    claim: str


@dataclass(frozen=True, slots=True)
class FolderUse:
    """A host folder, by its path relative to the project folder, that becomes a claim."""

    path: str


@dataclass(frozen=True, slots=True)
class HostUse:
    """A path of the node."""

    path: str


@dataclass(frozen=True, slots=True)
class NfsUse:
    """A folder of an NFS server."""

    server: str
    path: str


@dataclass(frozen=True, slots=True)
class ImageUse:
    """The files of an image."""

    reference: str


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """A memory-backed or plain scratch folder."""

    memory: bool
    size: int | None = None
    """In bytes."""


@dataclass(frozen=True, slots=True)
class FileUse:
    """Files: (path below the mount, content, executable). One file is mounted by ``sub_path``.

    A secret's content may be unknown (None): its key is declared, a person fills it in.
    """

    name: str
    files: tuple[tuple[str, bytes | Concealed | None, bool], ...]
    single: bool
    is_secret: bool
    mode: int | None = None
    source: str = ""
    """The host path that the files lie at, relative to the project folder; empty for configs and secrets."""


Source: TypeAlias = ClaimUse | FolderUse | HostUse | NfsUse | ImageUse | MemoryUse | FileUse


@dataclass(frozen=True, slots=True)
class VolumeUse:
    """Something mounted at ``path``."""

    path: str
    source: Source
    read_only: bool = False
    sub_path: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Another Compose service that must be healthy, or have ended well, before this one starts."""

    service: str
    completed: bool = False
