"""A project as ``docker compose config`` prints it. Source: reference, section 3."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from compose2qt.compose.spec import root as table
from compose2qt.compose.tree import entries, items, string
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    import datetime

    from compose2qt.compose.project import Project
    from compose2qt.compose.spec import Attribute
    from compose2qt.source import Node

_REFERENCES: dict[str, tuple[str, ...]] = {"networks": (), "volumes": (), "secrets": ("build",), "configs": (), "models": ()}


def config(project: Project, form: str = "json") -> dict[str, Any]:
    """The resolved project as plain data, as the reference prints it as JSON or YAML; it holds secrets in clear.

    Every ``$`` is doubled. JSON has no ``x-`` entries but those at the top, and no ``models`` at the top.
    """
    printer = _Printer(is_json=form == "json")
    rows = table().keys
    found: dict[str, Any] = {"name": project.name}
    found["services"] = {name: printer.mapping(service.node, _row("services")) for name, service in project.services.items()}
    for section in _REFERENCES:
        used = _used(project, section)
        kept = {
            name: printer.mapping(_printed_resource(section, node), rows[section].wildcard)
            for name, node in getattr(project, section).items()
            if name in used
        }
        if kept and not (section == "models" and printer.is_json):
            found[section] = kept
    if project.jobs:
        found["jobs"] = {name: printer.mapping(node, _row("jobs")) for name, node in project.jobs.items()}
    found.update({name: printer.node(node, None) for name, node in project.extensions.items()})
    return found


def names(project: Project, subject: str) -> list[str]:
    """The sorted names of ``project``'s services or profiles, of each service's image, or of the networks or volumes in use."""
    if subject == "services":
        return sorted(project.services)
    if subject == "profiles":
        return list(project.all_profiles)
    if subject == "images":
        built = ((f"{project.name}-{name}", service.node) for name, service in project.services.items())
        return sorted(string(node.get("image")) or default for default, node in built)
    return sorted(name for name in getattr(project, subject) if name in _used(project, subject))


def model(tree: Mapping, name: str) -> dict[str, Any]:
    """The merged project before variables and final values, as ``--no-interpolate`` prints it."""
    printed = _raw(tree)
    kept = {key: value for key, value in printed.items() if key != "version"} if isinstance(printed, dict) else {}
    return {**kept, "name": name}


def _raw(node: Node) -> Any:
    if isinstance(node, Scalar):
        value = node.value
        return value if value is None or isinstance(value, (str, bool, int, float)) else _moment(value)
    if isinstance(node, Sequence):
        return [_raw(item) for item in node.items]
    return {key: _raw(value) for key, value in node.entries.items()}


def _row(*path: str) -> Attribute:
    row = table().keys[path[0]].keys["*"]
    for step in path[1:]:
        row = row.keys[step]
    return row


def _used(project: Project, section: str) -> set[str]:
    """The resources of ``section`` that a service names: the others are not printed."""
    names: set[str] = set()
    for service in project.services.values():
        for place in (service.node.entries, *(entries(service.node.get(key)) for key in _REFERENCES[section])):
            names.update(entries(place.get(section)))
            named = (entries(item) for item in items(place.get(section)))
            names.update(
                string(item.get("source")) for item in named if section != "volumes" or string(item.get("type")) == "volume"
            )
    return names


def _printed_resource(section: str, node: Mapping) -> Mapping:
    """``node`` without the value of a variable, which is never printed."""
    if section in ("secrets", "configs") and "environment" in node.entries and "content" in node.entries:
        return node.with_entries({key: value for key, value in node.entries.items() if key != "content"})
    return node


_GENERIC = ("resources", "reservations", "generic_resources", "[]", "discrete_resource_spec")
_WAYS = ("read_bps", "read_iops", "write_bps", "write_iops")


@cache
def _always() -> dict[int, dict[str, Any]]:
    """What JSON has at some rows even if it is not there, by the row's identity."""
    container = {"command": None, "entrypoint": None}
    return {
        id(_row("services")): container,
        id(_row("jobs")): container,
        id(_row("services", "pre_start", "[]")): container,
        id(_row("services", "deploy")): {"resources": {}, "placement": {}},
        id(_row("services", "develop", "watch", "[]")): {"exec": {"command": None}},
        id(_row("services", "develop", "watch", "[]", "exec")): {"command": None},
        id(_row("services", "post_start", "[]")): {"command": None},
        id(_row("services", "pre_stop", "[]")): {"command": None},
        id(_row("networks")): {"ipam": {}},
        id(_row("services", "deploy", *_GENERIC)): {"kind": "", "value": 0},
        **{id(_row("services", "blkio_config", f"device_{way}", "[]")): {"path": "", "rate": "0"} for way in _WAYS},
        id(_row("services", "blkio_config", "weight_device", "[]")): {"path": "", "weight": 0},
    }


class _Printer:
    """Prints nodes along the table."""

    def __init__(self, *, is_json: bool) -> None:
        self.is_json = is_json
        self.always = _always() if is_json else {}

    def node(self, node: Node, row: Attribute | None) -> Any:
        if isinstance(node, Scalar):
            return _value(node)
        if row is not None and row.bind == "hosts":
            return _hosts(node)
        if row is not None and row.form == "ssh":
            return _keys(node)
        if isinstance(node, Sequence):
            below = row.item if row is not None else None
            return [self.node(item, below) for item in node.items]
        return self.mapping(node, row)

    def mapping(self, node: Mapping, row: Attribute | None) -> dict[str, Any]:
        if row is None or not row.keys or row.wildcard is not None or "[]" in row.keys:
            below = row.wildcard if row is not None else None
            return {key.replace("$", "$$"): self.node(value, below) for key, value in node.entries.items()}
        found: dict[str, Any] = dict(self.always.get(id(row), ()))
        found.update(self._entries(node, row))
        if self.is_json and "path" in row.keys and ("rate" in row.keys or "weight" in row.keys):
            return {key.capitalize(): value for key, value in found.items()}  # so does the reference
        return found

    def _entries(self, node: Mapping, row: Attribute) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.entries.items():
            below = row.keys.get(key)
            if below is None:
                if not self.is_json:
                    found[key] = self.node(value, None)
            elif not (key == "env_file" and row is _row("services")) and not _is_absent(value, below):
                found[key] = self.node(value, below)
        return found


_ZEROS = {"bytes": "0", "duration": "0s"}


def _is_absent(node: Node, row: Attribute) -> bool:
    """Whether the reference leaves ``node`` out: it has no value, or is false, zero or empty."""
    if isinstance(node, Scalar):
        if row.is_opt_out:
            return node.value is True
        return node.value is None or (not row.is_kept and (not node.value or _ZEROS.get(row.bind) == node.value))
    if isinstance(node, Sequence):
        return not node.items and row.bind != "argv"
    return not node.entries and (row.wildcard is not None or not row.keys or "[]" in row.keys)


def _value(node: Scalar) -> Any:
    value = node.value
    if isinstance(value, str):
        return value.replace("$", "$$")
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**63 else value
    return _moment(value)


def _moment(value: datetime.datetime) -> str:
    """As JSON has it in the reference: RFC 3339."""
    fraction = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
    zone = f"{value.isoformat()[-6:]}" if value.utcoffset() else "Z"
    return f"{value:%Y-%m-%dT%H:%M:%S}{fraction}{zone}"


def _hosts(node: Node) -> list[str]:
    return sorted(f"{name}={string(item)}" for name, addresses in entries(node).items() for item in items(addresses))


def _keys(node: Node) -> list[str]:
    """Build keys: the reference's own JSON fails on a key with a path."""
    return [name + (f"={string(path)}" if string(path) else "") for name, path in entries(node).items()]
