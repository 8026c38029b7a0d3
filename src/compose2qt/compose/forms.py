"""Short syntaxes to canonical forms: one function for each ``form`` of the table.

What a form builds from one leaf keeps that leaf's span, so that the ledger can follow it.
"""

from __future__ import annotations

import ipaddress
import posixpath
import re
from typing import TYPE_CHECKING

from compose2qt.compose.texts import go_duration, shell_words, text
from compose2qt.compose.units import byte_count, seconds
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from compose2qt.compose.spec import Attribute
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node, Span, Value


class FormError(ValueError):
    """A value that is none of the short syntaxes of its attribute; ``fix`` shows one."""

    def __init__(self, why: str, fix: str, node: Node | None = None) -> None:
        super().__init__(why)
        self.fix = fix
        self.node = node


def built(span: Span, entries: dict[str, Value]) -> Mapping:
    """A mapping whose every value comes from the leaf at ``span``."""
    return Mapping({key: Scalar(value, span) for key, value in entries.items()}, span)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _string(node: Node) -> str:
    return text(node.value) if isinstance(node, Scalar) else ""


# Pairs and lists -----------------------------------------------------------------------------------------------------


def pairs(node: Node) -> Node:
    """``[A=1, B]`` and ``{A: 1, B: null}`` to a mapping of texts; the last of equal keys wins at the first one's place."""
    if isinstance(node, Mapping):
        return node.with_entries({key: _as_text(value) for key, value in node.entries.items()})
    entries: dict[str, Node] = {}
    keys: dict[str, Span] = {}
    for item in _items(node):
        key, equals, value = _string(item).partition("=")
        entries[key] = Scalar(value if equals else None, item.span)
        keys[key] = item.span
    return Mapping(entries, node.span, keys)


def _as_text(node: Node) -> Node:
    if isinstance(node, Scalar) and node.value is not None and not isinstance(node.value, str):
        return node.with_value(text(node.value))
    return node


def texts(node: Node) -> Node:
    """A mapping of scalars to one of texts."""
    return pairs(node) if isinstance(node, Mapping) else node


def as_text(node: Node) -> Node:
    """A scalar as text."""
    return _as_text(node)


def as_list(node: Node) -> Node:
    """A single value as a list of one; empty ones are left out."""
    if isinstance(node, Scalar):
        return Sequence((node,) if node.value not in (None, "") else (), node.span)
    return node


def items(node: Node) -> Node:
    """The items of a list as texts."""
    return Sequence(tuple(_as_text(item) for item in node.items), node.span, node.tag) if isinstance(node, Sequence) else node


def names(node: Node) -> Node:
    """A list of names to a mapping with null values (``networks``, ``models``)."""
    if not isinstance(node, Sequence):
        return node
    return Mapping({_string(item): Scalar(None, item.span) for item in node.items}, node.span)


def hosts(node: Node) -> Node:
    """``extra_hosts``: ``[name=ip, name:ip]`` or ``{name: ip}`` to a mapping of address lists."""
    entries: dict[str, list[Node]] = {}
    if isinstance(node, Mapping):
        for name, value in node.entries.items():
            entries[name] = [_as_text(item) for item in _items(value)]
    else:
        for item in _items(node):
            name, separator, address = re.match(r"([^=:]*)([=:]?)(.*)", _string(item), re.DOTALL).groups()  # type: ignore[union-attr]  # matches anything
            if not separator:
                raise FormError("this is not NAME=ADDRESS", "write NAME=ADDRESS", item)
            entries.setdefault(name, []).append(Scalar(address.strip("[]"), item.span))
    return Mapping({name: Sequence(tuple(found), node.span) for name, found in entries.items()}, node.span)


def depends(node: Node) -> Node:
    """``depends_on``: a list to ``{name: {condition: service_started, required: true}}``."""
    if isinstance(node, Sequence):
        return Mapping(
            {_string(item): built(item.span, {"condition": "service_started", "required": True}) for item in node.items},
            node.span,
        )
    if not isinstance(node, Mapping):
        return node
    return node.with_entries({name: _defaulted(value, {"required": True}) for name, value in node.entries.items()})


def _defaulted(node: Node, defaults: dict[str, Value]) -> Node:
    if not isinstance(node, Mapping):
        return node
    added: dict[str, Node] = {key: Scalar(value, node.span) for key, value in defaults.items() if key not in node.entries}
    return node.with_entries({**node.entries, **added}) if added else node


# Files -----------------------------------------------------------------------------------------------------------------


def build(node: Node) -> Node:
    """``build: ./dir`` to ``{context: ./dir}``."""
    return built(node.span, {"context": node.value}) if isinstance(node, Scalar) and node.value is not None else node


def extends(node: Node) -> Node:
    """``extends: base`` to ``{service: base}``."""
    return built(node.span, {"service": node.value}) if isinstance(node, Scalar) else node


def env_files(node: Node) -> Node:
    """``env_file`` to a list of ``{path, required}``."""
    found = [
        built(item.span, {"path": item.value, "required": True})
        if isinstance(item, Scalar)
        else _defaulted(item, {"required": True})
        for item in _items(node)
    ]
    return Sequence(tuple(found), node.span, node.tag)


def files(node: Node) -> Node:
    """``configs`` and ``secrets`` of a service to a list of ``{source}``."""
    return _each(node, lambda item: built(item.span, {"source": item.value}))


def _each(node: Node, expand: Callable[[Scalar], Node]) -> Node:
    return Sequence(tuple(expand(item) if isinstance(item, Scalar) else item for item in _items(node)), node.span, node.tag)


def external(node: Node) -> Node:
    """``external: {name: x}`` to true; the resource takes the name (``resource``)."""
    return node


def resource(node: Node) -> Node:
    """A top-level resource whose ``external`` holds its name, the old way."""
    if isinstance(node, Scalar):
        return Mapping({}, node.span)
    outside = node.get("external") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(outside, Mapping):
        return node
    entries = dict(node.entries)
    entries["external"] = Scalar(True, outside.span)
    name = outside.get("name")
    if name is not None:
        entries.setdefault("name", name)
    return node.with_entries(entries)


# Commands ----------------------------------------------------------------------------------------------------------------


def argv(node: Node) -> Node:
    """``command`` and ``entrypoint``: a string is split as a shell splits words, without running one."""
    if isinstance(node, Scalar):
        if node.value is None:
            return node
        try:
            words = shell_words(text(node.value))
        except ValueError as error:
            raise FormError(str(error), "close the quote", node) from None
        return Sequence(tuple(Scalar(word, node.span) for word in words), node.span)
    return items(node)


def test(node: Node) -> Node:
    """``healthcheck.test``: a string runs in a shell."""
    if isinstance(node, Scalar):
        return Sequence((Scalar("CMD-SHELL", node.span), Scalar(text(node.value), node.span)), node.span)
    return items(node)


# Numbers -----------------------------------------------------------------------------------------------------------------


def size(node: Node) -> Node:
    """A byte size, as decimal text; YAML floats are lost by the reference, and refused here."""
    if not isinstance(node, Scalar) or node.value is None:
        return node
    if isinstance(node.value, float):
        raise FormError("Compose drops a size that is a fraction", 'write it with a unit, in quotes: "1.5g"', node)
    try:
        return node.with_value(str(byte_count(node.value)))  # type: ignore[arg-type]  # dates fail as text
    except ValueError:
        raise FormError("this is not a size", "write a size such as 512m", node) from None


def duration(node: Node) -> Node:
    """A duration, as Go prints it."""
    if not isinstance(node, Scalar) or node.value is None:
        return node
    try:
        return node.with_value(go_duration(seconds(text(node.value))))
    except ValueError:
        raise FormError("this is not a duration", "write a number with a unit, such as 30s or 1m30s", node) from None


def mode(node: Node) -> Node:
    """A file mode, as octal text: text is octal already, a number is the mode itself."""
    if not isinstance(node, Scalar) or node.value is None:
        return node
    try:
        number = int(node.value, 8) if isinstance(node.value, str) else int(node.value)  # type: ignore[arg-type]  # dates fail
    except (ValueError, TypeError):
        raise FormError("this is not a file mode", 'write it in octal: "0440"', node) from None
    return node.with_value(f"{number:04o}")


def limit(node: Node) -> Node:
    """A ulimit: a number, or ``{soft, hard}``."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        try:
            return node.with_value(int(node.value))
        except ValueError:
            raise FormError("this is not a number", "write a whole number", node) from None
    return node


def count(node: Node) -> Node:
    """A number of devices, or ``all``."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        if node.value == "all":
            return node.with_value(-1)
        return limit(node)
    return node


def gpus(node: Node) -> Node:
    """``gpus: all`` to ``[{count: all}]``."""
    if isinstance(node, Scalar):
        return Sequence((built(node.span, {"count": node.value}),), node.span)
    return node


def devices(node: Node) -> Node:
    """``src:dst:rwm`` to ``{source, target, permissions}``."""
    return _each(node, _device)


def _device(item: Scalar) -> Node:
    parts = text(item.value).split(":")
    if len(parts) > 3 or not parts[0]:
        raise FormError("this is not a device", "write SOURCE:TARGET:PERMISSIONS", item)
    source, target, permissions = (*parts, *("", "")[: 3 - len(parts)]) if len(parts) < 3 else parts
    return built(item.span, {"source": source, "target": target or source, "permissions": permissions or "rwm"})


# Ports -------------------------------------------------------------------------------------------------------------------

_PORT = re.compile(
    r"(?:(?P<host>\[[^\]]*\]|[^:\[\]]*(?::[0-9A-Fa-f:.]*)?):(?=[^:]*:))?(?:(?P<published>[\d-]*):)?(?P<target>\d+(?:-\d+)?)(?:/(?P<protocol>\w+))?"
)


def ports(node: Node) -> Node:
    """Every short port to ``{mode, target, published, protocol, host_ip}``; a range of targets gives one entry each."""
    found: list[Node] = []
    for item in _items(node):
        if isinstance(item, Scalar):
            found += _short_ports(item)
        else:
            found.append(_defaulted(item, {"mode": "ingress", "protocol": "tcp"}))
    return Sequence(tuple(found), node.span, node.tag)


def _short_ports(item: Scalar) -> Iterable[Node]:
    written = text(item.value)
    match = _PORT.fullmatch(written)
    if match is None:
        raise FormError("this is not a port", "write [HOST_IP:][PUBLISHED:]TARGET[/PROTOCOL], such as 8080:80", item)
    protocol = (match["protocol"] or "tcp").lower()
    if protocol not in ("tcp", "udp", "sctp"):
        raise FormError("the protocol is none of tcp, udp, sctp", "write 80/tcp, 53/udp or 9/sctp", item)
    host = (match["host"] or "").strip("[]")
    if host:
        _check_ip(host, item)
    targets = _range(match["target"], item)
    published = match["published"] or ""
    sources = _range(published, item) if published else None
    if sources is not None and len(sources) != len(targets) and len(targets) != 1:
        raise FormError("the ranges of published and target ports differ in length", "make them equally long", item)
    single = len(targets) == 1
    entries = []
    for index, target in enumerate(targets):
        values: dict[str, Value] = {"mode": "ingress"}
        if host:
            values["host_ip"] = host
        values["target"] = target
        if sources is not None:
            values["published"] = published if single else str(sources[index])
        values["protocol"] = protocol
        entries.append((f"{target}/{protocol}", built(item.span, values)))
    return [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]


def _range(written: str, item: Scalar) -> range:
    first, _, last = written.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal() or len(first) > 5 or len(last) > 5:
        raise FormError("this is not a port range", "write FIRST-LAST", item)
    low, high = int(first), int(last or first)
    if not 0 <= low <= high <= 65535:
        raise FormError("a port is a number from 0 to 65535, and a range goes up", "write a port such as 8080", item)
    return range(low, high + 1)


def _check_ip(host: str, item: Scalar) -> None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise FormError("the host part of a port must be an IP address", "write 127.0.0.1:8080:80", item) from None


# Volumes -----------------------------------------------------------------------------------------------------------------

_DRIVE = re.compile(r"[A-Za-z]:[\\/]?")
_PROPAGATION = frozenset("rprivate private rshared shared rslave slave".split())


def volumes(node: Node) -> Node:
    """Every short volume to ``{type, source, target, …}``."""
    return _each(node, _volume)


def _volume(item: Scalar) -> Node:
    written = text(item.value)
    fields = _volume_fields(written)
    if not written or len(fields) > 3 or not all(fields[:2]):
        raise FormError("this is not a volume", "write SOURCE:TARGET[:ro]", item)
    span = item.span
    if len(fields) == 1:
        return built(span, {"type": "volume", "target": _clean(fields[0])})
    source, target = fields[0], _clean(fields[1])
    is_bind = source.startswith((".", "/", "~", "\\")) or _DRIVE.match(source) is not None
    entries: dict[str, Node] = dict(
        built(span, {"type": "bind" if is_bind else "volume", "source": source, "target": target}).entries
    )
    bind: dict[str, Value] = {"create_host_path": True} if is_bind else {}
    volume: dict[str, Value] = {}
    for option in fields[2].split(",") if len(fields) == 3 else ():
        if option == "ro":
            entries["read_only"] = Scalar(True, span)
        elif option == "nocopy":
            volume["nocopy"] = True
        elif option in ("z", "Z"):
            bind["selinux"] = option
        elif option in _PROPAGATION:
            bind["propagation"] = option
    if bind:
        entries["bind"] = built(span, bind)
    if not is_bind:
        entries["volume"] = built(span, volume)
    return Mapping(entries, span)


def _volume_fields(written: str) -> list[str]:
    """The colon-separated fields; a single letter before a colon is a Windows drive."""
    if len(written) <= 2:
        return [written]
    fields: list[str] = []
    for part in written.split(":"):
        if fields and len(fields[-1]) == 1 and fields[-1].isalpha():
            fields[-1] += ":" + part
        else:
            fields.append(part)
    return fields


def _clean(path: str) -> str:
    """A path as Go's ``path.Clean`` writes it."""
    if not path:
        return path
    cleaned = posixpath.normpath(path)
    return "/" + cleaned.lstrip("/") if cleaned.startswith("//") else cleaned


def long_volume(node: Node) -> Node:
    """The defaults of a volume in long syntax."""
    if not isinstance(node, Mapping):
        return node
    entries = dict(node.entries)
    bind = entries.get("bind")
    if isinstance(bind, Mapping):
        entries["bind"] = _defaulted(bind, {"create_host_path": True})
    target = entries.get("target")
    if isinstance(target, Scalar) and isinstance(target.value, str):
        entries["target"] = target.with_value(_clean(target.value))
    return node.with_entries(entries)


FORMS: dict[str, Callable[[Node], Node]] = {
    "argv": argv,
    "build": build,
    "bytes": size,
    "count": count,
    "depends": depends,
    "devices": devices,
    "duration": duration,
    "env_files": env_files,
    "extends": extends,
    "external": external,
    "files": files,
    "gpus": gpus,
    "hosts": hosts,
    "items": items,
    "limit": limit,
    "list": as_list,
    "mode": mode,
    "names": names,
    "pairs": pairs,
    "ports": ports,
    "test": test,
    "text": as_text,
    "texts": texts,
    "volumes": volumes,
}


def canonical(node: Node, attribute: Attribute | None, collector: Collector) -> Node:
    """``node`` with every short syntax below it expanded; what is none is a diagnostic."""
    if attribute is None:
        return node
    if attribute.form in FORMS and not (isinstance(node, Scalar) and node.value is None and attribute.form != "external"):
        try:
            node = FORMS[attribute.form](node)
        except FormError as error:
            collector.error("bad-syntax", str(error), (error.node or node).span, error.fix)
            return node
    if isinstance(node, Mapping) and attribute.keys:
        changed = {key: canonical(value, attribute.below(key), collector) for key, value in node.entries.items()}
        return node.with_entries(changed)
    if isinstance(node, Sequence) and (item := attribute.item) is not None:
        return Sequence(tuple(canonical(one, item, collector) for one in node.items), node.span, node.tag)
    return node
