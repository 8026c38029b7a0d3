"""Host names, networks and published ports as Docker's own DNS and bridge give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from compose2qt.verify.contract import Answers, Aspect, Fact
from compose2qt.verify.hosts import mention_beside, mentions, with_ports
from compose2qt.verify.reading import entries, is_true, items, number, place, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compose2qt.compose import Project
    from compose2qt.source import Mapping as MappingNode
    from compose2qt.source import Span

Port = tuple[int, str]
EVERYONE = "every service"
NOBODY = "no service"
GENERATED = "a generated name"


class Network(Struct):
    """Who finds whom."""

    project: Project
    nodes: Mapping[str, MappingNode]
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Host names that every container of a network may use, with the services that answer."""
    own: dict[str, dict[str, Span | None]] = field(default_factory=dict)
    """By service: its names, where each is given."""
    local: dict[str, dict[str, str]] = field(default_factory=dict)
    """By service: names that only it knows (links), with the service behind each."""
    ports: dict[str, dict[Port, Span | None]] = field(default_factory=dict)
    """By service: the ports that anything in the project says it listens on."""
    container_names: dict[str, str] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    """Services that a value of another service names as a host."""
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    """By service: its networks."""
    members: dict[str, list[str]] = field(default_factory=dict)
    """By network: the services that join it."""
    places: dict[str, int] = field(default_factory=dict)
    """By service that has a network: its place among the others."""
    _reachable: dict[frozenset[str], tuple[str, ...] | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls, project: Project, nodes: Mapping[str, MappingNode], listening: Mapping[str, Iterable[Port]] | None = None
    ) -> Network:
        """The network of ``nodes``, the services and jobs of ``project``.

        ``listening`` are ports of images: they count where nothing in the project says on which one a service answers.
        """
        made = cls(project, nodes)
        for name, node in nodes.items():
            made._seat(name, node)
        for name, node in nodes.items():
            if made.groups[name] and (host := text(node, "hostname")):
                made.names.setdefault(host, (name,))  # Docker's DNS knows it, too
        for name in made.places:
            for other in made.also_known(name):
                made.names.setdefault(other, (name,))
        for other, found in tuple(made.names.items()):
            made.names.setdefault(other.lower(), found)
        for name, node in nodes.items():
            made._listen(name, node)
        for name, ports in (listening or {}).items():
            if not made.ports[name]:
                made.ports[name] = dict.fromkeys(ports, place(nodes[name], "image"))
        return made

    def service_of(self, name: str) -> tuple[str, ...]:
        """The services that answer to ``name``, in whatever case it is written."""
        return self.names.get(name) or self.names.get(name.lower(), ())

    def found(self, name: str) -> tuple[str, ...]:
        """The services that a text means by ``name``: that of this name, else those that answer to it.

        A service without network has only the name that nobody resolves.
        """
        own = next((each for each in (name, name.lower()) if each in self.nodes), "")
        return (own,) if own == name else self.service_of(name) or ((own,) if own else ())

    def also_known(self, service: str) -> Iterator[str]:
        """What Docker's DNS answers beside the stated names: the first container's name, and names with that of a network.

        Those with the name of the project are known if somebody gave it one: else the folder's name decides.
        """
        if service not in self.project.services:
            return  # nobody says how the container of a job is called
        project, given = self.project.name, self.container_names.get(service)
        containers = [given] if given else [f"{project}-{service}-1", f"{project}_{service}_1"] if self.project.named else []
        yield from containers
        for network in sorted(self.groups[service]):
            domain = text(self.project.networks.get(network), "name")
            if domain and (self.project.named or domain != f"{project}_{network}"):
                yield from (f"{each}.{domain}" for each in (service, *containers[:1]))

    # Names and ports ------------------------------------------------------------------------------------------------

    def _seat(self, name: str, node: MappingNode) -> None:
        networks = entries(node, "networks")
        self.groups[name] = frozenset(networks)
        for each in networks:
            self.members.setdefault(each, []).append(name)
        own: dict[str, Span | None] = {}
        if networks:
            self.places[name] = len(self.places)
            own[name] = node.span
            if container := text(node, "container_name"):
                own[container] = place(node, "container_name")
                self.container_names[name] = container
            for network in networks.values():
                for alias in items(network, "aliases"):
                    own[text(alias)] = alias.span
        self.own[name] = own
        for each in own:
            self.names[each] = (*self.names.get(each, ()), name)
        links = (link.partition(":") for link in texts(node, "links"))
        self.local[name] = {alias: other for other, _, alias in links if alias and alias != other}
        self.ports[name] = dict(_declared(node))

    def _listen(self, caller: str, node: MappingNode) -> None:
        """Note the ports that the values of ``caller`` dial."""
        names = {**{name: found[0] for name, found in self.names.items()}, **self.local[caller]} if self.local[caller] else None
        known = names or self.names
        values = tuple(_values(node))
        given = {key: value for key, value, _ in values}
        for key, value, span in values:
            for mention in (*mentions(with_ports(value, given), known, key), *mention_beside(key, given, known)):
                # The name of a service means that service, whatever aliases others have.
                own = (mention.name,) if mention.name in self.nodes else self.names.get(mention.name, ())
                for service in (names[mention.name],) if names else own:
                    if service == caller or service not in self.ports:
                        continue
                    self.called.add(service)
                    if mention.by_scheme and self.ports[service]:
                        continue  # a guess beside what is declared
                    if mention.port is not None and 0 < mention.port < 65536:
                        self.ports[service].setdefault((mention.port, "TCP"), span)

    # Facts ----------------------------------------------------------------------------------------------------------

    def facts(self, service: str) -> Iterator[Fact]:
        """Under which names and to whom a service answers, and what it finds itself."""
        node = self.nodes[service]
        answers = tuple((port, port[0]) for port in self.ports[service])
        for name, span in self.own[service].items():
            also = tuple(other for other in self.names[name] if other != service)
            yield Fact(Aspect.NAMES, name, Answers(answers, also=also), span)
        if self.groups[service]:
            yield Fact(Aspect.REACH, "callers", self._callers(service), place(node, "networks"))
            inside = all(is_true(self.project.networks.get(name), "internal") for name in self.groups[service])
            if inside:
                yield Fact(Aspect.REACH, "outside world", "not reached", place(node, "networks"))
        yield from _published(node)
        yield from self._resolver(service, node)

    def _callers(self, service: str) -> str:
        groups = self.groups[service]
        if groups not in self._reachable:
            found = {other for group in groups for other in self.members[group]}
            is_all = len(found) == len(self.places)
            self._reachable[groups] = None if is_all else tuple(sorted(found, key=self.places.__getitem__))
        reachable = self._reachable[groups]
        return EVERYONE if reachable is None else ", ".join(other for other in reachable if other != service) or NOBODY

    def _resolver(self, service: str, node: MappingNode) -> Iterator[Fact]:
        host = text(node, "hostname")
        yield Fact(Aspect.RESOLVER, "own name", host or GENERATED, place(node, "hostname"))
        if domain := text(node, "domainname"):
            yield Fact(Aspect.RESOLVER, "domain", domain, place(node, "domainname"))
        for name, addresses in entries(node, "extra_hosts").items():
            shown = ", ".join(texts(addresses)) or text(addresses)
            yield Fact(Aspect.RESOLVER, f"host {name}", shown, addresses.span)
        for alias, other in self.local[service].items():
            yield Fact(Aspect.RESOLVER, f"link {alias}", f"service {other}", place(node, "links"))
        for link in items(node, "external_links"):
            yield Fact(Aspect.RESOLVER, f"link {text(link).rpartition(':')[2]}", f"container {text(link)}", link.span)
        for key, item in (("dns", "name servers"), ("dns_search", "search domains"), ("dns_opt", "options")):
            if found := texts(node, key):
                yield Fact(Aspect.RESOLVER, item, ", ".join(found), place(node, key))
        for name, network in entries(node, "networks").items():
            for key in ("ipv4_address", "ipv6_address", "mac_address"):
                if address := text(network, key):
                    yield Fact(Aspect.RESOLVER, f"{key.replace('_', ' ')} in {name}", address, place(network, key))
        if address := text(node, "mac_address"):
            yield Fact(Aspect.RESOLVER, "mac address", address, place(node, "mac_address"))


def _declared(node: MappingNode) -> Iterator[tuple[Port, Span | None]]:
    for port in items(node, "ports"):
        target = number(port, "target")
        if target:
            yield (target, text(port, "protocol").upper() or "TCP"), port.span
    for item in items(node, "expose"):
        numbers, _, protocol = text(item).partition("/")
        first, _, last = numbers.partition("-")
        if first.isdecimal() and (last or first).isdecimal():
            for target in range(int(first), int(last or first) + 1):
                yield (target, protocol.upper() or "TCP"), item.span


def _values(node: MappingNode) -> Iterator[tuple[str, str, Span | None]]:
    """Every text of a service in which it may name others: variables and the words of its commands."""
    for key, value in entries(node, "environment").items():
        if written := text(value):
            yield key, written, value.span
    for path in (("command",), ("entrypoint",), ("healthcheck", "test")):
        for word in items(node, *path):
            yield "", text(word), word.span


def _published(node: MappingNode) -> Iterator[Fact]:
    found: dict[str, tuple[list[str], Span]] = {}
    for port in items(node, "ports"):
        if "published" not in entries(port):
            # A target alone is published on a port that nobody can know.
            shown = "a random host port"
        else:
            host = text(port, "host_ip")
            shown = f"host port {text(port, 'published')}" + (f" of {host}" if host not in ("", "0.0.0.0", "::") else "")  # noqa: S104 - compared, not bound
        item = f"{text(port, 'target')}/{text(port, 'protocol').upper() or 'TCP'}"
        found.setdefault(item, ([], port.span))[0].append(shown)
    for item, (shown_all, span) in found.items():
        yield Fact(Aspect.OUTSIDE, item, ", ".join(sorted(set(shown_all))), span)
