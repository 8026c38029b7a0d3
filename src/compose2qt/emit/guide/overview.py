"""The guide's first section: what the system is, and where everything stands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from compose2qt.emit.guide.markdown import bullets, code, codes, count, table
from compose2qt.emit.guide.needs import copies
from compose2qt.emit.layout import CONFIG, INGRESS, KUSTOMIZATION, NAMESPACE, NETWORK, SECRETS, SERVICES, STORAGE
from compose2qt.emit.setting import sentence
from compose2qt.workload import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.guide.facts import Facts
    from compose2qt.workload import Workload

_HOLDS = {
    NAMESPACE: "the namespace",
    CONFIG: "configuration that is no secret",
    STORAGE: "claims of workloads without a folder of their own",
    SERVICES: "workloads and their Services",
    INGRESS: "the way in from outside the cluster",
    NETWORK: "which pods may reach which",
}


def overview(facts: Facts) -> Iterator[str]:
    """What runs, how it is reached, where the files stand, and what is left out."""
    yield facts.application.guide.overview.strip()
    yield _summary(facts)
    yield table(("Workload", "What it does", "Runs as", "Answers at", "Image"), (_workload(one) for one in facts.running))
    yield _names(facts)
    yield from _routes(facts)
    yield from _decisions(facts)
    yield from _blocked(facts)
    yield "**Files.** Each opens with a comment that names its origin."
    yield table(("Where", "What", f"Applied by {code(facts.apply + ' -k .')}"), _files(facts))


def _summary(facts: Facts) -> str:
    kinds = Counter(workload.kind.value for workload in facts.running)
    listed = ", ".join(count(number, kind) for kind, number in kinds.items())
    pods = sum(copies(workload) for workload in facts.running)
    target = f"for Kubernetes {facts.application.kubernetes} and later"
    if not kinds:
        return f"No workload of {facts.setting.compose_file} is applied."
    where = f" in the namespace {code(facts.setting.namespace)}" if facts.setting.namespace else ""
    return f"{listed} ({count(pods, 'pod')}){where}, {target}, made from {code(facts.setting.compose_file)}."


def _workload(workload: Workload) -> tuple[str, str, str, str, str]:
    times = (
        f", {copies(workload)} pods" if copies(workload) > 1 else ", one pod on each node" * (workload.kind is Kind.DAEMON_SET)
    )
    answers = codes(
        f"{endpoint.name}:{port.value.port}" for endpoint in workload.endpoints[:1] for port in endpoint.ports
    ) or codes(endpoint.name for endpoint in workload.endpoints[:1] if endpoint.publish_not_ready)
    images = codes(container.image.value for container in workload.pod.containers)
    return workload.name, workload.purpose, f"{workload.kind.value}{times}", answers, images


def _names(facts: Facts) -> str:
    first = next((endpoint.name for _, endpoint, _ in facts.ports()), None)
    if first is None:
        return "No workload answers on a port."
    outside = f"{first}.{facts.setting.namespace or 'NAMESPACE'}.svc.cluster.local"
    return f"Pods reach each other by name, as in Compose: {code(first)} in the same namespace, {code(outside)} from others."


def _routes(facts: Facts) -> Iterator[str]:
    routes = facts.application.routes
    if facts.exposed:
        yield f"Open to the outside by themselves, as node ports or load balancers: {codes(facts.exposed)}."
    if not routes:
        if not facts.exposed:
            yield "Nothing is exposed outside the cluster: port-forwards reach every Service (see Monitoring & Debugging)."
        return
    yield "From outside the cluster:"
    yield table(
        ("Host", "Path", "Goes to"),
        (
            (code(route.host or "*"), code(path.value.path), code(f"{path.value.service}:{path.value.port}"))
            for route in routes
            for path in route.paths
        ),
    )


def _decisions(facts: Facts) -> Iterator[str]:
    """The workloads that are not simply a service of the same name."""
    decided = [one for one in facts.running if one.reason or (one.sources and one.sources != (one.name,))]
    if decided:
        yield "**Other than in Compose.** These are not one service under its own name:"
        yield bullets(f"**{one.name}** {_from(one)}. {sentence(one.reason)}" for one in decided)


def _from(workload: Workload) -> str:
    return f"comes from {codes(workload.sources)}" if workload.sources else "has no Compose service"


def _blocked(facts: Facts) -> Iterator[str]:
    if facts.blocked:
        yield "**Not applied.** These need a decision first; their manifests are in `blocked/`, outside the kustomization:"
        yield bullets(f"**{one.name}**: {sentence(one.blocked)}" for one in facts.blocked)


def _files(facts: Facts) -> Iterator[tuple[str, str, str]]:
    for top, items in facts.folders.items():
        shown = f"{top}/" if "/" in items[0].path else top
        kinds = Counter(item.kind for item in items)
        objects = "" if top == NAMESPACE else f": {', '.join(count(number, kind) for kind, number in kinds.items())}"
        yield code(shown), f"{_HOLDS.get(top, f'everything of {top}')}{objects}", "yes"
    if facts.application.secrets:
        yield (
            code(f"{SECRETS}/"),
            "placeholders; and the real Secrets once you write them, which git ignores",
            "no",
        )
    if facts.blocked:
        yield code("blocked/"), "workloads that need a decision", "no"
    yield code(KUSTOMIZATION), "the list of what is applied", ""
