"""The structures that units take and give, bound from canonical nodes by their field types."""

from decimal import Decimal
from typing import NewType, TypeAlias

from msgspec import Struct, field

from compose2qt.source import Mapping, Node, Sequence
from compose2qt.workload import Concealed

Seconds = NewType("Seconds", Decimal)
"""A Compose duration (``1m30s``)."""
Bytes = NewType("Bytes", int)
"""A Compose byte size (``512m`` is 512 Mi)."""


# What units take ----------------------------------------------------------------------------------------------------


class Healthcheck(Struct, frozen=True):
    """``services.*.healthcheck`` in canonical form."""

    node: Mapping
    test: tuple[str, ...] = ()
    interval: Seconds | None = None
    timeout: Seconds | None = None
    retries: int | None = None
    start_period: Seconds | None = None
    start_interval: Seconds | None = None
    disable: bool = False


class Port(Struct, frozen=True):
    """One entry of ``services.*.ports``; ``published`` may be a range."""

    node: Mapping
    target: int
    published: str = ""
    host_ip: str = ""
    protocol: str = "tcp"
    mode: str = ""
    name: str = ""
    app_protocol: str = ""


class TmpfsOptions(Struct, frozen=True):
    """``volumes[].tmpfs``."""

    node: Mapping
    size: Bytes | None = None
    mode: int | None = None


class VolumeOptions(Struct, frozen=True):
    """``volumes[].volume``."""

    node: Mapping
    nocopy: bool = False
    subpath: str = ""


class ImageOptions(Struct, frozen=True):
    """``volumes[].image``."""

    node: Mapping
    subpath: str = ""


class Volume(Struct, frozen=True):
    """One entry of ``services.*.volumes``."""

    node: Mapping
    type: str = "volume"
    source: str = ""
    target: str = ""
    read_only: bool = False
    tmpfs: TmpfsOptions | None = None
    volume: VolumeOptions | None = None
    image: ImageOptions | None = None
    declared: Mapping | None = None
    """The top-level volume of that name, where its ``driver_opts`` say what is mounted."""


class Dependency(Struct, frozen=True):
    """One entry of ``services.*.depends_on``."""

    node: Mapping
    condition: str = "service_started"
    required: bool = True
    restart: bool = False


class FileReference(Struct, frozen=True):
    """One entry of ``services.*.configs`` or ``services.*.secrets``."""

    node: Mapping
    source: str
    target: str = ""
    mode: str | None = None


class DeviceRequest(Struct, frozen=True):
    """One entry of ``gpus`` or of ``deploy.resources.reservations.devices``; a count of -1 is all."""

    node: Mapping
    capabilities: tuple[str, ...] = ()
    count: int | None = None
    device_ids: tuple[str, ...] = ()
    driver: str = ""


class Device(Struct, frozen=True):
    """One entry of ``devices``."""

    node: Mapping
    source: str
    target: str = ""


class Amounts(Struct, frozen=True):
    """``deploy.resources.limits`` or ``.reservations``."""

    node: Mapping
    cpus: Decimal | None = None
    memory: Bytes | None = None
    devices: tuple[DeviceRequest, ...] = ()


class DeployResources(Struct, frozen=True):
    """``deploy.resources``."""

    node: Mapping
    limits: Amounts | None = None
    reservations: Amounts | None = None


class Placement(Struct, frozen=True):
    """``deploy.placement``."""

    node: Mapping
    constraints: Sequence | None = None


class UpdateConfig(Struct, frozen=True):
    """``deploy.update_config``; a parallelism of 0 is all at once."""

    node: Mapping
    parallelism: int | None = None
    delay: Seconds | None = None
    order: str = ""


class RestartPolicy(Struct, frozen=True):
    """``deploy.restart_policy``."""

    node: Mapping
    condition: str = ""
    max_attempts: int | None = None


class HookCommand(Struct, frozen=True):
    """One entry of ``post_start`` or ``pre_stop``."""

    node: Mapping
    command: tuple[str, ...] = ()
    working_dir: str = ""
    environment: dict[str, str] | None = None


class Schedule(Struct, frozen=True):
    """One entry of ``triggers.schedule`` of a job."""

    node: Mapping
    cron: str = ""
    timezone: str = ""
    concurrency: str = ""


class Build(Struct, frozen=True):
    """The part of ``services.*.build`` that decides where an image comes from."""

    node: Mapping
    context: str = ""
    dockerfile: str = ""
    target: str = ""
    args: dict[str, Node] = field(default_factory=dict)


class NetworkAttachment(Struct, frozen=True):
    """One entry of ``services.*.networks``."""

    node: Mapping
    aliases: tuple[str, ...] = ()


# What units give ----------------------------------------------------------------------------------------------------


class PortUse(Struct, frozen=True):
    """A port on which the container listens; ``published`` is the host port that Docker opened for it, if any."""

    number: int
    protocol: str = "TCP"
    app_protocol: str = ""
    published: str = ""


class Link(Struct, frozen=True):
    """Another Compose service and a name under which this one reaches it."""

    service: str
    alias: str


class Hook(Struct, frozen=True):
    """A command that runs in the container; ``environment`` and ``working_dir`` are for it alone."""

    command: tuple[str, ...]
    working_dir: str = ""
    environment: tuple[tuple[str, str], ...] = ()


class Timing(Struct, frozen=True):
    """When a job runs: cron's five fields, a zone, and what happens to runs that overlap."""

    cron: str
    time_zone: str = ""
    concurrency: str = ""


class InitUse(Struct, frozen=True):
    """A container that runs to its end before the service starts."""

    name: str
    image: str
    command: tuple[str, ...] = ()


class ClaimUse(Struct, frozen=True):
    """A claim mounted in a container."""

    claim: str


class FolderUse(Struct, frozen=True):
    """A host folder, by its path relative to the project folder, that becomes a claim."""

    path: str


class HostUse(Struct, frozen=True):
    """A path of the node."""

    path: str


class NfsUse(Struct, frozen=True):
    """A folder of an NFS server."""

    server: str
    path: str


class ImageUse(Struct, frozen=True):
    """The files of an image."""

    reference: str


class MemoryUse(Struct, frozen=True):
    """A memory-backed or plain scratch folder."""

    memory: bool
    size: int | None = None
    """In bytes."""


class FileUse(Struct, frozen=True):
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


class VolumeUse(Struct, frozen=True):
    """Something mounted at ``path``."""

    path: str
    source: Source
    read_only: bool = False
    sub_path: str = ""


class Wait(Struct, frozen=True):
    """Another Compose service that must be healthy, or have ended well, or merely run, before this one starts."""

    service: str
    completed: bool = False
    started: bool = False
