"""The registry of units: what each Compose attribute becomes, declared once.

A unit is a pure generator of effects. The type of its first parameter is the schema of the attribute, its docstring
the documentation page, its losses are declared. The engine and the reference pages read all of it from here. An
attribute is a path below a service (``deploy.replicas``); its unit owns everything below it, so units never nest.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct, field

from compose2qt.diagnostic import Severity
from compose2qt.lower.effects import Lose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.compose.project import Project, Service
    from compose2qt.lower.effects import Effect
    from compose2qt.lower.fields import Field
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.source.disk import Disk


class Fidelity(enum.StrEnum):
    """How much of an attribute's meaning the output carries."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


class Lost(Struct, frozen=True):
    """A loss that a unit can cause: why there is no counterpart, and what a person can do."""

    reason: str
    fix: str = ""
    severity: Severity = Severity.WARNING


OF_THE_POD = {
    "shared": Lost(
        "it runs in the pod of another service, which decides this", "say it of the service whose pod it is", Severity.INFO
    ),
    "taken": Lost("a pod has this setting once, and another value of it stands", "use one value, or separate pods"),
}
"""Losses that are no attribute's own: what is said more than once of one pod. Their codes begin with ``pod.``."""


class ServicePlan(Struct, frozen=True):
    """What a unit may look at beside its attribute: the service, its target, and the whole."""

    service: Service
    target: TargetPlan
    plan: Plan
    project: Project
    disk: Disk

    @property
    def minor(self) -> int:
        """The target version's minor number: 35 for 1.35."""
        return int(self.plan.kubernetes.partition(".")[2])


class Unit(Struct, frozen=True):
    """A declared conversion of the attribute ``services.*.<attribute>``."""

    attribute: str
    fidelity: Fidelity
    convert: Callable[[Any, ServicePlan], Iterator[Effect]]
    fields: tuple[Field[Any], ...] = ()
    losses: dict[str, Lost] = field(default_factory=dict)

    @property
    def page(self) -> str:
        """The unit's documentation."""
        return (self.convert.__doc__ or "").strip()


UNITS: dict[str, Unit] = {}
"""Units by attribute; filled by importing ``lower.attributes``."""
GROUPS: set[str] = set()
"""Attributes without a meaning of their own, whose parts have units: ``deploy``."""
NESTED: dict[str, str] = {}
"""Attributes whose items run containers as services do, with a page: their parts have the units of services."""

_Function = TypeVar("_Function", bound="Callable[..., Iterator[Effect]]")


def _register(unit: Unit) -> None:
    if unit.attribute in UNITS:
        raise ValueError(f"{unit.attribute} has a unit already")
    UNITS[unit.attribute] = unit
    parent = unit.attribute.rpartition(".")[0]
    while parent and not parent.endswith("[]"):
        GROUPS.add(parent)
        parent = parent.rpartition(".")[0]


def converts(
    attribute: str,
    fidelity: Fidelity,
    *,
    fields: tuple[Field[Any], ...] = (),
    losses: dict[str, Lost] | None = None,
) -> Callable[[_Function], _Function]:
    """Register the decorated generator as the unit of ``attribute``; each attribute has one."""

    def register(function: _Function) -> _Function:
        _register(Unit(attribute, fidelity, function, fields, losses or {}))
        return function

    return register


def has_no_counterpart(attribute: str, reason: str, fix: str = "", severity: Severity = Severity.WARNING) -> None:
    """Register ``attribute`` as one that Kubernetes cannot express, with its reason."""

    def nothing(value: object, plan: ServicePlan) -> Iterator[Effect]:  # noqa: ARG001 - the signature of a unit

        yield Lose("no-counterpart")

    nothing.__doc__ = f"{reason[:1].upper()}{reason[1:]}."
    nothing.__annotations__["value"] = Any  # the engine reads it: any value is taken as the node it is
    _register(Unit(attribute, Fidelity.NONE, nothing, losses={"no-counterpart": Lost(reason, fix, severity)}))


def runs_containers(attribute: str, page: str) -> None:
    """Register ``attribute`` as a list of containers, described as services are."""
    NESTED[attribute] = page
