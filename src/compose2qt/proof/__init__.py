"""The proof of a conversion: its manifests verified against its project, with what the mapping explains.

What the mapping decides differs from Compose on purpose. Each such difference becomes an ``Explanation`` here: recomputed
from Compose and mapping, never read from the manifests.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.manifests.rendering import rendered
from compose2qt.mapping.datafolders import folders_of
from compose2qt.mapping.datastores import known, known_user
from compose2qt.proof.added import tell_added, with_added
from compose2qt.proof.decisions import Decisions
from compose2qt.proof.expected import image_checks
from compose2qt.proof.labels import Port, labelled
from compose2qt.proof.listening import listening
from compose2qt.proof.losses import told
from compose2qt.proof.merged import told_of_mates, with_mates
from compose2qt.source import Mapping as MappingNode
from compose2qt.source import Scalar, Sequence
from compose2qt.verify import ABSENT, SCRATCH, Aspect, Explanation, Outcome, docker_side, verify

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from compose2qt.compose import Project
    from compose2qt.lower import Lowered
    from compose2qt.manifests import Tree
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.verify import DockerSide, ImageFacts, Pairing, Result, Verification
    from compose2qt.workload import Ledger


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
    version: str = "",
) -> Verification:
    """Verify ``tree`` against ``project``: the tree of this conversion, or any other that should mean the same.

    A difference that there would not be without the leaves that the ``ledger`` reports as lost is explained by their loss.
    One that the proof of our own conversion, ``ours``, explains is explained in any tree that makes the same one. Without
    ``lowered`` services are matched by name and image, and nobody knows what the operator's Secrets hold. With ``version``
    what an API server of it refuses is not there.
    """
    given, (project, plan) = plan, with_added(project, plan)
    heard = listening(project, plan)

    def side(project: Project) -> DockerSide:
        made = docker_side(project, facts, heard)
        with_mates(made, plan)
        return made

    docker = docker_side(project, facts, heard)
    brought = with_mates(docker, plan)
    judged = partial(
        verify,
        tree=tree,
        facts=facts,
        explanations=(*tell_added(docker, given, plan), *explanations(project, plan, lowered, docker)),
        matches={**(_seats(project, plan, lowered, tree) if lowered else {}), **(matches or {})},
        secrets=_secrets(lowered) if lowered else {},
        version=version,
        namespace=plan.namespace.value if plan.namespace else "",
    )
    found = judged(project, docker=docker)
    found = replace(found, pairings=tuple(_seated(found.pairings, matches or {})))
    if brought:
        found = replace(found, results=tuple(told_of_mates(found.results, brought)))
    if ours is not None and found.different:
        found = replace(found, results=tuple(_known(found.results, ours)))
    if ledger is not None and found.different:
        found = replace(found, results=tuple(told(found.results, project, ledger, judged, side)))
    return found


def _seated(pairings: Iterable[Pairing], matches: Mapping[str, str]) -> Iterator[Pairing]:
    """Who says so: a match that nobody gave is the one that the conversion makes."""
    for pairing in pairings:
        is_ours = pairing.how == "given" and pairing.service not in matches
        yield replace(pairing, how="conversion") if is_ours else pairing


def _known(results: Iterable[Result], ours: Verification) -> Iterator[Result]:
    """``results`` in which a difference is explained that our own conversion makes, too: all of it, both values included."""

    def key(result: Result) -> tuple[str, ...]:
        return result.service, result.aspect, result.item, result.compose, result.kubernetes

    explained = {key(result): result for result in ours.explained}
    for result in results:
        same = explained.get(key(result)) if result.outcome is Outcome.DIFFERENT else None
        yield replace(result, outcome=same.outcome, code=same.code, reason=same.reason) if same else result


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
    present = set(_containers(tree if tree.is_complete else rendered(tree)))
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


def explanations(project: Project, plan: Plan, lowered: Lowered | None, docker: DockerSide) -> tuple[Explanation, ...]:
    """The differences that the mapping makes, and those that tables of known images, labels and Dockerfiles make."""
    checks = image_checks(lowered.checks if lowered else {})
    decided = Decisions(project, plan, docker).explanations() if plan.mapping_file else ()
    images = tuple(_known_images(project, plan, lowered.owners if lowered else {}))
    return (
        *decided,
        *checks,
        *labelled(plan, docker, _listening(plan, lowered)),
        *images,
        *_shared_pods(plan, images),
        *_provided(project),
    )


def _provided(project: Project) -> Iterator[Explanation]:
    """Services that no container runs: a program outside of Compose provides them."""
    for name, service in project.services.items():
        if service.node.get("provider") is not None:
            reason = "a program outside of Compose provides it, and no container"
            yield Explanation(name, Aspect.WORKLOAD, "", "runs", ABSENT, "provider.no-counterpart", reason)


def _listening(plan: Plan, lowered: Lowered | None) -> dict[str, list[Port]]:
    """By service: the ports of its container."""
    found: dict[str, list[Port]] = {}
    for workload in lowered.application.workloads if lowered else ():
        for container in workload.pod.containers:
            found[container.name] = [(port.value.number, port.value.protocol) for port in container.ports]
    return {source: found[target.name] for target in plan.targets for source in target.sources if target.name in found}


def _shared_pods(plan: Plan, images: Iterable[Explanation]) -> Iterator[Explanation]:
    """Containers that share a pod share the group that its claims belong to."""
    groups = {one.service: one.kubernetes for one in images if one.code == "storage.ownership"}
    by_name = {target.name: target for target in plan.targets}
    pods: dict[str, list[TargetPlan]] = {}
    for target in plan.targets:
        lead = target
        while (other := by_name.get(lead.init_of or lead.beside)) is not None:
            lead = other
        pods.setdefault(lead.name, []).append(target)
    reason = "it runs in a pod whose claims belong to this group"
    for mates in (mates for mates in pods.values() if len(mates) > 1):
        sources = [source for mate in mates for source in mate.sources]
        for own in sources:
            for group in dict.fromkeys(groups[source] for source in sources if source in groups and source != own):
                yield Explanation(own, Aspect.USER, "group of volumes", ABSENT, group, "pod.shared", reason)


def _known_images(project: Project, plan: Plan, owners: Mapping[str, int]) -> Iterator[Explanation]:
    """What the tables of known images say: the numbers of a user's name, and the group that claims belong to."""
    nodes = {name: service.node for name, service in project.services.items()} | project.jobs
    planned = {source: target.image.value for target in plan.targets if target.image for source in target.sources}
    for name, node in nodes.items():
        image, user = (str(part.value) if isinstance(part := node.get(key), Scalar) else "" for key in ("image", "user"))
        numbers = yield from _numbered(name, image, *user.partition(":")[::2])
        folders = folders_of(node, planned.get(name, ""))
        if folders:
            reason = "the image keeps its data here and Compose mounts nothing: it lives as long as the pod"
            yield Explanation(name, Aspect.MOUNTS, folders[0], ABSENT, SCRATCH, "storage.scratch-data", reason)
        group = (
            numbers[1]
            if numbers
            else owners.get(name, known(planned.get(name, image)).group)
            if not user[:1].isdecimal()
            else None
        )
        if group:
            reason = "a claim is root's: it is given to the group that this image runs as"
            yield Explanation(name, Aspect.USER, "group of volumes", ABSENT, str(group), "storage.ownership", reason)


def _numbered(service: str, image: str, user: str, group: str) -> Generator[Explanation, None, tuple[int, int | None] | None]:
    """The explanations of the numbers of a user and group that go by names; returns the numbers of the two."""
    found = known_user(image, user) if user else None
    if found is None:
        return None
    of_group = known_user(image, group) if group else found
    numbers = (found[0], of_group[1] if of_group else None)
    for item, before, number in (("user", user, numbers[0]), ("group", group or ABSENT, numbers[1])):
        yield Explanation(service, Aspect.USER, item, before, str(number), "user.by-table", "what this image calls its user")
    return numbers
