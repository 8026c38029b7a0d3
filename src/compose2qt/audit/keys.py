"""Where a field of generated manifests is decided: its repair is an edit of Compose or of the mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Path


class Keys(NamedTuple):
    """The key of the Compose service, and of the mapping, that decides a field; both empty: only an overlay does."""

    compose: str = ""
    mapping: str = ""


_FIELDS = {
    "image": Keys("image", "targets.NAME.image"),
    "imagePullPolicy": Keys("pull_policy"),
    "command": Keys("entrypoint", "targets.NAME.command"),
    "args": Keys("command", "targets.NAME.args"),
    "env": Keys("environment", "targets.NAME.env"),
    "ports": Keys("expose or ports", "targets.NAME.ports"),
    "volumeMounts": Keys("volumes", "targets.NAME.mounts"),
    "resources.requests": Keys("deploy.resources.reservations", "targets.NAME.resources.requests"),
    "resources.limits.cpu": Keys("cpus", "targets.NAME.resources.limits"),
    "resources.limits.memory": Keys("mem_limit", "targets.NAME.resources.limits"),
    "readinessProbe": Keys("healthcheck", "targets.NAME.readiness"),
    "livenessProbe": Keys("", "targets.NAME.liveness"),
    "startupProbe": Keys("", "targets.NAME.startup"),
    "lifecycle": Keys("post_start, pre_stop"),
    "securityContext.allowPrivilegeEscalation": Keys('security_opt: ["no-new-privileges:true"]'),
    "securityContext.capabilities.drop": Keys("cap_drop: [ALL]"),
    "securityContext.capabilities.add": Keys("cap_add"),
    "securityContext.readOnlyRootFilesystem": Keys("read_only: true, with tmpfs where it writes"),
    "securityContext.runAsUser": Keys("user"),
    "securityContext.privileged": Keys("privileged"),
    "securityContext.seccompProfile": Keys("security_opt"),
    "securityContext.appArmorProfile": Keys("security_opt"),
    "securityContext.seLinuxOptions": Keys("security_opt"),
    "securityContext.sysctls": Keys("sysctls"),
    "hostNetwork": Keys("network_mode"),
    "hostPID": Keys("pid"),
    "hostIPC": Keys("ipc"),
    "terminationGracePeriodSeconds": Keys("stop_grace_period"),
    "nodeSelector": Keys("deploy.placement.constraints, platform"),
    "spec.replicas": Keys("deploy.replicas", "targets.NAME.replicas"),
    "spec.strategy": Keys("deploy.update_config"),
    "spec.accessModes": Keys("", "storage.NAME.access"),
    "spec.storageClassName": Keys("", "storage.NAME.class"),
    "spec.resources.requests.storage": Keys("", "storage.NAME.size"),
    "data": Keys("environment, env_file or the mounted file", "targets.NAME.env"),
    "metadata.annotations": Keys("", "routes.NAME.annotations"),
    "spec.ingressClassName": Keys("", "routes.NAME.class"),
}
"""By the field, without what leads to a container or pod; what is below a field is decided with it."""
_RULES = {
    "no-network-policy": Keys("", "network_policy: true"),
    "script-not-executable": Keys("the file itself: chmod +x, on the disk and in git"),
    "missing-disruption-budget": Keys(),
    "replicas-on-one-node": Keys(),
    "pod-security-not-enforced": Keys(),
    "may-run-as-root": Keys("user: a number other than 0; runAsNonRoot itself by an overlay"),
    "endless-job": Keys(),
    "route-without-tls": Keys(),
    "read-write-many-on-default-class": Keys("", "storage.NAME.class, storage.NAME.access"),
    "single-writer-claim-shared": Keys("", "storage.NAME.access"),
    "data-at-root-of-volume": Keys("", "targets.NAME.mounts, with a sub_path"),
    "pod-larger-than-node": Keys("deploy.resources", "targets.NAME.resources"),
    "large-request": Keys("deploy.resources", "targets.NAME.resources"),
}
"""Of rules whose repair is another than the field at which they flag."""
_OVERLAY = "neither Compose nor the mapping has a key for it: write it by an overlay"


def where(rule: str, path: Path, *, is_mapped: bool) -> str:
    """Where to repair what ``rule`` flags at ``path`` of a generated object; empty if the rule's own text has to do.

    A field that the mapping decides (``is_mapped``) is decided there alone. Containers that only prepare others are ours.
    """
    keys = None if "initContainers" in path else _RULES.get(rule) or next(_known(path), None)
    if keys is None:
        return ""
    compose, mapping = ("" if is_mapped and keys.mapping else keys.compose), keys.mapping
    parts = [f"in Compose: {compose}"] * bool(compose) + [f"in the mapping: {mapping}"] * bool(mapping)
    return "; ".join(parts) or _OVERLAY


def _known(path: Path) -> Iterator[Keys]:
    """The keys of the field, or of the nearest one around it."""
    steps = [step for step in _inside(path) if isinstance(step, str)]
    found = (_FIELDS.get(".".join(steps[:length])) for length in range(len(steps), 0, -1))
    return (keys for keys in found if keys is not None)


def _inside(path: Path) -> Path:
    """The part of ``path`` that is inside a container, else inside the pod, else all of it."""
    for opened, skipped in (("containers", 2), ("template", 2)):
        if opened in path:
            return path[path.index(opened) + skipped :]
    return path
