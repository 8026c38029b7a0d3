"""``v1`` Service: the names under which a workload answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import workload_path
from compose2qt.emit.manifest import Body, Manifest, given, labelled
from compose2qt.emit.setting import sentence
from compose2qt.workload import Traced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Endpoint, ServicePort, Workload


def services(workload: Workload, setting: Setting) -> Iterator[Manifest]:
    """A Service for each endpoint; those of one workload share a file."""
    for endpoint in workload.endpoints:
        headless = endpoint.headless or not endpoint.ports
        spec = given(
            type=endpoint.type or "ClusterIP",
            clusterIP=Traced("None", endpoint.headless_by) if headless else None,
            publishNotReadyAddresses=endpoint.publish_not_ready or None,
            externalTrafficPolicy=endpoint.traffic_policy,
            selector=labelled(endpoint.selector or workload.selector),
            ports=[_port(traced) for traced in endpoint.ports],
        )
        metadata = setting.metadata(endpoint.name, workload.labels)
        if endpoint.named is not None:
            metadata["name"] = endpoint.named
        body = given(apiVersion="v1", kind="Service", metadata=metadata, spec=spec)
        yield Manifest(
            "Service",
            endpoint.name,
            body,
            workload_path(workload, "service"),
            applied=not workload.blocked,
            header=tuple(_header(workload, endpoint, setting)),
            workload=workload.name,
        )


def _header(workload: Workload, endpoint: Endpoint, setting: Setting) -> Iterator[str]:
    if endpoint is workload.endpoints[0]:
        yield setting.origin(workload)
    yield sentence(endpoint.note)


def _port(traced: Traced[ServicePort]) -> Traced[Body]:
    port = traced.value
    return traced.whole(
        given(
            name=port.name,
            port=port.port,
            targetPort=traced.part("number", port.target),
            nodePort=traced.part("node_port", port.node_port) if port.node_port is not None else None,
            protocol=traced.part("protocol", port.protocol),
            appProtocol=traced.part("app_protocol", port.app_protocol) if port.app_protocol else None,
        )
    )
