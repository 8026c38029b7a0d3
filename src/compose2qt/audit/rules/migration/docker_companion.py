"""MIG009."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import pods
from compose2qt.diagnostic import Severity
from compose2qt.mapping.edit import Put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Flag
    from compose2qt.audit.system import System


_COMPANIONS = {
    "ofelia": "starts other containers on a schedule: make each a CronJob",
    "swarm-cronjob": "starts other containers on a schedule: make each a CronJob",
    "watchtower": "replaces running containers: let a GitOps tool or the pipeline update the tags",
    "autoheal": "restarts unhealthy containers: a livenessProbe does that",
    "docker-gc": "cleans the Docker host: the kubelet does that",
    "portainer": "manages Docker: it has an agent of its own for Kubernetes",
    "portainer-ce": "manages Docker: it has an agent of its own for Kubernetes",
    "nginx-proxy": "finds containers through Docker: use a Gateway or an Ingress",
    "acme-companion": "finds containers through Docker: use cert-manager",
    "letsencrypt-nginx-proxy-companion": "finds containers through Docker: use cert-manager",
    "docker-socket-proxy": "guards Docker's socket, which a cluster does not have",
    "dozzle": "reads logs through Docker: it has a mode for Kubernetes",
    "cadvisor": "reads the Docker host: every kubelet has it built in",
    "logspout": "reads logs through Docker: use a node agent such as Fluent Bit",
    "docker-autocompose": "reads Docker",
}


@rule(
    "MIG009",
    "docker-companion",
    Severity.WARNING,
    fix="leave it out, and use what Kubernetes offers for its task",
    patch=(Put(("drop", "{object}"), "{image} {task}"),),
)
def docker_companion(system: System) -> Iterator[Flag]:
    """A container whose task is to drive or watch Docker: in a cluster it has nothing to do, and its task needs a new home.

    Told also of workloads that are held back, as those are that mount Docker's socket.
    """
    for pod in pods(system.tree.objects):
        for container in pod.containers:
            # Each comes from somebody's repository: an image without an owner is built here and only has the same name.
            if container.image.name in _COMPANIONS and "/" in container.image.reference:
                image, task = container.image.name, _COMPANIONS[container.image.name]
                # What is held back does not run in the cluster anyway: to leave it out changes nothing but the folder.
                facts: dict[str, str | int] | None = None if pod.object.applied else {"image": image, "task": task}
                yield container.flag(f"{image} {task}", "image", facts=facts)
