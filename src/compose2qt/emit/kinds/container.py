"""A container of a pod."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.manifest import Body, given
from compose2qt.workload import ExecProbe, HttpProbe, SecretKey, Traced

if TYPE_CHECKING:
    from compose2qt.workload import (
        Container,
        ContainerPort,
        EnvFrom,
        EnvVar,
        Mount,
        Probe,
        Quantity,
        Resources,
        Security,
        TcpProbe,
    )


def container(one: Container) -> Body:
    """A container, its fields in the order in which people read them."""
    return given(
        name=one.name,
        image=one.image,
        imagePullPolicy=one.pull_policy,
        command=one.command.map(list) if one.command is not None else None,
        args=one.args.map(list) if one.args is not None else None,
        workingDir=one.working_dir,
        stdin=one.stdin,
        tty=one.tty,
        ports=[_port(traced) for traced in one.ports],
        envFrom=[_env_from(source) for source in one.env_from],
        env=[_env(entry) for entry in one.env],
        resources=_resources(one.resources),
        startupProbe=_probe(one.startup),
        readinessProbe=_probe(one.readiness),
        livenessProbe=_probe(one.liveness),
        lifecycle=given(postStart=_hook(one.post_start), preStop=_hook(one.pre_stop)),
        securityContext=_security(one.security),
        volumeMounts=[_mount(mount) for mount in one.mounts],
    )


def _port(traced: Traced[ContainerPort]) -> Traced[Body]:
    port = traced.value
    number, protocol = traced.part("number", port.number), traced.part("protocol", port.protocol)
    return traced.whole(given(name=port.name, containerPort=number, protocol=protocol))


def _env_from(source: EnvFrom) -> Body:
    return {"secretRef" if source.is_secret else "configMapRef": {"name": source.name}}


def _env(entry: EnvVar) -> Body:
    if isinstance(entry.value.value, SecretKey):
        return {"name": entry.name, "valueFrom": entry.value.map(_key_reference)}
    return {"name": entry.name, "value": entry.value}


def _key_reference(key: object) -> Body:
    """A reference that must resolve: the pod waits until the Secret exists."""
    assert isinstance(key, SecretKey)  # noqa: S101 - narrowed by the caller
    return {"secretKeyRef": {"name": key.secret, "key": key.key}}


def _resources(resources: Resources) -> Body:
    return given(
        requests=given(cpu=_cpu(resources.cpu_request), memory=_memory(resources.memory_request)),
        limits=given(cpu=_cpu(resources.cpu_limit), memory=_memory(resources.memory_limit), **dict(resources.extended)),
    )


def _hook(command: Traced[tuple[str, ...]] | None) -> Body | None:
    return {"exec": {"command": command.map(list)}} if command is not None else None


def _cpu(amount: Traced[Quantity] | None) -> Traced[str] | None:
    return amount.map(lambda quantity: quantity.cpu) if amount is not None else None


def _memory(amount: Traced[Quantity] | None) -> Traced[str] | None:
    return amount.map(lambda quantity: quantity.binary) if amount is not None else None


def _probe(traced: Traced[Probe] | None) -> Traced[Body] | None:
    """A probe with every number written: Docker's defaults are not those of Kubernetes."""
    if traced is None:
        return None
    probe = traced.value
    name, check = _check(probe.check)
    return traced.whole(
        {
            name: traced.part("check", check),
            "initialDelaySeconds": traced.part("initial_delay", probe.initial_delay),
            "periodSeconds": traced.part("period", probe.period),
            "timeoutSeconds": traced.part("timeout", probe.timeout),
            "failureThreshold": traced.part("failures", probe.failures),
        }
    )


def _check(check: ExecProbe | HttpProbe | TcpProbe) -> tuple[str, Body]:
    match check:
        case ExecProbe(command):
            return "exec", {"command": list(command)}
        case HttpProbe(path, port, headers):
            pairs = [{"name": name, "value": value} for name, value in headers]
            return "httpGet", given(path=path, port=port, httpHeaders=pairs)
        case _:
            return "tcpSocket", {"port": check.port}


def _security(security: Security) -> Body:
    """Only what is set: nothing is hardened here that the image may not survive."""
    escalation = security.no_new_privileges
    return given(
        runAsUser=security.run_as_user,
        runAsGroup=security.run_as_group,
        privileged=security.privileged,
        readOnlyRootFilesystem=security.read_only_root,
        allowPrivilegeEscalation=escalation.map(lambda denied: not denied) if escalation is not None else None,
        capabilities=given(add=list(security.capabilities_add), drop=list(security.capabilities_drop)),
        seccompProfile=security.seccomp.map(lambda kind: {"type": kind}) if security.seccomp is not None else None,
        appArmorProfile=security.apparmor.map(_apparmor) if security.apparmor is not None else None,
    )


def _apparmor(profile: str) -> Body:
    if profile in ("RuntimeDefault", "Unconfined"):
        return {"type": profile}
    return {"type": "Localhost", "localhostProfile": profile}


def _mount(mount: Mount) -> Traced[Body]:
    path = mount.path
    return path.whole(
        given(
            name=mount.volume,
            mountPath=path.part("path", path.value),
            readOnly=path.part("read_only", True) if mount.read_only else None,
            subPath=path.part("sub_path", mount.sub_path) if mount.sub_path else None,
        )
    )
