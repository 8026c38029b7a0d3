"""What the API server, the kubelet, kube-proxy and the cluster's DNS make of a tree of manifests."""

from compose2qt.verify.cluster.side import ClusterSide
from compose2qt.verify.cluster.world import Container, Pod, World

__all__ = ["ClusterSide", "Container", "Pod", "World"]
