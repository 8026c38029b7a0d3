"""What Compose adds to a merged project: defaults, networks, implied dependencies. Source: reference, 2.9 and 2.13."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.compose.merge import merge
from compose2qt.compose.mounts import clean
from compose2qt.compose.spec import root as table
from compose2qt.compose.tree import built, defaulted, entries, is_null, is_true, items, string
from compose2qt.diagnostic import Collector
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.source import Node, Span

_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")
_SECTIONS = ("services", "jobs")


# Defaults of long syntaxes, once the files of a project are merged ---------------------------------------------------------


def defaults(tree: Mapping) -> Mapping:
    """``tree`` with what long syntaxes leave out."""
    made = {
        section: node.with_entries({name: _service_defaults(service) for name, service in node.entries.items()})
        for section in _SECTIONS
        if isinstance(node := tree.get(section), Mapping)
    }
    return tree.with_entries({**tree.entries, **made})


def _service_defaults(service: Node) -> Node:
    if not isinstance(service, Mapping):
        return service
    made = {key: DEFAULTS[key](value) for key, value in service.entries.items() if key in DEFAULTS}
    return service.with_entries({**service.entries, **made}) if made else service


def _of_items(default: Callable[[Mapping], Node]) -> Callable[[Node], Node]:
    def made(node: Node) -> Node:
        if not isinstance(node, Sequence):
            return node
        return node.with_items(tuple(default(item) if isinstance(item, Mapping) else item for item in node.items))

    return made


def _secret(item: Mapping) -> Node:
    return defaulted(item, {"target": f"/run/secrets/{string(item.get('source'))}"})


def _port(item: Mapping) -> Node:
    return defaulted(item, {"mode": "ingress", "protocol": "tcp"})


def _device_request(item: Mapping) -> Node:
    return item if "device_ids" in item.entries else defaulted(item, {"count": "all"})


def _volume(item: Mapping) -> Node:
    bind = item.get("bind")
    if not isinstance(bind, Mapping):
        return item
    return item.with_entries({**item.entries, "bind": defaulted(bind, {"create_host_path": True})})


def _build(node: Node) -> Node:
    return defaulted(node, {"context": "."})


def _deploy(node: Node) -> Node:
    """The devices that a service reserves."""
    path = ("resources", "reservations", "devices")
    return _changed(node, path, _of_items(_device_request))


def _changed(node: Node, path: tuple[str, ...], change: Callable[[Node], Node]) -> Node:
    if not path:
        return change(node)
    below = node.get(path[0]) if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or below is None:
        return node
    return node.with_entries({**node.entries, path[0]: _changed(below, path[1:], change)})


DEFAULTS: dict[str, Callable[[Node], Node]] = {
    "build": _build,
    "deploy": _deploy,
    "gpus": _of_items(_device_request),
    "ports": _of_items(_port),
    "secrets": _of_items(_secret),
    "volumes": _of_items(_volume),
}


# What follows from what is written ------------------------------------------------------------------------------------------


def normalize(service: Mapping, variables: dict[str, str]) -> Mapping:
    """The service or job ``service`` with everything that Compose adds by itself."""
    made = dict(service.entries)
    if needs_default_network(service):
        made["networks"] = Mapping({"default": Scalar(None, service.span)}, service.span)
    if isinstance(pull := made.get("pull_policy"), Scalar) and pull.value == "if_not_present":
        made["pull_policy"] = pull.with_value("missing")
    if isinstance(build := made.get("build"), Mapping):
        made["build"] = _built(build, variables)
    if isinstance(volumes := made.get("volumes"), Sequence):
        made["volumes"] = volumes.with_items(tuple(_clean_target(item) for item in volumes.items))
    if "environment" in made:
        made["environment"] = passed_through(made["environment"], variables)
    if isinstance(hooks := made.get("pre_start"), Sequence):
        made["pre_start"] = hooks.with_items(tuple(_hook(item, service.with_entries(made)) for item in hooks.items))
    if isinstance(develop := made.get("develop"), Mapping):
        made["develop"] = _changed(develop, ("watch",), _of_items(_watch))
    if (scale := made.get("scale")) is not None and isinstance(deploy := made.get("deploy"), Mapping):
        made["deploy"] = deploy.with_entries({"replicas": scale, **deploy.entries})
    declared = made.get("depends_on")
    implied: dict[str, Node] = {}
    for key, value in _implied(service):
        if key not in entries(declared):
            implied.setdefault(key, value)
    if implied:
        span = declared.span if declared is not None else service.span
        keys = declared.keys if isinstance(declared, Mapping) else {}
        made["depends_on"] = Mapping({**entries(declared), **implied}, span, keys)
    return service.with_entries(made)


def needs_default_network(service: Mapping) -> bool:
    """Whether ``service`` joins the project's default network because it names none."""
    return not entries(service.get("networks")) and "network_mode" not in service.entries and "provider" not in service.entries


def _watch(item: Mapping) -> Node:
    """The older name of ``initial_sync``."""
    older = item.get("x-initialSync")
    if "initial_sync" in item.entries or older is None or not is_true(older):
        return item
    return item.with_entries({**item.entries, "initial_sync": older})


def _clean_target(item: Node) -> Node:
    target = item.get("target") if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(target, Scalar) or not isinstance(target.value, str):
        return item
    cleaned = clean(target.value) or "."
    return item if cleaned == target.value else item.with_entries({**item.entries, "target": target.with_value(cleaned)})


def _hook(item: Node, service: Mapping) -> Node:
    """A container that runs before the service starts: what it does not say is as in the service, but for volumes."""
    row = table().keys["services"].keys["*"].keys["pre_start"].keys["[]"]
    shared = {key: value for key, value in service.entries.items() if key in row.keys and key != "volumes"}
    # Both are valid by now: nothing is left to tell.
    return merge(service.with_entries(shared), item, row, Collector()) if isinstance(item, Mapping) else item


def passed_through(environment: Node, variables: dict[str, str]) -> Node:
    """``environment`` with the values of variables at its names without value."""
    if isinstance(environment, Mapping):
        return environment.with_entries({key: _argument(key, value, variables) for key, value in environment.entries.items()})
    if isinstance(environment, Sequence):
        return environment.with_items(tuple(_listed_argument(item, variables) for item in environment.items))
    return environment


def _built(build: Mapping, variables: dict[str, str]) -> Mapping:
    """A default Dockerfile; arguments without value come from the environment, and are dropped if it has none."""
    made = dict(build.entries)
    if "dockerfile" not in made and "dockerfile_inline" not in made:
        made["dockerfile"] = Scalar("Dockerfile", build.span)
    args = made.get("args")
    if isinstance(args, Mapping):
        known = {key: _argument(key, value, variables) for key, value in args.entries.items()}
        made["args"] = args.with_entries({key: value for key, value in known.items() if not is_null(value)})
    elif isinstance(args, Sequence):
        given = (item for item in args.items if "=" in string(item) or string(item) in variables)
        made["args"] = args.with_items(tuple(_listed_argument(item, variables) for item in given))
    return build.with_entries(made)


def _argument(key: str, value: Node, variables: dict[str, str]) -> Node:
    if isinstance(value, Scalar) and value.value is None and key in variables:
        return value.with_value(variables[key])
    return value


def _listed_argument(item: Node, variables: dict[str, str]) -> Node:
    name = string(item)
    if "=" in name or not isinstance(item, Scalar) or name not in variables:
        return item
    return item.with_value(f"{name}={variables[name]}")


def _implied(service: Mapping) -> Iterator[tuple[str, Node]]:
    """Dependencies that follow from links, shared namespaces and ``volumes_from``."""
    for item in items(service.get("links")):
        name, colon, rest = string(item).partition(":")
        yield (name if colon and ":" not in rest else string(item)), _started(item.span, restart=True)
    for key in _NAMESPACES:
        node = service.get(key)
        mode, colon, other = string(node).partition(":")
        if mode == "service" and colon and node is not None:
            yield other, _started(node.span, restart=True)
    for item in items(service.get("volumes_from")):
        source, _, _ = string(item).partition(":")
        if not string(item).startswith("container:"):
            yield source, _started(item.span, restart=False)


def _started(span: Span, *, restart: bool) -> Mapping:
    return built(span, {"condition": "service_started", "required": True, **({"restart": True} if restart else {})})
