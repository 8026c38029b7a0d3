"""The rows of the Compose language: every attribute once, with what the loader's stages need to know of it.

A row is ``path  types  options``. Paths use ``*`` for a key that the user chooses and ``[]`` for an item of a list. Types are
those that the reference accepts (``str int num bool null list map``); the items of a list without a row are text.

| option | meaning |
| --- | --- |
| ``form=`` | the short syntaxes, and the function of ``forms`` that expands them in each file |
| ``bind=`` | the function of ``values`` that gives the final value, once all files are merged |
| ``cast=``, ``late=`` | what a text becomes: in each file, or once all files are merged |
| ``merge=`` | how two files combine; without it mappings merge by key, lists are appended, scalars are replaced |
| ``unique=``, ``uniq`` | what makes two items the same: the later takes the earlier's place; a list without equal items |
| ``path`` | relative to the project folder; with ``context`` unless remote or a service; with ``host`` even if empty |
| ``enum=``, ``range=``, ``match=``, ``values=`` | allowed words, numbers, patterns (``spec.PATTERNS``), types of free entries |
| ``need=``, ``any=`` | keys that must all, or one at least, be there |
| ``names``, ``open``, ``closed`` | keys of letters, digits, ``.``, ``_`` and ``-``; any key; not even ``x-`` |
| ``keep``, ``optout`` | printed even if false, zero or empty; printed only if false |

Source: compose-spec as embedded in Docker Compose 5.6.1, and what that program does with each attribute.
"""

_RESOURCE = """
{0}                        map names
{0}.*                      {1}
{0}.*.external             bool|map|str cast=bool{2}
{0}.*.external.name        str
{0}.*.labels               list|map bind=pairs uniq merge=sequence{3}
{0}.*.name                 str
"""

TOP = (
    """
version                                 str|date
name                                    str
include                                 list
include[]                               map|str form=include closed
include[].path                          str|list|null
include[].project_directory             str|int|null
include[].env_file                      str|list|null
services                                map names
services.*                              map
"""
    + "".join(
        _RESOURCE.format(section, "map|null form=external", "", " unique=key" if section == "networks" else "")
        for section in ("networks", "volumes")
    )
    + "".join(_RESOURCE.format(section, "map form=external", " open", "") for section in ("secrets", "configs"))
    + """
networks.*.driver                       str
networks.*.driver_opts                  map bind=texts values=str|num
networks.*.attachable                   bool|str cast=bool
networks.*.enable_ipv4                  bool|str cast=bool keep
networks.*.enable_ipv6                  bool|str cast=bool keep
networks.*.internal                     bool|str cast=bool
networks.*.ipam                         map
networks.*.ipam.driver                  str
networks.*.ipam.options                 map bind=texts values=str unique=key
networks.*.ipam.config                  list merge=subnets
networks.*.ipam.config[]                map
networks.*.ipam.config[].subnet         str
networks.*.ipam.config[].ip_range       str
networks.*.ipam.config[].gateway        str
networks.*.ipam.config[].aux_addresses  map bind=texts values=str
volumes.*.driver                        str
volumes.*.driver_opts                   map bind=texts values=str|num
secrets.*.file                          str path host
secrets.*.environment                   str
secrets.*.driver                        str
secrets.*.driver_opts                   map bind=strings values=str|num
secrets.*.template_driver               str
configs.*.file                          str path host
configs.*.environment                   str
configs.*.content                       str
configs.*.template_driver               str
models                                  map names
models.*                                map need=model
models.*.name                           str
models.*.model                          str
models.*.context_size                   int
models.*.runtime_flags                  list
jobs                                    map names
jobs.*                                  map need=triggers
"""
)

_THROTTLE = """
blkio_config.{0}                        list
blkio_config.{0}[]                      map closed
blkio_config.{0}[].path                 str keep
blkio_config.{0}[].rate                 int|str bind=bytes keep
"""
_ROLLOUT = """
deploy.{0}                              map
deploy.{0}.delay                        str bind=duration
deploy.{0}.failure_action               str
deploy.{0}.max_failure_ratio            num|str cast=num late=num
deploy.{0}.monitor                      str bind=duration
deploy.{0}.order                        str enum=start-first|stop-first
deploy.{0}.parallelism                  int|str cast=int keep range=0:
"""
_HOOK = """
{0}.command                           list|null|str bind=argv
{0}.environment                       list|map bind=environment uniq
{0}.privileged                        bool|str late=bool
{0}.user                              str
{0}.working_dir                       str
"""
SERVICE = (
    """
annotations                             list|map bind=pairs uniq merge=sequence unique=key
attach                                  bool|str late=bool keep
blkio_config                            map closed
blkio_config.weight                     int|str late=uint16
blkio_config.weight_device              list
blkio_config.weight_device[]            map closed
blkio_config.weight_device[].path       str keep
blkio_config.weight_device[].weight     int|str late=uint16 keep
build                                   map|str form=build merge=form
build.additional_contexts               list|map form=pairs_map path context uniq merge=sequence unique=key
build.args                              list|map bind=environment uniq merge=sequence unique=key
build.cache_from                        list
build.cache_to                          list
build.context                           str path context
build.dockerfile                        str
build.dockerfile_inline                 str
build.entitlements                      list
build.extra_hosts                       list|map bind=hosts uniq
build.isolation                         str
build.labels                            list|map bind=pairs uniq merge=sequence unique=key
build.network                           str
build.no_cache                          bool|str late=bool
build.no_cache_filter                   list|str bind=list uniq
build.platforms                         list
build.privileged                        bool|str late=bool
build.provenance                        bool|str form=text
build.pull                              bool|str late=bool
build.sbom                              bool|str form=text
build.secrets                           list form=files
build.secrets[]                         map|str
build.secrets[].gid                     str
build.secrets[].mode                    num|str bind=mode
build.secrets[].source                  str
build.secrets[].target                  str
build.secrets[].uid                     str
build.shm_size                          int|str bind=bytes
build.ssh                               list|map form=ssh path uniq
build.tags                              list unique=key
build.target                            str
build.ulimits                           map match=ulimit
build.ulimits.*                         int|str|map need=soft|hard merge=replace late=int
build.ulimits.*.hard                    int|str late=int
build.ulimits.*.soft                    int|str late=int
cap_add                                 list unique=key uniq
cap_drop                                list unique=key uniq
cgroup                                  str enum=host|private
cgroup_parent                           str
command                                 list|null|str merge=replace bind=argv
configs                                 list form=files unique=config
configs[]                               map|str
configs[].gid                           str
configs[].mode                          num|str bind=mode
configs[].source                        str
configs[].target                        str
configs[].uid                           str
container_name                          str match=container
cpu_count                               int|str cast=int range=0:
cpu_percent                             int|str cast=num late=num range=0:100
cpu_period                              num|str cast=int
cpu_quota                               num|str cast=int
cpu_rt_period                           num|str cast=int
cpu_rt_runtime                          num|str cast=int
cpu_shares                              num|str cast=int
cpus                                    num|str cast=num late=num
cpuset                                  str
credential_spec                         map
credential_spec.config                  str
credential_spec.file                    str
credential_spec.registry                str
depends_on                              list|map form=depends names uniq merge=form
depends_on.*                            map need=condition
depends_on.*.condition                  str enum=service_started|service_healthy|service_completed_successfully
depends_on.*.required                   bool cast=bool keep
depends_on.*.restart                    bool|str cast=bool
deploy                                  map|null
deploy.endpoint_mode                    str
deploy.labels                           list|map bind=pairs uniq merge=sequence unique=key
deploy.mode                             str
deploy.placement                        map
deploy.placement.constraints            list
deploy.placement.max_replicas_per_node  int|str cast=int range=0:
deploy.placement.preferences            list
deploy.placement.preferences[]          map
deploy.placement.preferences[].spread   str
deploy.replicas                         int|str cast=int keep range=0:
deploy.resources                        map
deploy.resources.limits                 map
deploy.resources.limits.cpus            num|str late=num
deploy.resources.limits.memory          str bind=bytes
deploy.resources.limits.pids            int|str late=int
deploy.resources.reservations           map
deploy.resources.reservations.cpus      num|str late=num
deploy.resources.reservations.memory    str bind=bytes
deploy.resources.reservations.devices   list
deploy.resources.reservations.devices[] map need=capabilities
deploy.resources.reservations.devices[].capabilities list uniq
deploy.resources.reservations.devices[].count int|str bind=count
deploy.resources.reservations.devices[].device_ids list uniq
deploy.resources.reservations.devices[].driver str
deploy.resources.reservations.devices[].options list|map bind=pairs uniq
deploy.resources.reservations.generic_resources list
deploy.resources.reservations.generic_resources[] map
deploy.resources.reservations.generic_resources[].discrete_resource_spec map
deploy.resources.reservations.generic_resources[].discrete_resource_spec.kind str keep
deploy.resources.reservations.generic_resources[].discrete_resource_spec.value num|str late=int keep
deploy.restart_policy                   map
deploy.restart_policy.condition         str
deploy.restart_policy.delay             str bind=duration keep
deploy.restart_policy.max_attempts      int|str cast=int keep range=0:
deploy.restart_policy.window            str bind=duration keep
develop                                 map|null
develop.watch                           list
develop.watch[]                         map need=path|action
develop.watch[].action                  str enum=rebuild|sync|restart|sync+restart|sync+exec
develop.watch[].exec                    map need=command
develop.watch[].ignore                  list|str form=list uniq
develop.watch[].include                 list|str form=list uniq
develop.watch[].initial_sync            bool
develop.watch[].path                    str path
develop.watch[].target                  str
device_cgroup_rules                     list uniq
devices                                 list form=devices unique=target
devices[]                               map|str need=source
devices[].permissions                   str
devices[].source                        str
devices[].target                        str
dns                                     list|str form=list unique=key uniq merge=sequence
dns_opt                                 list unique=key uniq merge=sequence
dns_search                              list|str bind=list unique=key uniq merge=sequence
domainname                              str
entrypoint                              list|null|str merge=replace bind=argv
env_file                                list|str form=env_files unique=path merge=sequence
env_file[]                              map|str need=path closed
env_file[].format                       str
env_file[].path                         str path
env_file[].required                     bool|str late=bool optout
environment                             list|map bind=environment uniq merge=sequence unique=key
expose                                  list bind=items unique=text uniq
expose[]                                str|num
extends                                 map|str form=extends need=service closed
extends.file                            str
extends.service                         str
external_links                          list uniq
extra_hosts                             list|map bind=hosts uniq merge=hosts
gpus                                    list|str form=gpus enum=all
gpus[]                                  map open
gpus[].capabilities                     list uniq
gpus[].count                            int|str bind=count
gpus[].device_ids                       list uniq
gpus[].driver                           str
gpus[].options                          list|map bind=pairs uniq
group_add                               list bind=items uniq
group_add[]                             str|num
healthcheck                             map
healthcheck.disable                     bool|str cast=bool
healthcheck.interval                    str bind=duration keep
healthcheck.retries                     num|str cast=int keep range=0:
healthcheck.start_interval              str bind=duration keep
healthcheck.start_period                str bind=duration keep
healthcheck.test                        list|str merge=replace bind=test
healthcheck.timeout                     str bind=duration keep
hostname                                str
image                                   str
init                                    bool|str cast=bool keep
ipc                                     str
isolation                               str
label_file                              list|str form=list merge=sequence
label_file[]                            str path
labels                                  list|map bind=pairs uniq merge=sequence unique=key
links                                   list unique=key uniq
logging                                 map merge=logging
logging.driver                          str
logging.options                         map bind=texts values=str|num|null
mac_address                             str
mem_limit                               num|str bind=bytes
mem_reservation                         int|str bind=bytes
mem_swappiness                          int|str bind=bytes
memswap_limit                           num|str bind=bytes
models                                  list|map form=names uniq merge=form
models.*                                map|null
models.*.endpoint_var                   str
models.*.model_var                      str
network_mode                            str
networks                                list|map form=names names uniq merge=form
networks.*                              map|null
networks.*.aliases                      list unique=key uniq
networks.*.driver_opts                  map bind=texts values=str|num
networks.*.gw_priority                  num late=int
networks.*.interface_name               str
networks.*.ipv4_address                 str
networks.*.ipv6_address                 str
networks.*.link_local_ips               list unique=key uniq
networks.*.mac_address                  str
networks.*.priority                     num late=int
oom_kill_disable                        bool|str cast=bool
oom_score_adj                           int|str cast=int range=-1000:1000
pid                                     null|str
pids_limit                              num|str cast=int
platform                                str
ports                                   list form=ports unique=port uniq
ports[]                                 map|str|num
ports[].app_protocol                    str
ports[].host_ip                         str
ports[].mode                            str
ports[].name                            str
ports[].protocol                        str
ports[].published                       int|str bind=port
ports[].target                          int|str cast=int range=0:
post_start                              list
post_start[]                            map need=command
pre_start                               list
pre_start[]                             map
pre_start[].per_replica                 bool|str late=bool
pre_stop                                list
pre_stop[]                              map need=command
privileged                              bool|str cast=bool
profiles                                list unique=key uniq
provider                                map need=type
provider.options                        map bind=lists values=str|num|bool|list
provider.type                           str
pull_policy                             str match=pull
pull_refresh_after                      str
read_only                               bool|str cast=bool
restart                                 str
runtime                                 str
scale                                   int|str cast=int keep
secrets                                 list form=files unique=secret
secrets[]                               map|str
secrets[].gid                           str
secrets[].mode                          num|str bind=mode
secrets[].source                        str
secrets[].target                        str
secrets[].uid                           str
security_opt                            list uniq
shm_size                                num|str bind=bytes
stdin_open                              bool|str cast=bool
stop_grace_period                       str bind=duration keep
stop_signal                             str
storage_opt                             map bind=strings open
sysctls                                 list|map bind=pairs uniq merge=sequence unique=key
tmpfs                                   list|str bind=list unique=key uniq merge=sequence
tty                                     bool|str cast=bool
ulimits                                 map match=ulimit
ulimits.*                               int|str|map need=soft|hard merge=replace cast=int
ulimits.*.hard                          int|str cast=int
ulimits.*.soft                          int|str cast=int
use_api_socket                          bool
user                                    str
userns_mode                             str
uts                                     str
volumes                                 list form=volumes unique=volume uniq
volumes[]                               map|str need=type
volumes[].bind                          map
volumes[].bind.create_host_path         bool|str late=bool optout
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
volumes[].tmpfs.mode                    num|str late=uint32 range=0:
volumes[].tmpfs.size                    int|str bind=bytes range=0:
volumes[].type                          str enum=bind|volume|tmpfs|cluster|npipe|image
volumes[].volume                        map
volumes[].volume.labels                 list|map bind=pairs uniq
volumes[].volume.nocopy                 bool|str cast=bool
volumes[].volume.subpath                str
volumes_from                            list uniq
working_dir                             str
"""
    + "".join(_THROTTLE.format(f"device_{way}") for way in ("read_bps", "read_iops", "write_bps", "write_iops"))
    + "".join(_ROLLOUT.format(rollout) for rollout in ("update_config", "rollback_config"))
    + "".join(_HOOK.format(hook) for hook in ("post_start[]", "pre_stop[]", "develop.watch[].exec"))
)

TRIGGERS = """
triggers                                map any=manual|schedule
triggers.manual                         bool|str late=bool keep
triggers.schedule                       list
triggers.schedule[]                     map|str form=schedule need=cron
triggers.schedule[].cron                str
triggers.schedule[].timezone            str
triggers.schedule[].concurrency         str enum=forbid|queue
triggers.schedule[].missed_fires        str enum=one|skip
"""
