"""``networking.k8s.io/v1`` Ingress: the entries from outside the cluster that the mapping or labels of kompose ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import ingress_path
from compose2qt.emit.manifest import Body, Manifest, given
from compose2qt.workload import OriginKind

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
        to = f" to {route.host}" if route.host else ""
        header = (f"The way in from outside the cluster{to}, declared in {_declared(route, setting)}.",)
        yield Manifest("Ingress", route.name, body, ingress_path(route), header=header)


def _declared(route: Route, setting: Setting) -> str:
    """The file that says so: the mapping, or the Compose file by labels of kompose."""
    by_mapping = any(origin.kind is OriginKind.MAPPING for path in route.paths for origin in path.origins)
    application = setting.application
    return (application.mapping_file if by_mapping else application.compose_file) or "the mapping"


def _tls(route: Route) -> list[Body]:
    return [given(hosts=[route.host] if route.host else [], secretName=route.tls_secret)] if route.tls_secret else []


def _rule(route: Route) -> Body:
    return given(host=route.host or None, http={"paths": [traced.map(_path) for traced in route.paths]})


def _path(path: RoutePath) -> Body:
    backend = {"service": {"name": path.service, "port": {"number": path.port}}}
    return {"path": path.path, "pathType": "Prefix", "backend": backend}
