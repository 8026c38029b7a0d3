"""The plan: every decision of a conversion, made before anything is lowered.

With a mapping spec it is resolved from the spec; without one it is inferred from the project. ``lower`` cannot tell
the two apart. Values are ``Traced``: those of a mapping carry its place and reason, those inferred the rule.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec import Struct, field

from compose2qt.workload import Guide

if TYPE_CHECKING:
    from datetime import date

    from compose2qt.source import Span
    from compose2qt.workload import Claim, Kind, Origin, Probe, Resources, Route, SecretKey, Traced


class PortPlan(Struct, frozen=True):
    """A port of a target: ``port`` on its Service and in its container; ``replaces`` is the Compose port it stands for."""

    name: str
    port: int
    protocol: str = "TCP"
    replaces: tuple[str, int] | None = None
    """(Compose service, container port) whose references follow to this port."""


class MountPlan(Struct, frozen=True):
    """A claim mounted into a target's container."""

    claim: str
    path: str
    read_only: bool = False
    sub_path: str = ""


class TargetPlan(Struct, frozen=True):
    """One workload to be: what the mapping fixes; ``None`` leaves a matter to the Compose services in ``sources``."""

    name: str
    sources: tuple[str, ...]
    origin: Origin
    """Why this target exists, is merged, renamed or added."""
    service: Traced[str] | None = None
    """The name of its Service: the host name that others use."""
    kind: Traced[Kind] | None = None
    image: Traced[str] | None = None
    replicas: Traced[int] | None = None
    command: Traced[tuple[str, ...]] | None = None
    args: Traced[tuple[str, ...]] | None = None
    working_dir: Traced[str] | None = None
    """With an ``image`` of the mapping, an absent command, args or working_dir is the image's own."""
    ports: tuple[Traced[PortPlan], ...] | None = None
    resources: Resources | None = None
    readiness: Traced[Probe] | None = None
    liveness: Traced[Probe] | None = None
    startup: Traced[Probe] | None = None
    mounts: tuple[Traced[MountPlan], ...] | None = None
    env: tuple[tuple[str, Traced[str] | Traced[SecretKey]], ...] = ()
    """Entries that win over Compose's: a value, where ``$(NAME)`` refers to another entry, or a Secret's key."""
    labels: tuple[tuple[str, str], ...] = ()
    selector: tuple[tuple[str, str], ...] = ()
    wait_for: tuple[Traced[str], ...] | None = None
    """Targets to wait for before starting; None: as ``depends_on`` says."""
    folder: str = "services"
    purpose: str = ""
    """What it does, in a sentence for the guide."""
    section: str = "services"
    """The section of the Compose file in which ``sources`` stand: ``services`` or ``jobs``."""
    init_of: str = ""
    """The target whose pods it runs in before they start: it is no workload of its own."""
    beside: str = ""
    """The target whose pods it runs in all the time, because they share a network."""

    @property
    def ends(self) -> bool:
        """Whether it runs to an end: a Job, a CronJob, or what runs before another."""
        return bool(self.init_of) or (self.kind is not None and self.kind.value in ("Job", "CronJob"))


class SharedMap(Struct, frozen=True):
    """A ConfigMap or Secret that several workloads read whole."""

    name: str
    is_secret: bool
    origin: Origin
    file: str = ""
    """The file's name without folder and extension; empty: by the object's name."""
    keys: tuple[str, ...] = ()
    """Keys that belong here whatever their classification says."""
    takes_rest: bool = False
    """Also every key of its kind (secret or not) that no list names."""
    values: tuple[tuple[str, Traced[str | None]], ...] = ()
    """Keys that the mapping adds; None: a secret whose value is only known to the operator."""
    readers: tuple[str, ...] | None = None
    """Targets that read it; None: all."""
    dropped: tuple[tuple[str, Origin], ...] = ()
    """Compose keys that go nowhere, each with its reason."""


class PolicyPlan(Struct, frozen=True):
    """That NetworkPolicies keep apart what Compose's networks keep apart, and who wants it."""

    origin: Origin
    routes_from: Traced[str] | None = None
    """The namespace of the pods that bring the traffic of routes; None: it may come from anywhere."""


class NumberClaim(Struct, frozen=True):
    """A number that a document states, to be compared with the computed one.

    ``name`` is ``requests.cpu``, ``requests.memory``, ``limits.cpu``, ``limits.memory``, ``storage``, ``pods`` or ``files``.
    """

    name: str
    claimed: str
    origin: Origin


class Ignored(Struct, frozen=True):
    """Findings of the audit that a person lets stand: those of ``rule`` (code or name), for ever or until a last day."""

    rule: str
    reason: str
    span: Span
    until: date | None = None
    target: str = ""
    """Only in the objects of this target."""
    object: str = ""
    """Only in this object, ``Kind/name``."""
    services: tuple[str, ...] = ()
    """The Compose services of ``target``: what they lost is meant, too."""
    index: int = 0
    """Which entry of the mapping's list it is."""


class Host(Struct, frozen=True):
    """Where references to a Compose host name lead now: a Service and, for ports that moved, the new ones."""

    service: str
    ports: tuple[tuple[int, int], ...] = ()


class Plan(Struct, frozen=True):
    """All decisions of a conversion."""

    name: str
    targets: tuple[TargetPlan, ...]
    namespace: Traced[str] | None = None
    kubernetes: str = "1.35"
    labels: tuple[tuple[str, str], ...] = ()
    """Labels of objects that belong to no workload."""
    dropped: dict[str, Origin] = field(default_factory=dict)
    """Compose services that become nothing, each with its reason."""
    hosts: dict[str, Host] = field(default_factory=dict)
    """Compose host names (services, aliases) to where they lead."""
    shared: tuple[SharedMap, ...] = ()
    claims: tuple[Claim, ...] = ()
    """Claims that the mapping declares; a mount of a Compose volume named in ``volumes`` follows to one of them."""
    volumes: dict[str, Traced[str]] = field(default_factory=dict)
    """Compose volume, or host path as ``host_path`` writes it, to the claim that replaces it."""
    seeds: dict[str, Traced[str]] = field(default_factory=dict)
    """Claims that are filled with what the image of a target has where it mounts them."""
    routes: tuple[Route, ...] = ()
    secret_keys: dict[str, Origin] = field(default_factory=dict)
    """Environment keys that are secret because the mapping says so."""
    plain_keys: dict[str, Origin] = field(default_factory=dict)
    """Environment keys that are not secret because the mapping says so."""
    numbers: tuple[NumberClaim, ...] = ()
    ceilings: tuple[NumberClaim, ...] = ()
    """What the system may ask for at most."""
    ceilings_of: str = "steady"
    """The state that ``ceilings`` are about: steady, rollout or maximum."""
    ignored: tuple[Ignored, ...] = ()
    guide: Guide = field(default_factory=Guide)
    mapping_file: str = ""
    """The mapping spec's file name; empty for an inferred plan."""
    output: str | None = None
    """The tree's folder, relative to the working directory, where the mapping pins it."""
    wait_image: Traced[str] | None = None
    """The image of the init containers that wait; None: the default one."""
    network_policy: PolicyPlan | None = None
    """None: every pod may reach every other."""


def host_path(path: str) -> str:
    """A host path as a key of ``Plan.volumes``: absolute, or relative to the project folder with ``./`` or ``../``.

    So a folder ``./data`` is never taken for a volume named ``data``.
    """
    normal = posixpath.normpath(path)
    return normal if normal.startswith(("/", "../")) or normal == ".." else f"./{normal}"
