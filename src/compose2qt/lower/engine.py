"""Runs the units of a service's attributes: writes origins, refuses what was not declared, counts every leaf."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from compose2qt.diagnostic import Severity
from compose2qt.lower.bind import BindError, bind
from compose2qt.lower.effects import Fill, Lose, Use
from compose2qt.lower.registry import UNITS
from compose2qt.source import spans
from compose2qt.workload import Loss, Traced, sourced

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.diagnostic import Collector
    from compose2qt.lower.effects import Effect
    from compose2qt.lower.fields import Field
    from compose2qt.lower.registry import ServicePlan, Unit
    from compose2qt.source import Node, Span

T = TypeVar("T")


class UnitError(Exception):
    """A unit did what it had not declared: a bug in compose2qt, never the user's fault."""


@dataclass(slots=True)
class Draft:
    """What the units made of one service, before plan and peers are taken into account."""

    service: str
    fills: dict[Field[Any], list[Traced[Any]]] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    used: dict[Span, str] = field(default_factory=dict)

    def all(self, wanted: Field[T]) -> tuple[Traced[T], ...]:
        """Every value of ``wanted``, in the order of the input."""
        return tuple(self.fills.get(wanted, ()))

    def one(self, wanted: Field[T]) -> Traced[T] | None:
        """The value of ``wanted``, if any unit gave one."""
        values = self.fills.get(wanted)
        return values[0] if values else None

    def spans(self, *wanted: Field[Any]) -> tuple[Span, ...]:
        """The source leaves behind the values of ``wanted``."""
        found = (origin.span for one in wanted for value in self.fills.get(one, ()) for origin in value.origins)
        return tuple(dict.fromkeys(span for span in found if span is not None))


def draft(plan: ServicePlan, collector: Collector) -> Draft:
    """Run the unit of each attribute of ``plan.service``."""
    result = Draft(plan.service.name)
    for attribute, node in plan.service.node.entries.items():
        unit = UNITS.get(attribute)
        if unit is None:
            _not_carried(result, attribute, spans(node))
            continue
        try:
            effects = tuple(unit.convert(bind(node, _parameter(unit)), plan))
        except BindError as error:
            collector.error("bad-value", f"services.{plan.service.name}.{attribute}: {error}", error.node.span)
            continue
        _apply(result, unit, node, effects, collector)
    return result


@cache
def _parameter_type(convert: Any) -> Any:
    return next(iter(inspect.signature(convert).parameters.values())).annotation


def _parameter(unit: Unit) -> Any:
    return _parameter_type(unit.convert)


def _apply(result: Draft, unit: Unit, node: Node, effects: Iterable[Effect], collector: Collector) -> None:
    every = spans(node)
    touched: set[Span] = set()
    for effect in effects:
        of = every if effect.of is None else spans(effect.of)
        touched.update(of)
        match effect:
            case Fill():
                _fill(result, unit, effect, of, collector)
            case Lose():
                _lose(result, unit, effect, of)
            case Use():
                result.used.update(dict.fromkeys(of, effect.why))
    _not_carried(result, unit.attribute, [span for span in every if span not in touched])


def _fill(result: Draft, unit: Unit, effect: Fill[Any], of: tuple[Span, ...], collector: Collector) -> None:
    if effect.field not in unit.fields:
        raise UnitError(f"the unit of {unit.attribute} fills {effect.field.name}, which it does not declare")
    values = result.fills.setdefault(effect.field, [])
    if values and not effect.field.many:
        if values[0].value != effect.value:
            collector.error(
                "conflicting-attributes",
                f"services.{result.service}: {unit.attribute} and another attribute give {effect.field.name} different values",
                of[0] if of else None,
                "keep one of them",
            )
        values[0] = Traced(values[0].value, values[0].origins + sourced(None, of).origins, values[0].note)
        return
    values.append(sourced(effect.value, of, effect.note))


def _lose(result: Draft, unit: Unit, effect: Lose, of: tuple[Span, ...]) -> None:
    declared = unit.losses.get(effect.code)
    if declared is None:
        raise UnitError(f"the unit of {unit.attribute} loses {effect.code}, which it does not declare")
    reason = declared.reason + (f" ({effect.detail})" if effect.detail else "")
    code = f"{unit.attribute}.{effect.code}"
    result.losses.extend(Loss(code, span, reason, declared.fix, result.service, declared.severity) for span in of)


def _not_carried(result: Draft, attribute: str, of: Iterable[Span]) -> None:
    result.losses.extend(
        Loss(
            f"{attribute}.not-carried",
            span,
            f"compose2qt does not carry this part of {attribute!r} yet",
            "add it to the manifests by an overlay of your own",
            result.service,
            Severity.WARNING,
        )
        for span in of
    )
