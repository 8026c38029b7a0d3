"""The guide's last sections: security, what is next, where to read more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.guide.markdown import bullets, codes
from compose2qt.emit.guide.sizes import is_assumed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.emit.guide.facts import Facts
    from compose2qt.workload import Container

_DOCS = "https://kubernetes.io/docs"
_ALWAYS = (
    ("kubectl apply -k and kustomizations", f"{_DOCS}/tasks/manage-kubernetes-objects/kustomization/"),
    ("Debugging pods", f"{_DOCS}/tasks/debug/debug-application/debug-pods/"),
    ("Requests and limits", f"{_DOCS}/concepts/configuration/manage-resources-containers/"),
    ("Probes", f"{_DOCS}/concepts/workloads/pods/probes/"),
    ("Pod Security Standards", f"{_DOCS}/concepts/security/pod-security-standards/"),
    ("kind", "https://kind.sigs.k8s.io/"),
    ("minikube", "https://minikube.sigs.k8s.io/docs/"),
)


def security(facts: Facts) -> Iterator[str]:
    """What the manifests do for security, and what is left to do."""
    yield "**In place.**"
    yield bullets(_in_place(facts))
    yield "**Left to do.**"
    yield bullets(_left(facts))


def _in_place(facts: Facts) -> Iterator[str]:
    if facts.application.secrets:
        yield (
            "Secret values are in no generated file; `.gitignore` keeps the real Secrets out of git, and pods wait until "
            "they exist."
        )
    yield "Pods get no token of the cluster (`automountServiceAccountToken: false`), so they need no RBAC rules."
    yield "Pods run under the runtime's default seccomp profile."
    if facts.exposed:
        yield f"Besides {codes(facts.exposed)}, no Service is open to the outside by itself."
    elif facts.application.routes:
        yield "Only the Ingress leads in from outside: every Service is a ClusterIP."
    else:
        yield "No Service is reachable from outside the cluster."
    if facts.application.policies:
        yield "NetworkPolicies let pods reach those that share a network with them in Compose, and no others."
    if facts.blocked:
        yield f"What asks for the host ({codes(one.name for one in facts.blocked)}) is not applied."


def _left(facts: Facts) -> Iterator[str]:
    if facts.application.secrets:
        yield (
            "Whoever may read Secrets sees their values: encrypt them at rest, restrict `get secrets` by RBAC, and consider "
            "External Secrets, Sealed Secrets or SOPS. Change every value that was ever in a Compose or env file in git."
        )
    if facts.application.policies:
        yield (
            "Check that the cluster's network plugin enforces NetworkPolicies (others ignore them), and that its DNS is "
            "kube-dns in kube-system."
        )
    else:
        yield (
            "No NetworkPolicy is written: every pod may reach every other. Convert with `--network-policy` to keep apart what "
            "Compose's networks keep apart (needs a network plugin that enforces policies)."
        )
    yield from _of_containers(facts)
    loose = [image for image in facts.images if not _is_fixed(image)]
    if loose:
        yield f"Pin these images to a version or digest, so that a restart runs what was tested: {codes(loose)}."
    if any(route.tls_secret is None for route in facts.application.routes):
        yield "The Ingress speaks plain HTTP: give it a certificate (cert-manager can) before real traffic."


def _of_containers(facts: Facts) -> Iterator[str]:
    """What containers lack: each said once, of all or of those that lack it."""
    mains = [(workload.name, one) for workload in facts.running for one in workload.pod.containers]
    for what, lacks in _LACKS:
        names = dict.fromkeys(name for name, one in mains if lacks(one))
        if len(names) == len(facts.running) > 1:
            yield f"No workload {what[0]}."
        elif names:
            yield f"{codes(names)} {what[1]}."


_LACKS: tuple[tuple[tuple[str, str], Callable[[Container], bool]], ...] = (
    (
        ("sets a user: each runs as its image's, which may be root", "set no user: they run as the image's, which may be root"),
        lambda one: one.security.run_as_user is None,
    ),
    (
        ("denies new privileges: `no-new-privileges` in Compose does", "may gain privileges: `no-new-privileges` denies it"),
        lambda one: one.security.no_new_privileges is None,
    ),
    (
        ("has a memory limit: any can starve its node", "without a memory limit can starve their node"),
        lambda one: one.resources.memory_limit is None,
    ),
    (
        ("runs without privileges of the host", "run privileged: find out what for, and avoid it"),
        lambda one: one.security.privileged is not None and one.security.privileged.value,
    ),
)
"""What to say when no workload has it, when some lack it, and how to tell that a container does."""


def _is_fixed(image: str) -> bool:
    """Whether an image's reference names a version: a digest, or a tag that is not ``latest``."""
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@" in image or tag not in ("", "latest")


def next_steps(facts: Facts) -> Iterator[str]:
    """What the mapping plans, else what follows from the manifests."""
    planned = facts.application.guide.next_steps
    yield bullets(planned or tuple(_suggested(facts)))


def _suggested(facts: Facts) -> Iterator[str]:
    if facts.blocked:
        yield f"Decide about {codes(one.name for one in facts.blocked)} in `blocked/`."
    if any(is_assumed(one) for one in facts.running):
        yield "Measure CPU and memory under load, and replace the assumed requests."
    quiet = [one.name for one in facts.staying if not any(container.readiness for container in one.pod.containers)]
    if quiet:
        yield f"Give {codes(quiet)} a health check: without one a pod counts as ready as soon as it runs."
    if not facts.application.mapping_file:
        yield "Begin a mapping spec (`compose2qt init`), and decide in it sizes, replicas, images and what is exposed."
    yield "Run `compose2qt convert --check` in CI, so that this tree always is what its inputs give."


def references(facts: Facts) -> Iterator[str]:
    """The mapping's pages, then those of Kubernetes for what is used."""
    named = facts.application.guide.references
    known = {url.rstrip("/") for _, url in named}
    more = [(text, url) for text, url in (*_ALWAYS, *_used(facts)) if url.rstrip("/") not in known]
    yield bullets(f"[{text}]({url})" for text, url in (*named, *more))


def _used(facts: Facts) -> Iterator[tuple[str, str]]:
    if facts.application.claims:
        yield "Persistent volumes and access modes", f"{_DOCS}/concepts/storage/persistent-volumes/"
    if facts.application.secrets:
        yield "Good practices for Secrets", f"{_DOCS}/concepts/security/secrets-good-practices/"
    if facts.application.routes:
        yield "Ingress, and its controllers", f"{_DOCS}/concepts/services-networking/ingress-controllers/"
        yield "The retirement of ingress-nginx", "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/"
        yield "Gateway API, the successor of Ingress", "https://gateway-api.sigs.k8s.io/"
