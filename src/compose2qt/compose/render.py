"""A project as ``docker compose config`` prints it. Source: reference, section 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compose2qt.compose.spec import root as table
from compose2qt.compose.texts import text
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from compose2qt.compose.project import Project
    from compose2qt.compose.spec import Attribute
    from compose2qt.source import Node

_GONE = frozenset(("env_file", "extends", "label_file"))
_RESOURCES = ("networks", "volumes", "secrets", "configs")


def config(project: Project) -> dict[str, Any]:
    """The resolved project as plain data; every ``$`` doubled, as the reference does. It holds secrets in clear."""
    rows = table().keys
    services = {name: _service(service.node, rows["services"].keys["*"]) for name, service in project.services.items()}
    found: dict[str, Any] = {"name": project.name, "services": services}
    for section in _RESOURCES:
        kept = {
            name: _resource(node, rows[section].keys["*"], section)
            for name, node in getattr(project, section).items()
            if name in _used(project, section)
        }
        if kept or section == "networks":
            found[section] = kept
    if not found["networks"]:
        del found["networks"]
    found.update({name: _plain(node, None) for name, node in project.extensions.items()})
    return found


def _used(project: Project, section: str) -> set[str]:
    """The resources of ``section`` that a service names: the others are not printed."""
    names: set[str] = set()
    for service in project.services.values():
        node = service.node.get(section)
        if isinstance(node, Mapping):
            names.update(node.entries)
        for item in node.items if isinstance(node, Sequence) else ():
            source = item.get("source") if isinstance(item, Mapping) else None
            names.add(text(source.value) if isinstance(source, Scalar) else "")
        build = service.node.get("build")
        secrets = build.get("secrets") if section == "secrets" and isinstance(build, Mapping) else None
        for item in secrets.items if isinstance(secrets, Sequence) else ():
            source = item.get("source") if isinstance(item, Mapping) else None
            names.add(text(source.value) if isinstance(source, Scalar) else "")
    return names


def _service(node: Mapping, row: Attribute) -> dict[str, Any]:
    found: dict[str, Any] = {"command": None, "entrypoint": None}
    for key, value in node.entries.items():
        if key in _GONE or key.startswith("x-"):
            continue
        if isinstance(value, Scalar) and value.value is None:
            continue
        found[key] = _PRINTED.get(key, _plain)(value, row.below(key))
        if found[key] in ([], {}) and key not in ("command", "entrypoint", "deploy"):
            del found[key]
    return found


def _plain(node: Node, row: Attribute | None) -> Any:
    if isinstance(node, Scalar):
        return _value(node, row)
    if isinstance(node, Sequence):
        return [_plain(item, row.item if row else None) for item in node.items]
    is_texts = row is not None and row.form == "pairs"
    return {
        key: ""
        if is_texts and isinstance(value, Scalar) and value.value is None
        else _plain(value, row.below(key) if row else None)
        for key, value in node.entries.items()
        if row is None or not key.startswith("x-") or is_texts
    }


def _value(node: Scalar, row: Attribute | None) -> Any:
    value = node.value
    if isinstance(value, str):
        return value.replace("$", "$$")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and (
        row is None or "str" not in row.types or row.cast in ("int", "num") or "num" in row.types
    ):
        return int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(value, int) and row is not None and row.form in ("limit", "count"):
        return value
    return text(value)


def _environment(node: Node, row: Attribute | None) -> Any:
    if not isinstance(node, Mapping):
        return _plain(node, row)
    return {key: _value(value, None) if isinstance(value, Scalar) else None for key, value in node.entries.items()}


def _hosts(node: Node, row: Attribute | None) -> Any:
    if not isinstance(node, Mapping):
        return _plain(node, row)
    return sorted(
        f"{name}={text(item.value)}"
        for name, value in node.entries.items()
        for item in (value.items if isinstance(value, Sequence) else (value,))
        if isinstance(item, Scalar)
    )


def _volumes(node: Node, row: Attribute | None) -> Any:
    found = _plain(node, row)
    for volume in found if isinstance(found, list) else ():
        bind = volume.get("bind") if isinstance(volume, dict) else None
        if isinstance(bind, dict) and bind.get("create_host_path") is True:
            del bind["create_host_path"]
    return found


def _deploy(node: Node, row: Attribute | None) -> Any:
    found = _plain(node, row)
    return (
        {**found, "resources": found.get("resources", {}), "placement": found.get("placement", {})}
        if isinstance(found, dict)
        else found
    )


def _build(node: Node, row: Attribute | None) -> Any:
    found = _plain(node, row)
    if isinstance(node, Mapping) and (hosts := node.get("extra_hosts")) is not None:
        found["extra_hosts"] = _hosts(hosts, None)
    return {key: value for key, value in found.items() if value not in (None, {}, [])}


def _develop(node: Node, row: Attribute | None) -> Any:
    found = _plain(node, row)
    for watch in found.get("watch", ()) if isinstance(found, dict) else ():
        watch["exec"] = {"command": None, **watch.get("exec", {})}
    return found


def _services_of_networks(node: Node, row: Attribute | None) -> Any:
    found = _plain(node, row)
    return {name: value or None for name, value in found.items()} if isinstance(found, dict) else found


_PRINTED = {
    "build": _build,
    "deploy": _deploy,
    "develop": _develop,
    "environment": _environment,
    "extra_hosts": _hosts,
    "networks": _services_of_networks,
    "volumes": _volumes,
}


def _resource(node: Mapping, row: Attribute, section: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        key: _plain(value, row.below(key))
        for key, value in node.entries.items()
        if not key.startswith("x-") and not (isinstance(value, Scalar) and value.value is None)
    }
    if section == "networks":
        found.setdefault("ipam", {})
    if section == "secrets":
        found.pop("content", None)
    if section == "configs" and "environment" in found:
        found.pop("content", None)
    if found.get("external") is False:
        del found["external"]
    return found
