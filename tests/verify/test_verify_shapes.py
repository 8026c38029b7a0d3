"""The same system in another shape: other files, other names inside, the ways of other tools. verify must be silent."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from shop_project import manifests, verified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Data = dict[str, Any]
_VOLUMES = {"configMap": ("name", "ConfigMap"), "secret": ("secretName", "Secret")}


def _documents() -> dict[str, list[Data]]:
    return {file: list(yaml.safe_load_all(text)) for file, text in manifests().items()}


def _written(documents: dict[str, list[Data]]) -> dict[str, str]:
    return {file: yaml.safe_dump_all(found, sort_keys=False) for file, found in documents.items()}


def _pods(documents: dict[str, list[Data]]) -> Iterator[Data]:
    for found in documents.values():
        yield from (each["spec"]["template"]["spec"] for each in found if "template" in each.get("spec", {}))


def _containers(documents: dict[str, list[Data]]) -> Iterator[Data]:
    for pod in _pods(documents):
        yield from (*pod.get("initContainers", ()), *pod["containers"])


def _maps(documents: dict[str, list[Data]], kind: str) -> dict[str, Data]:
    return {each["metadata"]["name"]: each for found in documents.values() for each in found if each["kind"] == kind}


def a_list() -> dict[str, str]:
    """``kubectl get -o yaml``: one List."""
    items = [each for found in _documents().values() for each in found]
    return {"all.yaml": yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": items})}


def json_files() -> dict[str, str]:
    return {
        f"{file}.{number}.json": json.dumps(each, indent="\t")
        for file, found in _documents().items()
        for number, each in enumerate(found)
    }


def sorted_keys() -> dict[str, str]:
    return {file: yaml.safe_dump_all(found, sort_keys=True) for file, found in _documents().items()}


def flow_style() -> dict[str, str]:
    return {file: yaml.safe_dump_all(found, default_flow_style=True) for file, found in _documents().items()}


def anchors() -> dict[str, str]:
    """Labels that are written once and used again."""
    files = dict(manifests())
    text = files["cache.yaml"]
    files["cache.yaml"] = text.replace("matchLabels: {app: cache}", "matchLabels: &own {app: cache}", 1).replace(
        "      labels: {app: cache, net-back", "      labels: {<<: *own, net-back", 1
    )
    assert files["cache.yaml"] != text
    return files


def rendered_by_helm() -> dict[str, str]:
    """Labels, comments, names of workloads and folders as charts give them; Services keep the names that values hold."""
    found: dict[str, list[Data]] = {}
    for each in (each for documents in _documents().values() for each in documents):
        meta, spec = each["metadata"], each.get("spec", {})
        own = {"helm.sh/chart": "shop-1.0.0", "app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "release"}
        meta["labels"] = {**meta.get("labels", {}), **own}
        if "template" in spec:
            meta["name"] = f"release-shop-{meta['name']}"
            labels = spec["template"]["metadata"]["labels"]
            chart = {"app.kubernetes.io/name": labels.pop("app"), "app.kubernetes.io/instance": "release"}
            labels.update(chart)
            spec["selector"] = {"matchLabels": chart}
            spec["template"]["metadata"]["annotations"] = {"checksum/config": "0" * 64}
        elif each["kind"] == "Service":
            spec["selector"] = {"app.kubernetes.io/name": spec["selector"]["app"], "app.kubernetes.io/instance": "release"}
        elif each["kind"] == "NetworkPolicy":
            selected = spec["podSelector"]["matchLabels"]
            selected["app.kubernetes.io/name"] = selected.pop("app")
        found.setdefault(f"shop/templates/{each['kind'].lower()}.yaml", []).append(each)
    return {file: f"---\n# Source: {file}\n{text}" for file, text in _written(found).items()}


def kustomized() -> dict[str, str]:
    """A base, and around it the namespace, the tags and the replicas."""
    documents = _documents()
    for container in _containers(documents):
        container["image"] = container["image"].rpartition(":")[0]
    for found in documents.values():
        for each in found:
            if each["metadata"]["name"] == "api":
                each["spec"].pop("replicas", None)
    tags = {"nginx": "1.27", "redis": "7", "postgres": "16", "registry.example/api": "2.3", "registry.example/report": "1",
            "busybox": "1.36", "alpine": "3.22"}  # fmt: skip
    overlay = {
        "resources": ["../base"],
        "namespace": "shop",
        "images": [{"name": name, "newTag": tag} for name, tag in tags.items()],
        "replicas": [{"name": "api", "count": 2}],
        "labels": [{"pairs": {"app.kubernetes.io/part-of": "shop"}, "includeSelectors": True}],
    }
    base = {f"base/{file}": text for file, text in _written(documents).items()}
    return {
        **base,
        "base/kustomization.yaml": yaml.safe_dump({"resources": sorted(documents)}),
        "overlay/kustomization.yaml": yaml.safe_dump(overlay),
    }


def renamed_objects() -> dict[str, str]:
    """ConfigMaps, Secrets, claims, volumes, ports and containers before the start under other names."""
    documents = _documents()
    for kind in ("ConfigMap", "Secret", "PersistentVolumeClaim"):
        for name, each in _maps(documents, kind).items():
            each["metadata"]["name"] = f"{name}-2"
    for pod in _pods(documents):
        for volume in pod.get("volumes", ()):
            for source, (key, _) in {**_VOLUMES, "persistentVolumeClaim": ("claimName", "")}.items():
                if source in volume:
                    volume[source][key] += "-2"
            volume["name"] = f"v-{volume['name']}"
        names = {volume["name"] for volume in pod.get("volumes", ())}
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            for mount in container.get("volumeMounts", ()):
                mount["name"] = f"v-{mount['name']}" if f"v-{mount['name']}" in names else mount["name"]
            for source in (
                *container.get("envFrom", ()),
                *(each["valueFrom"] for each in container.get("env", ()) if "valueFrom" in each),
            ):
                next(iter(source.values()))["name"] += "-2"
    return _written(documents)


def ports_by_number() -> dict[str, str]:
    """No port has a name."""
    documents = _documents()
    for container in _containers(documents):
        numbers = {port.pop("name"): port["containerPort"] for port in container.get("ports", ())}
        asked = container.get("readinessProbe", {}).get("httpGet", {})
        asked["port"] = numbers.get(asked.get("port"), asked.get("port"))
    for each in (each for found in documents.values() for each in found if each["kind"] == "Service"):
        for port in each["spec"].get("ports", ()):
            port["targetPort"] = {"http": 8000 if each["metadata"]["name"] == "api" else 80}.get(
                port.get("targetPort"), port["port"]
            )
    return _written(documents)


def env_for_maps() -> dict[str, str]:
    """Values for a whole map."""
    documents = _documents()
    maps = _maps(documents, "ConfigMap")
    for container in _containers(documents):
        for source in container.pop("envFrom", ()):
            known = (
                [{"name": key, "value": value} for key, value in maps[source["configMapRef"]["name"]]["data"].items()]
                if "configMapRef" in source
                else [
                    {
                        "name": "POSTGRES_PASSWORD",
                        "valueFrom": {"secretKeyRef": {"name": "db-secret", "key": "POSTGRES_PASSWORD"}},
                    }
                ]
            )
            container["env"] = [*known, *container.get("env", ())]
    return _written(documents)


def maps_for_env() -> dict[str, str]:
    """A map for all values that stand alone and refer to nothing."""
    documents = _documents()
    for number, container in enumerate(list(_containers(documents))):
        plain = {
            each["name"]: each["value"].replace("$$", "$")
            for each in container.get("env", ())
            if "$(" not in each.get("value", "$(").replace("$$(", "")
        }
        if plain:
            container["env"] = [each for each in container["env"] if each["name"] not in plain]
            container["envFrom"] = [*container.get("envFrom", ()), {"configMapRef": {"name": f"plain-{number}"}}]
            made = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": f"plain-{number}"},
                "data": plain,
                "immutable": True,
            }
            documents.setdefault("plain.yaml", []).append(made)
    return _written(documents)


def one_map_of_files() -> dict[str, str]:
    """All mounted files in one ConfigMap, in binaryData where it is a script."""
    documents = _documents()
    maps = _maps(documents, "ConfigMap")
    script = base64.b64encode(maps["web-start"]["data"]["start.sh"].encode()).decode()
    files = {key: value for name in ("web-site", "flags") for key, value in maps[name]["data"].items()}
    one = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "files"},
        "data": files,
        "binaryData": {"start.sh": script},
    }
    documents["files.yaml"] = [one]
    for pod in _pods(documents):
        for volume in (each for each in pod.get("volumes", ()) if "configMap" in each):
            volume["configMap"]["name"] = "files"
    return _written(documents)


def accounts() -> dict[str, str]:
    """The account, not the pod, says that there are no credentials."""
    documents = _documents()
    for pod in _pods(documents):
        del pod["automountServiceAccountToken"]
        pod["serviceAccountName"] = "plain"
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "plain"},
        "automountServiceAccountToken": False,
    }
    return {**_written(documents), "account.yaml": yaml.safe_dump(account)}


def defaults_by_limit_range() -> dict[str, str]:
    """Requests that the namespace gives, as far as they are the assumed ones."""
    documents = _documents()
    for container in _containers(documents):
        if container.get("resources") == {"requests": {"cpu": "50m", "memory": "64Mi"}}:
            del container["resources"]
    bounds = {"type": "Container", "defaultRequest": {"cpu": "50m", "memory": "64Mi"}}
    ranges = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "bounds"}, "spec": {"limits": [bounds]}}
    return {**_written(documents), "bounds.yaml": yaml.safe_dump(ranges)}


def with_bystanders() -> dict[str, str]:
    """Objects that change nothing for a container, and volumes that nobody mounts."""
    documents = _documents()
    for pod in _pods(documents):
        pod["volumes"] = [*pod.get("volumes", ()), {"name": "unused", "emptyDir": {}}]
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "api"},
              "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "api"}}}}  # fmt: skip
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "q"},
        "spec": {"hard": {"pods": "20", "persistentvolumeclaims": 9}},
    }
    unused = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "unused"}, "data": {"LEVEL": "debug"}}
    return {**_written(documents), "more.yaml": yaml.safe_dump_all([budget, namespace, quota, unused])}


def reversed_lists() -> dict[str, str]:
    """Lists whose order means nothing."""
    documents = _documents()
    for pod in _pods(documents):
        pod["volumes"] = pod.get("volumes", [])[::-1]
    for container in _containers(documents):
        for key in ("volumeMounts", "ports", "envFrom"):
            if key in container:
                container[key].reverse()
    for each in (each for found in documents.values() for each in found if each["kind"] == "Service"):
        each["spec"].get("ports", []).reverse()
    return _written(documents)


SHAPES = (
    a_list, json_files, sorted_keys, flow_style, anchors, rendered_by_helm, kustomized, renamed_objects, ports_by_number,
    env_for_maps, maps_for_env, one_map_of_files, accounts, defaults_by_limit_range, with_bystanders, reversed_lists,
)  # fmt: skip


@pytest.mark.parametrize("made", SHAPES, ids=lambda made: made.__name__)
def test_another_shape_is_silent(made: Callable[[], dict[str, str]]) -> None:
    found = verified(made())
    told = [(each.service, each.subject, each.compose, each.kubernetes) for each in (*found.different, *found.unknown)]
    assert told == []
