"""What must hold around a difference before a rule of ``deliberate`` excuses it: one predicate a circumstance.

Each is asked with the case and the value that the manifests give.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.verify.contract import Argv, Aspect, Files, Folder
from compose2qt.verify.docker.storage import PERSISTENT, named_volumes, shared_with
from compose2qt.verify.reading import text, texts
from compose2qt.workload import Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compose2qt.source.disk import Content
    from compose2qt.verify.cluster import ClusterSide
    from compose2qt.verify.contract import Contract, Fact
    from compose2qt.verify.docker import DockerSide

_COMMANDS = ((Aspect.HEALTH, "check"), (Aspect.START, "after start"), (Aspect.STOP, "before stop"))
_ASSUMED = {"cpu reservation": Quantity.parse("50m"), "memory reservation": Quantity.parse("64Mi")}
_EVERYTHING = frozenset(("SYS_ADMIN", "ALL"))
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
_NODE_LABELS = {
    "kubernetes.io/hostname": ("node.hostname",),
    "kubernetes.io/os": ("node.platform.os",),
    "kubernetes.io/arch": ("node.platform.arch",),
}


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


def is_assumed(case: Case, value: str) -> bool:
    """The assumed request, or the limit where that is smaller."""
    assumed = _ASSUMED[case.item]
    limit = case.states(Aspect.RESOURCES, case.item.replace("reservation", "limit"))
    try:
        quantity = Quantity.parse(value)
    except ValueError:
        return False
    return quantity == (min(assumed, Quantity.parse(limit)) if limit else assumed)


def is_cut(case: Case, value: str) -> bool:
    """The reservation is above the limit, which stands in its place."""
    limit = case.states(Aspect.RESOURCES, case.item.replace("reservation", "limit"))
    stated = case.states(Aspect.RESOURCES, case.item)
    return bool(limit and stated) and value == limit and Quantity.parse(limit) < Quantity.parse(stated)


def of_the_pod(aspect: Aspect) -> Callable[[Case, str], bool]:
    """Another service that runs in the pod states this of itself."""

    def stated(case: Case, _: str) -> bool:
        contracts = (case.docker.contracts[other] for other in joined(case) if other != case.service)
        return any((aspect, case.item) in contract.facts for contract in contracts)

    return stated


def is_scale_of_the_pod(case: Case, value: str) -> bool:
    """Another service that runs in the pod is scaled like this; what a swarm runs once on each node is a Job of one pod."""
    mates, modes = joined(case) - {case.service}, case.docker.network.nodes
    return any(
        value == ("1" if text(modes[mate], "deploy", "mode") == "global-job" else str(of.facts[Aspect.SCALE, ""].value))
        for mate in mates
        for of in (case.docker.contracts[mate],)
    )


def is_restart_of_a_mate(case: Case, value: str) -> bool:
    """Another service that runs in the pod is restarted like this; a Job counts its attempts, and is never started always."""
    contracts = (case.docker.contracts[other] for other in joined(case) - {case.service})
    restarts = {str(contract.facts[Aspect.RESTART, ""].value) for contract in contracts}
    tries, is_job = value.partition(",")[0], case.cluster.seats[case.service].pod.item.kind == "Job"
    return value in restarts or tries in restarts or (is_job and tries == "on failure" and "always" in restarts)


def is_longest_grace(case: Case, value: str) -> bool:
    """No service of the pod is given more time to stop, and one of the others just as much."""
    graces = {
        other: int(str(case.docker.contracts[other].facts[Aspect.STOP, "grace"].value).partition("s")[0])
        for other in joined(case)
    }
    own = graces.pop(case.service, 0)
    return f"{max(graces.values(), default=0)}s" == value and own < max(graces.values(), default=0)


def is_restart_of_the_pod(case: Case, value: str) -> bool:
    """It ends before another service of its pod starts, and that one is restarted like this (a Job counts its attempts).

    Or it waits there for the end of the one whose network it joins, which is restarted.
    """
    pod = set(waiters(case, case.service)) | joined(case) - {case.service}
    restarts = {other: str(case.docker.contracts[other].facts[Aspect.RESTART, ""].value) for other in pod}
    host = case.states(Aspect.NAMESPACES, "network").removeprefix("service:")
    if case.service in waiters(case, host) and restarts.get(host, "never") != "never":
        return True
    return bool(waiters(case, case.service)) and (value in restarts.values() or value.partition(",")[0] in restarts.values())


def is_beside_awaited(case: Case, _: str) -> bool:
    """The item shares a pod with a service that this one waits for until it is healthy."""
    beside = case.docker.joined.get(case.item, set()) - {case.item}
    return any(case.states(Aspect.START, other) == "healthy" for other in beside)


def is_same_image(case: Case, value: str) -> bool:
    """The files of the same image are there, and cannot be written to."""
    return case.left is not None and str(case.left.value).rpartition(", ")[0] == value.rpartition(", ")[0]


def may_gain_rights(case: Case, _: str) -> bool:
    """The container may do what makes the rule against new privileges void: the API server refuses both together."""
    added = texts(case.docker.network.nodes[case.service], "cap_add")
    return bool(case.states(Aspect.SECURITY, "privileged")) or any(one.removeprefix("CAP_") in _EVERYTHING for one in added)


def is_job_of_each_node(case: Case, _: str) -> bool:
    """A swarm runs it once on each node, to an end."""
    return text(case.docker.network.nodes[case.service], "deploy", "mode") == "global-job"


def is_job_of_a_swarm(case: Case, _: str) -> bool:
    """A swarm runs it to an end."""
    return text(case.docker.network.nodes[case.service], "deploy", "mode") in ("replicated-job", "global-job")


def is_constraint(case: Case, value: str) -> bool:
    """A constraint of the service, or of one in its pod, asks for nodes with this label."""
    label = case.item.removeprefix("node label ")
    wanted = {f"{key}=={value}" for key in (f"node.labels.{label}", *_NODE_LABELS.get(label, ()))}
    if case.item == "platform":
        architecture = value.split("/")[1]
        wanted = {f"node.platform.arch=={name}" for name in (architecture, _MACHINES.get(architecture, ""))}
    nodes = (case.docker.network.nodes[service] for service in joined(case))
    written = (one for node in nodes for one in texts(node, "deploy", "placement", "constraints"))
    return any(re.sub(r"\s*==\s*", "==", one.strip()) in wanted for one in written)


def shares_storage(case: Case, value: str) -> bool:
    """A container of the pod sees storage that another one sees, too, be it one that is held back, only runs before, or
    is of another pod of the same workload; and the labels that ``value`` asks for are the pod's own.
    """
    storage = case.docker.storage
    inside = joined(case)
    labels = case.cluster.seats[case.service].pod.labels
    if any(not term["labelSelector"]["matchLabels"].items() <= labels.items() for term in json.loads(value)):
        return False
    scales = {case.theirs[case.service].facts[Aspect.SCALE, ""].value}
    scales |= {case.docker.contracts[other].facts[Aspect.SCALE, ""].value for other in inside}
    if _keeps(case) and scales != {"1"}:
        return True
    if any(not storage.holders[name] <= inside for service in inside for name in named_volumes(storage.nodes[service])):
        return True
    return any(
        shared_with(storage.seen, place, f"{service} at {path}") != "nobody else"
        for service in inside
        for path, place in storage.stores.get(service, {}).items()
    ) or any(fact.value != "nobody else" for key, fact in case.theirs[case.service].facts.items() if key[0] is Aspect.SHARING)


def _keeps(case: Case) -> bool:
    """Whether a container of the pod, or one that runs before it, has storage that outlives it."""
    if any(True for service in joined(case) for _ in named_volumes(case.docker.storage.nodes[service])):
        return True
    facts = case.theirs[case.service].facts
    return any(key[0] is Aspect.MOUNTS and str(fact.value).startswith(PERSISTENT) for key, fact in facts.items())


def needs_the_host(case: Case, _: str) -> bool:
    """The service, or one that runs in its pod, takes hold of the node."""
    return any(_takes_hold(case, service) for service in joined(case))


def joined(case: Case) -> set[str]:
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


def is_ready_at_once(case: Case, _: str) -> bool:
    """Nothing checks in the cluster whether the item, or what shares its pod, is healthy."""
    mates = case.cluster.reach.mates(case.item) if case.item in case.theirs else ()
    return bool(mates) and not any(
        aspect is Aspect.HEALTH and item == "check" for mate in mates for aspect, item in case.theirs[mate].facts
    )


def waits_for_ready(case: Case, _: str) -> bool:
    """A service of the pod waits until another one is ready."""
    contracts = (case.theirs[other] for other in case.cluster.reach.mates(case.service))
    return any(
        aspect is Aspect.START and fact.value == "healthy" for each in contracts for (aspect, _), fact in each.facts.items()
    )


def is_password(case: Case, value: str) -> bool:
    """The value is the password of a URL or connection string, or a word of a command, that Compose gives the container."""
    facts = case.contract.facts
    argv = facts[Aspect.ARGV, ""].value
    if isinstance(argv, Argv) and any(value in word for word in argv.words if isinstance(word, str)):
        return True
    forms = {json.dumps(form, ensure_ascii=False)[1:-1] for form in (value, value.replace("'", "'\"'\"'"))}
    if any(form in str(facts[key].value) for key in _COMMANDS if key in facts for form in forms):
        return True
    entry = re.compile(rf"(?i):{re.escape(value)}@|\b(?:password|pwd) ?= ?{re.escape(value)}(?=[;\s]|\Z)")
    return any(entry.search(str(fact.value)) for (aspect, _), fact in facts.items() if aspect is Aspect.ENVIRONMENT)


def is_owner(case: Case, value: str) -> bool:
    """The group that Compose gives a program of the pod, or its user's number."""
    for service in joined(case):
        facts = case.docker.contracts[service].facts
        user, group = (str(facts[key].value) if (key := (Aspect.USER, item)) in facts else "" for item in ("user", "group"))
        if value == (group if group not in ("", "0") else user):
            return True
    return False


def is_job(case: Case, _: str) -> bool:
    """The item runs to an end in the cluster, in pods of its own."""
    seat = case.cluster.seats.get(case.item)
    return seat is not None and seat.role == "main" and seat.pod.item.kind in ("Job", "CronJob")


def is_scheduled(case: Case, _: str) -> bool:
    """The item runs by a schedule in the cluster."""
    return case.item in case.theirs and (Aspect.SCALE, "schedule") in case.theirs[case.item].facts


def is_off(case: Case, _: str) -> bool:
    """Compose runs no container of the item."""
    contract = case.docker.contracts.get(case.item)
    return contract is not None and contract.facts[Aspect.SCALE, ""].value == "0"


def is_copied(case: Case, value: str) -> bool:
    """Whoever no longer sees the storage has files of its own at that path."""
    docker = str(case.left.value).split(", ") if case.left else []
    gone = {tuple(user.split(" at ", 1)) for user in docker} - {tuple(user.split(" at ", 1)) for user in value.split(", ")}
    facts = [case.theirs[user[0]].facts.get((Aspect.MOUNTS, user[-1])) for user in gone if user[0] in case.theirs]
    return len(facts) == len(gone) > 0 and all(fact is not None and isinstance(fact.value, Files) for fact in facts)


def is_in_sequence(case: Case, _: str) -> bool:
    """The service runs to an end for another one, or one that does so for it waits for this item."""
    before = (other for other in joined(case) if waiters(case, other))
    return any(other == case.service or (Aspect.START, case.item) in case.docker.contracts[other].facts for other in before)


def waits_with_pod(case: Case, _: str) -> bool:
    """A service of the pod waits for the item, or for one in the item's pod."""
    pod = case.docker.joined.get(case.item, {case.item})
    awaited = (case.docker.awaited.get(mate, set()) for mate in case.cluster.reach.mates(case.service))
    return any(not items.isdisjoint(pod) for items in awaited)


def mate_waits_for_pod(case: Case, _: str) -> bool:
    """The item shares its pod, and another service of this one's pod waits until a service there is healthy."""
    pod = case.docker.joined.get(case.item, {case.item})
    mates = (mate for mate in case.cluster.reach.mates(case.service) if mate != case.service)
    facts = (fact for mate in mates for fact in case.docker.contracts[mate].facts.values() if fact.aspect is Aspect.START)
    return len(pod) > 1 and any(fact.item in pod and fact.value == "healthy" for fact in facts)


def waiters(case: Case, service: str) -> list[str]:
    """The services that wait for the end of ``service``."""
    return case.docker.waiters.get(service, [])
