"""What services say about each other: references in their variables, commands, health checks, labels and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from compose2qt.lower.environment import service_name
from compose2qt.lower.fields import (
    ANNOTATIONS,
    COMMAND,
    ENTRYPOINT,
    ENVIRONMENT,
    LINKS,
    LIVENESS,
    POST_START,
    PRE_STOP,
    READINESS,
    VOLUMES,
)
from compose2qt.lower.network import Reach
from compose2qt.lower.references import (
    Reference,
    find,
    find_in_words,
    follow,
    follow_file,
    follow_words,
    hosts_of_file,
    port_beside,
    undecided,
    undecided_words,
    with_ports,
)
from compose2qt.lower.shapes import FileUse, VolumeUse
from compose2qt.mapping.plan import Host
from compose2qt.source import Mapping
from compose2qt.workload import Concealed, ExecProbe, Traced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as Lookup

    from compose2qt.compose import Project
    from compose2qt.diagnostic import Collector
    from compose2qt.lower.engine import Draft
    from compose2qt.lower.network import Names
    from compose2qt.mapping.plan import Plan, TargetPlan

_PROXY_LABELS = ("traefik.", "caddy", "nginx.", "haproxy.", "com.github.nginx-proxy", "VIRTUAL_")
_LOOPBACK = {name: Host(name) for name in ("localhost", "127.0.0.1", "0.0.0.0", "::1")}  # noqa: S104 - names that are looked for
_STARTED = ("service_started", "service_healthy")


class Hosts:
    """The hosts that each target can name: those of the project, and the aliases of its links."""

    def __init__(self, plan: Plan, drafts: Lookup[str, Draft]) -> None:
        self.plan, self.drafts = plan, drafts
        self.moves = any(name != host.service or host.ports for name, host in plan.hosts.items())
        """Whether any name leads elsewhere than it says."""
        self.names: dict[str, list[str]] = {}
        for name, host in plan.hosts.items():
            self.names.setdefault(host.service, []).append(name)

    def of(self, target: TargetPlan) -> Lookup[str, Host]:
        """Every host that ``target`` can name, and where it leads."""
        linked = {
            link.value.alias: self.plan.hosts[link.value.service]
            for link in self.drafts[target.name].all(LINKS)
            if link.value.service in self.plan.hosts and link.value.alias not in self.plan.hosts
        }
        return {**self.plan.hosts, **linked} if linked else self.plan.hosts

    def local(self, target: TargetPlan) -> dict[str, Host]:
        """The names of ``target`` itself: its health check reaches them on loopback."""
        return {name: Host("localhost") for name in self.names.get(service_name(target), ())}


def followed_uses(
    uses: Iterable[Traced[VolumeUse]], hosts: Lookup[str, Host], collector: Collector, target: TargetPlan
) -> Iterator[Traced[VolumeUse]]:
    """Mounts whose files lead to where services answer now."""
    for use in uses:
        source = use.value.source
        if not isinstance(source, FileUse):
            yield use
            continue
        files = tuple((path, _followed(content, hosts), executable) for path, content, executable in source.files)
        for path, content, _ in files:
            _report(undecided(_text(content), hosts), hosts, use, f"the file {path} of {target.name}", collector=collector)
        moved = replace(use.value, source=replace(source, files=files))
        yield use if files == source.files else Traced(moved, use.origins, use.note)


def _text(content: bytes | Concealed | None) -> str:
    if content is None:
        return ""
    return content.reveal() if isinstance(content, Concealed) else content.decode("utf-8", "replace")


def _followed(content: bytes | Concealed | None, hosts: Lookup[str, Host]) -> bytes | Concealed | None:
    if isinstance(content, Concealed):
        return Concealed(follow_file(content.reveal(), hosts))
    if content is None:
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    moved = follow_file(text, hosts)
    return content if moved == text else moved.encode()


def follow_labels(draft: Draft, hosts: Lookup[str, Host]) -> None:
    """Labels of known proxies name services, too."""
    values = draft.fills.get(ANNOTATIONS, [])
    for index, traced in enumerate(values):
        key, value = traced.value
        if key.startswith(_PROXY_LABELS):
            moved = follow(value, hosts, key)
            values[index] = Traced((key, moved), traced.origins, traced.note or ("" if moved == value else "host renamed"))


def report_undecided(draft: Draft, hosts: Lookup[str, Host], collector: Collector) -> None:
    """Tell where the name of a renamed service stands in a variable or command and nothing says whether it is a host."""
    for inner in draft.inner:
        report_undecided(inner, hosts, collector)
    for traced in draft.all(ENVIRONMENT):
        name, value = traced.value
        _report(undecided(follow(value, hosts, name), hosts, name), hosts, traced, name, collector=collector)
    for traced, words, where in _vectors(draft):
        for name, index in undecided_words(follow_words(words, hosts), hosts):
            own = traced.origins[index : index + 1] if len(traced.origins) == len(words) else traced.origins
            _report((name,), hosts, Traced(None, own), f"the {where} of {draft.service}", collector=collector)


def _vectors(draft: Draft) -> Iterator[tuple[Traced[Any], tuple[str, ...], str]]:
    """The argument vectors of a service, with what each is."""
    for vector, where in ((ENTRYPOINT, "entrypoint"), (COMMAND, "command")):
        yield from ((words, words.value, where) for words in draft.all(vector))
    for check in (READINESS, LIVENESS):
        for probe in draft.all(check):
            if isinstance(probe.value.check, ExecProbe):
                yield probe, probe.value.check.command, "health check"
    for moment in (POST_START, PRE_STOP):
        yield from ((hook, hook.value.command, "hook") for hook in draft.all(moment))


def _report(names: Iterable[str], hosts: Lookup[str, Host], of: Traced[Any], where: str, *, collector: Collector) -> None:
    for name in dict.fromkeys(names):
        span = next((origin.span for origin in of.origins if origin.span), None)
        collector.warning(
            "undecided-reference",
            f"{where} mentions {name!r}; that service is now {hosts[name].service!r}, and nothing says whether a host is meant",
            span,
            "if it is a host, write the new name; else ignore this",
        )


def reach(plan: Plan, project: Project, drafts: Lookup[str, Draft], names: Names) -> Reach:
    """Who mentions whom, and on which port."""
    found = Reach()
    leads: dict[str, tuple[str, ...]] = {service_name(target): (target.name,) for target in plan.targets if not target.init_of}
    leads |= {alias: tuple(users) for alias, users in names.aliases.items()}
    by_name = {name: Host(name) for name in leads} | {host.service: Host(host.service) for host in plan.hosts.values()}
    for target in plan.targets:
        for reference in _references(drafts[target.name], target, plan, by_name):
            for whom in leads.get(reference.host, ()):
                found.add(target.init_of or target.name, whom, reference.listens)
        found.checked[target.name] = tuple(dict.fromkeys(_checked(drafts[target.name])))
    for who, whom in _neighbours(plan, project):
        found.reached.add(whom) if who != whom else None
    return found


def _references(draft: Draft, target: TargetPlan, plan: Plan, hosts: Lookup[str, Host]) -> Iterator[Reference]:
    """The references of a target to Services, in values that lead to where these answer now."""
    given = dict(traced.value for traced in draft.all(ENVIRONMENT))
    for name, value in given.items():
        moved = follow(value, plan.hosts, name)
        yield from find(with_ports(moved, given), hosts, name)
        if moved in hosts and (port := port_beside(name, given)) is not None:
            yield Reference(moved, port, 0, len(moved))
    for field in (ENTRYPOINT, COMMAND):
        for words in draft.all(field):
            yield from find_in_words(_moved(words.value, plan.hosts, given), hosts)
    for moment in (POST_START, PRE_STOP):
        for hook in draft.all(moment):
            yield from find_in_words(_moved(hook.value.command, plan.hosts, given), hosts)
    for inner in draft.inner:
        yield from _references(inner, target, plan, hosts)
    own = service_name(target)
    for probe in draft.all(READINESS):
        if isinstance(probe.value.check, ExecProbe):
            found = find_in_words(_moved(probe.value.check.command, plan.hosts, given), hosts)
            yield from (reference for reference in found if reference.host != own)
    for use in draft.all(VOLUMES):
        for text in _texts(use.value):
            moved = with_ports(follow_file(text, plan.hosts), given)
            yield from find(moved, hosts_of_file(moved, hosts))


def _checked(draft: Draft) -> Iterator[int]:
    """The ports of its own that a health check looks at."""
    for probe in draft.all(READINESS):
        if isinstance(probe.value.check, ExecProbe):
            for reference in find_in_words(probe.value.check.command, _LOOPBACK):
                if reference.listens is not None and 0 < reference.listens < 65536:
                    yield reference.listens


def _moved(words: tuple[str, ...], hosts: Lookup[str, Host], variables: Lookup[str, str]) -> tuple[str, ...]:
    return tuple(with_ports(word, variables) for word in follow_words(words, hosts))


def _texts(use: VolumeUse) -> Iterator[str]:
    if isinstance(use.source, FileUse):
        for _, content, _ in use.source.files:
            yield _text(content)


def _neighbours(plan: Plan, project: Project) -> Iterator[tuple[str, str]]:
    """Targets that start after others, or link to them: they will want to reach them."""
    owners = {source: target.name for target in plan.targets for source in target.sources if target.section == "services"}
    for target in plan.targets:
        for source in target.sources:
            service = project.services.get(source)
            node = project.jobs.get(source) if target.section == "jobs" else service.node if service else None
            needs = node.get("depends_on") if node is not None else None
            for name, part in needs.entries.items() if isinstance(needs, Mapping) else ():
                condition = part.get("condition") if isinstance(part, Mapping) else None
                if name in owners and str(getattr(condition, "value", "")) in _STARTED:
                    yield target.name, owners[name]
