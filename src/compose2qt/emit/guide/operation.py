"""The guide's sections on a system that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.guide.markdown import bash, bullets, code, codes, table
from compose2qt.emit.layout import CONFIG, KUSTOMIZATION, config_map_path, secret_path
from compose2qt.emit.setting import listing
from compose2qt.workload import ClaimSource, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.guide.facts import Facts
    from compose2qt.workload import Workload

_NAMED = 8
"""Beyond so many names a sentence only counts them."""

_UNPRIVILEGED = 1024
_LAST_PORT = 65535


def monitoring(facts: Facts) -> Iterator[str]:
    """Where to look first, and how to reach a Service from outside."""
    yield bash(
        facts.kubectl("get pods -o wide"),
        facts.kubectl("get events --sort-by=.lastTimestamp"),
        facts.kubectl("top pods   # needs metrics-server"),
    )
    if facts.staying:
        first = facts.references[facts.staying[0].name]
        yield f"Of one workload, here {code(first)}:"
        yield bash(
            facts.kubectl(f"logs {first} --all-containers --tail=100 -f"),
            facts.kubectl(f"logs {first} --previous   # of the container that crashed"),
            facts.kubectl(f"describe {first}"),
            facts.kubectl(f"exec -it {first} -- sh   # if the image has a shell"),
        )
    forwards = table(("Service", "Port", "Reach it"), _forwards(facts))
    yield "Each Service from this machine:" if forwards else "No Service has a port, so there is nothing to forward."
    yield forwards


def _forwards(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Every Service port with a local port of its own, so that all can be open at once: as Compose publishes it, if it does."""
    local_ports = LocalPorts()
    published = {(name, port): int(host) for name, host, port in facts.application.published if host.isdecimal()}
    for workload, endpoint, port in facts.ports():
        if workload.kind in (Kind.JOB, Kind.CRON_JOB):
            yield code(endpoint.name), code(str(port.port)), "only while its pod runs"
            continue
        if port.protocol != "TCP":
            yield code(endpoint.name), code(f"{port.port}/{port.protocol}"), "only from inside: port-forwards carry TCP"
            continue
        wanted = published.get((endpoint.name, port.target), port.port)
        ports = f"{local_ports.free(wanted)}:{port.port}"
        yield code(endpoint.name), code(str(port.port)), code(facts.kubectl(f"port-forward service/{endpoint.name} {ports}"))


class LocalPorts:
    """Ports of this machine, each given once: the same number where that is free and needs no privileges."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._next: dict[int, int] = {}

    def free(self, port: int) -> str:
        """A port near ``port``; empty, for one that kubectl picks, if there are no more."""
        wanted = port if port >= _UNPRIVILEGED else port + 8000
        local = self._next.get(wanted, wanted)
        while local in self._taken:
            local += 1
        self._taken.add(local)
        self._next[wanted] = local + 1
        return str(local) if local <= _LAST_PORT else ""


def testing(facts: Facts) -> Iterator[str]:
    """Checks of the manifests, then of the running system."""
    yield "**Manifests**, without changing anything:"
    yield bash(
        "kubectl kustomize . > /dev/null        # the tree builds; needs no cluster",
        "kubectl apply -k . --dry-run=client    # every object is of a kind that the cluster knows",
        f"{facts.apply} -k . --dry-run=server    # the cluster would accept it; the namespace must exist",
        f"kubectl diff{facts.apply.removeprefix('kubectl apply')} -k .                      # what would change",
    )
    if facts.overlaid:
        yield f"With the overlay of step 2, write {code(facts.overlay)} for the last dot."
    if facts.staying:
        yield "**Readiness.** The cluster runs every health check itself: the loop of step 7 asks for its verdict on each."
    yield from _health(facts)


def _health(facts: Facts) -> Iterator[str]:
    if not facts.http_checks:
        yield "No workload has a health check over HTTP behind a Service, so there is no page to ask for beyond that."
        return
    yield (
        "**Health pages.** Images need not contain curl, so this asks through the API server's proxy, each workload at its "
        "own port and path. Your account needs `get` on `services/proxy`; without it, forward the port and use curl."
    )
    yield bash(*_health_loop(facts))
    asked = {check.service for check in facts.http_checks}
    others = [one.name for one in facts.staying if not any(endpoint.name in asked for endpoint in one.endpoints)]
    if others:
        yield f"The readiness of {codes(others)} is not an HTTP page: the loop of step 7 tells it."
    if facts.front:
        host, path = facts.front
        yield f"From outside, through the Ingress: {code(f'curl -i http://{host}{path}')}."


def _health_loop(facts: Facts) -> Iterator[str]:
    """A loop over services, ports and paths; ``kubectl`` must not read the list that the loop reads."""
    yield f"namespace={facts.setting.namespace or '$(kubectl config view --minify -o jsonpath={..namespace})'}"
    yield "while read -r service port path; do"
    yield '  page="/api/v1/namespaces/${namespace:-default}/services/$service:$port/proxy$path"'
    yield '  if kubectl get --raw "$page" < /dev/null > /dev/null; then'
    yield '    echo "ok      $service:$port$path"'
    yield "  else"
    yield '    echo "FAILED  $service:$port$path"'
    yield "  fi"
    yield "done <<'EOF'"
    yield from (f"{check.service} {check.port} {check.path}" for check in facts.http_checks)
    yield "EOF"


def configuration(facts: Facts) -> Iterator[str]:
    """Which objects hold the configuration, and how to change it."""
    rows = [*_config_maps(facts), *_secrets(facts)]
    yield table(("Object", "File", "Keys", "Read by"), rows) or "No workload reads a ConfigMap or a Secret."
    yield bullets(_changes(facts))


def _config_maps(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    for one in facts.application.config_maps:
        keys = str(len(one.data) + len(one.binary))
        readers = facts.setting.read_by("ConfigMap", one.name) or "nothing"
        yield code(f"ConfigMap/{one.name}"), code(config_map_path(one)), keys, readers


def _secrets(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    for one in facts.application.secrets:
        readers = facts.setting.read_by("Secret", one.name) or "nothing"
        yield code(f"Secret/{one.name}"), code(secret_path(one)), codes(key for key, _ in one.data), readers


def _changes(facts: Facts) -> Iterator[str]:
    yield (
        f"**To change a value**, edit {facts.setting.inputs}, run `compose2qt convert` again, review the difference and apply. "
        "Generated files are not the place: convert refuses to overwrite one that was edited."
    )
    if facts.application.config_maps:
        yield (
            f"Pod templates carry a hash of what they read from `{CONFIG}/` (`checksum/config`): a change there rolls the pods "
            "that read it, and only those."
        )
    if facts.application.secrets:
        yield (
            "Secrets have no part in that hash, for nothing about their values belongs in git. After changing one, restart its "
            f"readers{_restart(facts)}."
        )
    yield "A variable in a container's `env` wins over the same key of a ConfigMap or Secret that it reads."


def _restart(facts: Facts) -> str:
    """The command that restarts the readers of Secrets, if it stays short."""
    readers = {name for one in facts.application.secrets for name in facts.setting.readers.get(("Secret", one.name), ())}
    names = [facts.references[one.name] for one in facts.staying if one.name in readers]
    command = facts.kubectl(f"rollout restart {' '.join(names)}")
    return f": {code(command)}" if 0 < len(names) <= _NAMED else ""


def scaling(facts: Facts) -> Iterator[str]:
    """Which workloads can have more pods."""
    free = [one for one in facts.running if _scales(one)]
    if free:
        yield from _scale(facts, free)
    kept = [one for one in facts.staying if not _scales(one) and one.autoscale is None]
    if owned := [one for one in facts.staying if one.autoscale is not None]:
        yield f"Autoscalers (they need metrics-server) say how many pods of {codes(one.name for one in owned)} run:"
        yield bash(facts.kubectl("get hpa"))
    if kept:
        yield "These stay as they are:" if free else "No workload here gets more pods by a larger number:"
        yield bullets(f"**{one.name}**: {_why_single(one)}" for one in kept)
    if not facts.staying:
        yield "Nothing here stays running, so nothing scales."


def _scale(facts: Facts, free: list[Workload]) -> Iterator[str]:
    first = facts.references[free[0].name]
    yield f"These can have more pods: {codes(one.name for one in free)}. By hand, until the next apply:"
    yield bash(facts.kubectl(f"scale {first} --replicas=3"))
    yield f"For good, set the replicas in {facts.setting.inputs} and convert again. By load (needs metrics-server):"
    yield bash(facts.kubectl(f"autoscale {first} --min=2 --max=5 --cpu=70%   # older kubectl: --cpu-percent=70"))
    yield (
        "An autoscaler and a fixed number fight over the same field: with one, remove `replicas` in an overlay of the "
        "kustomization. Whether the program itself may run twice, only its authors know."
    )


def _scales(workload: Workload) -> bool:
    return (
        workload.kind is Kind.DEPLOYMENT
        and workload.autoscale is None
        and workload.recreate is None
        and not workload.keeps_data
        and workload.pod.colocate_with is None
    )


def _why_single(workload: Workload) -> str:
    if workload.kind is Kind.DAEMON_SET:
        return "one pod on each node, as many as there are nodes."
    sources = [volume.source.value for volume in workload.pod.volumes]
    claims = codes(source.claim for source in sources if isinstance(source, ClaimSource))
    if workload.kind is Kind.STATEFUL_SET:
        return f"its data is in {claims or 'one place'}; more pods need replication by the datastore, not a larger number."
    if workload.keeps_data and workload.recreate is None:
        return "each pod would keep data of its own behind one name: more need replication by the program, not a larger number."
    return f"its data is in {claims or 'one place'}, on one node; an update stops the old pod before it starts the new one."


def troubleshooting(facts: Facts) -> Iterator[str]:
    """What goes wrong with such a system, by what ``kubectl get pods`` shows."""
    yield f"Start with {code(facts.kubectl('describe pod POD'))} and the events at its end."
    yield table(("What you see", "Why", "What to do"), [*_before_start(facts), *_after_start(facts)])


def _before_start(facts: Facts) -> Iterator[tuple[str, str, str]]:
    application = facts.application
    if application.secrets:
        names = listing([code(one.name) for one in application.secrets], _NAMED)
        yield (
            "`CreateContainerConfigError`, or `ContainerCreating` for long",
            f"a Secret is missing: {names}",
            "apply it (step 3 above); the pods then start by themselves",
        )
    if application.claims:
        yield (
            "`Pending`, and a claim too",
            f"no StorageClass serves the claim{', or none whose volumes several nodes mount' * facts.shares_over_nodes}",
            f"{code(facts.kubectl('describe pvc'))}; see Persistent Storage",
        )
    yield (
        "`Pending`, `Insufficient cpu` or `memory`",
        f"all pods together request {facts.total.cpu.cpu} CPU and {facts.total.memory.binary} memory",
        "add a node, or lower requests that are too high",
    )
    if platforms := {one.value for pod in facts.running for key, one in pod.pod.node_selector if key == "kubernetes.io/arch"}:
        yield (
            "`Pending`, `didn't match Pod's node affinity/selector`",
            f"the Compose file names a platform ({listing(sorted(platforms))}), and no node has it: nodes emulate none",
            "remove `platform:` if the image is built for the nodes' own, or add such a node",
        )
    yield (
        "`ImagePullBackOff`",
        "the image is not built and pushed" if application.builds else "no such image, or credentials are missing",
        f"step 2 above; {code(KUSTOMIZATION)} can point images elsewhere",
    )
    if any(one.pod.init_containers for one in facts.running):
        see = code(facts.kubectl("logs POD -c INIT_CONTAINER"))
        yield "`Init:0/1` for long", "it waits until another workload is ready", f"{see} says for which; look there"


def _after_start(facts: Facts) -> Iterator[tuple[str, str, str]]:
    yield "`CrashLoopBackOff`", "the program ends", code(facts.kubectl("logs POD --previous"))
    if any(
        isinstance(v.source.value, ClaimSource) for one in facts.running if one.pod.fs_group is None for v in one.pod.volumes
    ):
        yield (
            "`Permission denied` in the log",
            "a claim is root's, and the image's user is another one",
            "write that user's number as `user:` in the Compose file: its group then owns the claim (`fsGroup`)",
        )
    yield "`OOMKilled`", "it needs more than its memory limit", f"raise the limit in {facts.setting.inputs}"
    yield (
        "`Running`, but not ready",
        "the readiness probe fails; until it passes, no Service leads there",
        "run the probe's command or ask for its page by hand (see Testing)",
    )
    if facts.application.routes:
        yield "404 or no answer at the Ingress", "no controller serves its class, or the host name differs", "step 6 above"
