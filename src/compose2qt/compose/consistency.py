"""What must fit together in a project. Source: reference, section 2.15."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.compose.spec import root as table
from compose2qt.compose.tree import entries, is_null, is_true, items, string
from compose2qt.diagnostic import nearest
from compose2qt.source import Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.compose.project import Project, Service
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node, Span

_TESTS = ("CMD", "CMD-SHELL", "NONE")
_QUICK_ACTIONS = ("rebuild", "restart")


def check(project: Project, collector: Collector) -> None:
    """Tell every service that cannot run as it is written."""
    for service in project.services.values():
        _image(service, project, collector)
        _exclusive(service, collector)
        _references(service, project, collector)
        _dependencies(service, project, collector)
        _places(service, collector)
        _scale(service, collector)
        _limits(service, collector)
    for name, node in project.secrets.items():
        if not any(string(node.get(key)) for key in ("file", "environment")) and not is_true(node.get("external")):
            message = f"the secret {name[:80]!r} has neither a file nor a variable"
            collector.error("no-source", message, node.span, "add file: or environment:")
    for name, node in project.jobs.items():
        _job(name, node, project, collector)
    _cycles(project, collector)


def container_names(project: Project, collector: Collector) -> None:
    """A container's name is its own, among the services that are selected."""
    owners: dict[str, str] = {}
    for service in project.services.values():
        node = service.node.get("container_name")
        name = string(node)
        if node is None or not name:
            continue
        if name in owners:
            message = f"the service {owners[name][:80]!r} has this container_name too"
            collector.error("duplicate-container-name", message, node.span, "choose another name, or remove it")
        owners.setdefault(name, service.name)


def _job(name: str, node: Mapping, project: Project, collector: Collector) -> None:
    """A job may wait for services and for other jobs; the reference checks nothing else of it."""
    known = {**project.services, **project.jobs}
    needs = node.get("depends_on")
    for other, dependency in entries(needs).items():
        if other not in known:
            message = f"the job {name[:80]!r} needs {other[:80]!r}, which is neither a service nor a job"
            collector.error("undefined-service", message, _key_span(needs, other, dependency), nearest(other, known))


def _is_told(node: Mapping) -> bool:
    """Whether the image is missing because of what is told already: a key that is misspelt, a base that was not found."""
    known = table().keys["services"].keys["*"].keys
    unknown = (key for key in node.entries if key not in known and not key.startswith("x-"))
    return "extends" in node.entries or any(nearest(key, ("image", "build")).startswith("did you mean") for key in unknown)


def _image(service: Service, project: Project, collector: Collector) -> None:
    node = service.node
    image = node.get("image")
    if (
        (is_null(image) or (isinstance(image, Scalar) and image.value == ""))
        and is_null(node.get("build"))
        and is_null(node.get("provider"))
        and not (collector.errors and _is_told(node))
    ):
        message = f"the service {service.name[:80]!r} has neither an image nor a build context"
        collector.error("no-image", message, node.span, "add image: or build:")
    build = node.get("build")
    for context in entries(entries(build).get("additional_contexts")).values():
        mode, colon, other = string(context).partition(":")
        if (
            mode == "service"
            and colon
            and (other not in project.services or is_null(project.services[other].node.get("build")))
        ):
            message = f"the build needs the service {other[:80]!r}, which builds nothing"
            collector.error("undefined-service", message, context.span, nearest(other, project.services))
    platforms, platform = [string(item) for item in items(entries(build).get("platforms"))], node.get("platform")
    if platforms and platform is not None and string(platform) and string(platform) not in platforms:
        collector.error("other-platform", "build.platforms does not hold the service's platform", platform.span, "add it there")


def _exclusive(service: Service, collector: Collector) -> None:
    node = service.node
    build = node.get("build")
    if isinstance(build, Mapping) and string(build.get("dockerfile")) and string(build.get("dockerfile_inline")):
        collector.error("two-dockerfiles", "dockerfile and dockerfile_inline exclude each other", build.span, "keep one")
    mode = node.get("network_mode")
    if mode is not None and string(mode) and entries(node.get("networks")):
        collector.error("two-networks", "network_mode and networks exclude each other", mode.span, "keep one")
    test = items(entries(node.get("healthcheck")).get("test"))
    if test and string(test[0]) not in _TESTS:
        collector.error(
            "bad-test", "a health check begins with CMD, CMD-SHELL or NONE", test[0].span, "put CMD before the command"
        )
    for watch in items(entries(node.get("develop")).get("watch")):
        if not string(entries(watch).get("target")) and string(entries(watch).get("action")) not in _QUICK_ACTIONS:
            collector.error(
                "no-target", "only rebuild and restart need no target", watch.span, "add target: with a path in the container"
            )


def _references(service: Service, project: Project, collector: Collector) -> None:
    networks = service.node.get("networks")
    for name, node in entries(networks).items():
        _defined("network", name, _key_span(networks, name, node), project.networks, collector)
    for name, node in entries(service.node.get("models")).items():
        _defined("model", name, _key_span(service.node.get("models"), name, node), project.models, collector)
    for item in items(service.node.get("volumes")):
        source = entries(item).get("source")
        if string(entries(item).get("type")) == "volume" and source is not None and string(source):
            _defined("volume", string(source), source.span, project.volumes, collector)
    build = entries(service.node.get("build"))
    for kind, used, known in (
        ("secret", service.node.get("secrets"), project.secrets),
        ("secret", build.get("secrets"), project.secrets),
        ("config", service.node.get("configs"), project.configs),
    ):
        for item in items(used):
            named = entries(item).get("source", item)
            _defined(kind, string(named), named.span, known, collector)


def _key_span(mapping: Node | None, key: str, value: Node) -> Span:
    return mapping.keys[key] if isinstance(mapping, Mapping) and key in mapping.keys else value.span


def _defined(kind: str, name: str, span: Span, known: dict[str, Mapping], collector: Collector) -> None:
    if name not in known:
        fix = nearest(name, known) if known else f"add it to {kind}s:, beside services:"
        collector.error(f"undefined-{kind}", f"the {kind} {name[:80]!r} is not defined", span, fix)


def _dependencies(service: Service, project: Project, collector: Collector) -> None:
    needs = service.node.get("depends_on")
    for name, node in entries(needs).items():
        required = entries(node).get("required")
        is_optional = isinstance(required, Scalar) and required.value is False
        if name in project.services or (is_optional and name in project.disabled):
            continue
        span = _key_span(needs, name, node)
        if name in project.disabled:
            profiles = ", ".join(string(item) for item in items(project.disabled[name].node.get("profiles")))
            message = f"{service.name[:80]!r} needs the service {name[:80]!r}, whose profiles are not active"
            collector.error("inactive-dependency", message, span, f"activate one of its profiles: {profiles}")
        else:
            message = f"{service.name[:80]!r} needs the service {name[:80]!r}, which is not defined"
            collector.error("undefined-service", message, span, nearest(name, project.services))


def _places(service: Service, collector: Collector) -> None:
    """Nothing is mounted twice at one place."""
    node = service.node
    places: dict[str, Span] = {}
    mounts: tuple[tuple[str, Node], ...] = (
        *((string(item).partition(":")[0], item) for item in items(node.get("tmpfs"))),
        *((string(entries(item).get("target")), item) for item in items(node.get("volumes"))),
        *((_file_target(item, "/"), item) for item in items(node.get("configs"))),
        *((_file_target(item, "/run/secrets/"), item) for item in items(node.get("secrets"))),
    )
    for place, item in mounts:
        if place in places:
            fix = f"keep one of the mounts: the first stands in line {places[place].line}"
            collector.error("duplicate-mount", f"something is already mounted at {place[:80]}", item.span, fix)
        places.setdefault(place, item.span)


def _file_target(item: Node, folder: str) -> str:
    return string(entries(item).get("target")) or folder + string(entries(item).get("source"))


def _scale(service: Service, collector: Collector) -> None:
    scale, name = service.node.get("scale"), service.node.get("container_name")
    replicas = entries(service.node.get("deploy")).get("replicas")
    if isinstance(scale, Scalar) and isinstance(replicas, Scalar) and scale.value != replicas.value:
        collector.error("two-scales", "scale and deploy.replicas differ", scale.span, "keep one of them")
    if isinstance(scale, Scalar) and isinstance(scale.value, int) and scale.value < 0:
        collector.error("two-scales", "scale cannot be negative", scale.span, "write 0 or more")
    count = scale if scale is not None else replicas
    if isinstance(count, Scalar) and isinstance(count.value, int) and count.value > 1 and name is not None and string(name):
        collector.error(
            "one-name-for-many", "several replicas cannot have one container_name", name.span, "remove container_name"
        )


def _limits(service: Service, collector: Collector) -> None:
    """The old and the new way to say a limit must agree; with the new one present, an absent value is one."""
    node = service.node
    resources = entries(entries(node.get("deploy")).get("resources"))
    for key, kind, other in (
        ("cpus", "limits", "cpus"),
        ("mem_limit", "limits", "memory"),
        ("mem_reservation", "reservations", "memory"),
        ("pids_limit", "limits", "pids"),
    ):
        old = node.get(key)
        if (
            isinstance(old, Scalar)
            and _amount(old)
            and kind in resources
            and _amount(old) != _amount(entries(resources[kind]).get(other))
        ):
            message = f"{key} and deploy.resources.{kind}.{other} differ"
            collector.error("two-limits", message, old.span, f"keep one of them, or add {other} there")


def _amount(node: Node | None) -> float:
    try:
        return float(string(node) or 0)
    except ValueError:
        return 0


def _cycles(project: Project, collector: Collector) -> None:
    """Report each cycle of dependencies once, with its members; without recursion, because chains may be long."""
    done: set[str] = set()
    for start in project.services:
        if start in done:
            continue
        path: list[str] = [start]
        on_path = {start}
        stack = [_needed(project, start)]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                done.add(name := path.pop())
                on_path.discard(name)
            elif following in on_path:
                _cycle(project, [*path[path.index(following) :], following], collector)
            elif following not in done:
                path.append(following)
                on_path.add(following)
                stack.append(_needed(project, following))


def _cycle(project: Project, members: list[str], collector: Collector) -> None:
    shown = " -> ".join(name[:60] for name in members) if len(members) <= 12 else f"{len(members) - 1} services"
    needs = project.services[members[-2]].node.get("depends_on")
    span = _key_span(needs, members[-1], needs) if needs is not None else None
    collector.error("dependency-cycle", f"services wait for each other: {shown}", span, "remove one dependency")


def _needed(project: Project, name: str) -> Iterator[str]:
    return (other for other in entries(project.services[name].node.get("depends_on")) if other in project.services)
