"""Every attribute path of Compose has one owner, and every owner owns something."""

from __future__ import annotations

from compose2qt.compose import spec
from compose2qt.lower import UNITS
from compose2qt.lower.ownership import owners
from compose2qt.lower.registry import GROUPS, NESTED
from compose2qt.lower.sections import SECTIONS


def test_every_path_is_owned_once() -> None:
    found = {path: owners(path) for path in spec.paths()}
    assert len(found) == 704
    assert {path: owned for path, owned in found.items() if len(owned) != 1} == {}


def test_every_owner_owns_a_path() -> None:
    used = {owner for path in spec.paths() for owner in owners(path)}
    declared = {f"unit {name}" for name in UNITS} | {f"group {name}" for name in GROUPS}
    declared |= {f"containers {name}" for name in NESTED} | {f"section {name}" for name in SECTIONS}
    assert declared == used


def test_units_do_not_nest() -> None:
    nested = [(one, other) for one in UNITS for other in UNITS if other.startswith((f"{one}.", f"{one}[]"))]
    assert nested == []


def test_jobs_and_pre_start_have_the_units_of_services() -> None:
    assert owners("jobs.*.healthcheck.interval") == owners("services.*.healthcheck.interval") == ("unit healthcheck",)
    assert owners("services.*.pre_start[].volumes[].target") == ("unit volumes",)
    assert owners("services.*.pre_start[].per_replica") == ("unit pre_start[].per_replica",)
    assert owners("jobs.*.triggers.schedule[].cron") == ("unit triggers.schedule",)
    assert owners("no.such.path") == ()
