"""What Compose adds to a merged project: networks, implied dependencies, names, defaults. Source: reference, 2.9 and 2.13."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.compose.texts import text
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Node, Span

_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")


def normalize(name: str, service: Mapping, variables: dict[str, str]) -> Mapping:
    """The service ``name`` with everything that Compose adds by itself."""
    entries = dict(service.entries)
    if needs_default_network(service):
        entries["networks"] = _made({"default": Scalar(None, service.span)}, service.span)
    if pull := entries.get("pull_policy"):
        entries["pull_policy"] = (
            pull.with_value("missing") if _text(pull) == "if_not_present" and isinstance(pull, Scalar) else pull
        )
    if isinstance(build := entries.get("build"), Mapping):
        entries["build"] = _build(build, variables)
    if isinstance(secrets := entries.get("secrets"), Sequence):
        entries["secrets"] = Sequence(tuple(_secret_target(item) for item in secrets.items), secrets.span, secrets.tag)
    if isinstance(hooks := entries.get("pre_start"), Sequence) and "image" in entries:
        image = entries["image"]
        inherited = (
            item.with_entries({**item.entries, "image": image})
            if isinstance(item, Mapping) and "image" not in item.entries
            else item
            for item in hooks.items
        )
        entries["pre_start"] = Sequence(tuple(inherited), hooks.span, hooks.tag)
    implied = dict(_implied(name, service))
    if implied:
        declared = entries.get("depends_on")
        held = declared.entries if isinstance(declared, Mapping) else {}
        span = declared.span if declared else service.span
        entries["depends_on"] = _made({**held, **{key: value for key, value in implied.items() if key not in held}}, span)
    if isinstance(scale := entries.get("scale"), Scalar) and isinstance(deploy := entries.get("deploy"), Mapping):
        entries["deploy"] = deploy.with_entries({**deploy.entries, "replicas": deploy.get("replicas") or scale})
    return service.with_entries(entries)


def _made(entries: dict[str, Node], span: Span) -> Mapping:
    return Mapping(entries, span)


def needs_default_network(service: Mapping) -> bool:
    """Whether ``service`` joins the project's default network because it names none."""
    networks = service.get("networks")
    empty = networks is None or not isinstance(networks, Mapping) or not networks.entries
    return empty and service.get("network_mode") is None and service.get("provider") is None


def _text(node: Node | None) -> str:
    return text(node.value) if isinstance(node, Scalar) else ""


def _build(build: Mapping, variables: dict[str, str]) -> Mapping:
    """A default Dockerfile; arguments without value come from the environment, and are dropped if it has none."""
    entries = dict(build.entries)
    if "context" not in entries:
        entries["context"] = Scalar(".", build.span)
    if "dockerfile" not in entries and "dockerfile_inline" not in entries:
        entries["dockerfile"] = Scalar("Dockerfile", build.span)
    if isinstance(args := entries.get("args"), Mapping):
        known: dict[str, Node] = {}
        for key, value in args.entries.items():
            if not isinstance(value, Scalar) or value.value is not None:
                known[key] = value
            elif key in variables:
                known[key] = value.with_value(variables[key])
        entries["args"] = args.with_entries(known)
    return build.with_entries(entries)


def _secret_target(item: Node) -> Node:
    if not isinstance(item, Mapping) or "target" in item.entries:
        return item
    source = item.get("source")
    return item.with_entries({**item.entries, "target": Scalar(f"/run/secrets/{_text(source)}", item.span)})


def _implied(name: str, service: Mapping) -> Iterator[tuple[str, Node]]:
    """Dependencies that follow from links, shared namespaces and ``volumes_from``."""
    links = service.get("links")
    for item in links.items if isinstance(links, Sequence) else ():
        yield _text(item).partition(":")[0], _started(item.span, restart=True)
    for key in _NAMESPACES:
        node = service.get(key)
        mode, _, other = _text(node).partition(":")
        if mode == "service" and other and node is not None:
            yield other, _started(node.span, restart=True)
    sources = service.get("volumes_from")
    for item in sources.items if isinstance(sources, Sequence) else ():
        other = _text(item)
        if not other.startswith("container:") and other.partition(":")[0] != name:
            yield other.partition(":")[0], _started(item.span, restart=False)


def _started(span: Span, *, restart: bool) -> Mapping:
    entries: dict[str, Node] = {"condition": Scalar("service_started", span), "required": Scalar(True, span)}
    return Mapping({**entries, "restart": Scalar(True, span)} if restart else entries, span)


def named(key: str, node: Node, project: str) -> Mapping:
    """A top-level resource with its ``name``: its key if it is external, else ``<project>_<key>``."""
    mapping = node if isinstance(node, Mapping) else Mapping({}, node.span)
    if "name" in mapping.entries:
        return mapping
    external = mapping.get("external")
    is_external = isinstance(external, Scalar) and external.value is True
    return mapping.with_entries({**mapping.entries, "name": Scalar(key if is_external else f"{project}_{key}", mapping.span)})
