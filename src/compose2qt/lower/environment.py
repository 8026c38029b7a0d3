"""Where each environment variable goes: a ConfigMap, a Secret, or ``env`` of the container.

Each container gets its Compose keys. Without a mapping they come from a ConfigMap and a Secret of the workload's
own; maps that several workloads read whole are a decision of the mapping, and a value that differs from the shared
one stands in ``env``, which wins over ``envFrom``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from compose2qt.lower.argv import escape
from compose2qt.lower.references import find
from compose2qt.workload import Concealed, ConfigMap, EnvFrom, EnvVar, OriginKind, Secret, SecretKey, Traced, assumed
from compose2qt.workload.sensitive import secret_reason, url_password, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from compose2qt.lower.giving import Giving
    from compose2qt.mapping.plan import Host, Plan, SharedMap, TargetPlan
    from compose2qt.workload import KnownSecrets

T = TypeVar("T")
Variables = dict[str, Traced[str]]
STAND_IN = "ARGUMENT_"
"""How the names of variables begin that stand for secrets of commands: names that no program looks for."""


class Environment(Struct, frozen=True):
    """What a container's ``env`` and ``envFrom`` hold."""

    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFrom, ...] = ()


class _Maps(Struct):
    """The keys of a workload's own maps, or of a shared one."""

    plain: dict[str, Traced[str]] = field(default_factory=dict)
    secret: dict[str, Traced[Concealed | None]] = field(default_factory=dict)


class Placement(Struct):
    """Places the variables of all targets at once, because shared maps and passwords concern several."""

    plan: Plan
    known: KnownSecrets
    giving: Giving
    variables: Mapping[str, Variables]
    """Variables by target, with references followed, without those that the mapping sets."""
    own: dict[str, _Maps] = field(default_factory=dict)
    env: dict[str, list[EnvVar]] = field(default_factory=dict)
    shared: dict[str, _Maps] = field(default_factory=dict)
    services: dict[str, Host] = field(default_factory=dict)
    """Every Service that a name leads to."""
    by_service: dict[str, TargetPlan] = field(default_factory=dict)

    def place(self) -> dict[str, Environment]:
        """Decide for every variable; then ``config_maps`` and ``secrets`` are complete."""
        self.services = {host.service: host for host in self.plan.hosts.values()}
        self.by_service = {service_name(target): target for target in reversed(self.plan.targets)}
        for target in self.plan.targets:
            self.own[target.name], self.env[target.name] = _Maps(), []
        for shared in self.plan.shared:
            self.shared[shared.name] = self._fill_shared(shared)
        return {target.name: self._target(target) for target in self.plan.targets}

    # Which map ------------------------------------------------------------------------------------------------

    def _is_secret(self, name: str, value: str) -> bool:
        return is_secret(self.plan, self.known, name, value)

    def _home(self, target: str, name: str, value: str) -> SharedMap | None:
        """The shared map that holds ``name`` for ``target``; None: a map of the target's own."""
        readable = [shared for shared in self.plan.shared if shared.readers is None or target in shared.readers]
        listed = next((shared for shared in readable if name in shared.keys), None)
        if listed is not None:
            return listed
        is_secret = self._is_secret(name, value)
        if is_secret and self._split_url(name, value):
            return None
        return next((shared for shared in readable if shared.takes_rest and shared.is_secret == is_secret), None)

    def _fill_shared(self, shared: SharedMap) -> _Maps:
        """The keys of ``shared``: the mapping's values, else the value that most readers have (the first of equals)."""
        values: dict[str, list[Traced[str]]] = {}
        for target, variables in self.variables.items():
            for name, traced in variables.items():
                if self._home(target, name, traced.value) is shared:
                    values.setdefault(name, []).append(traced)
        given = dict(shared.values)
        maps = _Maps()
        agreed = {name: found for name, found in values.items() if name in shared.keys or _agrees(found)}
        for name in (*agreed, *(name for name in given if name not in agreed)):
            chosen = _most_common(agreed.get(name, ()))
            fixed = given.get(name)
            if shared.is_secret:
                maps.secret[name] = _concealed(chosen) if chosen else _declared(fixed)
            elif fixed is not None and fixed.value is not None:
                maps.plain[name] = fixed.map(str)
            elif chosen is not None:
                maps.plain[name] = chosen
        return maps

    # One target -----------------------------------------------------------------------------------------------

    def _target(self, target: TargetPlan) -> Environment:
        for name, traced in self.variables.get(target.name, {}).items():
            self._variable(target, name, traced)
        own, env = self.own[target.name], self.env[target.name]
        env.extend(EnvVar(name, traced) for name, traced in target.env)
        readable = [shared for shared in self.plan.shared if shared.readers is None or target.name in shared.readers]
        sources = [EnvFrom(Traced(shared.name, (shared.origin,)), shared.is_secret) for shared in readable]
        if own.plain:
            sources.append(EnvFrom(assumed(config_name(target), "a ConfigMap of the workload's own")))
        if own.secret:
            sources.append(EnvFrom(assumed(secret_name(target), "a Secret of the workload's own"), is_secret=True))
        return Environment(tuple(env), tuple(sources))

    def _variable(self, target: TargetPlan, name: str, traced: Traced[str]) -> None:
        home = self._home(target.name, name, traced.value)
        own, env = self.own[target.name], self.env[target.name]
        if home is not None:
            self._shared_variable(target, home, name, traced)
        elif not self._is_secret(name, traced.value):
            own.plain[name] = traced
        elif self._split_url(name, traced.value):
            env.extend(self._url(target, name, traced))
        else:
            own.secret[name] = _concealed(traced)

    def _shared_variable(self, target: TargetPlan, home: SharedMap, name: str, traced: Traced[str]) -> None:
        """Leave the variable to the shared map if it has the same value there; else set it in ``env``."""
        maps = self.shared[home.name]
        env = self.env[target.name]
        if home.is_secret:
            held = maps.secret.get(name)
            if held is not None and held.value is not None and held.value.reveal() == traced.value:
                maps.secret[name] = _with_origins(held, traced)
            else:
                self.own[target.name].secret[name] = _concealed(traced)
                env.append(EnvVar(name, traced.map(lambda _: SecretKey(secret_name(target), name))))
        elif (shared := maps.plain.get(name)) is not None and shared.value == traced.value:
            maps.plain[name] = _with_origins(shared, traced)
        else:
            note = f"differs from {home.name}" if shared else ""
            env.append(EnvVar(name, traced.map(escape).with_note(note or traced.note)))

    # URLs with a password ---------------------------------------------------------------------------------------

    def _split_url(self, name: str, value: str) -> bool:
        """Whether only the password inside ``value`` is secret, so that the rest can be read in the manifest."""
        found = url_password(value) if name not in self.plan.secret_keys else None
        return found is not None and not self.known.has(f"{value[: found.start]} {value[found.end :]}")

    def _url(self, target: TargetPlan, name: str, traced: Traced[str]) -> Iterable[EnvVar]:
        """A readable URL or connection string whose password is in a Secret: that of the service it names, if it has it."""
        found = url_password(traced.value)
        if found is None:
            return ()
        password = traced.value[found.start : found.end]
        before, after = escape(traced.value[: found.start]), escape(traced.value[found.end :])
        known = self._name_of(target.name, traced, password)
        reference = known or _free_name(f"{name}_PASSWORD", self.variables[target.name])
        url = EnvVar(name, traced.map(lambda _: f"{before}$({reference}){after}"))
        if known:
            return (url,)
        key = self._peer_key(traced, password)
        if key is None:
            self.own[target.name].secret[reference] = Traced(Concealed(password), traced.origins)
            key = SecretKey(secret_name(target), reference)
        return (EnvVar(reference, Traced(key, traced.origins)), url)

    def _name_of(self, target: str, url: Traced[str], password: str) -> str | None:
        """The variable of ``target`` that holds the ``password`` of ``url`` and comes from a Secret; root's only for root."""
        found = [
            name
            for name, traced in self.variables.get(target, {}).items()
            if traced.value == password
            and self._is_secret(name, password)
            and self.giving.is_one(url.origins, traced.origins, password)
        ]
        return min(found, key=lambda name: ("root" in words(name)) != ("root:" in url.value), default=None)

    def _peer_key(self, url: Traced[str], password: str) -> SecretKey | None:
        """The Secret's key under which a service that ``url`` names has the same password."""
        for reference in find(url.value, self.services):
            peer = self.by_service.get(reference.host)
            key = self._name_of(peer.name, url, password) if peer else None
            if peer is not None and key is not None:
                home = self._home(peer.name, key, password)
                return SecretKey(home.name if home else secret_name(peer), key)
        return None

    # Results ----------------------------------------------------------------------------------------------------

    def config_maps(self) -> tuple[ConfigMap, ...]:
        """The ConfigMaps that are read, shared ones first."""
        shared = (
            ConfigMap(
                item.name,
                tuple(self.shared[item.name].plain.items()),
                file=item.file,
                labels=self.plan.labels,
                reason=item.origin.reason,
            )
            for item in self.plan.shared
            if not item.is_secret
        )
        own = (
            ConfigMap(config_name(target), tuple(self.own[target.name].plain.items()), labels=target.labels)
            for target in self.plan.targets
            if self.own[target.name].plain
        )
        return (*shared, *own)

    def secrets(self) -> tuple[Secret, ...]:
        """The Secrets that are read, shared ones first."""
        shared = (
            Secret(
                item.name,
                tuple(self.shared[item.name].secret.items()),
                file=item.file,
                labels=self.plan.labels,
                reason=item.origin.reason,
            )
            for item in self.plan.shared
            if item.is_secret
        )
        own = (
            Secret(secret_name(target), tuple(self.own[target.name].secret.items()), labels=target.labels)
            for target in self.plan.targets
            if self.own[target.name].secret
        )
        return (*shared, *own)


def is_secret(plan: Plan, known: KnownSecrets, name: str, value: str) -> bool:
    """Whether a variable belongs into a Secret: the mapping says so, or it looks like it, or it was taken out of a command."""
    if name in plan.plain_keys:
        return False
    looks = name in plan.secret_keys or name.startswith(STAND_IN) or secret_reason(name, value) is not None
    return looks or known.has(value)


def service_name(target: TargetPlan) -> str:
    """The host name under which ``target`` answers."""
    return target.service.value if target.service else target.name


def config_name(target: TargetPlan) -> str:
    """The name of the target's own ConfigMap."""
    return f"{target.name}-config"


def secret_name(target: TargetPlan) -> str:
    """The name of the target's own Secret."""
    return f"{target.name}-secret"


def _most_common(values: Iterable[Traced[str]]) -> Traced[str] | None:
    found = list(values)
    if not found:
        return None
    best = Counter(traced.value for traced in found).most_common(1)[0][0]
    return next(traced for traced in found if traced.value == best)


def _agrees(values: list[Traced[str]]) -> bool:
    """Whether there is a shared value at all: only one workload has the key, or two have the same value."""
    return len(values) == 1 or len({traced.value for traced in values}) < len(values)


def _concealed(traced: Traced[str]) -> Traced[Concealed | None]:
    return traced.map(Concealed)


def _declared(fixed: Traced[str | None] | None) -> Traced[Concealed | None]:
    """A key that the mapping declares; its value, if it gives one, is concealed like any other."""
    if fixed is None:
        return assumed(None, "declared without a value")
    return fixed.map(lambda value: None if value is None else Concealed(value))


def _with_origins(held: Traced[T], other: Traced[str]) -> Traced[T]:
    """``held`` as the joint value of one more service."""
    new = tuple(origin for origin in other.origins if origin.kind is OriginKind.SOURCE and origin not in held.origins)
    return Traced(held.value, held.origins + new, held.note)


def _free_name(wanted: str, taken: Iterable[str]) -> str:
    names = set(taken)
    count, name = 2, wanted
    while name in names:
        name, count = f"{wanted}_{count}", count + 1
    return name
