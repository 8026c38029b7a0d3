"""The proof of a conversion: its manifests verified against its project, with what the mapping explains.

What the mapping decides differs from Compose on purpose. Each such difference becomes an ``Explanation`` here: recomputed
from Compose and mapping, never read from the manifests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.diagnostic import Severity
from compose2qt.mapping.datastores import data_folders, known, known_user
from compose2qt.proof.decisions import Decisions, image_checks
from compose2qt.proof.labels import labelled
from compose2qt.source import Mapping as MappingNode
from compose2qt.source import Scalar, Sequence, spans
from compose2qt.verify import ABSENT, SCRATCH, Aspect, Explanation, Outcome, docker_side, verify
from compose2qt.workload import Outcome as LedgerOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compose2qt.compose import Project
    from compose2qt.lower import Lowered
    from compose2qt.manifests import Tree
    from compose2qt.mapping.plan import Plan
    from compose2qt.source import Node, Span
    from compose2qt.verify import ImageFacts, Result, Verification
    from compose2qt.workload import Ledger, Loss


def prove(
    project: Project,
    plan: Plan,
    lowered: Lowered | None,
    tree: Tree,
    *,
    ledger: Ledger | None = None,
    ours: Verification | None = None,
    facts: ImageFacts | None = None,
    matches: Mapping[str, str] | None = None,
) -> Verification:
    """Verify ``tree`` against ``project``: the tree of this conversion, or any other that should mean the same.

    A difference that comes from a leaf which the ``ledger`` reports as lost is explained by that loss. One that the proof of
    our own conversion, ``ours``, explains is explained in any tree that makes the same one. Without ``lowered`` services are
    matched by name and image, and nobody knows what the operator's Secrets hold.
    """
    found = verify(
        project,
        tree,
        facts=facts,
        explanations=(*explanations(project, plan), *image_checks(lowered.checks if lowered else {})),
        matches={**(_seats(project, plan, lowered, tree) if lowered else {}), **(matches or {})},
        secrets=_secrets(lowered) if lowered else {},
    )
    if ours is not None and found.different:
        found = replace(found, results=tuple(_known(found.results, ours)))
    return replace(found, results=tuple(_told(found.results, project, ledger))) if ledger and found.different else found


def _known(results: Iterable[Result], ours: Verification) -> Iterator[Result]:
    """``results`` in which a difference is explained that our own conversion makes, too: all of it, both values included."""

    def key(result: Result) -> tuple[str, ...]:
        return result.service, result.aspect, result.item, result.compose, result.kubernetes

    explained = {key(result): result for result in ours.explained}
    for result in results:
        same = explained.get(key(result)) if result.outcome is Outcome.DIFFERENT else None
        yield replace(result, outcome=same.outcome, code=same.code, reason=same.reason) if same else result


def _told(results: Iterable[Result], project: Project, ledger: Ledger) -> Iterator[Result]:
    """``results`` in which a difference that the ledger tells as a loss is explained by it.

    An item that is lost as a whole explains any difference that comes from it; of one that is emitted, only losses that
    change what runs (from a warning on) do.
    """
    losses: dict[tuple[str, Span], Loss] = {}
    partial: set[tuple[str, Span]] = set()
    for entry in ledger.entries:
        for loss in entry.losses:
            held = losses.get((loss.service, loss.span))
            losses[loss.service, loss.span] = loss if held is None or loss.severity > held.severity else held
            if entry.outcome is not LedgerOutcome.LOST:
                partial.add((loss.service, loss.span))
    below: dict[str, dict[Span, tuple[Span, ...]]] = {}
    for result in results:
        if result.outcome is not Outcome.DIFFERENT or result.compose_span is None:
            yield result
            continue
        if result.service not in below:
            service = project.services.get(result.service)
            node = service.node if service else project.jobs.get(result.service)
            below[result.service] = dict(_leaves_below(node)) if node else {}
        leaves = below[result.service].get(result.compose_span, (result.compose_span,))
        told = [losses[key] for leaf in leaves if (key := (result.service, leaf)) in losses]
        is_lost = len(told) == len(leaves) and partial.isdisjoint((result.service, leaf) for leaf in leaves)
        why = next((one for one in told if is_lost or one.severity > Severity.INFO), None)
        explained = why and replace(result, outcome=Outcome.EXPLAINED, code=why.code, reason=why.reason)
        yield explained or result


def _leaves_below(service: MappingNode) -> Iterator[tuple[Span, tuple[Span, ...]]]:
    """The leaves of each attribute of a service and of each item in it, by the place of the node or of its key."""
    for attribute, node in service.entries.items():
        for part, at in _parts(node):
            yield at, spans(part)
        yield service.key_span(attribute), spans(node)
        yield node.span, spans(node)


def _parts(node: Node) -> Iterator[tuple[Node, Span]]:
    if isinstance(node, MappingNode):
        for key, value in node.entries.items():
            yield from _parts(value)
            yield value, node.key_span(key)
            yield value, value.span
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _parts(item)
            yield item, item.span


def _secrets(lowered: Lowered) -> dict[tuple[str, str], str]:
    """Today's values of the Secrets that the operator fills: those that ``--write-secrets`` would write."""
    return {
        (secret.name, key): traced.value.reveal()
        for secret in lowered.application.secrets
        for key, traced in secret.data
        if traced.value is not None
    }


def _seats(project: Project, plan: Plan, lowered: Lowered, tree: Tree) -> dict[str, str]:
    """The container of each service, as the conversion names it, as far as the tree has it."""
    containers: dict[str, str] = {}
    for workload in lowered.application.workloads:
        for container in (*workload.pod.containers, *workload.pod.init_containers):
            containers.setdefault(container.name, f"{workload.kind.value}/{workload.name}:{container.name}")
    present = set(_containers(tree))
    found: dict[str, str] = {}
    for target in plan.targets:
        seat = containers.get(target.name)
        if seat is not None and seat in present:
            found |= {source: seat for source in target.sources if source in project.services or source in project.jobs}
    return found


def _containers(tree: Tree) -> Iterator[str]:
    """``Kind/name:container`` of every container of a tree."""
    for item in tree.workloads:
        for field in ("containers", "initContainers"):
            node = item.at(*(item.pod_path or ()), field)
            for container in node.items if isinstance(node, Sequence) else ():
                name = container.get("name") if isinstance(container, MappingNode) else None
                yield f"{item.id}:{name.value if isinstance(name, Scalar) else ''}"


def explanations(project: Project, plan: Plan) -> tuple[Explanation, ...]:
    """The differences that the mapping makes, and those that the tables of known images make."""
    docker = docker_side(project)
    decided = Decisions(project, plan, docker).explanations() if plan.mapping_file else ()
    return (*decided, *labelled(plan, docker), *_known_images(project), *_shared_pods(project, plan))


def _shared_pods(project: Project, plan: Plan) -> Iterator[Explanation]:
    """Containers that share a pod share the group that its claims belong to."""
    groups = {one.service: one.kubernetes for one in _known_images(project) if one.code == "storage.ownership"}
    by_name = {target.name: target for target in plan.targets}
    for target in plan.targets:
        where = by_name.get(target.init_of or target.beside)
        for source in where.sources if where else ():
            if source in groups:
                reason = "it runs in a pod whose claims belong to this group"
                for own in target.sources:
                    yield Explanation(own, Aspect.USER, "group of volumes", ABSENT, groups[source], "storage.ownership", reason)


def _known_images(project: Project) -> Iterator[Explanation]:
    """What the tables of known images say: the numbers of a user's name, and the group that claims belong to."""
    for name, service in project.services.items():
        image, user = (
            str(node.value) if isinstance(node := service.node.get(key), Scalar) else "" for key in ("image", "user")
        )
        numbers = known_user(image, user) if user else None
        if numbers is not None:
            for item, before, number in (("user", user, numbers[0]), ("group", ABSENT, numbers[1])):
                yield Explanation(
                    name, Aspect.USER, item, before, str(number), "user.by-table", "what this image calls its user"
                )
        folders = data_folders(image)
        if folders:
            reason = "the image keeps its data here and Compose mounts nothing: it lives as long as the pod"
            yield Explanation(name, Aspect.MOUNTS, folders[0], ABSENT, SCRATCH, "storage.scratch-data", reason)
        group = numbers[1] if numbers else known(image).group if not user else None
        if group:
            reason = "a claim is root's: it is given to the group that this image runs as"
            yield Explanation(name, Aspect.USER, "group of volumes", ABSENT, str(group), "storage.ownership", reason)
