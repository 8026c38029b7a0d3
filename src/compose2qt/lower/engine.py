"""Runs the units of a service's attributes: writes origins, refuses what was not declared, counts every leaf."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from compose2qt.compose import Service
from compose2qt.diagnostic import Severity
from compose2qt.lower.bind import BindError, bind
from compose2qt.lower.effects import Fill, Lose, Use
from compose2qt.lower.registry import GROUPS, NESTED, OF_THE_POD, UNITS
from compose2qt.source import Mapping, Scalar, Sequence, leaves, spans
from compose2qt.workload import Loss, Traced, composed, sourced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.diagnostic import Collector
    from compose2qt.lower.effects import Effect
    from compose2qt.lower.fields import Field
    from compose2qt.lower.registry import ServicePlan, Unit
    from compose2qt.source import Node, Span

T = TypeVar("T")


class UnitError(Exception):
    """A unit did what it had not declared: a bug in compose2qt, never the user's fault."""


class Draft(Struct):
    """What the units made of one service, before plan and peers are taken into account."""

    service: str
    fills: dict[Field[Any], list[Traced[Any]]] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    used: dict[Span, str] = field(default_factory=dict)
    inner: list[Draft] = field(default_factory=list)
    """The containers that run before it (``pre_start``)."""

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

    def lose(self, attribute: str, code: str, of: Iterable[Span], detail: str = "") -> None:
        """Report a declared loss that only became known when services were seen together."""
        self.losses += lost(self.service, UNITS[attribute], code, of, detail)


def give_way(own: Draft, code: str, values: Iterable[Traced[Any]], detail: str = "") -> None:
    """Report what is said more than once of a pod: a loss of ``registry.OF_THE_POD``."""
    told = OF_THE_POD[code]
    reason = told.reason + (f" ({detail})" if detail else "")
    of = dict.fromkeys(origin.span for value in values for origin in value.origins if origin.span)
    own.losses += [Loss(f"pod.{code}", span, reason, told.fix, own.service, told.severity) for span in of]


def draft(plan: ServicePlan, collector: Collector) -> Draft:
    """Run the unit of each attribute of ``plan.service``."""
    result = Draft(plan.service.name)
    _walk(result, "", plan.service.node, plan, collector)
    return result


def _walk(result: Draft, prefix: str, node: Mapping, plan: ServicePlan, collector: Collector) -> None:
    for key, part in node.entries.items():
        attribute = prefix + key
        if attribute in UNITS:
            _convert(result, UNITS[attribute], part, plan, collector)
        elif attribute in NESTED and isinstance(part, Sequence):
            result.inner += _nested(result, attribute, part, plan, collector)
        elif attribute in GROUPS and isinstance(part, Mapping) and part.entries:
            _walk(result, f"{attribute}.", part, plan, collector)
        elif key.startswith("x-"):
            result.used.update(dict.fromkeys(spans(part), "an extension field: it has no meaning of its own"))
        elif attribute in GROUPS or attribute in NESTED:
            result.used.update(dict.fromkeys(spans(part), "empty"))
        else:
            _not_carried(result, attribute, spans(part))
    _use_merged(result, node)


def _use_merged(result: Draft, node: Mapping) -> None:
    """Leaves of a merged anchor that the mapping's own entries override."""
    for merged in node.merged:
        for span in spans(merged):
            result.used.setdefault(span, "merged from an anchor, or overridden where it is")


def _nested(result: Draft, attribute: str, node: Sequence, plan: ServicePlan, collector: Collector) -> Iterator[Draft]:
    for number, item in enumerate(node.items, 1):
        if not isinstance(item, Mapping):
            continue
        name = f"{plan.service.name}-{attribute.replace('_', '-')}-{number}"
        own = {key: part for key, part in item.entries.items() if f"{attribute}[].{key}" in UNITS}
        inner = draft(replace(plan, service=Service(name, item.with_entries(_without(item, own)))), collector)
        for key, part in own.items():
            _convert(result, UNITS[f"{attribute}[].{key}"], part, plan, collector)
        result.losses += [replace(loss, service=plan.service.name) for loss in inner.losses]
        result.used.update(inner.used)
        yield inner


def _without(node: Mapping, taken: dict[str, Node]) -> dict[str, Node]:
    return {key: part for key, part in node.entries.items() if key not in taken}


def _convert(result: Draft, unit: Unit, node: Node, plan: ServicePlan, collector: Collector) -> None:
    try:
        effects = tuple(unit.convert(bind(node, _parameter_type(unit.convert)), plan))
    except BindError as error:
        place = f"services.{plan.service.name}.{unit.attribute}"
        collector.error("bad-value", f"{place}: {error}", error.node.span, "see `compose2qt explain` for what it takes")
        return
    _apply(result, unit, node, effects, collector)


@cache
def _parameter_type(convert: Any) -> Any:
    return next(iter(inspect.signature(convert).parameters.values())).annotation


def _apply(result: Draft, unit: Unit, node: Node, effects: Iterable[Effect], collector: Collector) -> None:
    every = spans(node)
    touched: set[Span] = set()
    for effect in effects:
        if isinstance(effect, Fill):
            made = _made(effect, every)
            touched.update(origin.span for origin in made.origins if origin.span)
            _fill(result, unit, effect.field, made, collector)
            continue
        of = every if effect.of is None else spans(effect.of)
        touched.update(of)
        match effect:
            case Lose():
                result.losses += _lose(result.service, unit, effect, of)
            case Use():
                result.used.update(dict.fromkeys(of, effect.why))
    rest = [span for span in every if span not in touched]
    if rest:
        aside = dict(_set_aside(node))
        result.used.update((span, aside[span]) for span in rest if span in aside)
        _not_carried(result, unit.attribute, [span for span in rest if span not in aside])


def _set_aside(node: Node) -> Iterator[tuple[Span, str]]:
    """Leaves without meaning: extension fields, empty ones, and what an anchor brings that is overridden where it is merged."""
    for path, leaf in leaves(node):
        if not isinstance(leaf, Scalar) or leaf.value is None:
            yield leaf.span, "empty: there is nothing to carry"
        if any(isinstance(step, str) and step.startswith("x-") for step in path):
            yield leaf.span, "an extension field: it has no meaning of its own"
        elif "<<" in path:
            yield leaf.span, "merged from an anchor, or overridden where it is"


def _made(effect: Fill[Any], every: tuple[Span, ...]) -> Traced[Any]:
    """The value of a fill with its origins; ``every`` are the leaves of the whole attribute."""
    if effect.of is None:
        return sourced(effect.value, every, effect.note)
    if isinstance(effect.of, (Scalar, Sequence, Mapping)):
        return sourced(effect.value, spans(effect.of), effect.note)
    return composed(effect.value, {part: spans(node) for part, node in effect.of.items()}, effect.note)


def _fill(result: Draft, unit: Unit, field: Field[Any], made: Traced[Any], collector: Collector) -> None:
    if field not in unit.fields:
        raise UnitError(f"the unit of {unit.attribute} fills {field.name}, which it does not declare")
    values = result.fills.setdefault(field, [])
    if values and not field.many:
        if values[0].value != made.value:
            collector.error(
                "conflicting-attributes",
                f"services.{result.service}: {unit.attribute} and another attribute give {field.name} different values",
                next((origin.span for origin in made.origins), None),
                "keep one of them",
            )
        values[0] = Traced(values[0].value, values[0].origins + made.origins, values[0].note)
        return
    values.append(made)


def _lose(service: str, unit: Unit, effect: Lose, of: tuple[Span, ...]) -> Iterator[Loss]:
    if effect.code not in unit.losses:
        raise UnitError(f"the unit of {unit.attribute} loses {effect.code}, which it does not declare")
    return lost(service, unit, effect.code, of, effect.detail)


def lost(service: str, unit: Unit, code: str, of: Iterable[Span], detail: str = "") -> Iterator[Loss]:
    """The declared loss ``code`` of ``unit`` for each leaf."""
    declared = unit.losses[code]
    reason = declared.reason + (f" ({detail})" if detail else "")
    name = f"{unit.attribute}.{code}"
    return (Loss(name, span, reason, declared.fix, service, declared.severity) for span in of)


def _not_carried(result: Draft, attribute: str, of: Iterable[Span]) -> None:
    result.losses.extend(
        Loss(
            f"{attribute}.not-carried",
            span,
            f"compose2qt does not know what this part of {attribute!r} means",
            "add it to the manifests by an overlay of your own",
            result.service,
            Severity.WARNING,
        )
        for span in of
    )
