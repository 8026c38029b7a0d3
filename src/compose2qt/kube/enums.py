"""The values of fields that take one of a few words: the schemas know them as strings only."""

from __future__ import annotations

_RETENTION = "Retain Delete"
_PROTOCOL = "TCP UDP SCTP"

_WORDS: dict[str, dict[str, str]] = {
    "Container": {
        "imagePullPolicy": "Always IfNotPresent Never",
        "restartPolicy": "Always OnFailure Never",
        "terminationMessagePolicy": "File FallbackToLogsOnError",
    },
    "ContainerPort": {"protocol": _PROTOCOL},
    "ContainerResizePolicy": {"restartPolicy": "NotRequired RestartContainer"},
    "ContainerRestartRule": {"action": "Restart RestartAllContainers"},
    "CronJobSpec": {"concurrencyPolicy": "Allow Forbid Replace"},
    "DaemonSetUpdateStrategy": {"type": "RollingUpdate OnDelete"},
    "DeploymentStrategy": {"type": "RollingUpdate Recreate"},
    "HPAScalingPolicy": {"type": "Pods Percent"},
    "HPAScalingRules": {"selectPolicy": "Max Min Disabled"},
    "HTTPGetAction": {"scheme": "HTTP HTTPS"},
    "HTTPIngressPath": {"pathType": "Exact Prefix ImplementationSpecific"},
    "ImageVolumeSource": {"pullPolicy": "Always IfNotPresent Never"},
    "JobSpec": {"completionMode": "NonIndexed Indexed", "podReplacementPolicy": "TerminatingOrFailed Failed"},
    "LabelSelectorRequirement": {"operator": "In NotIn Exists DoesNotExist"},
    "LimitRangeItem": {"type": "Pod Container PersistentVolumeClaim"},
    "MutatingWebhook": {
        "failurePolicy": "Ignore Fail",
        "matchPolicy": "Exact Equivalent",
        "reinvocationPolicy": "Never IfNeeded",
        "sideEffects": "None NoneOnDryRun",
    },
    "MetricSpec": {"type": "Resource ContainerResource Pods Object External"},
    "MetricTarget": {"type": "Utilization Value AverageValue"},
    "NetworkPolicyPort": {"protocol": _PROTOCOL},
    "NetworkPolicySpec": {"policyTypes": "Ingress Egress"},
    "NodeSelectorRequirement": {"operator": "In NotIn Exists DoesNotExist Gt Lt"},
    "PersistentVolumeClaimSpec": {
        "accessModes": "ReadWriteOnce ReadOnlyMany ReadWriteMany ReadWriteOncePod",
        "volumeMode": "Filesystem Block",
    },
    "PersistentVolumeSpec": {
        "accessModes": "ReadWriteOnce ReadOnlyMany ReadWriteMany ReadWriteOncePod",
        "persistentVolumeReclaimPolicy": "Retain Recycle Delete",
        "volumeMode": "Filesystem Block",
    },
    "PodDisruptionBudgetSpec": {"unhealthyPodEvictionPolicy": "IfHealthyBudget AlwaysAllow"},
    "PodOS": {"name": "linux windows"},
    "PodSecurityContext": {
        "fsGroupChangePolicy": "Always OnRootMismatch",
        "seLinuxChangePolicy": "MountOption Recursive",
        "supplementalGroupsPolicy": "Merge Strict",
    },
    "PodSpec": {
        "dnsPolicy": "ClusterFirst ClusterFirstWithHostNet Default None",
        "preemptionPolicy": "PreemptLowerPriority Never",
        "restartPolicy": "Always OnFailure Never",
    },
    "PriorityClass": {"preemptionPolicy": "PreemptLowerPriority Never"},
    "ResourceQuotaSpec": {
        "scopes": "Terminating NotTerminating BestEffort NotBestEffort PriorityClass CrossNamespacePodAffinity "
        "VolumeAttributesClass"
    },
    "RoleRef": {"kind": "Role ClusterRole"},
    "RuleWithOperations": {"operations": "* CREATE UPDATE DELETE CONNECT", "scope": "Cluster Namespaced *"},
    "SecurityContext": {"procMount": "Default Unmasked"},
    "SeccompProfile": {"type": "RuntimeDefault Localhost Unconfined"},
    "AppArmorProfile": {"type": "RuntimeDefault Localhost Unconfined"},
    "ServicePort": {"protocol": _PROTOCOL},
    "ServiceSpec": {
        "externalTrafficPolicy": "Cluster Local",
        "internalTrafficPolicy": "Cluster Local",
        "ipFamilies": "IPv4 IPv6",
        "ipFamilyPolicy": "SingleStack PreferDualStack RequireDualStack",
        "sessionAffinity": "None ClientIP",
        "trafficDistribution": "PreferClose PreferSameZone PreferSameNode",
        "type": "ClusterIP NodePort LoadBalancer ExternalName",
    },
    "StatefulSetPersistentVolumeClaimRetentionPolicy": {"whenDeleted": _RETENTION, "whenScaled": _RETENTION},
    "StatefulSetSpec": {"podManagementPolicy": "OrderedReady Parallel"},
    "StatefulSetUpdateStrategy": {"type": "RollingUpdate OnDelete"},
    "StorageClass": {"reclaimPolicy": _RETENTION, "volumeBindingMode": "Immediate WaitForFirstConsumer"},
    "Subject": {"kind": "User Group ServiceAccount"},
    "Taint": {"effect": "NoSchedule PreferNoSchedule NoExecute"},
    "Toleration": {"effect": "NoSchedule PreferNoSchedule NoExecute", "operator": "Equal Exists"},
    "TopologySpreadConstraint": {
        "nodeAffinityPolicy": "Honor Ignore",
        "nodeTaintsPolicy": "Honor Ignore",
        "whenUnsatisfiable": "DoNotSchedule ScheduleAnyway",
    },
    "ValidatingWebhook": {
        "failurePolicy": "Ignore Fail",
        "matchPolicy": "Exact Equivalent",
        "sideEffects": "None NoneOnDryRun",
    },
    "VolumeMount": {
        "mountPropagation": "None HostToContainer Bidirectional",
        "recursiveReadOnly": "Disabled IfPossible Enabled",
    },
}

ENUMS: dict[str, dict[str, tuple[str, ...]]] = {
    name: {field: tuple(words.split()) for field, words in fields.items()} for name, fields in _WORDS.items()
}
"""The words of a field by type and name; for a list they are those of its items. An empty string means the default."""
ENUMS["EmptyDirVolumeSource"] = {"medium": ("", "Memory", "HugePages", "HugePages-2Mi", "HugePages-1Gi")}
ENUMS["HostPathVolumeSource"] = {
    "type": ("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice")
}
