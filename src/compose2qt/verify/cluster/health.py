"""Probes: what they check, how often, with what consequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.kubelet import probe_argv
from compose2qt.verify.check import HttpCheck, PortCheck, canonical_check, effective_timeout
from compose2qt.verify.cluster.process import variables
from compose2qt.verify.cluster.world import port_numbers
from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.killing import Killer, killed
from compose2qt.verify.reading import find, items, number, place, text, texts
from compose2qt.verify.shell import settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.source import Node
    from compose2qt.verify.cluster.world import Container

NO_TRAFFIC = "it gets no traffic until it passes again"
_LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "[", "")  # noqa: S104 - compared, not bound
_DEFAULTS = {"periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3}


def health(container: Container, known: Mapping[str, str]) -> Iterator[Fact]:
    """The readiness probe as the container's health; liveness and startup probes by what they do beyond it."""
    ready = find(container.node, "readinessProbe")
    if ready is not None:
        yield from _pace(container, ready, known)
        yield Fact(Aspect.HEALTH, "consequence", NO_TRAFFIC, ready.span)
        if delay := number(ready, "initialDelaySeconds"):
            yield Fact(Aspect.HEALTH, "start period", f"{delay}s", place(ready, "initialDelaySeconds"))
        if (successes := number(ready, "successThreshold") or 1) > 1:
            yield Fact(Aspect.HEALTH, "successes", str(successes), place(ready, "successThreshold"))
    yield from _killing(container, known)
    if (gates := items(container.pod.node, "readinessGates")) and container.role == "main":
        shown = ", ".join(text(gate, "conditionType") for gate in gates)
        yield Fact(Aspect.HEALTH, "readiness gates", shown, place(container.pod.node, "readinessGates"))


def _killing(container: Container, known: Mapping[str, str]) -> Iterator[Fact]:
    probes = {word: find(container.node, f"{word}Probe") for word in ("liveness", "startup")}
    liveness, startup = (_killer(container, probe, known) if probe is not None else None for probe in probes.values())
    for item, value in killed(liveness, startup):
        yield Fact(Aspect.HEALTH, item, value, place(probes[item.partition(" ")[0]]))
    grace = find(container.pod.node, "terminationGracePeriodSeconds")
    for word, probe in probes.items():
        own = find(probe, "terminationGracePeriodSeconds")
        if own is not None and text(own) != (text(grace) or "30"):
            yield Fact(Aspect.HEALTH, f"{word} grace", f"{text(own)}s", own.span)


def _killer(container: Container, probe: Node, known: Mapping[str, str]) -> Killer:
    limit = effective_timeout(_command(container, probe, known), _value(probe, "timeoutSeconds"))
    period, failures = _value(probe, "periodSeconds"), _value(probe, "failureThreshold")
    return Killer(_check(container, probe, known), limit, period, failures, number(probe, "initialDelaySeconds") or 0)


def _pace(container: Container, probe: Node, known: Mapping[str, str]) -> Iterator[Fact]:
    yield Fact(Aspect.HEALTH, "check", _check(container, probe, known), probe.span)
    yield Fact(Aspect.HEALTH, "interval", f"{_value(probe, 'periodSeconds')}s", place(probe, "periodSeconds"))
    limit = effective_timeout(_command(container, probe, known), _value(probe, "timeoutSeconds"))
    yield Fact(Aspect.HEALTH, "timeout", f"{limit}s", place(probe, "timeoutSeconds"))
    failures = _value(probe, "failureThreshold")
    yield Fact(Aspect.HEALTH, "failures", str(failures), place(probe, "failureThreshold"))


def _value(probe: Node, key: str) -> int:
    return number(probe, key) or _DEFAULTS[key]


def _command(container: Container, probe: Node, known: Mapping[str, str]) -> tuple[str, ...]:
    return settled(probe_argv(texts(probe, "exec", "command"), variables(container.node)), known)


def _check(container: Container, probe: Node, known: Mapping[str, str]) -> str:
    if (http := find(probe, "httpGet")) is not None:
        return str(_request(container, http))
    if (socket := find(probe, "tcpSocket")) is not None:
        host = text(socket, "host")
        shown = str(PortCheck(_port(container, socket)))
        return f"{shown} of {host}" if host else shown
    if (grpc := find(probe, "grpc")) is not None:
        return f"gRPC health of port {text(grpc, 'port')} {text(grpc, 'service')}".strip()
    words = _command(container, probe, known)
    return canonical_check(words) if words else "nothing"


def _request(container: Container, node: Node) -> HttpCheck:
    headers = tuple((text(header, "name"), text(header, "value")) for header in items(node, "httpHeaders"))
    scheme = (text(node, "scheme") or "HTTP").lower()
    path = text(node, "path") or "/"
    shown = path if path.startswith("/") else f"/{path}"
    if host := text(node, "host"):
        headers = (*headers, ("address", host))
    # A Host header that names the container itself says what a request to localhost says.
    kept = tuple(pair for pair in headers if pair[0].lower() != "host" or pair[1].partition(":")[0] not in _LOCAL)
    return HttpCheck(scheme, _port(container, node), shown, kept)


def _port(container: Container, node: Node) -> int:
    written = text(node, "port")
    return int(written) if written.isdecimal() else port_numbers(container.pod).get(written, 0)
