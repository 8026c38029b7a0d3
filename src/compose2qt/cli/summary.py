"""The few lines that end a conversion: what was made, what it costs, what was lost, what to do next."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from compose2qt.diagnostic import Severity
from compose2qt.emit.guide.operation import LocalPorts
from compose2qt.emit.kinds.secret import PLACEHOLDER
from compose2qt.emit.kustomization import names_a_registry
from compose2qt.emit.layout import BLOCKED
from compose2qt.emit.setting import apply_command
from compose2qt.report.units import listed
from compose2qt.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.api import Conversion
    from compose2qt.emit.store import StoreResult

_SHOWN = 8


def summary(conversion: Conversion, root: str, result: StoreResult, private: tuple[str, ...]) -> str:
    """The summary of ``conversion`` as written to ``root``."""
    return "\n".join(
        [
            *_made(conversion, root, result),
            *_cost(conversion),
            *_outcomes(conversion, root),
            *_held_back(conversion, root),
            *_next(conversion, root, private),
        ]
    )


def _made(conversion: Conversion, root: str, result: StoreResult) -> Iterator[str]:
    application = conversion.lowered.application
    counts = f"{len(result.written)} written, {len(result.unchanged)} unchanged, {len(result.removed)} removed"
    yield f"{root}: {counted(len(conversion.files), 'file')} ({counts})"
    applied = counted(sum(1 for item in conversion.tree.objects if item.applied), "object")
    workloads = counted(sum(1 for workload in application.workloads if not workload.blocked), "workload")
    yield f"  {workloads}, {applied} for Kubernetes {conversion.plan.kubernetes}"


def _cost(conversion: Conversion) -> Iterator[str]:
    from compose2qt.budget import budget

    total = budget(conversion.tree, assumed=conversion.ledger.inferred)
    guessed = listed(total.assumed, total.assumed_storage)
    yield (
        f"  asks for {total.requests.cpu.milli} CPU, {total.requests.memory.within('Mi')} memory, "
        f"{total.storage.within('Gi')} storage in {counted(total.pods, 'pod')}"
        + (f"; of that {guessed} are assumed: nobody states them" if guessed else "")
    )


def _outcomes(conversion: Conversion, root: str) -> Iterator[str]:
    ledger = conversion.ledger
    outcomes = Counter(entry.outcome for entry in ledger.entries)
    each = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    yield f"  {counted(len(ledger.entries), 'line')} of input: {each}"
    if ledger.unaccounted:
        yield f"  {len(ledger.unaccounted)} lines are not accounted for: that is a bug of compose2qt, please report it"
    if (proof := conversion.proof) is not None:
        yield (
            f"  proved: {proof.counts['equal']} facts equal to Compose, {proof.counts['explained']} differ for a stated reason "
            f"(`compose2qt verify --manifests {root}` lists them)"
            + (f", {proof.counts['unknown']} depend on the image" if proof.counts["unknown"] else "")
        )
    losses = sorted(dict.fromkeys((-loss.severity, loss.service, loss.code, loss.reason) for loss in ledger.losses))
    by_severity = Counter(Severity(-severity).label for severity, *_ in losses)
    if losses:
        yield "  not carried: " + ", ".join(f"{count} {label}" for label, count in by_severity.items())
    shown = [loss for loss in losses if -loss[0] > Severity.INFO]
    for severity, service, code, reason in shown[:_SHOWN]:
        yield f"    {Severity(-severity).label}: {service or 'project'}: {reason} [{code}]"
    if len(shown) > _SHOWN:
        yield f"    and {len(shown) - _SHOWN} more: see `compose2qt report`"


def _held_back(conversion: Conversion, root: str) -> Iterator[str]:
    for workload in conversion.lowered.application.workloads:
        if workload.blocked:
            yield f"  held back in {root}/{BLOCKED}/, not applied: {workload.name}: {workload.blocked}"


def _next(conversion: Conversion, root: str, private: tuple[str, ...]) -> Iterator[str]:
    application = conversion.lowered.application
    apply = apply_command(application)
    yield "Next:"
    # The audit itself is no part of a conversion: its rules take longer to load than a small project to convert.
    yield "  compose2qt report   # with the same options, before anything is applied: the audit may find errors"
    for build in application.builds[:_SHOWN]:
        command = shlex.join(("docker", "build", "-t", build.image, *build.options, build.context))
        unless = ", unless it is published there" if names_a_registry(build.image) else ""
        yield f"  {command}   # and push it where the cluster can pull it{unless}"
    if len(application.builds) > _SHOWN:
        yield f"  and {len(application.builds) - _SHOWN} more images: see {root}/README.md"
    for path in private[:_SHOWN]:
        if PLACEHOLDER in Path(root, path).read_text(encoding="utf-8", errors="replace"):
            yield f"  fill in what says {PLACEHOLDER} in {root}/{path}, then:"
        yield f"  {apply} -f {root}/{path}   # the real values: never commit it"
    if application.secrets and not private:
        yield f"  fill the Secrets from {root}/secrets/*-example.yaml (or run again with --write-secrets)"
    yield f"  {apply} -k {root}"
    where = f" -n {application.namespace.value}" if application.namespace else ""
    ports = LocalPorts()
    for name, published, number in application.published[:_SHOWN]:
        local = ports.free(int(published)) if published.isdecimal() else published
        yield f"  kubectl port-forward{where} service/{name} {local}:{number}"
    if len(application.published) > _SHOWN:
        yield f"  and {len(application.published) - _SHOWN} more ports: see {root}/README.md"
