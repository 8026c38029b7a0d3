"""Jobs and schedules. Source: ``pkg/apis/batch/validation``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import flag, has, items, number, shown, text
from compose2qt.kube.registry import Violation, rule
from compose2qt.kube.schedule import mistake
from compose2qt.kube.zones import zones

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping


@rule("bad-schedule", "CronJobSpec")
def bad_schedule(spec: Mapping) -> Iterator[Violation]:
    """A schedule has the five fields of cron, or is a macro such as ``@daily``; its time zone is a field of its own."""
    schedule = text(spec, "schedule")
    if has(spec, "schedule") and (what := mistake(schedule)):
        yield Violation(f"{shown(schedule)}: {what}", ("schedule",), "write minute, hour, day of month, month, day of week")


@rule("bad-time-zone", "CronJobSpec")
def bad_time_zone(spec: Mapping) -> Iterator[Violation]:
    """A time zone is a name of the IANA database, as it is spelled there; ``Local`` and the empty name are refused."""
    zone = text(spec, "timeZone")
    if has(spec, "timeZone") and zone not in zones():
        yield Violation(f"{shown(zone)} is not a time zone", ("timeZone",), "write a name such as Etc/UTC or Europe/Oslo")


@rule("indexed-without-completions", "JobSpec")
def indexed_without_completions(spec: Mapping) -> Iterator[Violation]:
    """An indexed Job says how many completions it has."""
    if text(spec, "completionMode") == "Indexed" and number(spec, "completions") is None:
        yield Violation("an indexed Job needs completions", ("completionMode",), "write completions")


@rule("failure-policy-with-restarts", "JobSpec")
def failure_policy_with_restarts(spec: Mapping) -> Iterator[Violation]:
    """``podFailurePolicy`` judges pods that ended: the restart policy is ``Never``."""
    if has(spec, "podFailurePolicy") and text(spec, "template", "spec", "restartPolicy") != "Never":
        yield Violation("podFailurePolicy needs pods that are not restarted", ("podFailurePolicy",), "use restartPolicy: Never")


@rule("failures-by-index", "JobSpec")
def failures_by_index(spec: Mapping) -> Iterator[Violation]:
    """``backoffLimitPerIndex`` and ``maxFailedIndexes`` count the failures of an indexed Job."""
    for field in ("backoffLimitPerIndex", "maxFailedIndexes"):
        if has(spec, field) and text(spec, "completionMode") != "Indexed":
            yield Violation(f"{field} needs an indexed Job", (field,), "write completionMode: Indexed")
    most, completions = number(spec, "maxFailedIndexes"), number(spec, "completions")
    if most is not None and not has(spec, "backoffLimitPerIndex"):
        yield Violation("there is no backoffLimitPerIndex", ("maxFailedIndexes",), "write backoffLimitPerIndex")
    if most is not None and completions is not None and most > completions:
        yield Violation(f"there are only {completions} indexes", ("maxFailedIndexes",), "lower it")


@rule("failure-rule", "PodFailurePolicyRule")
def failure_rule(judged: Mapping) -> Iterator[Violation]:
    """A rule about failures looks at exit codes or at conditions; code 0 is no failure."""
    given = [name for name in ("onExitCodes", "onPodConditions") if has(judged, name)]
    if len(given) != 1:
        yield Violation(f"the rule looks at {len(given)} things", (), "give one of onExitCodes and onPodConditions")
    codes = items(judged, "onExitCodes", "values")
    if has(judged, "onExitCodes") and not codes:
        yield Violation("there are no exit codes", ("onExitCodes", "values"), "list them")
    is_of = text(judged, "onExitCodes", "operator") == "In"
    for index in range(len(codes)):
        if is_of and number(codes[index]) == 0:
            yield Violation("0 is no failure", ("onExitCodes", "values", index), "remove it")


@rule("job-policy", "JobSpec")
def job_policy(spec: Mapping) -> Iterator[Violation]:
    """A policy of success is that of an indexed Job; a selector by hand is written."""
    if has(spec, "successPolicy") and text(spec, "completionMode") != "Indexed":
        yield Violation("successPolicy needs an indexed Job", ("successPolicy",), "write completionMode: Indexed")
    if flag(spec, "manualSelector") and not has(spec, "selector"):
        yield Violation("there is no selector", ("manualSelector",), "write it, or remove manualSelector")
