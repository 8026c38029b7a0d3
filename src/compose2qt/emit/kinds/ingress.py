"""``networking.k8s.io/v1`` Ingress: the entries from outside the cluster that the mapping asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import ingress_path
from compose2qt.emit.manifest import Body, Manifest, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Route, RoutePath


def ingresses(setting: Setting) -> Iterator[Manifest]:
    """Every route. A path is a prefix by whole elements: ``/api`` takes ``/api/users``, not ``/apis``."""
    for route in setting.application.routes:
        body = given(
            apiVersion="networking.k8s.io/v1",
            kind="Ingress",
            metadata=setting.metadata(route.name, setting.application.labels, route.annotations),
            spec=given(ingressClassName=route.class_name, tls=_tls(route), rules=[_rule(route)]),
        )
        declared = setting.application.mapping_file or "the mapping"
        header = (f"The way in from outside the cluster{f' to {route.host}' if route.host else ''}, declared in {declared}.",)
        yield Manifest("Ingress", route.name, body, ingress_path(route), header=header)


def _tls(route: Route) -> list[Body]:
    return [given(hosts=[route.host] if route.host else [], secretName=route.tls_secret)] if route.tls_secret else []


def _rule(route: Route) -> Body:
    return given(host=route.host or None, http={"paths": [traced.map(_path) for traced in route.paths]})


def _path(path: RoutePath) -> Body:
    backend = {"service": {"name": path.service, "port": {"number": path.port}}}
    return {"path": path.path, "pathType": "Prefix", "backend": backend}
