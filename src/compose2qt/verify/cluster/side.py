"""The contracts of the containers that run services."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from compose2qt.kube.names import is_label
from compose2qt.verify.cluster.admission import Quotas, is_foreign, refusal, refusals
from compose2qt.verify.cluster.attaching import Attachments
from compose2qt.verify.cluster.before import needs
from compose2qt.verify.cluster.bounds import Bounds
from compose2qt.verify.cluster.fields import unread
from compose2qt.verify.cluster.health import health
from compose2qt.verify.cluster.life import SUCCEEDED, init_action, life, scale, wait, waits_in_vain
from compose2qt.verify.cluster.network import Services, entrances
from compose2qt.verify.cluster.podsecurity import PodSecurity
from compose2qt.verify.cluster.policies import Policies
from compose2qt.verify.cluster.process import process, resolved_environment, vector
from compose2qt.verify.cluster.reach import Reach
from compose2qt.verify.cluster.resources import resources
from compose2qt.verify.cluster.security import security
from compose2qt.verify.cluster.storage import Mounts
from compose2qt.verify.contract import Answers, Aspect, Contract, Fact
from compose2qt.verify.docker.life import BEFORE_START, started
from compose2qt.verify.docker.network import GENERATED
from compose2qt.verify.hosts import same_text
from compose2qt.verify.matching import plain
from compose2qt.verify.reading import items, place, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.kube.kubelet import Environment
    from compose2qt.source import Span
    from compose2qt.verify.cluster.network import Entrance, Named
    from compose2qt.verify.cluster.world import Container, Pod, View, World
    from compose2qt.verify.contract import Place
    from compose2qt.verify.docker import DockerSide

HELD_BACK = "part of the tree, and not applied"


class ClusterSide:
    """What a cluster does with a tree, seen from the services that its containers run."""

    def __init__(self, world: World, docker: DockerSide, seats: Mapping[str, Container]) -> None:
        self.world, self.docker, self.seats = world, docker, seats
        self.services = Services.of(world)
        self.policies = Policies.of(world)
        self.quotas = Quotas(world)
        self.attachments = Attachments(world)
        self._admission = (self.quotas, Bounds(world), PodSecurity(world))
        self.stores: dict[str, dict[str, Place]] = {}
        """By service and path: the storage that other containers may share."""
        self.contracts: dict[str, Contract] = {}
        """By service: what was made of it."""
        self.open: dict[str, tuple[str, ...]] = {}
        """By service: Secrets read whole that the manifests do not hold."""
        self._held_back = {id(pod) for pod in world.held_back}
        self.reach = Reach(docker.network, seats, self._held_back, self.policies)
        self._by_pod: dict[int, list[str]] = {}
        for service, container in seats.items():
            if container.role != "init":
                self._by_pod.setdefault(id(container.pod), []).append(service)
        self._by_container = {id(container): service for service, container in reversed(list(seats.items()))}
        self._links: dict[str, dict[str, str]] = {}
        self._reached: dict[tuple[str, str], dict[str, Answers]] = {}

    def refusals(self) -> Iterator[tuple[str, Span, str]]:
        """What kubectl does not take: what it is, where, and what follows."""
        nothing = "kustomize renders nothing of a tree with it: nothing is applied"
        for what, span in self.world.kustomizations.faults():
            yield f"kustomize {what}", span, nothing
        for stray in self.world.strays:
            yield stray.span.file, stray.span, f"{stray.why}: kubectl refuses it"

    def open_questions(self) -> Iterator[tuple[str, Span, str]]:
        """What may change or refuse any object, and is not interpreted: what it is, where, and what to do."""
        for what, span in self.world.kustomizations.open():
            advice = "kustomize may change any object by it: verify what it renders (kubectl kustomize DIR > FILE)"
            yield f"kustomize {what}", span, advice
        for item in self.world.applied:
            if is_foreign(item):
                yield item.id, item.span, "a kind that is not interpreted: what its controller does to pods is not known here"
        for what, span in self.quotas.open:
            yield what, span, "it may refuse objects of the tree: compare it with what the namespace asks for"

    def contract(self, service: str) -> Contract:
        """The facts of the container that runs ``service``."""
        container = self.seats[service]
        contract = self.contracts[service] = Contract(span=container.node.span)
        if id(container.pod) in self._held_back:
            return self._held_back_contract(service, container, contract)
        env = self._environment(container)
        self.open[service] = env.open
        contract.add(self._start(container, env))
        contract.add(process(container, env, dict.fromkeys(env.optional, True)))
        contract.add(health(container, env.values()))
        contract.add(resources(container, self.world))
        contract.add(life(container, self.world, env.values()))
        contract.add(security(container, self.world))
        contract.add(unread(container))
        mounts = Mounts(container, self._view(container))
        contract.add(mounts.facts())
        contract.add(mounts.roots(env.values()))
        self.stores[service] = mounts.stores
        contract.add(self._network(service, container))
        return contract

    def _held_back_contract(self, service: str, container: Container, contract: Contract) -> Contract:
        """What the container would be given, but for names and neighbours."""
        env = self._environment(container)
        self.open[service] = env.open
        contract.facts[Aspect.WORKLOAD, ""] = Fact(Aspect.WORKLOAD, "", HELD_BACK, container.pod.item.span)
        contract.add(process(container, env, dict.fromkeys(env.optional, True)))
        contract.add(health(container, env.values()))
        contract.add(resources(container, self.world))
        contract.add(life(container, self.world, env.values()))
        contract.add(security(container, self.world))
        contract.add(unread(container))
        contract.add(Mounts(container, self._view(container)).facts())
        contract.add(self._mates(service, container))
        return contract

    def obstacle(self, root: str) -> str:
        """Why not all pods can have the storage ``root`` at the same time; empty if they can."""
        kind, _, claim = root.partition(" ")
        return self.attachments.obstacle(*claim.split(" ", 1)) if kind == "claim" else ""

    def _view(self, container: Container) -> View:
        """The objects that a container can refer to; one that is held back also those that are held back with it."""
        return self.world.view(container.pod.namespace, held_back=self.is_out(container))

    def _environment(self, container: Container) -> Environment:
        links = self._service_links(container.pod)
        return resolved_environment(container, self._view(container), links)

    def _service_links(self, pod: Pod) -> dict[str, str]:
        if text(pod.node, "enableServiceLinks") == "false":
            return {}
        if pod.namespace not in self._links:
            self._links[pod.namespace] = self.services.links(pod.namespace)
        return self._links[pod.namespace]

    def is_out(self, container: Container) -> bool:
        """Whether a container is part of the tree and not applied."""
        return id(container.pod) in self._held_back

    def is_held_back(self, service: str) -> bool:
        """Whether the workload of ``service`` is part of the tree and not applied."""
        return service in self.seats and id(self.seats[service].pod) in self._held_back

    def meant(self, name: str, namespace: str) -> dict[str, Answers]:
        """The services behind a name; one that is held back, or gone by then, would answer to its own, in its legal form."""
        found = self.answers(name.lower(), namespace)
        waiting = {service: Answers(every=True) for service in self._away.get(name.lower(), ())}
        return {**waiting, **found} if waiting else found

    @cached_property
    def _away(self) -> dict[str, list[str]]:
        """By the legal form of their names: services whose workload is held back, or that are gone by then (they run to an
        end for others), and those that Docker gives no name.
        """
        found: dict[str, list[str]] = {}
        for service in self.docker.contracts:
            own = self.docker.network.own.get(service, {})
            is_away = service in self.docker.waiters or self.is_held_back(service)
            for name in own if own and is_away else () if own else (service,):
                found.setdefault(plain(name), []).append(service)
        return found

    # Names ----------------------------------------------------------------------------------------------------------

    def answers(self, name: str, namespace: str) -> dict[str, Answers]:
        """The services that pods of ``namespace`` reach as ``name``, and on which ports each answers."""
        key = (namespace, name)
        if key not in self._reached:
            found: dict[str, Answers] = {}
            named = self.services.find(name, namespace)
            for pod in named.pods if named else ():
                answers = self.services.answers(name, namespace, pod)
                if answers is not None:
                    found |= dict.fromkeys(self._by_pod.get(id(pod), ()), answers)
            self._reached[key] = found
        return self._reached[key]

    def _waited(self, namespace: str, host: str, connects: bool) -> dict[str, bool]:
        named = self.services.find(host, namespace)
        if named is None:
            return {}
        is_ready = named.waits_for_ready and (connects or named.headless)
        return {service: is_ready for pod in named.pods for service in self._by_pod.get(id(pod), (pod.item.id,))}

    def _network(self, service: str, container: Container) -> Iterator[Fact]:
        network, pod = self.docker.network, container.pod
        for name in network.own[service]:
            # A name that no Service can have lives on in its legal form; values that still hold it are judged by themselves.
            known = name if is_label(name) else plain(name)
            named = self.services.find(known, pod.namespace)
            if named is None:
                continue
            reached = self.answers(known, pod.namespace)
            if service in reached and (limit := _limit(named, pod, self.world)) is not None:
                yield Fact(Aspect.NAMES, name, f"{reached[service]}, {limit[0]}", place(named.item.root, "spec", limit[1]))
            elif service in reached:
                also = tuple(other for other in reached if other != service and self.seats[other].pod is not pod)
                yield Fact(Aspect.NAMES, name, reached[service]._replace(also=also), named.item.span)
            else:
                yield Fact(Aspect.NAMES, name, f"leads to {', '.join(reached) or 'nothing'}", named.item.span)
        yield from self._reach(service, pod)
        if self.policies is not None and (closed := self.policies.closed(pod)) is not None:
            yield Fact(Aspect.NAMESPACES, "network", closed[0], closed[1].span)
        if container.role != "init":
            yield from self._outside(pod)
        yield from self._resolver(service, pod)
        yield from self._mates(service, container)
        if links := self._service_links(pod):
            shown = f"{len(links)} variables of the namespace's Services"
            yield Fact(Aspect.SURROUNDINGS, "service links", shown, place(pod.node, "enableServiceLinks"))

    def _outside(self, pod: Pod) -> Iterator[Fact]:
        found: dict[str, dict[str, Span]] = {}
        for entrance in self.entrances(pod):
            found.setdefault(f"{entrance.port}/{entrance.protocol}", {})[entrance.shown] = entrance.span
        for item, shown in found.items():
            yield Fact(Aspect.OUTSIDE, item, ", ".join(sorted(shown)), next(iter(shown.values())))

    def entrances(self, pod: Pod) -> Iterator[Entrance]:
        """The ways from outside the cluster; one that policies close says so."""
        for entrance in entrances(self.services, pod):
            is_open = self.policies is None or self.policies.admits(pod, (entrance.port, entrance.protocol))
            yield entrance if is_open else entrance._replace(shown=f"{entrance.shown}, closed by policies", for_everybody=False)

    def _reach(self, service: str, pod: Pod) -> Iterator[Fact]:
        if not self.docker.network.groups[service]:
            return
        shown = self.reach.shown(service, self.reach.ways(service))
        yield Fact(Aspect.REACH, "callers", shown, pod.item.span)
        if self.policies is not None and (left_out := self.policies.leaves(pod)):
            yield Fact(Aspect.REACH, "outside world", left_out, pod.item.span)

    def _resolver(self, service: str, pod: Pod) -> Iterator[Fact]:
        name = text(pod.node, "hostnameOverride") or text(pod.node, "hostname")
        yield Fact(Aspect.RESOLVER, "own name", name or GENERATED, place(pod.node, "hostname"))
        hosts: dict[str, list[str]] = {}
        for alias in items(pod.node, "hostAliases"):
            for host in texts(alias, "hostnames"):
                hosts.setdefault(host, []).append(text(alias, "ip"))
        for host, addresses in hosts.items():
            yield Fact(Aspect.RESOLVER, f"host {host}", ", ".join(addresses), place(pod.node, "hostAliases"))
        for link, other in self.docker.network.local[service].items():
            if other in self.answers(link, pod.namespace):
                yield Fact(Aspect.RESOLVER, f"link {link}", f"service {other}", pod.item.span)
        for key, item in (("nameservers", "name servers"), ("searches", "search domains")):
            if found := texts(pod.node, "dnsConfig", key):
                yield Fact(Aspect.RESOLVER, item, ", ".join(found), place(pod.node, "dnsConfig"))
        options = [":".join(filter(None, (text(o, "name"), text(o, "value")))) for o in items(pod.node, "dnsConfig", "options")]
        if options:
            yield Fact(Aspect.RESOLVER, "options", ", ".join(options), place(pod.node, "dnsConfig"))
        if text(pod.node, "dnsPolicy") in ("Default", "None") or (
            text(pod.node, "hostNetwork") == "true" and text(pod.node, "dnsPolicy") != "ClusterFirstWithHostNet"
        ):
            yield Fact(Aspect.RESOLVER, "names of services", "not found", place(pod.node, "dnsPolicy"))

    def _mates(self, service: str, container: Container) -> Iterator[Fact]:
        """Services that share the pod, and so its network: those that Docker lets join each other are no news."""
        mates = [other for other in self._by_pod.get(id(container.pod), ()) if self.seats[other] is not container]
        if not mates or container.role == "init":
            return
        joined = self._mode(service).removeprefix("service:")
        news = [other for other in mates if self._network_of(other) != self._network_of(service)]
        if joined in mates:
            yield Fact(Aspect.NAMESPACES, "network", f"service:{joined}", container.pod.item.span)
        if news:
            yield Fact(Aspect.NAMESPACES, "network", f"shared with {', '.join(news)}", container.pod.item.span)

    def _network_of(self, service: str) -> str:
        """The service or mode that a network comes from: what joins another one's may be joined, too."""
        seen: list[str] = []
        while service not in seen:
            seen.append(service)
            mode = self._mode(service)
            joined = mode.removeprefix("service:")
            if joined not in self.docker.contracts or joined == mode:
                return mode or service
            service = joined
        return service

    def _mode(self, service: str) -> str:
        fact = self.docker.contracts[service].facts.get((Aspect.NAMESPACES, "network"))
        return str(fact.value) if fact is not None else ""

    # Start ----------------------------------------------------------------------------------------------------------

    def _start(self, container: Container, env: Environment) -> Iterator[Fact]:
        yield Fact(Aspect.WORKLOAD, "", "runs", container.pod.item.span)
        yield from self._missing(container.pod, env)
        yield from refusals(container, self.world)
        for control in self._admission:
            yield from control.facts(container.pod)
        for before in container.pod.containers:
            if before is container and container.role != "main":
                break
            if before.role == "main":
                continue
            service = self._by_container.get(id(before)) or self._of_twin(container, before)
            if service is not None:
                yield Fact(Aspect.START, service, SUCCEEDED if before.role == "init" else "started", before.node.span)
            elif before.role == "init":
                yield from self._missing(container.pod, self._environment(before))
                yield from self._waiting(container, before)

    def _missing(self, pod: Pod, env: Environment) -> Iterator[Fact]:
        """What variables refer to and nobody makes."""
        for what, span in env.missing:
            kind, _, name = what.partition(" ")
            yield refusal(*self.world.lack(kind, pod.namespace, name, span))

    def _of_twin(self, container: Container, before: Container) -> str | None:
        """The service that runs as ``before`` in the pod of the same job's first schedule."""
        job, _, count = self._by_container[id(container)].rpartition("-")
        twins = self.seats[job].pod.containers if count.isdecimal() and job in self.seats else ()
        alike = (one for one in twins if one.role == before.role and (one.name, one.image) == (before.name, before.image))
        return next((self._by_container.get(id(one)) for one in alike if init_action(one) == init_action(before)), None)

    def _waiting(self, container: Container, before: Container) -> Iterator[Fact]:
        namespace = before.pod.namespace
        env = self._environment(before)
        waits = wait(before, env, lambda host, connects: self._waited(namespace, host, connects))
        for service, value in waits.items():
            yield Fact(Aspect.START, service, value, before.node.span)
        yield from needs(before, self.world, waits=bool(waits))
        if waits:
            return
        for host in waits_in_vain(before, env, lambda host: self.services.find(host, namespace) is not None):
            why = self.world.lack("Service", namespace, host, before.node.span)[0].removeprefix("cannot start: ")
            yield refusal(f"cannot start: {before.name} waits for {host} for ever, and {why}", before.node.span)
            return
        made = ((item, value, _does(before, env, value)) for item, value in self._hooks(container))
        found = ((item, does) for item, value, does in made if self._is_same(value, does, namespace))
        hooked, does = next(found, ("", ""))
        shown = does or init_action(before)
        yield Fact(Aspect.START, hooked or f"init container {before.name}", shown, before.node.span)

    def _is_same(self, docker: str, cluster: str, namespace: str) -> bool:
        """Whether two texts are equal but for names of hosts that reach the same services."""
        return same_text(docker, cluster, self.docker.network.found, lambda name: self.meant(name, namespace))

    def _hooks(self, container: Container) -> Iterator[tuple[str, str]]:
        """What Docker runs before the services of a pod start: item and value, those of the container's own service first."""
        own = self._by_container[id(container)]
        for service in (own, *sorted(self.docker.joined.get(own, set()) - {own})):
            for (aspect, item), fact in self.docker.contracts[service].facts.items():
                if aspect is Aspect.START and item.startswith(BEFORE_START):
                    yield item if service == own else f"{service}: {item}", str(fact.value)


def _limit(named: Named, pod: Pod, world: World) -> tuple[str, str] | None:
    """What a Service keeps from being the same for all callers and all pods, and the field that says so."""
    if named.item.text("spec", "internalTrafficPolicy") == "Local":
        return "to callers on its own node", "internalTrafficPolicy"
    if named.item.text("spec", "sessionAffinity") == "ClientIP" and scale(pod.item, world).value != "1":
        return "from one pod for each caller", "sessionAffinity"
    return None


def _does(container: Container, env: Environment, expected: str) -> str:
    """What a container starts; a variable that only stands for a part of its command is none that ``expected`` must have."""
    given = expected.rpartition(" with ")[2].split(", ")
    command = " ".join((*texts(container.node, "command"), *texts(container.node, "args")))
    names = [name for name in env.entries if name in given or f"$({name})" not in command]
    return started(container.image, vector(container.node, env), names)
