"""When each newer field and API may be used: by its stage in a release, not by its presence in a schema.

A schema has a field from its alpha on; an API server whose gate is off drops it silently. Sources: the feature gates and
KEP metadata of Kubernetes 1.30 to 1.37.
"""

from __future__ import annotations

from msgspec import Struct

LATEST = 37
"""The newest minor version that is known."""
OLDEST = 30


class Stage(Struct, frozen=True):
    """The minor versions in which a field is first known, works without a feature gate, and is stable; None: not yet."""

    known: int
    on: int | None = None
    stable: int | None = None
    off: frozenset[int] = frozenset()
    """Versions after ``on`` that turned it off again."""

    def works(self, minor: int) -> bool:
        """Whether a cluster of Kubernetes 1.``minor`` honours the field without any setting."""
        return self.on is not None and minor >= self.on and minor not in self.off


FIELDS: dict[tuple[str, str], Stage] = {
    ("Container", "resizePolicy"): Stage(27, 33, 35),
    ("Container", "restartPolicyRules"): Stage(34, 35),
    ("EnvVarSource", "fileKeyRef"): Stage(34, 35),
    ("LifecycleHandler", "sleep"): Stage(29, 30, 34),
    ("Lifecycle", "stopSignal"): Stage(33),
    ("PodSpec", "hostnameOverride"): Stage(34, 35, 37),
    ("PodSpec", "hostUsers"): Stage(25, 33, 36),
    ("PodSpec", "resources"): Stage(32, 34),
    ("PodSpec", "workloadRef"): Stage(35),
    ("PodSpec", "schedulingGroup"): Stage(36),
    ("PodSpec", "evictionResponders"): Stage(37),
    ("PodSecurityContext", "seLinuxChangePolicy"): Stage(32, 33),
    ("PodSecurityContext", "supplementalGroupsPolicy"): Stage(31, 33, 35),
    ("SecurityContext", "procMount"): Stage(12, 33, 36),
    ("Volume", "image"): Stage(31, 35, 36),
    ("VolumeMount", "bindMountOptions"): Stage(37),
    ("VolumeMount", "recursiveReadOnly"): Stage(30, 31, 33),
    ("VolumeProjection", "clusterTrustBundle"): Stage(29),
    ("VolumeProjection", "podCertificate"): Stage(34),
    ("EmptyDirVolumeSource", "mode"): Stage(37),
    ("ConfigMapVolumeSource", "defaultUser"): Stage(37),
    ("DownwardAPIVolumeSource", "defaultUser"): Stage(37),
    ("ProjectedVolumeSource", "defaultUser"): Stage(37),
    ("SecretVolumeSource", "defaultUser"): Stage(37),
    ("KeyToPath", "user"): Stage(37),
    ("DownwardAPIVolumeFile", "user"): Stage(37),
    ("GRPCAction", "mode"): Stage(37),
    ("HTTPGetAction", "protocol"): Stage(37),
    ("JobSpec", "scheduling"): Stage(37),
    ("JobSpec", "managedBy"): Stage(30, 32, 35),
    ("JobSpec", "successPolicy"): Stage(30, 31, 33),
    ("HPAScalingRules", "tolerance"): Stage(33, 35, 37),
    ("PersistentVolumeClaimSpec", "volumeAttributesClassName"): Stage(29, 34, 34),
    ("RollingUpdateStatefulSetStrategy", "maxUnavailable"): Stage(24, 35, off=frozenset({36})),
    ("ServiceSpec", "trafficDistribution"): Stage(30, 31, 33),
}
"""Fields by type and name; a field that is not listed is stable in every version that has it."""


class Removed(Struct, frozen=True):
    """An API that is no longer served: since which minor version, and what to write instead."""

    since: int
    instead: str


REMOVED_APIS: dict[tuple[str, str], Removed] = {
    **{
        (api, kind): Removed(16, "apps/v1")
        for api in ("extensions/v1beta1", "apps/v1beta1", "apps/v1beta2")
        for kind in ("Deployment", "DaemonSet", "ReplicaSet", "StatefulSet")
    },
    ("extensions/v1beta1", "NetworkPolicy"): Removed(16, "networking.k8s.io/v1"),
    ("extensions/v1beta1", "PodSecurityPolicy"): Removed(16, "Pod Security admission: labels of the namespace"),
    ("policy/v1beta1", "PodSecurityPolicy"): Removed(25, "Pod Security admission: labels of the namespace"),
    **{(api, "Ingress"): Removed(22, "networking.k8s.io/v1") for api in ("extensions/v1beta1", "networking.k8s.io/v1beta1")},
    ("networking.k8s.io/v1beta1", "IngressClass"): Removed(22, "networking.k8s.io/v1"),
    **{
        (f"rbac.authorization.k8s.io/{version}", kind): Removed(22, "rbac.authorization.k8s.io/v1")
        for version in ("v1alpha1", "v1beta1")
        for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
    },
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"): Removed(22, "apiextensions.k8s.io/v1"),
    ("apiregistration.k8s.io/v1beta1", "APIService"): Removed(22, "apiregistration.k8s.io/v1"),
    **{
        ("admissionregistration.k8s.io/v1beta1", kind): Removed(22, "admissionregistration.k8s.io/v1")
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
    },
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest"): Removed(22, "certificates.k8s.io/v1"),
    ("coordination.k8s.io/v1beta1", "Lease"): Removed(22, "coordination.k8s.io/v1"),
    ("scheduling.k8s.io/v1beta1", "PriorityClass"): Removed(22, "scheduling.k8s.io/v1"),
    **{
        ("storage.k8s.io/v1beta1", kind): Removed(22, "storage.k8s.io/v1")
        for kind in ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")
    },
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity"): Removed(27, "storage.k8s.io/v1"),
    ("batch/v1beta1", "CronJob"): Removed(25, "batch/v1"),
    ("batch/v2alpha1", "CronJob"): Removed(21, "batch/v1"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice"): Removed(25, "discovery.k8s.io/v1"),
    ("events.k8s.io/v1beta1", "Event"): Removed(25, "events.k8s.io/v1"),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"): Removed(25, "autoscaling/v2"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): Removed(26, "autoscaling/v2"),
    ("policy/v1beta1", "PodDisruptionBudget"): Removed(25, "policy/v1"),
    ("node.k8s.io/v1beta1", "RuntimeClass"): Removed(25, "node.k8s.io/v1"),
    **{
        (f"flowcontrol.apiserver.k8s.io/{version}", kind): Removed(since, "flowcontrol.apiserver.k8s.io/v1")
        for version, since in (("v1beta1", 26), ("v1beta2", 29), ("v1beta3", 32))
        for kind in ("FlowSchema", "PriorityLevelConfiguration")
    },
}
"""API versions that clusters stopped serving. Source: the deprecated API migration guide."""

SERVED_BETAS = frozenset({"flowcontrol.apiserver.k8s.io/v1beta3"})
"""Beta APIs that are served without a setting: those older than 1.24 (KEP-3136)."""

SAFE_SYSCTLS: dict[str, int] = {
    **dict.fromkeys(
        ("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
         "net.ipv4.ip_unprivileged_port_start"),
        0,
    ),
    "net.ipv4.ip_local_reserved_ports": 27,
    **dict.fromkeys(
        ("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
         "net.ipv4.tcp_keepalive_probes"),
        29,
    ),
    **dict.fromkeys(("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"), 32),
    **dict.fromkeys(("net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"), 37),
}  # fmt: skip
"""The sysctls that a pod may set without the node's permission, with the minor version from which it may."""
