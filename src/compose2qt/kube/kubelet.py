"""What a kubelet makes of a container's spec: its environment, its argument vector, its probe commands.

Sources: ``pkg/kubelet/kubelet_pods.go`` (makeEnvironmentVariables), ``third_party/forked/golang/expansion``,
``pkg/kubelet/container/helpers.go`` (ExpandContainerCommandAndArgs, ExpandContainerCommandOnlyStatic).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compose2qt.source import Span

# Since 1.34 (beta and on since 1.32) any printable ASCII but "=" may stand in a name.
_NAME = re.compile(r"[ -<>-~]+\Z")


class KeyRef(NamedTuple):
    """A variable that takes one key of a ConfigMap or Secret; ``kind`` is one of these."""

    kind: str
    name: str
    key: str
    optional: bool = False


class FieldRef(NamedTuple):
    """A variable that takes what only the cluster knows: a field of the pod, or a container's resource."""

    path: str


class MapRef(NamedTuple):
    """An entry of ``envFrom``: every key of a ConfigMap or Secret under ``prefix``."""

    kind: str
    name: str
    prefix: str = ""
    optional: bool = False
    span: Span | None = None


class Variable(NamedTuple):
    """An entry of ``env``: a literal value, or where it comes from."""

    name: str
    value: str = ""
    source: KeyRef | FieldRef | None = None
    span: Span | None = None


class Entry(NamedTuple):
    """A variable as the program sees it."""

    value: str
    span: Span | None
    of_secret: bool = False
    """Whether it is the value of a key of a Secret."""


class Data(Protocol):
    """The content of the ConfigMaps and Secrets that a pod's namespace holds."""

    def data(self, kind: str, name: str) -> Mapping[str, str] | None:
        """The keys of an object; None if it does not exist."""

    def place(self, kind: str, name: str, key: str) -> Span | None:
        """Where a key of an object stands."""

    def is_held(self, kind: str, name: str) -> bool:
        """Whether the object is part of the manifests, and not only expected to be there."""

    def unknown(self, source: KeyRef | FieldRef) -> str:
        """A mark that stands for a value that is not known here."""


class Environment(Struct, frozen=True):
    """The environment of a container, and what keeps it from starting or from being known."""

    entries: dict[str, Entry]
    missing: tuple[tuple[str, Span | None], ...] = ()
    """Objects and keys that must exist and do not: the container waits for them (CreateContainerConfigError)."""
    open: tuple[str, ...] = ()
    """Secrets read whole that are not part of the manifests: they may hold any key."""
    optional: tuple[str, ...] = ()
    """Variables that are only set if an object exists, which the manifests do not hold."""

    def values(self) -> dict[str, str]:
        """The plain name-value pairs."""
        return {name: entry.value for name, entry in self.entries.items()}


def expand(text: str, values: Mapping[str, str]) -> str:
    """``text`` with ``$(NAME)`` replaced; ``$$`` is ``$``; a reference to an unknown name stays as it is."""
    if "$" not in text:
        return text
    parts: list[str] = []
    position = 0
    while (at := text.find("$", position)) >= 0 and at + 1 < len(text):
        parts.append(text[position:at])
        following = text[at + 1]
        if following == "$":
            parts.append("$")
        elif following == "(" and (end := text.find(")", at)) >= 0:
            name = text[at + 2 : end]
            parts.append(values.get(name, f"$({name})"))
            position = end + 1
            continue
        else:
            parts.append("$" + (following if following.isascii() else _garbled(following)))
        position = at + 2
    return "".join(parts) + text[position:]


def _garbled(character: str) -> str:
    """A character behind a lone ``$``: the kubelet takes its first byte for a character of its own."""
    first, *rest = character.encode("utf-8", "surrogateescape")
    return chr(first) + bytes(rest).decode("utf-8", "surrogateescape")


def environment(
    env_from: Iterable[MapRef], env: Iterable[Variable], objects: Data, ambient: Mapping[str, str] | None = None
) -> Environment:
    """The variables of a container: ``envFrom`` in order (a later one wins), then ``env``, which wins and sees those before it.

    ``ambient`` are the variables that the kubelet adds for Services; ``env`` may refer to them.
    """
    made = _Making(objects, dict(ambient or {}))
    for source in env_from:
        made.read(source)
    for variable in env:
        made.define(variable)
    return Environment(made.entries, tuple(made.missing), tuple(made.open), tuple(made.optional))


class _Making:
    """An environment while it is put together."""

    def __init__(self, objects: Data, ambient: dict[str, str]) -> None:
        self.objects, self.seen = objects, ambient
        self.entries: dict[str, Entry] = {}
        self.missing: list[tuple[str, Span | None]] = []
        self.open: list[str] = []
        self.optional: list[str] = []

    def read(self, source: MapRef) -> None:
        found = self.objects.data(source.kind, source.name)
        if found is None:
            if source.kind == "Secret":
                self.open.append(source.name)
            elif not source.optional:
                self.missing.append((f"{source.kind} {source.name}", source.span))
            return
        unsure = source.optional and not self.objects.is_held(source.kind, source.name)
        for key, value in found.items():
            if _NAME.match(source.prefix + key):
                self.optional += [source.prefix + key] if unsure else []
                self._set(
                    source.prefix + key, value, self.objects.place(source.kind, source.name, key) or source.span, source.kind
                )

    def define(self, variable: Variable) -> None:
        source = variable.source
        if source is None:
            self._set(variable.name, expand(variable.value, self.seen), variable.span)
        elif isinstance(source, FieldRef):
            self._set(variable.name, self.objects.unknown(source), variable.span)
        else:
            self._take(variable, source)

    def _take(self, variable: Variable, source: KeyRef) -> None:
        found = self.objects.data(source.kind, source.name)
        if source.optional and not self.objects.is_held(source.kind, source.name):
            self.optional.append(variable.name)
        if found is not None and source.key in found:
            self._set(variable.name, found[source.key], self.objects.place(*source[:3]) or variable.span, source.kind)
        elif found is None and source.kind == "Secret":
            self._set(variable.name, self.objects.unknown(source), variable.span)
        elif not source.optional:
            self.missing.append((f"key {source.key} of {source.kind} {source.name}", variable.span))

    def _set(self, name: str, value: str, span: Span | None, kind: str = "") -> None:
        self.seen[name] = value
        self.entries[name] = Entry(value, span, kind == "Secret")


def argv(words: Iterable[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """``command`` or ``args`` as the process gets them: each word expanded over the container's whole environment."""
    return tuple(expand(word, values) for word in words)


def probe_argv(words: Iterable[str], env: Iterable[Variable]) -> tuple[str, ...]:
    """The command of an exec probe: only literal values of ``env`` are known there, one with a source counts as empty."""
    literal = {variable.name: variable.value if variable.source is None else "" for variable in env}
    return tuple(expand(word, literal) for word in words)


def service_variables(name: str, ports: Iterable[tuple[str, int, str]], address: str) -> dict[str, str]:
    """The variables that a Service with a cluster address injects into every pod of its namespace (service links).

    ``ports`` are (name, port, protocol). Source: ``pkg/kubelet/envvars``.
    """
    prefix = name.upper().replace("-", "_")
    known = list(ports)
    if not known:
        return {}
    first = known[0]
    found = {f"{prefix}_SERVICE_HOST": address, f"{prefix}_SERVICE_PORT": str(first[1])}
    found |= {f"{prefix}_SERVICE_PORT_{port[0].upper().replace('-', '_')}": str(port[1]) for port in known if port[0]}
    found[f"{prefix}_PORT"] = f"{first[2].lower()}://{address}:{first[1]}"
    for _, number, protocol in known:
        base = f"{prefix}_PORT_{number}_{protocol}"
        found |= {
            base: f"{protocol.lower()}://{address}:{number}",
            f"{base}_PROTO": protocol.lower(),
            f"{base}_PORT": str(number),
            f"{base}_ADDR": address,
        }
    return found
