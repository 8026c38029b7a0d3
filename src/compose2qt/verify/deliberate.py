"""The differences that the default decisions make on purpose, each with its code and the reason that is quoted.

A rule excuses a difference only if service, aspect, item and both values are as it says. It is computed from the Compose
project alone: nothing in the manifests can talk a difference away.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.kube.names import is_label, is_service_name
from compose2qt.source.disk import Missing, Unusable
from compose2qt.verify.cluster.health import NO_TRAFFIC
from compose2qt.verify.cluster.life import SUCCEEDED
from compose2qt.verify.cluster.policies import CLOSED_BUT_FOR_NAMES, Passage
from compose2qt.verify.cluster.side import HELD_BACK
from compose2qt.verify.cluster.storage import SCRATCH
from compose2qt.verify.contract import ABSENT, Answers, Argv, Aspect, Files, Folder
from compose2qt.verify.docker.health import CONSEQUENCE
from compose2qt.verify.docker.life import BEFORE_START, DEFAULT_GRACE
from compose2qt.verify.docker.network import EVERYONE, GENERATED
from compose2qt.verify.docker.storage import ANONYMOUS, IMAGE_FILES, PERSISTENT
from compose2qt.verify.hosts import arrives
from compose2qt.verify.judging import BY_OPERATOR
from compose2qt.verify.matching import plain
from compose2qt.verify.verification import Explanation
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from compose2qt.source.disk import Content
    from compose2qt.verify.cluster import ClusterSide
    from compose2qt.verify.contract import Contract, Fact
    from compose2qt.verify.docker import DockerSide
    from compose2qt.verify.judging import Judgement

_NONE = re.escape(ABSENT)
# The namespaced settings that every supported version lets pods have (Pod Security Standards, baseline).
_SAFE_SYSCTLS = frozenset(
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range "
    "net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time "
    "net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes".split()
)
_COMMANDS = ((Aspect.HEALTH, "check"), (Aspect.START, "after start"), (Aspect.STOP, "before stop"))
_ASSUMED = {"cpu reservation": Quantity.parse("50m"), "memory reservation": Quantity.parse("64Mi")}


class Case(NamedTuple):
    """A difference, with what Compose says around it."""

    docker: DockerSide
    cluster: ClusterSide
    service: str
    item: str
    left: Fact | None
    look: Callable[[str], Content]
    theirs: Mapping[str, Contract]
    """The contracts of all services in the cluster."""

    @property
    def has_policies(self) -> bool:
        """Whether the manifests hold NetworkPolicies: then networks are meant to be kept apart."""
        return self.cluster.policies is not None

    @property
    def contract(self) -> Contract:
        """The contract of the service in Docker."""
        return self.docker.contracts[self.service]

    def states(self, aspect: Aspect, item: str) -> str:
        """The value of another item in Docker; empty if there is none."""
        fact = self.contract.facts.get((aspect, item))
        return str(fact.value) if fact else ""


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


def _is_development(case: Case, _: str) -> bool:
    """The mount shows the code that the image is built from."""
    folder, context = case.left.value if case.left else None, case.docker.storage.contexts.get(case.service)
    return isinstance(folder, Folder) and context is not None and f"{folder.source}/".startswith(f"{context.rstrip('/')}/")


def _lies(case: Case, *kinds: type) -> bool:
    folder = case.left.value if case.left else None
    return isinstance(folder, Folder) and isinstance(case.look(folder.source), kinds)


def _is_assumed(case: Case, value: str) -> bool:
    """The assumed request, or the limit where that is smaller."""
    assumed = _ASSUMED[case.item]
    limit = case.states(Aspect.RESOURCES, case.item.replace("reservation", "limit"))
    quantity = Quantity.parse(value)
    return quantity == (min(assumed, Quantity.parse(limit)) if limit else assumed)


def _is_cut(case: Case, value: str) -> bool:
    """The reservation is above the limit, which stands in its place."""
    limit = case.states(Aspect.RESOURCES, case.item.replace("reservation", "limit"))
    stated = case.states(Aspect.RESOURCES, case.item)
    return bool(limit and stated) and value == limit and Quantity.parse(limit) < Quantity.parse(stated)


def _of_the_pod(aspect: Aspect) -> Callable[[Case, str], bool]:
    """Another service that runs in the pod states this of itself."""

    def stated(case: Case, _: str) -> bool:
        contracts = (case.docker.contracts[other] for other in _joined(case) if other != case.service)
        return any((aspect, case.item) in contract.facts for contract in contracts)

    return stated


def _is_scale_of_the_pod(case: Case, value: str) -> bool:
    """Another service that runs in the pod is scaled like this."""
    return any(
        str(case.docker.contracts[other].facts[Aspect.SCALE, ""].value) == value for other in _joined(case) - {case.service}
    )


def _is_restart_of_the_pod(case: Case, value: str) -> bool:
    """It ends before another service of its pod starts, and that one is restarted like this."""
    return any(
        str(case.docker.contracts[other].facts[Aspect.RESTART, ""].value) == value for other in _waiters(case, case.service)
    )


def _is_beside_awaited(case: Case, _: str) -> bool:
    """The item shares a pod with a service that this one waits for until it is healthy."""
    beside = case.docker.joined.get(case.item, set()) - {case.item}
    return any(case.states(Aspect.START, other) == "healthy" for other in beside)


def _needs_the_host(case: Case, _: str) -> bool:
    """The service, or one that runs in its pod, takes hold of the node."""
    return any(_takes_hold(case, service) for service in _joined(case))


def _joined(case: Case) -> set[str]:
    """The service with those whose pod it shares."""
    return case.docker.joined.get(case.service, {case.service})


def _takes_hold(case: Case, service: str) -> bool:
    facts = case.docker.contracts[service].facts
    if (Aspect.SURROUNDINGS, "use_api_socket") in facts:
        return True
    if any(aspect is Aspect.NAMESPACES and "host" in str(fact.value) for (aspect, _), fact in facts.items()):
        return True
    if (Aspect.SECURITY, "privileged") in facts or any(item.startswith("device ") for _, item in facts):
        return True
    folders = (fact.value for fact in facts.values() if isinstance(fact.value, Folder))
    return any(folder.shown.startswith("..") or folder.shown.endswith(".sock") for folder in folders)


def _is_of_the_pods(case: Case, value: str) -> bool:
    """Each pod reaches what any service in it reaches in Docker, and is reached in the same way."""
    return value == _callers_of_pod(case, frozenset())


def _is_by_entrance(case: Case, value: str) -> bool:
    """Besides, pods reach the ports that the cluster opens to everybody."""
    ways = case.cluster.entrances(case.cluster.seats[case.service].pod)
    return value == _callers_of_pod(case, frozenset((one.port, one.protocol) for one in ways if one.for_everybody))


def _callers_of_pod(case: Case, entrances: frozenset[tuple[int, str]]) -> str:
    cluster, network = case.cluster, case.docker.network
    own = cluster.mates(case.service)

    def passage(other: str) -> Passage | None:
        if other in own or any(network.reaches(caller, callee) for caller in cluster.mates(other) for callee in own):
            return Passage(whole=True)
        found = cluster.passage(other, case.service) if entrances else None
        return found if found is not None and entrances.issuperset(found.ports) else None

    return cluster.callers(case.service, passage)


def _has_a_way_out(case: Case, _: str) -> bool:
    """A service in the pod has one in Docker."""
    mates = (case.docker.contracts[other] for other in case.cluster.mates(case.service))
    return any((Aspect.REACH, "outside world") not in contract.facts for contract in mates)


def _has_network_of_mates(case: Case, _: str) -> bool:
    """Another service of the pod has a network in Docker."""
    return any(case.docker.network.groups[other] for other in case.cluster.mates(case.service))


def _waits_for_ready(case: Case, _: str) -> bool:
    """A service of the pod waits until another one is healthy."""
    contracts = (case.docker.contracts[other] for other in case.cluster.mates(case.service))
    return any(
        aspect is Aspect.START and fact.value == "healthy" for each in contracts for (aspect, _), fact in each.facts.items()
    )


def _is_silent(case: Case, _: str) -> bool:
    """No port is known and nobody calls it."""
    answers = case.left.value if case.left else None
    return isinstance(answers, Answers) and not answers.ports and case.service not in case.docker.network.called


def _is_name_of_ended(case: Case, _: str) -> bool:
    """Those that no longer answer beside the service run to an end for others, or are held back."""
    ours, theirs = _answers(case)
    gone = set(ours.also) - set(theirs.also) if ours and theirs else set()
    return bool(gone) and all(_is_away(case, other) for other in gone) and _arrive(ours, theirs)


def _is_away(case: Case, service: str) -> bool:
    return bool(_waiters(case, service)) or case.cluster.is_held_back(service)


def _is_ended(case: Case, value: str) -> bool:
    """The service runs to an end for others; whoever is left under the name had it in Docker, too."""
    answers = case.left.value if case.left else None
    left = set(value.removeprefix("leads to ").split(", ")) if value != ABSENT else set()
    return isinstance(answers, Answers) and bool(_waiters(case, case.service)) and left <= {*answers.also, "nothing"}


def _is_name_of_other(case: Case, value: str) -> bool:
    """The name is an alias here and another service's own: it leads to that one, with the pod that it runs in."""
    if case.item == case.service or case.item not in case.docker.contracts:
        return False
    reached = set(value.removeprefix("leads to ").split(", "))
    return case.item in reached <= case.docker.joined.get(case.item, {case.item})


def _is_own_name(case: Case, _: str) -> bool:
    """The item is the service's own name: it answers on the same ports, and those beside it only have an alias."""
    ours, theirs = _answers(case)
    return case.item == case.service and bool(ours and theirs and set(theirs.also) < set(ours.also)) and _arrive(ours, theirs)


def _answers(case: Case) -> tuple[Answers | None, Answers | None]:
    """How the service answers to the name on both sides."""
    theirs = case.theirs[case.service].facts.get((Aspect.NAMES, case.item))
    left, right = (fact.value if fact else None for fact in (case.left, theirs))
    return left if isinstance(left, Answers) else None, right if isinstance(right, Answers) else None


def _arrive(ours: Answers | None, theirs: Answers | None) -> bool:
    """Whether every port of one side is reached by its own number on the other."""
    return ours is not None and theirs is not None and all(arrives(theirs, *port) == port[0] for port, _ in ours.ports)


def _is_password(case: Case, value: str) -> bool:
    """The value is the password of a URL, or a word of a command, that Compose gives the same container."""
    facts = case.contract.facts
    argv = facts[Aspect.ARGV, ""].value
    if isinstance(argv, Argv) and any(value in word for word in argv.words if isinstance(word, str)):
        return True
    forms = {json.dumps(form, ensure_ascii=False)[1:-1] for form in (value, value.replace("'", "'\"'\"'"))}
    if any(form in str(facts[key].value) for key in _COMMANDS if key in facts for form in forms):
        return True
    return any(f":{value}@" in str(fact.value) for (aspect, _), fact in facts.items() if aspect is Aspect.ENVIRONMENT)


def _is_owner(case: Case, value: str) -> bool:
    """The group that Compose gives a program of the pod, or its user's number."""
    for service in _joined(case):
        facts = case.docker.contracts[service].facts
        user, group = (str(facts[key].value) if (key := (Aspect.USER, item)) in facts else "" for item in ("user", "group"))
        if value == (group if group not in ("", "0") else user):
            return True
    return False


def _lies_elsewhere(case: Case, _: str) -> bool:
    """Nothing lies at the source, or nobody may look, and it is no folder that the program fills."""
    folder = case.left.value if case.left else None
    if not isinstance(folder, Folder) or not (folder.read_only or (_FILE.search(folder.source) and _FILE.search(case.item))):
        return False
    if case.docker.storage.is_filled(folder.source):
        return False
    content = case.look(folder.source)
    return isinstance(content, Missing) or (isinstance(content, Unusable) and content.why.startswith("outside"))


def _has_same_access(case: Case, value: str) -> bool:
    """Both sides may write, or both may not."""
    return case.left is not None and str(case.left.value).endswith("read-only") == value.endswith("read-only")


def _is_node_path(case: Case, value: str) -> bool:
    """The workload is held back, and would see the same path or device of the node."""
    if not case.cluster.is_held_back(case.service):
        return False
    folder = case.left.value if case.left else None
    if not isinstance(folder, Folder):
        return folder is None and value == f"node path {case.states(Aspect.SECURITY, f'device {case.item}')}, read-write"
    return value == f"node path {folder.source}, {'read-only' if folder.read_only else 'read-write'}"


def _is_node_device(case: Case, _: str) -> bool:
    """The workload is held back, and would see the device as a path of the node."""
    mount = case.theirs[case.service].facts.get((Aspect.MOUNTS, case.item.removeprefix("device ")))
    return case.cluster.is_held_back(case.service) and mount is not None and str(mount.value).startswith("node path ")


def _is_off(case: Case, _: str) -> bool:
    """Compose runs no container of the item."""
    contract = case.docker.contracts.get(case.item)
    return contract is not None and contract.facts[Aspect.SCALE, ""].value == "0"


def _is_copied(case: Case, value: str) -> bool:
    """Whoever no longer sees the storage has files of its own at that path."""
    docker = str(case.left.value).split(", ") if case.left else []
    gone = {tuple(user.split(" at ", 1)) for user in docker} - {tuple(user.split(" at ", 1)) for user in value.split(", ")}
    facts = [case.theirs[user[0]].facts.get((Aspect.MOUNTS, user[-1])) for user in gone if user[0] in case.theirs]
    return len(facts) == len(gone) > 0 and all(fact is not None and isinstance(fact.value, Files) for fact in facts)


def _is_in_sequence(case: Case, _: str) -> bool:
    """The service runs to an end for another one, or one that does so for it waits for this item."""
    before = (other for other in _joined(case) if _waiters(case, other))
    return any(other == case.service or (Aspect.START, case.item) in case.docker.contracts[other].facts for other in before)


def _waits_with_pod(case: Case, _: str) -> bool:
    """A service of the pod waits for the item, or for one in the item's pod."""
    facts = (fact for mate in case.cluster.mates(case.service) for fact in case.docker.contracts[mate].facts.values())
    awaited = {fact.item for fact in facts if fact.aspect is Aspect.START}
    return not awaited.isdisjoint(case.docker.joined.get(case.item, {case.item}))


def _is_no_service_name(case: Case, _: str) -> bool:
    return not is_service_name(case.item)


def _is_legal_form(case: Case, value: str) -> bool:
    """The own name is none that a pod may have, so it is generated, or written as a label; or it is the shared pod's."""
    own = case.states(Aspect.RESOLVER, "own name")
    shared = {_own_name(case, service) for service in _joined(case)} - {own}
    if own == GENERATED or is_label(own):
        return value in shared | {plain(name) for name in shared}
    return value in (GENERATED, plain(own), plain(own.partition(".")[0]))


def _own_name(case: Case, service: str) -> str:
    fact = case.docker.contracts[service].facts.get((Aspect.RESOLVER, "own name"))
    return str(fact.value) if fact else ""


def _waiters(case: Case, service: str) -> list[str]:
    """The services that wait for the end of ``service``."""
    return case.docker.waiters.get(service, [])


_R, _A = Rule, Aspect
_FILE = re.compile(r"[^/]\.[A-Za-z][A-Za-z0-9]{0,9}\Z|[A-Za-z.]file\Z")
RULES: tuple[Rule, ...] = (
    _R("workload.blocked", _A.WORKLOAD, "", "runs", re.escape(HELD_BACK),
       "it takes hold of the node, so it is kept for a decision", _needs_the_host),
    _R("image.to-build", _A.IMAGE, "", r".*, built locally", r".*, to be built",
       "Kubernetes builds no images: this one is to be built and pushed under this name"),
    _R("user.by-name", _A.USER, "user", r".*[^\d].*", r"the image's User",
       "Kubernetes takes numbers: a user's name is the image's own matter"),
    _R("user.by-name", _A.USER, "group", r".*[^\d].*", _NONE,
       "Kubernetes takes numbers: a group's name is the image's own matter"),
    _R("environment.illegal-name", _A.ENVIRONMENT, r"(?![-._a-zA-Z][-._a-zA-Z0-9]*\Z).*", r".*", _NONE,
       "no ConfigMap can hold a key of this name"),
    _R("environment.password-apart", _A.ENVIRONMENT, r".*", _NONE, r".+",
       "a password stands alone in a Secret, so that the rest of the URL or command can be read", _is_password),
    _R("mount.copy-up", _A.MOUNTS, rf".* {IMAGE_FILES}", "yes", _NONE,
       "a claim is empty at first: Docker fills a new volume with the image's files"),
    _R("mount.anonymous", _A.MOUNTS, r".*", rf"{ANONYMOUS}, .*", rf"{_NONE}|{SCRATCH}",
       "an anonymous volume keeps nothing that a new container would find"),
    _R("mount.development", _A.MOUNTS, r".*", r"host path .*", _NONE,
       "a mount of the build context is for development: the image holds the code", _is_development),
    _R("mount.local-time", _A.MOUNTS, r".*", r"host path .*(?:/etc/localtime|/etc/timezone|/usr/share/zoneinfo).*", _NONE,
       "the node's time zone is not the container's"),
    _R("mount.missing", _A.MOUNTS, r".*", r"host path .*", _NONE,
       "nothing lies at the source, or it lies outside the project", _lies_elsewhere),
    _R("mount.lost-and-found", _A.MOUNTS, r".*", rf"{PERSISTENT}, (.*)", rf"{PERSISTENT}, folder pgdata of it, .*",
       "the root of a file system holds lost+found, which a Postgres refuses", _has_same_access),
    _R("workload.node-path", _A.MOUNTS, r".*", rf"host path .*|{_NONE}", r"node path .*",
       "it takes hold of the node, so it is kept for a decision", _is_node_path),
    _R("workload.node-path", _A.SECURITY, r"device .*", r".*", _NONE,
       "it takes hold of the node, so it is kept for a decision", _is_node_device),
    _R("security.privileged", _A.SECURITY, "no new privileges", "yes", _NONE,
       "a privileged container can always gain privileges", lambda case, _: bool(case.states(Aspect.SECURITY, "privileged"))),
    _R("storage.ownership", _A.USER, "group of volumes", _NONE, r"\d+",
       "a claim is root's: it is given to the group of the program", _is_owner),
    _R("mount.unusable", _A.MOUNTS, r".*", r"host path (?!\.\.).*", _NONE,
       "what lies at the source fits in no ConfigMap", lambda case, _: _lies(case, Unusable)),
    _R("mount.claim-for-folder", _A.MOUNTS, r".*", r"host path .*, read-write", rf"{PERSISTENT}(?:, folder .*)?, read-write",
       "a folder that the program writes to is kept on a claim"),
    _R("mount.claim-for-folder", _A.MOUNTS, r".*", r"host path .*, read-only", rf"{PERSISTENT}(?:, folder .*)?, read-only",
       "a folder that another service writes to is kept on a claim"),
    _R("mount.read-only", _A.MOUNTS, r".*", r"host path .*, read-write", r"(?:a file|\d+ files) with their content, read-only",
       "files of a ConfigMap cannot be written to"),
    _R("sharing.copied", _A.SHARING, r".*", r".*", r".*",
       "the others read a ConfigMap with the files as they are today", _is_copied),
    _R("network.renamed", _A.NAMES, r".*", r"answers on .*", _NONE,
       "no Service can have this name: values that hold it are led to the new one", _is_no_service_name),
    _R("network.container-name", _A.NAMES, r".*", r"answers on .*", _NONE,
       "a container's name is a name on the host: values that hold it are led to the Service",
       lambda case, _: case.item != case.service and case.item == case.docker.network.container_names.get(case.service)),
    _R("network.no-port", _A.NAMES, r".*", r"answers on .*", _NONE,
       "it has no known port, and nothing calls it", _is_silent),
    _R("network.own-name", _A.NAMES, r".*", r"answers on .*, together with .*", r"answers on .*",
       "the name of a service leads to it alone, whatever aliases others have", _is_own_name),
    _R("network.own-name", _A.NAMES, r".*", r"answers on .*, together with .*", r"leads to .*",
       "the name of a service leads to it alone, whatever aliases others have", _is_name_of_other),
    _R("network.ended", _A.NAMES, r".*", r"answers on .*", rf"{_NONE}|leads to .*",
       "what others wait for runs to an end and answers to nobody", _is_ended),
    _R("network.ended", _A.NAMES, r".*", r"answers on .*, together with .*", r"answers on .*",
       "what others wait for runs to an end, and what is held back does not run: they answer to nobody", _is_name_of_ended),
    _R("network.flat", _A.REACH, "callers", r".*", re.escape(EVERYONE),
       "pods of a namespace reach each other unless NetworkPolicies are asked for", lambda case, _: not case.has_policies),
    _R("network.pod", _A.REACH, "callers", r".*", r".*",
       "services that run in one pod share its network, also those that only run before it", _is_of_the_pods),
    _R("network.entrance", _A.REACH, "callers", r".*", r".*",
       "a port that the cluster opens to everybody is open to pods, too, as a port of Docker's host is", _is_by_entrance),
    _R("network.pod", _A.REACH, "outside world", "not reached", _NONE,
       "services that run in one pod share its network, also those that only run before it", _has_a_way_out),
    _R("network.flat", _A.REACH, "outside world", "not reached", _NONE,
       "pods reach the outside world unless NetworkPolicies are asked for", lambda case, _: not case.has_policies),
    _R("network.pod", _A.NAMESPACES, "network", "none", _NONE,
       "services that run in one pod share its network, also those that only run before it", _has_network_of_mates),
    _R("network.waits", _A.NAMESPACES, "network", "none", re.escape(CLOSED_BUT_FOR_NAMES),
       "its init containers ask the cluster's DNS for what they wait for", _waits_for_ready),
    _R("ports.host-port", _A.OUTSIDE, r".*", r"(?:host port|a random host port).*", _NONE,
       "nothing is exposed outside the cluster unless the mapping says so"),
    _R("network.host-gateway", _A.RESOLVER, r"host .*", r".*host-gateway.*", rf"{_NONE}|.*",
       "a pod cannot name its node"),
    _R("network.address", _A.RESOLVER, r"(?:ipv[46] address in .*|mac address.*)", r".*", _NONE,
       "the cluster gives addresses"),
    _R("network.dns", _A.RESOLVER, r"name servers|search domains|options|domain", r".*", _NONE,
       "pods ask the cluster's DNS"),
    _R("network.link", _A.RESOLVER, r"link .*", r".*", _NONE,
       "a link's alias is seen by one container only"),
    _R("network.hostname", _A.RESOLVER, "own name", r".*", r".*",
       "a pod's host name is a DNS label, and one for all its containers", _is_legal_form),
    _R("health.no-traffic", _A.HEALTH, "consequence", re.escape(CONSEQUENCE), re.escape(NO_TRAFFIC),
       "a readiness probe keeps traffic away; Docker only marks the container"),
    _R("health.start-period", _A.HEALTH, "start period", r".*", _NONE,
       "failures of a readiness probe at start have no consequence"),
    _R("health.ends", _A.HEALTH, r".*", r".*", _NONE,
       "it runs to an end before others start: they wait for that, not for its health",
       lambda case, _: bool(_waiters(case, case.service))),
    _R("resources.assumed-request", _A.RESOURCES, r"(?:cpu|memory) reservation", _NONE, r".*",
       "requests are always written, or a limit would become the request", _is_assumed),
    _R("resources.above-limit", _A.RESOURCES, r"(?:cpu|memory) reservation", r".+", r".+",
       "no request may be above its limit", _is_cut),
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
       "others wait for its end: what succeeded is not started again", lambda case, _: bool(_waiters(case, case.service))),
    _R("restart.job", _A.RESTART, "", r"never|on failure.*", r"on failure(?:, at most \d+ times)?",
       "a Job tries again a number of times, and an init container until it succeeds"),
    _R("jobs.overlap", _A.SCALE, "overlap", _NONE, "forbid|allow",
       "Compose does not say whether runs may overlap"),
    _R("jobs.overlap", _A.SCALE, "overlap", r".*", _NONE,
       "it runs in the pod of another service, which has no schedule", lambda case, _: len(_joined(case)) > 1),
    _R("pod.shared", _A.RESTART, "", r"always|on failure.*", r"never|on failure.*",
       "it runs in the pod of another service, which is started again as a whole", _is_restart_of_the_pod),
    _R("start.any-order", _A.START, r".*", "started", _NONE,
       "pods start in any order: the name resolves as soon as its Service exists"),
    _R("start.held-back", _A.START, r".*", r".*", _NONE,
       "what this one waits for is kept for a decision", lambda case, _: case.cluster.is_held_back(case.item)),
    _R("start.off", _A.START, r".*", r".*", _NONE,
       "no container of what this one waits for is to run", _is_off),
    _R("start.job", _A.START, r".*", SUCCEEDED, _NONE,
       "several wait for its end, so it is a Job, whose end a pod cannot see",
       lambda case, _: len(_waiters(case, case.item)) > 1),
    _R("pod.shared", _A.START, r".*", _NONE, "healthy",
       "it runs in the pod of what this one waits for, which is ready as a whole", _is_beside_awaited),
    _R("pod.shared", _A.START, r".*", _NONE, rf"{SUCCEEDED}|healthy",
       "it runs in the pod of another service, which waits", _waits_with_pod),
    _R("start.sequence", _A.START, r".*", _NONE, rf"{SUCCEEDED}|healthy",
       "init containers run one after the other", _is_in_sequence),
    _R("start.sequence", _A.START, rf".*: {BEFORE_START} \d+", _NONE, r"run .*",
       "init containers run one after the other"),
    _R("start.seed", _A.START, r"init container seed-.*", _NONE, r"runs .*",
       "the files of a folder that some write and others read are copied into its claim"),
    _R("start.left-out", _A.START, r".*", r".*", _NONE,
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
         "it belongs to another service of the pod, which has one of them for all", _of_the_pod(aspect))
      for aspect, item in ((_A.SECURITY, r"sysctl .*"), (_A.RESOLVER, r"host .*"), (_A.USER, r"further groups"),
                           (_A.NAMESPACES, r".*"), (_A.SURROUNDINGS, r".*"))),
    _R("pod.shared", _A.NAMESPACES, "pid", r"service:.*", "shared in the pod",
       "all containers of a pod see each other's processes",
       lambda case, _: case.states(Aspect.NAMESPACES, "pid").removeprefix("service:") in _joined(case)),
    _R("pod.shared", _A.SCALE, "", r"\d+", r"\d+|one on each node",
       "the containers of a pod run as often as the pod", _is_scale_of_the_pod),
    _R("security.profile", _A.SECURITY, r"seccomp|option .*", r".*", r"the runtime's default profile|absent",
       "profiles are files of the node"),
    _R("process.init", _A.TERMINAL, "init process", "yes", _NONE,
       "a pod has no process of its own that reaps orphans"),
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
_BY_OPERATOR = "the value stays out of git: the operator fills the Secret"


class _Compiled(NamedTuple):
    rule: Rule
    item: re.Pattern[str]
    compose: re.Pattern[str]
    kubernetes: re.Pattern[str]


def _compiled() -> dict[Aspect, tuple[_Compiled, ...]]:
    made: dict[Aspect, list[_Compiled]] = {}
    for rule in RULES:
        patterns = (re.compile(text, re.DOTALL) for text in (rule.item, rule.compose, rule.kubernetes))
        made.setdefault(rule.aspect, []).append(_Compiled(rule, *patterns))
    return {aspect: tuple(rules) for aspect, rules in made.items()}


_COMPILED = _compiled()


def deliberate(case: Case, aspect: Aspect, found: Judgement) -> Explanation | None:
    """The explanation of a difference that the defaults make on purpose; None if there is none."""

    def made(code: str, reason: str) -> Explanation:
        return Explanation(case.service, aspect, case.item, found.compose, found.kubernetes, code, reason)

    if found.code == BY_OPERATOR:
        return made(BY_OPERATOR, _BY_OPERATOR)
    for each in _fitting(case, _COMPILED.get(aspect, ()), found):
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
