"""The guide's sections on bringing the system up."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

from compose2qt.emit.guide.markdown import bash, code, codes, count
from compose2qt.emit.kinds.secret import PLACEHOLDER
from compose2qt.emit.layout import EXAMPLE, INGRESS, KUSTOMIZATION, NAMESPACE, SECRETS, SERVICES, secret_path
from compose2qt.emit.setting import listing
from compose2qt.workload import Kind
from compose2qt.workload.sensitive import wants_a_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compose2qt.emit.guide.facts import Facts
    from compose2qt.workload import ImageBuild

_GIB = 2**30
_NAMED = 6
"""Beyond so many Secrets, a loop applies them."""
# ingress-nginx's class is kept by its successors; Traefik also reads its annotations.
_NGINX = "nginx"
_TRAEFIK = (
    "helm upgrade --install traefik traefik --repo https://traefik.github.io/charts \\",
    "  --namespace traefik --create-namespace",
)


def quick_start(facts: Facts) -> Iterator[str]:
    """A local cluster, the shortest way."""
    yield (
        "On one machine, with Docker, `kubectl` and [kind](https://kind.sigs.k8s.io) (or "
        "[minikube](https://minikube.sigs.k8s.io)). Unless it says otherwise, all commands of this guide run in this folder, "
        f"beside {code(KUSTOMIZATION)}."
    )
    create = f"kind create cluster --name {facts.cluster}   # or: {_minikube(facts)}"
    if facts.application.builds:
        yield bash(create)
        yield _build_here(facts)
        load = f'kind load docker-image "$image" --name {facts.cluster}   # or: minikube image load "$image"'
        yield bash(*_build_loop(facts.application.builds, "$image", load))
        yield "Then, in this folder:"
        yield bash(*_apply_all(facts))
    else:
        yield bash(create, *_apply_all(facts))
    if facts.application.secrets:
        names = listing([code(secret.name) for secret in facts.application.secrets], _NAMED)
        yield f"Pods wait until the Secrets that they read exist ({names}): step 3 below writes them."
    if facts.shares_over_nodes:
        yield "On kind, first let the storage be shared: see Persistent Storage."
    if facts.application.routes:
        yield "The Ingress needs a controller: see step 6 below."


def _apply_all(facts: Facts) -> Iterator[str]:
    if facts.setting.namespace:
        yield f"{facts.apply} -f {NAMESPACE}"
    if facts.application.secrets:
        yield f"# here {count(len(facts.application.secrets), 'Secret')}: step 3 of the next section"
    yield f"{facts.apply} -k ."
    yield facts.kubectl("get pods --watch")


def _build_here(facts: Facts) -> str:
    return (
        f"The images of the project's own code are built in the folder of {code(facts.setting.compose_file)}. Build arguments "
        "that may be secret are named without their values: Docker takes these from the shell."
    )


def _build_loop(builds: Iterable[ImageBuild], name: str, then: str) -> Iterator[str]:
    """A loop over images, their build contexts and options; Docker must not read the list that the loop reads."""
    yield "while IFS='|' read -r image context options; do"
    yield f'  docker build -t "{name}" $options "$context" < /dev/null'
    yield f"  {then}"
    yield "done <<'EOF'"
    yield from (f"{build.image}|{build.context}|{' '.join(build.options)}" for build in builds)
    yield "EOF"


def _minikube(facts: Facts) -> str:
    """A machine that holds the requests and about a core and a gibibyte for Kubernetes itself."""
    cpus = max(2, math.ceil(facts.total.cpu.amount) + 1)
    memory = max(4, math.ceil(facts.total.memory.amount / _GIB) + 2)
    return f"minikube start --cpus={cpus} --memory={memory}g"


def step_by_step(facts: Facts) -> Iterator[str]:
    """The same with every decision, for a cluster that stays."""
    for number, (title, step) in enumerate(_STEPS, 1):
        yield f"### {number}. {title}"
        yield from step(facts)


def _cluster(facts: Facts) -> Iterator[str]:
    total = facts.total
    yield (
        f"Kubernetes {facts.application.kubernetes} or later with {total.cpu.cpu} CPU and {total.memory.binary} memory free "
        f"(see Resource Requirements){' and storage (see Persistent Storage)' * bool(facts.application.claims)}."
    )
    namespace = [f"{facts.apply} -f {NAMESPACE}"] if facts.setting.namespace else []
    yield bash(
        "kubectl config current-context   # is it the right cluster?",
        "kubectl get nodes",
        "kubectl get storageclass",
        *namespace,
    )


def _images(facts: Facts) -> Iterator[str]:
    builds = facts.application.builds
    if not builds:
        yield "Every image comes from a registry; nothing is to be built. Private ones need a pull secret in the namespace."
        return
    yield _build_here(facts)
    named = [build for build in builds if not facts.is_local(build.image)]
    if named:
        yield (
            "These have the name of a registry. What is published there already (`docker manifest inspect IMAGE`) needs no "
            "build; where you may not push, name an image of yours in the mapping (`image` of the target) and convert again."
        )
        yield bash(*_build_loop(named, "$image", 'docker push "$image"'))
    unnamed = [build for build in builds if facts.is_local(build.image)]
    if unnamed:
        yield bash(
            "REGISTRY=registry.example.com/team   # yours",
            *_build_loop(unnamed, "$REGISTRY/$image", 'docker push "$REGISTRY/$image"'),
        )
        yield (
            f"Pods find them there by an overlay of {code(KUSTOMIZATION)}, in a folder beside this one that is applied in its "
            "place. (Or name the images in the mapping and convert again.)"
        )
        yield bash(*_overlay(facts))


def _overlay(facts: Facts) -> Iterator[str]:
    """The commands that write the overlay."""
    yield f"mkdir -p {facts.overlay}"
    yield f"cat > {facts.overlay}/{KUSTOMIZATION} <<EOF"
    yield "apiVersion: kustomize.config.k8s.io/v1beta1"
    yield "kind: Kustomization"
    yield 'resources: ["../${PWD##*/}"]'
    yield "images:"
    for name in facts.local:
        quoted = re.sub(r"([\\\\$`])", r"\\\1", json.dumps(name)[1:-1])
        yield f'- {{name: "{quoted}", newName: "${{REGISTRY:?}}/{quoted}"}}'
    yield "EOF"


def _secrets(facts: Facts) -> Iterator[str]:
    secrets = facts.application.secrets
    empty = [key for one in facts.application.config_maps for key, held in one.data if not held.value and wants_a_secret(key)]
    if empty:
        yield (
            f"Empty, though called as secrets are: {listing(map(code, dict.fromkeys(empty)), _NAMED)}. What needs one of them "
            f"does not start, or is open to all: give it a value ({facts.setting.inputs}, `.env`, `--env`) and convert again."
        )
    if not secrets:
        yield "No Secret is needed: no value of the Compose project looks like one." if not empty else ""
        return
    yield (
        f"`{SECRETS}/*{EXAMPLE}.yaml` hold placeholders under the object names `*{EXAMPLE}`. This copies each to the real file "
        "name, which git ignores, and renames the object to the real name; existing files are kept:"
    )
    yield bash(
        f"for example in {SECRETS}/*{EXAMPLE}.yaml; do",
        f'  real="${{example%{EXAMPLE}.yaml}}.yaml"',
        f'  [ -e "$real" ] || sed \'s/^\\(  name: .*\\){EXAMPLE}\\("*\\)$/\\1\\2/\' "$example" > "$real"',
        "done",
    )
    yield (
        f"Fill in what says `{PLACEHOLDER}`, then apply. Instead of copying and filling in, `compose2qt convert` with "
        "`--write-secrets` writes the real files from the values that the Compose project has today."
    )
    yield bash(*_apply_secrets(facts))


def _apply_secrets(facts: Facts) -> Iterator[str]:
    paths = list(dict.fromkeys(secret_path(secret) for secret in facts.application.secrets))
    if len(paths) <= _NAMED:
        yield f"grep -n {PLACEHOLDER} {' '.join(paths)}   # must find nothing"
        yield from (f"{facts.apply} -f {path}" for path in paths)
        return
    yield f"for real in $(ls {SECRETS}/*.yaml | grep -v -e '{EXAMPLE}[.]yaml$'); do"
    yield f'  grep -H {PLACEHOLDER} "$real" || {facts.apply} -f "$real"'
    yield "done"


def _infrastructure(facts: Facts) -> Iterator[str]:
    tops = [top for top in facts.folders if top not in (NAMESPACE, SERVICES, INGRESS, *facts.overlaid)]
    if not tops:
        yield "There is no configuration, shared storage or datastore to apply first."
        return
    yield "Configuration, storage and datastores come first, because others need them:"
    stateful = [
        facts.references[one.name]
        for one in facts.running
        if one.kind is Kind.STATEFUL_SET and one.folder not in facts.overlaid
    ]
    yield bash(
        *(f"{facts.apply} -f {top}/" for top in tops),
        *(facts.kubectl(f"rollout status {reference} --timeout=5m") for reference in stateful),
    )


def _services(facts: Facts) -> Iterator[str]:
    if SERVICES not in facts.folders and not facts.overlaid:
        yield "There are no further workloads."
        return
    yield "Pods may start in any order; those that Compose lets wait for others do so in an init container."
    if facts.overlaid:
        yield "Only the overlay of step 2 says where the images that were built are, so this applies it whole:"
        yield bash(f"{facts.apply} -k {facts.overlay}")
    else:
        yield bash(f"{facts.apply} -f {SERVICES}/")


def _ingress(facts: Facts) -> Iterator[str]:
    routes = facts.application.routes
    if not routes:
        yield "There is no Ingress. Use port-forwards (see Monitoring & Debugging)."
        return
    yield bash(f"{facts.apply} -f {INGRESS}/", facts.kubectl("get ingress"))
    yield (
        "An Ingress works only where a controller serves its class. Do not install ingress-nginx for it: that project is "
        "retired and gets no security fixes. Other controllers serve the same objects; their successor is the Gateway API."
    )
    for name in dict.fromkeys(route.class_name for route in routes):
        yield from _controller(name)
    yield from _reach(facts)


def _controller(class_name: str | None) -> Iterator[str]:
    if class_name == _NGINX:
        yield (
            "The class here is `nginx`. Traefik can serve it, with the `nginx.ingress.kubernetes.io/*` annotations "
            "([its guide](https://doc.traefik.io/traefik/migrate/nginx-to-traefik)); it only needs the class to exist:"
        )
        yield bash(
            *_TRAEFIK[:-1],
            f"{_TRAEFIK[-1]} --set providers.kubernetesIngressNginx.enabled=true",
            "kubectl apply -f - <<'EOF'",
            "apiVersion: networking.k8s.io/v1",
            "kind: IngressClass",
            "metadata: {name: nginx}",
            "spec: {controller: k8s.io/ingress-nginx}",
            "EOF",
        )
    elif class_name in (None, "traefik"):
        yield (
            "The class is `traefik`:" if class_name else "No class is named: the cluster's default takes it. If there is none:"
        )
        yield bash(*_TRAEFIK)
    else:
        yield f"The class here is {code(class_name or '')}: install the controller that serves it."


def _reach(facts: Facts) -> Iterator[str]:
    if facts.front is None:
        return
    host, path = facts.front
    hosts = dict.fromkeys(route.host for route in facts.application.routes if route.host)
    yield (
        "Without a load balancer, as on kind, forward a port to the controller (here Traefik's) and name the host; "
        f"with one, let {codes(hosts)} resolve to its address, for a trial in `/etc/hosts`:"
    )
    yield bash(
        "kubectl port-forward -n traefik service/traefik 8080:80 &",
        f"curl -i -H 'Host: {host}' http://localhost:8080{path}",
    )


def _verify(facts: Facts) -> Iterator[str]:
    if facts.staying:
        yield "Wait until everything that stays is ready:"
        yield bash(*rollout_loop(facts))
    jobs = [facts.references[one.name] for one in facts.running if one.kind is Kind.JOB]
    if jobs:
        yield "Wait until everything that runs once is done (of one that has failed, `kubectl get jobs` tells, not this):"
        yield bash(*(facts.kubectl(f"wait --for=condition=Complete {job} --timeout=10m") for job in jobs))
    yield "To take it down again, claims included (**their data is lost** unless the StorageClass retains volumes):"
    yield bash("kubectl delete -k .")


def rollout_loop(facts: Facts) -> Iterator[str]:
    """A loop over the workloads that stay."""
    names = [facts.references[one.name] for one in facts.staying]
    wait = facts.kubectl('rollout status "$workload" --timeout=5m')
    yield "for workload in \\"
    yield from (f"  {name} \\" for name in names[:-1])
    yield from (f"  {name}" for name in names[-1:])
    yield "do"
    yield f"  {wait} || break"
    yield "done"


_STEPS = (
    ("Create or choose a cluster", _cluster),
    ("Provide the images", _images),
    ("Configure the Secrets", _secrets),
    ("Deploy configuration, storage and infrastructure", _infrastructure),
    ("Deploy the services", _services),
    ("Deploy the Ingress", _ingress),
    ("Verify the deployment", _verify),
)
