"""One draft from the services of a target, and what of it the plan overrules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from compose2qt.lower.assemble import GRACE
from compose2qt.lower.engine import Draft, give_way
from compose2qt.lower.fields import (
    ALIASES,
    ANNOTATIONS,
    AUTOSCALE,
    BLOCKED,
    COMMAND,
    CPU_LIMIT,
    CPU_REQUEST,
    ENTRYPOINT,
    ENVIRONMENT,
    FS_GROUP,
    GRACE_PERIOD,
    GROUPS,
    HEADLESS,
    HOST_ALIASES,
    HOST_IPC,
    HOST_NETWORK,
    HOST_PID,
    HOSTNAME,
    HOSTNAME_OVERRIDE,
    IMAGE,
    LIVENESS,
    MEMORY_LIMIT,
    MEMORY_REQUEST,
    MIN_READY,
    NODE_PORT,
    NODE_SELECTOR,
    PORTS,
    PULL_SECRETS,
    READINESS,
    REPLICAS,
    RESTART,
    RETRIES,
    ROLLING,
    SCHEDULE,
    SERVICE_ACCOUNT,
    SERVICE_TYPE,
    SHARE_PROCESSES,
    SYSCTLS,
    TRAFFIC_POLICY,
    VOLUMES,
    WORKING_DIR,
    Field,
)
from compose2qt.source import spans
from compose2qt.workload import Decision, Origin, OriginKind, Traced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compose2qt.compose import Service
    from compose2qt.diagnostic import Collector
    from compose2qt.lower.shapes import VolumeUse
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.source import Span

# A decision of the plan, the Compose attributes that it replaces as a whole, and the single fields.
_OVERRULED: tuple[tuple[str, tuple[str, ...], tuple[Field[Any], ...]], ...] = (
    ("replicas", (), (REPLICAS, AUTOSCALE)),
    ("readiness", ("healthcheck",), ()),
    ("ports", ("ports", "expose"), ()),
    ("mounts", ("volumes",), ()),
    ("command", ("entrypoint",), (ENTRYPOINT,)),
    ("args", ("command",), (COMMAND,)),
    ("working_dir", ("working_dir",), (WORKING_DIR,)),
    ("wait_for", ("depends_on",), ()),
    ("resources", (), (CPU_REQUEST, CPU_LIMIT, MEMORY_REQUEST, MEMORY_LIMIT)),
)
_SCRATCH = "image.scratch-data"
"""What is said of the image that runs, whoever names it."""
# Another image has an entrypoint, a command and a working directory of its own.
_OF_THE_IMAGE = ("image", "build", "command", "entrypoint", "working_dir", "pull_policy")


def merged(drafts: list[Draft], target: TargetPlan, collector: Collector) -> tuple[Draft, list[Decision]]:
    """The drafts of ``target``'s services as one: the first service's value stands where only one can."""
    result = Draft(target.sources[0] if target.sources else target.name)
    decisions: list[Decision] = []
    for draft in drafts:
        result.losses += draft.losses
        result.inner += draft.inner
        result.used.update(draft.used)
        for field, values in draft.fills.items():
            if not field.many and field in result.fills:
                decisions += _merge_single(result, field, values, target)
            elif field is ENVIRONMENT:
                decisions += _merge_environment(result, values, target, collector)
            else:
                held = result.fills.setdefault(field, [])
                if field is VOLUMES and target.mounts is None:
                    _refuse_hidden(held, values, target, collector)
                for value in values:
                    index = next((i for i, one in enumerate(held) if field.many and one.value == value.value), None)
                    if index is None:
                        held.append(value)
                    else:
                        held[index] = _joined(held[index], value)
    return result, decisions


def _refuse_hidden(
    held: list[Traced[VolumeUse]], values: list[Traced[VolumeUse]], target: TargetPlan, collector: Collector
) -> None:
    """Two services that see different things at one path cannot be one container."""
    known = {use.value.path.rstrip("/"): use.value.source for use in held}
    for use in values:
        path = use.value.path.rstrip("/")
        if path in known and known[path] != use.value.source:
            collector.error(
                "merged-mounts-differ",
                f"the services that {target.name} merges have different things at {path}",
                next((origin.span for origin in use.origins if origin.span), None),
                f"say what {target.name} mounts by `mounts` in the mapping, or do not merge them",
            )


def _merge_single(result: Draft, field: Field[Any], values: list[Traced[Any]], target: TargetPlan) -> Iterator[Decision]:
    """The first service's value stands; one that is equal is an origin of it too."""
    held = result.fills[field]
    for traced in values:
        if held[0].value == traced.value:
            held[0] = _joined(held[0], traced)
        else:
            of = [origin.span for origin in traced.origins if origin.span]
            yield from _decided(of, target, f"{target.origin.reason} ({field.name} is {result.service}'s)")


def _joined(held: Traced[Any], other: Traced[Any]) -> Traced[Any]:
    return Traced(held.value, held.origins + other.origins, held.note)


def _merge_environment(
    result: Draft, values: list[Traced[Any]], target: TargetPlan, collector: Collector
) -> Iterator[Decision]:
    found = result.fills.setdefault(ENVIRONMENT, [])
    held = {traced.value[0]: index for index, traced in enumerate(found)}
    for traced in values:
        name = traced.value[0]
        if name not in held:
            found.append(traced)
            continue
        if found[held[name]].value == traced.value:
            found[held[name]] = _joined(found[held[name]], traced)
            continue
        if name not in dict(target.env):
            place = traced.origins[0].span if traced.origins else None
            collector.warning(
                "merged-variables-differ",
                f"{name} has another value in a service that is merged into {target.name}; that of {result.service} stands",
                place,
                f"set {name} in the mapping's env of {target.name}",
            )
        of = [origin.span for origin in traced.origins if origin.span]
        yield from _decided(of, target, f"{target.origin.reason} ({name} is {result.service}'s)")


def overrule(draft: Draft, services: Iterable[Service], target: TargetPlan) -> list[Decision]:
    """Take out of ``draft`` what ``target`` fixes, and say so for each leaf."""
    taken: dict[Span, Origin] = {}
    for name, replaced, single in _overruled(draft, target):
        origin = _origin(getattr(target, name), target)
        of = [span for field in single for span in draft.spans(field)]
        of += [span for service in services for one in replaced if (node := service.node.get(one)) for span in spans(node)]
        taken.update((span, origin) for span in of if span not in taken)
    draft.losses = [loss for loss in draft.losses if loss.span not in taken or loss.code == _SCRATCH]
    for field, values in draft.fills.items():
        kept = [value for value in values if not any(origin.span in taken for origin in value.origins)]
        scratch = [value for value in values if field is VOLUMES and _is_of_image(value, taken, services)]
        draft.fills[field] = [*kept, *(Traced(one.value, (_origin(target.image, target),), one.note) for one in scratch)]
    return [Decision(span, origin.reason, origin.span) for span, origin in taken.items()]


def _is_of_image(use: Traced[Any], taken: Mapping[Span, Origin], services: Iterable[Service]) -> bool:
    """Whether it is the scratch space of the image that runs, of which an overruled leaf of Compose is the reason."""
    images = {node.span for service in services if (node := service.node.get("image")) is not None}
    return any(origin.span in taken and origin.span in images for origin in use.origins)


def _overruled(draft: Draft, target: TargetPlan) -> Iterator[tuple[str, tuple[str, ...], tuple[Field[Any], ...]]]:
    """The rows of ``_OVERRULED`` that ``target`` decides. The image's own settings go last: a row of theirs is nearer."""
    yield from (row for row in _OVERRULED if getattr(target, row[0]) is not None)
    own = draft.one(IMAGE)
    if target.image is not None and own is not None and own.value == target.image.value:
        yield "image", (), (IMAGE,)
    elif target.image is not None and own is not None and _repository(own.value) == _repository(target.image.value):
        yield "image", ("image",), ()
    elif target.image is not None:
        yield "image", _OF_THE_IMAGE, ()


def _repository(image: str) -> str:
    """An image without tag and digest: another version of it is started as before."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _origin(decided: object, target: TargetPlan) -> Origin:
    """Where and why the mapping decided: the value's own origin, if it says why, else the target's."""
    first = decided[0] if isinstance(decided, tuple) and decided else decided
    own = first.origins[0] if isinstance(first, Traced) and first.origins else None
    chosen = own if own is not None and own.kind is OriginKind.MAPPING and own.reason else target.origin
    return chosen if chosen.reason else replace(chosen, reason="the mapping decides it")


def _decided(of: Iterable[Span], target: TargetPlan, reason: str) -> Iterator[Decision]:
    return (Decision(span, reason, target.origin.span) for span in of)


# Fields of the pod, which containers that share it decide together. Of those that hold one value the first one stands.
_OF_THE_POD: tuple[Field[Any], ...] = (
    BLOCKED,
    FS_GROUP,
    GROUPS,
    HOST_ALIASES,
    HOST_IPC,
    HOST_NETWORK,
    HOST_PID,
    NODE_SELECTOR,
    PULL_SECRETS,
    SERVICE_ACCOUNT,
    SHARE_PROCESSES,
    SYSCTLS,
    ANNOTATIONS,
)
_OF_THE_MAIN_CONTAINER: tuple[Field[Any], ...] = (
    HOSTNAME,
    HOSTNAME_OVERRIDE,
    MIN_READY,
    REPLICAS,
    RESTART,
    RETRIES,
    ROLLING,
    SCHEDULE,
    ALIASES,
    AUTOSCALE,
    HEADLESS,
    SERVICE_TYPE,
    NODE_PORT,
    TRAFFIC_POLICY,
)
_NOT_OF_AN_INIT: tuple[Field[Any], ...] = (READINESS, LIVENESS, PORTS)


def home(target: TargetPlan, by_name: Mapping[str, TargetPlan]) -> TargetPlan:
    """The target in whose pods ``target`` runs: itself, or the one that it leads to step by step."""
    seen: set[str] = set()
    while (where := target.init_of or target.beside) and where in by_name and where not in seen:
        seen.add(target.name)
        target = by_name[where]
    return target


def adopt(plan: Plan, drafts: Mapping[str, Draft]) -> None:
    """Give what belongs to the pod to the target whose pod it is; what the pod cannot take is used up."""
    by_name = {one.name: one for one in plan.targets}
    for target in plan.targets:
        if not (target.init_of or target.beside):
            continue
        own, main = drafts[target.name], drafts[home(target, by_name).name]
        for field in _OF_THE_POD:
            for value in own.fills.pop(field, []):
                if field.many or field not in main.fills:
                    main.fills.setdefault(field, []).append(value)
                else:
                    give_way(own, "shared", (value,))
        _wait_longest(own, main)
        dropped = (*_OF_THE_MAIN_CONTAINER, *(_NOT_OF_AN_INIT if target.init_of else ()))
        for field in dropped:
            give_way(own, "shared", own.fills.pop(field, []))


def _wait_longest(own: Draft, main: Draft) -> None:
    """A pod has one time to stop: the longest, so that no container is killed early. What states none has Docker's."""
    mine, held = own.fills.pop(GRACE_PERIOD, []), main.fills.pop(GRACE_PERIOD, [])
    stated = [*held, *mine]
    least = GRACE if not (mine and held) else 0
    longest = max(stated, key=lambda traced: traced.value, default=None)
    if longest is not None and longest.value >= least:
        origins = tuple(origin for traced in stated if traced.value == longest.value for origin in traced.origins)
        main.fills[GRACE_PERIOD] = [Traced(longest.value, origins, longest.note)]
        stated = [traced for traced in stated if traced.value != longest.value]
    for draft, values in ((own, mine), (main, held)):
        give_way(draft, "shared", [traced for traced in values if traced in stated])
