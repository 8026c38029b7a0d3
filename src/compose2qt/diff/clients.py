"""Whom a change cuts off, and who answers beside whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.diff.effects import Effect
from compose2qt.diff.stores import Fate, stores
from compose2qt.kube.reading import items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.diff.sides import Identity, Side
    from compose2qt.manifests.model import Object


def cut_off(before: Side, after: Side, one: Identity) -> Iterator[Fate]:
    """The clients of a Service or an Ingress, ``one`` on both sides, that find it no more."""
    old, new = before.objects[one], after.objects[one]
    if one.kind == "Service":
        gone = [*_gone(_ports(old), _ports(new), "port"), *_gone(_entrances(old), _entrances(new), "")]
        if before.selected(one) and not after.selected(one) and text(new.root, "spec", "type") != "ExternalName":
            yield Fate(Effect.CUT_OFF, "it leads to no pod any more")
    else:
        gone = list(_gone(_addresses(old), _addresses(new), ""))
    if gone:
        yield Fate(Effect.CUT_OFF, f"it cuts off clients of {', '.join(gone)}")


def _gone(old: tuple[str, ...], new: tuple[str, ...], word: str) -> Iterator[str]:
    return (f"{word} {one}".strip() for one in old if one not in new)


def _ports(service: Object) -> tuple[str, ...]:
    protocols = {"TCP": "", "": ""}
    return tuple(
        f"{number(port, 'port')}{protocols.get(text(port, 'protocol'), '/' + text(port, 'protocol'))}"
        for port in items(service.root, "spec", "ports")
    )


def _entrances(service: Object) -> tuple[str, ...]:
    """The ways in from outside: node ports, and the load balancer."""
    kind = text(service.root, "spec", "type")
    if kind not in ("NodePort", "LoadBalancer"):
        return ()
    stated = (number(port, "nodePort") for port in items(service.root, "spec", "ports"))
    ports = tuple(f"node port {port}" for port in stated if port is not None)
    return (*ports, "the load balancer") if kind == "LoadBalancer" else ports or ("its node ports",)


def _addresses(ingress: Object) -> tuple[str, ...]:
    return tuple(
        f"{text(rule, 'host') or '*'}{text(path, 'path') or '/'}"
        for rule in items(ingress.root, "spec", "rules")
        for path in items(rule, "http", "paths")
    )


def beside(before: Side, after: Side, gone: Identity) -> Iterator[Fate]:
    """What answers together with a workload that ``kubectl apply`` leaves behind."""
    others = {
        other: service
        for service in after.leading_to(gone.namespace, before.labels[gone])
        for other in after.selected(service)
        if other != gone
    }
    kept = {store.volume.claim for store in stores(before, gone) if store.volume.claim}
    for other, service in others.items():
        shared = kept & {store.volume.claim for store in stores(after, other)}
        both = f", and both write to {' and '.join(claim.id for claim in shared if claim)}" if shared else ""
        yield Fate(Effect.BESIDE, f"{service.id} leads to it and to {other.id}{both}: delete {gone.id}")
