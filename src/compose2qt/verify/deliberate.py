"""The differences that the default decisions make on purpose, each with its code and the reason that is quoted.

A rule excuses a difference only if service, aspect, item and both values are as it says. It is computed from the Compose
project alone: nothing in the manifests can talk a difference away.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.source.disk import Unusable
from compose2qt.verify import calling, keeping
from compose2qt.verify import circumstances as when
from compose2qt.verify.cluster.attaching import ONE_NODE
from compose2qt.verify.cluster.health import NO_TRAFFIC
from compose2qt.verify.cluster.life import SUCCEEDED
from compose2qt.verify.cluster.policies import CLOSED_BUT_FOR_NAMES
from compose2qt.verify.cluster.side import HELD_BACK
from compose2qt.verify.cluster.storage import SCRATCH
from compose2qt.verify.contract import ABSENT, Aspect
from compose2qt.verify.docker.health import CONSEQUENCE
from compose2qt.verify.docker.life import BEFORE_START, DEFAULT_GRACE
from compose2qt.verify.docker.network import EVERYONE
from compose2qt.verify.docker.storage import ANONYMOUS, IMAGE_FILES, PERSISTENT
from compose2qt.verify.judging import BY_OPERATOR
from compose2qt.verify.verification import Explanation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compose2qt.verify.circumstances import Case
    from compose2qt.verify.verification import Judgement

_NONE = re.escape(ABSENT)
# The namespaced settings that every supported version lets pods have (Pod Security Standards, baseline).
_SAFE_SYSCTLS = frozenset(
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range "
    "net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time "
    "net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes".split()
)

_ONE_NODE = r'\[\{"labelSelector": \{"matchLabels": \{"[^"]+": "[^"]+"\}\}, "topologyKey": "kubernetes\.io/hostname"\}\]'


class Rule(NamedTuple):
    """What may differ: patterns of the item and of both values, and what else must hold in Compose."""

    code: str
    aspect: Aspect
    item: str
    compose: str
    kubernetes: str
    reason: str
    when: Callable[[Case, str], bool] | None = None
    """What else must hold of the case and of the value in the manifests."""


_R, _A = Rule, Aspect
RULES: tuple[Rule, ...] = (
    _R("workload.blocked", _A.WORKLOAD, "", "runs", re.escape(HELD_BACK),
       "it takes hold of the node, so it is kept for a decision", when.needs_the_host),
    _R("image.to-build", _A.IMAGE, "", r".*, built locally", r".*, to be built",
       "Kubernetes builds no images: this one is to be built and pushed under this name"),
    _R("user.by-name", _A.USER, "user", r".*[^\d].*", r"the image's User",
       "Kubernetes takes numbers: a user's name is the image's own matter"),
    _R("user.by-name", _A.USER, "group", r".*[^\d].*", _NONE,
       "Kubernetes takes numbers: a group's name is the image's own matter"),
    _R("environment.illegal-name", _A.ENVIRONMENT, r"(?![-._a-zA-Z][-._a-zA-Z0-9]*\Z).*", r".*", _NONE,
       "no ConfigMap can hold a key of this name"),
    _R("environment.password-apart", _A.ENVIRONMENT, r".*", _NONE, r".+",
       "a password stands alone in a Secret, so that the rest of the URL or command can be read", when.is_password),
    _R("mount.copy-up", _A.MOUNTS, rf".* {IMAGE_FILES}", "yes", _NONE,
       "a claim is empty at first: Docker fills a new volume with the image's files"),
    _R("mount.anonymous", _A.MOUNTS, r".*", rf"{ANONYMOUS}, .*", rf"{_NONE}|{SCRATCH}",
       "an anonymous volume keeps nothing that a new container would find"),
    _R("mount.development", _A.MOUNTS, r".*", r"host path .*", _NONE,
       "a mount of the build context is for development: the image holds the code", keeping.is_development),
    _R("mount.local-time", _A.MOUNTS, r".*", r"host path .*(?:/etc/localtime|/etc/timezone|/usr/share/zoneinfo).*", _NONE,
       "the node's time zone is not the container's"),
    _R("mount.missing", _A.MOUNTS, r".*", r"host path .*", _NONE,
       "nothing lies at the source, or it lies outside the project", keeping.lies_elsewhere),
    _R("mount.lost-and-found", _A.MOUNTS, r".*", rf"{PERSISTENT}, .*", rf"{PERSISTENT}, folder (?:pgdata|mysql)\b.* of it, .*",
       "the root of a file system holds lost+found, which Postgres and MySQL refuse", keeping.is_below_root),
    _R("workload.node-path", _A.MOUNTS, r".*", rf"host path .*|{_NONE}", r"node path .*",
       "it takes hold of the node, so it is kept for a decision", keeping.is_node_path),
    _R("workload.node-path", _A.SECURITY, r"device .*", r".*", _NONE,
       "it takes hold of the node, so it is kept for a decision", keeping.is_node_device),
    _R("security.privileged", _A.SECURITY, "no new privileges", "yes", _NONE,
       "what may do everything can always gain privileges", when.may_gain_rights),
    _R("storage.ownership", _A.USER, "group of volumes", _NONE, r"\d+",
       "a claim is root's: it is given to the group of the program", when.is_owner),
    _R("mount.unusable", _A.MOUNTS, r".*", r"host path (?!\.\.).*", _NONE,
       "what lies at the source fits in no ConfigMap", lambda case, _: keeping.lies(case, Unusable)),
    _R("mount.claim-for-folder", _A.MOUNTS, r".*", r"host path .*, read-write", rf"{PERSISTENT}(?:, folder .*)?, read-write",
       "a folder that the program writes to is kept on a claim"),
    _R("mount.claim-for-folder", _A.MOUNTS, r".*", r"host path .*, read-only", rf"{PERSISTENT}(?:, folder .*)?, read-only",
       "a folder that another service writes to is kept on a claim", keeping.is_written_by_others),
    _R("mount.claim-for-folder", _A.MOUNTS, r".*", r"host path (?!\.\.).*, read-only",
       rf"{PERSISTENT}(?:, folder .*)?, read-only", "what lies at the source fits in no ConfigMap: a claim stands for it",
       lambda case, _: keeping.lies(case, Unusable)),
    _R("mount.image-read-only", _A.MOUNTS, r".*", r"image .*, read-write", r"image .*, read-only",
       "Kubernetes mounts images read-only", when.is_same_image),
    _R("mount.read-only", _A.MOUNTS, r".*", r"host path .*, read-write", r".* with (?:its|their) content, read-only",
       "files of a ConfigMap cannot be written to"),
    _R("sharing.copied", _A.SHARING, r".*", r".*", r".*",
       "the others read a ConfigMap with the files as they are today", when.is_copied),
    _R("storage.each-node", _A.SHARING, r".*", r".*", rf".*, {re.escape(ONE_NODE)}",
       "it runs on each node, and a claim of one node is seen on that one alone", keeping.runs_on_each_node),
    _R("network.renamed", _A.NAMES, r".*", r"answers on .*", rf"{_NONE}|leads to .*",
       "no Service can have this name: values that hold it are led to the new one", calling.is_renamed),
    _R("network.container-name", _A.NAMES, r".*", r"answers on .*", _NONE,
       "a container's name is a name on the host: values that hold it are led to the Service",
       lambda case, _: case.item != case.service and case.item == case.docker.network.container_names.get(case.service)),
    _R("network.no-port", _A.NAMES, r".*", r"answers on .*", _NONE,
       "no file says on which port it answers, or that anything calls it", calling.is_silent),
    _R("network.own-name", _A.NAMES, r".*", r"answers on .*, together with .*", r"answers on .*",
       "the name of a service leads to it alone, whatever aliases others have", calling.is_own_name),
    _R("network.own-name", _A.NAMES, r".*", r"answers on .*, together with .*", r"leads to .*",
       "the name of a service leads to it alone, whatever aliases others have", calling.is_name_of_other),
    _R("network.ended", _A.NAMES, r".*", r"answers on .*", rf"{_NONE}|leads to .*",
       "what others wait for runs to an end and answers to nobody", calling.is_ended),
    _R("network.ended", _A.NAMES, r".*", r"answers on .*, together with .*", r"answers on .*",
       "what others wait for runs to an end, and what is held back does not run: they answer to nobody",
       calling.is_name_of_ended),
    _R("network.flat", _A.REACH, "callers", r".*", re.escape(EVERYONE),
       "pods of a namespace reach each other unless NetworkPolicies are asked for", lambda case, _: not case.has_policies),
    _R("network.pod", _A.REACH, "callers", r".*", r".*",
       "services that run in one pod share its network, also those that only run before it", calling.is_of_the_pods),
    _R("network.entrance", _A.REACH, "callers", r".*", r".*",
       "a port that the cluster opens to everybody is open to pods, too, as a port of Docker's host is",
       calling.is_by_entrance),
    _R("network.pod", _A.REACH, "outside world", "not reached", _NONE,
       "services that run in one pod share its network, also those that only run before it", calling.has_a_way_out),
    _R("network.flat", _A.REACH, "outside world", "not reached", _NONE,
       "pods reach the outside world unless NetworkPolicies are asked for", lambda case, _: not case.has_policies),
    _R("network.pod", _A.NAMESPACES, "network", "none", _NONE,
       "services that run in one pod share its network, also those that only run before it", calling.has_network_of_mates),
    _R("network.pod", _A.NAMESPACES, "network", "none", "host",
       "services that run in one pod share its network, also those that only run before it", calling.is_network_of_a_mate),
    _R("network.waits", _A.NAMESPACES, "network", "none", re.escape(CLOSED_BUT_FOR_NAMES),
       "its init containers ask the cluster's DNS for what they wait for", when.waits_for_ready),
    _R("ports.host-port", _A.OUTSIDE, r".*", r"(?:host port|a random host port).*", _NONE,
       "nothing is exposed outside the cluster unless the mapping says so"),
    _R("network.host-gateway", _A.RESOLVER, r"host .*", r".*host-gateway.*", rf"{_NONE}|.*",
       "a pod cannot name its node", calling.is_without_gateway),
    _R("network.address", _A.RESOLVER, r"(?:ipv[46] address in .*|mac address.*)", r".*", _NONE,
       "the cluster gives addresses"),
    _R("network.dns", _A.RESOLVER, r"name servers|search domains|options|domain", r".*", _NONE,
       "pods ask the cluster's DNS"),
    _R("network.link", _A.RESOLVER, r"link .*", r".*", _NONE,
       "a link's alias is seen by one container only"),
    _R("network.hostname", _A.RESOLVER, "own name", r".*", r".*",
       "a pod's host name is a DNS label, and one for all its containers", calling.is_legal_form),
    _R("health.no-traffic", _A.HEALTH, "consequence", re.escape(CONSEQUENCE), re.escape(NO_TRAFFIC),
       "a readiness probe keeps traffic away; Docker only marks the container"),
    _R("health.start-period", _A.HEALTH, "start period", r".*", _NONE,
       "failures of a readiness probe at start have no consequence"),
    _R("health.ends", _A.HEALTH, r".*", r".*", _NONE,
       "it runs to an end before others start: they wait for that, not for its health",
       lambda case, _: bool(when.waiters(case, case.service))),
    _R("resources.assumed-request", _A.RESOURCES, r"(?:cpu|memory) reservation", _NONE, r".*",
       "requests are always written, or a limit would become the request", when.is_assumed),
    _R("resources.above-limit", _A.RESOURCES, r"(?:cpu|memory) reservation", r".+", r".+",
       "no request may be above its limit", when.is_cut),
    _R("resources.no-field", _A.RESOURCES,
       r"ulimit .*|swap limit|swappiness|oom .*|pids limit|cpu (?:shares|set|period|quota|count|percent|rt .*)|cgroup parent|"
       r"block io",
       r".*", _NONE, "Kubernetes has no field for it: it is the node's matter"),
    _R("resources.gpu", _A.RESOURCES, "gpu", "all", r"\d+", "a pod asks for a number of devices"),
    _R("stop.grace-default", _A.STOP, "grace", rf"10s{re.escape(DEFAULT_GRACE)}", "30s",
       "each side's default: Kubernetes gives more time"),
    _R("stop.signal", _A.STOP, "signal", r"SIG.*|\d+", r"the image's StopSignal",
       "the signal is the image's: the field for it is not on by default"),
    _R("restart.always", _A.RESTART, "", r"never|on failure.*", "always",
       "a Deployment starts its containers again whenever they end"),
    _R("restart.awaited", _A.RESTART, "", "always", r"never|on failure.*",
       "others wait for its end: what succeeded is not started again", lambda case, _: bool(when.waiters(case, case.service))),
    _R("restart.job", _A.RESTART, "", r"never", r"on failure",
       "a Job tries again a number of times, and an init container until it succeeds"),
    _R("restart.job", _A.RESTART, "", r"on failure.*", r"on failure(?:, at most \d+ times)?",
       "a Job tries again a number of times, and an init container until it succeeds"),
    _R("restart.job", _A.RESTART, "", "always", r"on failure.*",
       "`deploy.mode` makes it a Job, which starts again only after a failure", when.is_job_of_a_swarm),
    _R("pod.shared", _A.RESTART, "", "never", r"on failure.*",
       "it runs in the pod of another service, which is started again as a whole", when.is_restart_of_a_mate),
    _R("jobs.overlap", _A.SCALE, "overlap", _NONE, "forbid|allow",
       "Compose does not say whether runs may overlap"),
    _R("jobs.overlap", _A.SCALE, "overlap", r".*", _NONE,
       "it runs in the pod of another service, which has no schedule", lambda case, _: len(when.joined(case)) > 1),
    _R("jobs.overlap", _A.SCALE, "suspended", "yes", _NONE,
       "it runs in the pod of another service, when that one does", lambda case, _: len(when.joined(case)) > 1),
    _R("pod.shared", _A.RESTART, "", r"always|on failure.*", r"never|on failure.*",
       "it runs in the pod of another service, which is started again as a whole", when.is_restart_of_the_pod),
    _R("start.any-order", _A.START, r".*", "started", _NONE,
       "pods start in any order: the name resolves as soon as its Service exists"),
    _R("start.ready", _A.START, r".*", "started", "healthy",
       "it waits until the other is ready, which it is when it runs: nothing checks its health", when.is_ready_at_once),
    _R("start.held-back", _A.START, r".*", r".*", _NONE,
       "what this one waits for is kept for a decision", lambda case, _: case.cluster.is_held_back(case.item)),
    _R("start.off", _A.START, r".*", r".*", _NONE,
       "no container of what this one waits for is to run", when.is_off),
    _R("start.job", _A.START, r".*", SUCCEEDED, _NONE,
       "several wait for its end, so it is a Job, whose end a pod cannot see",
       lambda case, _: len(when.waiters(case, case.item)) > 1),
    _R("start.job", _A.START, r".*", "healthy|started", _NONE,
       "the other is a Job, which is ready only while it runs", when.is_job),
    _R("start.job", _A.START, r".*", SUCCEEDED, _NONE,
       "it runs by a schedule of its own, and a pod cannot see its end", when.is_scheduled),
    _R("pod.shared", _A.START, r".*", "started", "healthy",
       "it runs in the pod of what this one waits for, which is ready as a whole", when.is_beside_awaited),
    _R("pod.shared", _A.START, r".*", _NONE, "healthy",
       "it runs in the pod of what this one waits for, which is ready as a whole", when.is_beside_awaited),
    _R("pod.shared", _A.START, r".*", _NONE, rf"{SUCCEEDED}|healthy",
       "it runs in the pod of another service, which waits", when.waits_with_pod),
    _R("pod.shared", _A.START, r".*", SUCCEEDED, "healthy",
       "what it waits for goes on in the pod of others, and another service of its own pod waits for one of these",
       when.mate_waits_for_pod),
    _R("start.sequence", _A.START, r".*", _NONE, rf"{SUCCEEDED}|healthy",
       "init containers run one after the other", when.is_in_sequence),
    _R("start.sequence", _A.START, rf".*: {BEFORE_START} \d+", _NONE, r"run .*",
       "init containers run one after the other"),
    _R("start.seed", _A.START, r"init container seed-.*", _NONE, r"runs .*",
       "the files of a folder that some write and others read are copied into its claim", keeping.is_seeded),
    _R("start.copy-up", _A.START, r"init container .*", _NONE, r"runs .*",
       "Docker fills a new volume with the image's files: this one fills an empty claim", keeping.is_copy_up),
    _R("start.left-out", _A.START, r".*", rf"started|healthy|{SUCCEEDED}", _NONE,
       "the service that this one waits for does not run here", lambda case, _: case.item not in case.docker.contracts),
    _R("security.sysctl", _A.SECURITY, r"sysctl .*", r".*", _NONE,
       "kubelets refuse this setting unless an administrator allows it",
       lambda case, _: case.item.removeprefix("sysctl ") not in _SAFE_SYSCTLS),
    _R("security.device-plugin", _A.SECURITY, r"device nvidia\.com/gpu=.*", r".*", _NONE,
       "the device is asked of the cluster's device plugin, as a resource"),
    _R("resources.device-plugin", _A.RESOURCES, "gpu", _NONE, r"\d+",
       "the device is asked of the cluster's device plugin, as a resource",
       lambda case, _: any(item.startswith("device nvidia.com/gpu") for _, item in case.contract.facts)),
    *(_R("pod.shared", aspect, item, _NONE, r".*",
         "it belongs to another service of the pod, which has one of them for all", when.of_the_pod(aspect))
      for aspect, item in ((_A.SECURITY, r"sysctl .*"), (_A.RESOLVER, r"host .*"), (_A.USER, r"further groups"),
                           (_A.NAMESPACES, r".*"), (_A.SURROUNDINGS, r".*"))),
    _R("pod.shared", _A.NAMESPACES, "pid", r"service:.*", "shared in the pod",
       "all containers of a pod see each other's processes",
       lambda case, _: case.states(Aspect.NAMESPACES, "pid").removeprefix("service:") in when.joined(case)),
    _R("pod.shared", _A.SCALE, "", r"\d+|one on each node", r"\d+|one on each node",
       "the containers of a pod run as often as the pod", when.is_scale_of_the_pod),
    _R("pod.shared", _A.STOP, "grace", r"\d+s.*", r"\d+s",
       "a pod has one time to stop: the longest of its containers'", when.is_longest_grace),
    _R("security.profile", _A.SECURITY, r"seccomp|option .*", r".*", r"the runtime's default profile|absent",
       "profiles are files of the node"),
    _R("process.init", _A.TERMINAL, "init process", "yes", _NONE,
       "a pod has no process of its own that reaps orphans"),
    _R("scale.each-node", _A.SCALE, "", "one on each node", "1",
       "a Job runs in one pod, on any node", when.is_job_of_each_node),
    _R("security.profile", _A.SECURITY, "option apparmor", "docker-default", "RuntimeDefault",
       "the runtime's default profile, under its name in Kubernetes"),
    _R("surroundings.placement", _A.SURROUNDINGS, r"platform|node label .*", _NONE, r".*",
       "a constraint of deploy.placement, which Docker follows in a swarm", when.is_constraint),
    _R("storage.one-node", _A.SURROUNDINGS, "podAffinity", _NONE, _ONE_NODE,
       "pods that share a claim of one node run on that node", when.shares_storage),
    _R("surroundings.platform", _A.SURROUNDINGS, "platform", r".*", _NONE,
       "the node that runs it chooses the platform of an image"),
    _R("surroundings.variant", _A.SURROUNDINGS, "platform", r"\w+/\w+/v\d+", r"\w+/\w+",
       "nodes are labelled with their architecture, without its variant",
       lambda case, value: str(case.left.value if case.left else "").startswith(f"{value}/")),
    _R("surroundings.runtime", _A.SURROUNDINGS, r"runtime|isolation|credential_spec", r".*", _NONE,
       "the runtime is the node's"),
    _R("namespaces.node", _A.NAMESPACES, r"userns_mode|cgroup|uts|ipc", r".*", _NONE,
       "the kubelet makes these namespaces"),
)  # fmt: skip
BY_OPERATOR_REASON = "the value stays out of git: the operator fills the Secret"


class _Compiled(NamedTuple):
    rule: Rule
    item: re.Pattern[str]
    compose: re.Pattern[str]
    kubernetes: re.Pattern[str]


@cache
def _compiled(aspect: Aspect) -> tuple[_Compiled, ...]:
    """The rules about ``aspect``: most projects differ in few."""
    return tuple(
        _Compiled(rule, *(re.compile(text, re.DOTALL) for text in (rule.item, rule.compose, rule.kubernetes)))
        for rule in RULES
        if rule.aspect is aspect
    )


def deliberate(case: Case, aspect: Aspect, found: Judgement) -> Explanation | None:
    """The explanation of a difference that the defaults make on purpose; None if there is none."""

    def made(code: str, reason: str) -> Explanation:
        return Explanation(case.service, aspect, case.item, found.compose, found.kubernetes, code, reason)

    if found.code == BY_OPERATOR:
        return made(BY_OPERATOR, BY_OPERATOR_REASON)
    for each in _fitting(case, _compiled(aspect), found):
        if each.when is None or each.when(case, found.kubernetes):
            return made(each.code, each.reason)
    return None


def _fitting(case: Case, rules: Iterable[_Compiled], found: Judgement) -> Iterable[Rule]:
    return (
        each.rule
        for each in rules
        if each.item.fullmatch(case.item)
        and each.compose.fullmatch(found.compose)
        and each.kubernetes.fullmatch(found.kubernetes)
    )
