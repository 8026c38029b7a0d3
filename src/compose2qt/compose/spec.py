"""The Compose language as one table: a row for each attribute.

A row is ``path  types  options``. Paths use ``*`` for a key that the user chooses and ``[]`` for an item of a list. Types are
those that the reference accepts (``str int num bool null list map``). Options: ``form=`` how short syntaxes become
canonical, ``merge=`` how two files combine (default: mappings by key, lists appended, scalars replaced), ``unique=`` what
makes two items of a list the same, ``cast=`` what an interpolated string becomes, ``path`` for a path relative to the
project, ``enum=`` the allowed words, ``need=`` keys that must be there, ``open`` for any key, ``closed`` for not even ``x-``.

``jobs`` and ``pre_start`` run containers as services do: they reuse the services' rows. Source: compose-spec as embedded in
Docker Compose 5.6.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_RESOURCE = """
{0}                        map
{0}.*                      map|null
{0}.*.external             bool|map|str form=external cast=bool
{0}.*.external.name        str
{0}.*.labels               list|map form=pairs
{0}.*.name                 str
"""

_TABLE = (
    """
version                                 str
name                                    str
include                                 list
include[]                               map|str form=include closed
include[].path                          str|list
include[].project_directory             str
include[].env_file                      str|list
services                                map
services.*                              map
"""
    + "".join(_RESOURCE.format(section) for section in ("networks", "volumes", "secrets", "configs"))
    + """
networks.*.driver                       str
networks.*.driver_opts                  map form=texts open
networks.*.attachable                   bool|str cast=bool
networks.*.enable_ipv4                  bool|str cast=bool
networks.*.enable_ipv6                  bool|str cast=bool
networks.*.internal                     bool|str cast=bool
networks.*.ipam                         map
networks.*.ipam.driver                  str
networks.*.ipam.options                 map form=texts open
networks.*.ipam.config                  list unique=subnet
networks.*.ipam.config[]                map
networks.*.ipam.config[].subnet         str
networks.*.ipam.config[].ip_range       str
networks.*.ipam.config[].gateway        str
networks.*.ipam.config[].aux_addresses  map form=texts open
volumes.*.driver                        str
volumes.*.driver_opts                   map form=texts open
secrets.*.file                          str path
secrets.*.environment                   str
secrets.*.driver                        str
secrets.*.driver_opts                   map form=texts open
secrets.*.template_driver               str
configs.*.file                          str path
configs.*.environment                   str
configs.*.content                       str
configs.*.template_driver               str
models                                  map
models.*                                map
models.*.name                           str
models.*.model                          str
models.*.context_size                   int
models.*.runtime_flags                  list
jobs                                    map
jobs.*                                  map
"""
)

_SERVICE = """
annotations                             list|map form=pairs
attach                                  bool|str cast=bool
blkio_config                            map closed
blkio_config.device_read_bps            list
blkio_config.device_read_bps[]          map closed
blkio_config.device_read_bps[].path     str
blkio_config.device_read_bps[].rate     int|str form=bytes
blkio_config.device_read_iops           list
blkio_config.device_read_iops[]         map closed
blkio_config.device_read_iops[].path    str
blkio_config.device_read_iops[].rate    int|str form=bytes
blkio_config.device_write_bps           list
blkio_config.device_write_bps[]         map closed
blkio_config.device_write_bps[].path    str
blkio_config.device_write_bps[].rate    int|str form=bytes
blkio_config.device_write_iops          list
blkio_config.device_write_iops[]        map closed
blkio_config.device_write_iops[].path   str
blkio_config.device_write_iops[].rate   int|str form=bytes
blkio_config.weight                     int|str cast=int
blkio_config.weight_device              list
blkio_config.weight_device[]            map closed
blkio_config.weight_device[].path       str
blkio_config.weight_device[].weight     int|str cast=int
build                                   map|str form=build
build.additional_contexts               list|map form=pairs
build.args                              list|map form=pairs
build.cache_from                        list
build.cache_to                          list
build.context                           str path
build.dockerfile                        str
build.dockerfile_inline                 str
build.entitlements                      list
build.extra_hosts                       list|map form=hosts
build.isolation                         str
build.labels                            list|map form=pairs
build.network                           str
build.no_cache                          bool|str cast=bool
build.no_cache_filter                   list|str form=list
build.platforms                         list
build.privileged                        bool|str cast=bool
build.provenance                        bool|str form=text
build.pull                              bool|str cast=bool
build.sbom                              bool|str form=text
build.secrets                           list form=files
build.secrets[]                         map|str
build.secrets[].gid                     str
build.secrets[].mode                    num|str form=mode
build.secrets[].source                  str
build.secrets[].target                  str
build.secrets[].uid                     str
build.shm_size                          int|str form=bytes
build.ssh                               list|map form=pairs
build.tags                              list unique=text
build.target                            str
build.ulimits                           map
build.ulimits.*                         int|str|map merge=replace form=limit
build.ulimits.*.hard                    int|str cast=int
build.ulimits.*.soft                    int|str cast=int
cap_add                                 list unique=text
cap_drop                                list unique=text
cgroup                                  str enum=host|private
cgroup_parent                           str
command                                 list|null|str merge=replace form=argv
configs                                 list form=files unique=config
configs[]                               map|str
configs[].gid                           str
configs[].mode                          num|str form=mode
configs[].source                        str
configs[].target                        str
configs[].uid                           str
container_name                          str
cpu_count                               int|str cast=int
cpu_percent                             int|str cast=num
cpu_period                              num|str cast=int
cpu_quota                               num|str cast=int
cpu_rt_period                           num|str cast=int
cpu_rt_runtime                          num|str cast=int
cpu_shares                              num|str cast=int
cpus                                    num|str cast=num
cpuset                                  str
credential_spec                         map
credential_spec.config                  str
credential_spec.file                    str
credential_spec.registry                str
depends_on                              list|map form=depends
depends_on.*                            map need=condition
depends_on.*.condition                  str enum=service_started|service_healthy|service_completed_successfully
depends_on.*.required                   bool cast=bool
depends_on.*.restart                    bool|str cast=bool
deploy                                  map|null
deploy.endpoint_mode                    str
deploy.labels                           list|map form=pairs
deploy.mode                             str
deploy.placement                        map
deploy.placement.constraints            list
deploy.placement.max_replicas_per_node  int|str cast=int
deploy.placement.preferences            list
deploy.placement.preferences[]          map
deploy.placement.preferences[].spread   str
deploy.replicas                         int|str cast=int
deploy.resources                        map
deploy.resources.limits                 map
deploy.resources.limits.cpus            num|str cast=num
deploy.resources.limits.memory          str form=bytes
deploy.resources.limits.pids            int|str cast=int
deploy.resources.reservations           map
deploy.resources.reservations.cpus      num|str cast=num
deploy.resources.reservations.memory    str form=bytes
deploy.resources.reservations.devices   list
deploy.resources.reservations.devices[] map need=capabilities
deploy.resources.reservations.devices[].capabilities list
deploy.resources.reservations.devices[].count int|str form=count
deploy.resources.reservations.devices[].device_ids list
deploy.resources.reservations.devices[].driver str
deploy.resources.reservations.devices[].options list|map form=pairs
deploy.resources.reservations.generic_resources list
deploy.resources.reservations.generic_resources[] map
deploy.resources.reservations.generic_resources[].discrete_resource_spec map
deploy.resources.reservations.generic_resources[].discrete_resource_spec.kind str
deploy.resources.reservations.generic_resources[].discrete_resource_spec.value num|str cast=int
deploy.restart_policy                   map
deploy.restart_policy.condition         str
deploy.restart_policy.delay             str form=duration
deploy.restart_policy.max_attempts      int|str cast=int
deploy.restart_policy.window            str form=duration
deploy.rollback_config                  map
deploy.rollback_config.delay            str form=duration
deploy.rollback_config.failure_action   str
deploy.rollback_config.max_failure_ratio num|str cast=num
deploy.rollback_config.monitor          str form=duration
deploy.rollback_config.order            str enum=start-first|stop-first
deploy.rollback_config.parallelism      int|str cast=int
deploy.update_config                    map
deploy.update_config.delay              str form=duration
deploy.update_config.failure_action     str
deploy.update_config.max_failure_ratio  num|str cast=num
deploy.update_config.monitor            str form=duration
deploy.update_config.order              str enum=start-first|stop-first
deploy.update_config.parallelism        int|str cast=int
develop                                 map|null
develop.watch                           list
develop.watch[]                         map need=path|action
develop.watch[].action                  str enum=rebuild|sync|restart|sync+restart|sync+exec
develop.watch[].exec                    map
develop.watch[].exec.command            list|null|str form=argv
develop.watch[].exec.environment        list|map form=pairs
develop.watch[].exec.privileged         bool|str cast=bool
develop.watch[].exec.user               str
develop.watch[].exec.working_dir        str
develop.watch[].ignore                  list|str form=list
develop.watch[].include                 list|str form=list
develop.watch[].initial_sync            bool
develop.watch[].path                    str path
develop.watch[].target                  str
device_cgroup_rules                     list
devices                                 list form=devices unique=target
devices[]                               map|str need=source
devices[].permissions                   str
devices[].source                        str
devices[].target                        str
dns                                     list|str form=list unique=text
dns_opt                                 list unique=text
dns_search                              list|str form=list unique=text
domainname                              str
entrypoint                              list|null|str merge=replace form=argv
env_file                                list|str form=env_files unique=path
env_file[]                              map|str need=path closed
env_file[].format                       str
env_file[].path                         str path
env_file[].required                     bool|str cast=bool
environment                             list|map form=pairs
expose                                  list form=items unique=text
expose[]                                str|num
extends                                 map|str form=extends
extends.file                            str
extends.service                         str
external_links                          list
extra_hosts                             list|map form=hosts
gpus                                    list|str form=gpus
gpus[]                                  map open
gpus[].capabilities                     list
gpus[].count                            int|str form=count
gpus[].device_ids                       list
gpus[].driver                           str
gpus[].options                          list|map form=pairs
group_add                               list form=items
group_add[]                             str|num
healthcheck                             map
healthcheck.disable                     bool|str cast=bool
healthcheck.interval                    str form=duration
healthcheck.retries                     num|str cast=int
healthcheck.start_interval              str form=duration
healthcheck.start_period                str form=duration
healthcheck.test                        list|str merge=replace form=test
healthcheck.timeout                     str form=duration
hostname                                str
image                                   str
init                                    bool|str cast=bool
ipc                                     str
isolation                               str
label_file                              list|str form=list
label_file[]                            str path
labels                                  list|map form=pairs
links                                   list unique=text
logging                                 map merge=logging
logging.driver                          str
logging.options                         map form=texts open
mac_address                             str
mem_limit                               num|str form=bytes
mem_reservation                         int|str form=bytes
mem_swappiness                          int|str form=bytes
memswap_limit                           num|str form=bytes
models                                  list|map form=names
models.*                                map|null
models.*.endpoint_var                   str
models.*.model_var                      str
network_mode                            str
networks                                list|map form=names
networks.*                              map|null
networks.*.aliases                      list unique=text
networks.*.driver_opts                  map form=texts open
networks.*.gw_priority                  num
networks.*.interface_name               str
networks.*.ipv4_address                 str
networks.*.ipv6_address                 str
networks.*.link_local_ips               list unique=text
networks.*.mac_address                  str
networks.*.priority                     num
oom_kill_disable                        bool|str cast=bool
oom_score_adj                           int|str cast=int
pid                                     null|str
pids_limit                              num|str cast=int
platform                                str
ports                                   list form=ports unique=port
ports[]                                 map|str|num
ports[].app_protocol                    str
ports[].host_ip                         str
ports[].mode                            str
ports[].name                            str
ports[].protocol                        str
ports[].published                       int|str form=text
ports[].target                          int|str cast=int
post_start                              list
post_start[]                            map need=command
post_start[].command                    list|null|str form=argv
post_start[].environment                list|map form=pairs
post_start[].privileged                 bool|str cast=bool
post_start[].user                       str
post_start[].working_dir                str
pre_start                               list
pre_start[]                             map
pre_start[].per_replica                 bool|str cast=bool
pre_stop                                list
pre_stop[]                              map need=command
pre_stop[].command                      list|null|str form=argv
pre_stop[].environment                  list|map form=pairs
pre_stop[].privileged                   bool|str cast=bool
pre_stop[].user                         str
pre_stop[].working_dir                  str
privileged                              bool|str cast=bool
profiles                                list unique=text
provider                                map need=type
provider.options                        map open
provider.type                           str
pull_policy                             str
pull_refresh_after                      str
read_only                               bool|str cast=bool
restart                                 str
runtime                                 str
scale                                   int|str cast=int
secrets                                 list form=files unique=secret
secrets[]                               map|str
secrets[].gid                           str
secrets[].mode                          num|str form=mode
secrets[].source                        str
secrets[].target                        str
secrets[].uid                           str
security_opt                            list
shm_size                                num|str form=bytes
stdin_open                              bool|str cast=bool
stop_grace_period                       str form=duration
stop_signal                             str
storage_opt                             map open
sysctls                                 list|map form=pairs
tmpfs                                   list|str form=list unique=text
tty                                     bool|str cast=bool
ulimits                                 map
ulimits.*                               int|str|map merge=replace form=limit
ulimits.*.hard                          int|str cast=int
ulimits.*.soft                          int|str cast=int
use_api_socket                          bool
user                                    str
userns_mode                             str
uts                                     str
volumes                                 list form=volumes unique=target
volumes[]                               map|str need=type
volumes[].bind                          map
volumes[].bind.create_host_path         bool|str cast=bool
volumes[].bind.propagation              str
volumes[].bind.recursive                str enum=enabled|disabled|writable|readonly
volumes[].bind.selinux                  str enum=z|Z
volumes[].consistency                   str
volumes[].image                         map
volumes[].image.subpath                 str
volumes[].read_only                     bool|str cast=bool
volumes[].source                        str
volumes[].target                        str
volumes[].tmpfs                         map
volumes[].tmpfs.mode                    num|str
volumes[].tmpfs.size                    int|str form=bytes
volumes[].type                          str enum=bind|volume|tmpfs|cluster|npipe|image
volumes[].volume                        map
volumes[].volume.labels                 list|map form=pairs
volumes[].volume.nocopy                 bool|str cast=bool
volumes[].volume.subpath                str
volumes_from                            list
working_dir                             str
"""

_TRIGGERS = """
triggers                                map
triggers.manual                         bool|str cast=bool
triggers.schedule                       list
triggers.schedule[]                     map
triggers.schedule[].cron                str
triggers.schedule[].timezone            str
triggers.schedule[].concurrency         str
triggers.schedule[].missed_fires        str
"""

_NOT_IN_JOBS = frozenset(
    "attach container_name deploy develop extends external_links links post_start pre_start pre_stop provider restart "
    "scale".split()
)
_NOT_IN_PRE_START = _NOT_IN_JOBS | frozenset("build depends_on expose healthcheck ports profiles stdin_open tty".split())


@dataclass(frozen=True, slots=True)
class Attribute:
    """A row of the table, with the rows below it."""

    types: frozenset[str]
    form: str = ""
    merge: str = ""
    unique: str = ""
    cast: str = ""
    is_path: bool = False
    enum: tuple[str, ...] = ()
    need: tuple[str, ...] = ()
    is_open: bool = False
    """Any key is allowed."""
    is_closed: bool = False
    """Not even ``x-`` keys are allowed."""
    keys: dict[str, Attribute] = field(default_factory=dict)
    """The keys that have rows; ``*`` for any key, ``[]`` for the items of a list."""

    def below(self, key: str) -> Attribute | None:
        """The row of ``key`` in a mapping at this row; None if it has none."""
        return self.keys.get(key) or self.keys.get("*")

    @property
    def item(self) -> Attribute | None:
        """The row of the items of a list at this row."""
        return self.keys.get("[]")


@cache
def root() -> Attribute:
    """The table as a tree; built once, on first use."""
    top = Attribute(frozenset({"map"}))
    _plant(top, _TABLE)
    service, job = top.keys["services"].keys["*"], top.keys["jobs"].keys["*"]
    _plant(service, _SERVICE)
    job.keys.update((name, row) for name, row in service.keys.items() if name not in _NOT_IN_JOBS)
    _plant(job, _TRIGGERS)
    started = service.keys["pre_start"].keys["[]"]
    started.keys.update((name, row) for name, row in service.keys.items() if name not in _NOT_IN_PRE_START)
    return top


def _plant(top: Attribute, table: str) -> None:
    """Hang the rows of ``table`` below ``top``; a parent's row stands before its children's."""
    for line in table.splitlines():
        if not line:
            continue
        path, types, *options = line.split()
        *parents, last = path.replace("[]", ".[]").split(".")
        owner = top
        for step in parents:
            owner = owner.keys[step]
        owner.keys[last] = _attribute(types, options)


def _attribute(types: str, options: list[str]) -> Attribute:
    named = dict(option.split("=", 1) for option in options if "=" in option)
    return Attribute(
        frozenset(types.split("|")),
        named.get("form", ""),
        named.get("merge", ""),
        named.get("unique", ""),
        named.get("cast", ""),
        "path" in options,
        tuple(named["enum"].split("|")) if "enum" in named else (),
        tuple(named["need"].split("|")) if "need" in named else (),
        "open" in options,
        "closed" in options,
    )


def paths() -> frozenset[str]:
    """Every attribute path of the table; ``*`` is a user's key, ``[]`` an item."""
    return frozenset(_paths(root(), ""))


def _paths(attribute: Attribute, prefix: str) -> Iterator[str]:
    for step, below in attribute.keys.items():
        path = f"{prefix}[]" if step == "[]" else f"{prefix}.{step}".lstrip(".")
        if step not in ("*", "[]"):
            yield path
        yield from _paths(below, path)
