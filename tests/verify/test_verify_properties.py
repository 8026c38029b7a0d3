"""Random projects: converted, they mean the same; with one thing changed, the change is found."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compose2qt import api
from compose2qt.compose import LoadOptions
from compose2qt.manifests import parse_tree
from compose2qt.proof import prove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.api import Conversion
    from compose2qt.verify import Verification

Data = dict[str, Any]
NAMES = ("web", "api", "worker", "db", "my_cache", "Mixed.Case")
TEXTS = st.one_of(
    st.sampled_from(
        ["", "$", "$$", "$(X)", "$$(X)", "${Y}", "a b", "yes", "0x1F", "1e3", "null", "two\nlines\n", "ä€", "p@ss:w/rd", "#x"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12),
)  # fmt: skip
CHECKS = (["CMD", "check", "$(A)"], ["CMD-SHELL", "test $$ -gt 1 || exit 1"], "curl -f http://localhost/")
ARGV = st.lists(TEXTS.filter(bool), min_size=1, max_size=3)


def _compose(value: Any) -> Any:
    """``value`` as a Compose file must write it: a dollar is doubled."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, list):
        return [_compose(item) for item in value]
    return {key: _compose(item) for key, item in value.items()} if isinstance(value, dict) else value


@st.composite
def services(draw: st.DrawFn) -> Data:
    """The services of a project."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    return {name: draw(service(names[:index])) for index, name in enumerate(names)}


@st.composite
def service(draw: st.DrawFn, before: list[str]) -> Data:
    """One service; it may depend on those before it, and name them."""
    found: Data = {"image": draw(st.sampled_from(["nginx:1.27", "registry.example:5000/team/app:2", "busybox"]))}
    optional: dict[str, st.SearchStrategy[Any]] = {
        "command": ARGV,
        "entrypoint": ARGV,
        "working_dir": st.just("/srv/app"),
        "user": st.sampled_from(["1000", "1000:2000"]),
        "stop_grace_period": st.sampled_from(["5s", "1m30s", "1500ms"]),
        "restart": st.sampled_from(["always", "unless-stopped"]),
        "ports": st.lists(st.sampled_from(["8080:80", "53:53/udp", "127.0.0.1:9000:9000"]), max_size=2, unique=True),
        "expose": st.lists(st.sampled_from(["80", "3000-3002"]), max_size=2, unique=True),
        "environment": st.dictionaries(st.sampled_from(["A", "B_C", "d.e", "DB_PASSWORD", "API_TOKEN"]), TEXTS, max_size=4),
        "deploy": st.fixed_dictionaries(
            {"replicas": st.integers(1, 3), "resources": st.just({"limits": {"cpus": "0.5", "memory": "64m"}})}
        ),
        "healthcheck": st.fixed_dictionaries(
            {"test": st.sampled_from(CHECKS)},
            optional={"interval": st.sampled_from(["7s", "1m"]), "timeout": st.just("3s"), "retries": st.integers(1, 9)},
        ),
        "volumes": st.lists(st.sampled_from(["data:/data", "data:/other:ro", "files:/files"]), max_size=2, unique=True),
        "tmpfs": st.just(["/run/app"]),
        "read_only": st.booleans(),
        "cap_drop": st.just(["ALL"]),
        "extra_hosts": st.just(["old.example=10.9.8.7"]),
        "hostname": st.just("own-name"),
    }  # fmt: skip
    for key in draw(st.lists(st.sampled_from(sorted(optional)), max_size=7, unique=True)):
        found[key] = draw(optional[key])
    if before:
        peer = draw(st.sampled_from(before))
        found.setdefault("environment", {})["PEER_URL"] = draw(
            st.sampled_from([f"http://{peer}:8000/x", f"redis://u:pw0rd@{peer}:6379"])
        )
        if draw(st.booleans()):
            found["depends_on"] = {peer: {"condition": draw(st.sampled_from(["service_started", "service_healthy"]))}}
    return found


def _convert(described: Data, folder: Path) -> Conversion:
    project = {"name": "random", "services": _compose(described), "volumes": {"data": {}, "files": {}}}
    (folder / "docker-compose.yml").write_text(json.dumps(project, ensure_ascii=False), encoding="utf-8")
    return api.convert(api.Options(LoadOptions(files=(str(folder / "docker-compose.yml"),))))


def _verify(conversion: Conversion, files: dict[str, str]) -> Verification:
    return prove(conversion.project, conversion.plan, conversion.lowered, parse_tree(files))


def _told(made: Verification) -> list[tuple[str, str, str, str]]:
    return [(result.service, result.subject, result.compose, result.kubernetes) for result in made.different]


# Mutations: each yields functions that change one place of the parsed documents. --------------------------------------


def _pods(documents: list[Data]) -> Iterator[Data]:
    for document in documents:
        template = document.get("spec", {}).get("template")
        if template:
            yield template["spec"]


def _set(owner: Any, key: Any, value: Any) -> Callable[[], None]:
    return lambda: owner.__setitem__(key, value)


def _delete(owner: Any, key: Any) -> Callable[[], None]:
    return lambda: owner.__delitem__(key)


def _mutations(documents: list[Data]) -> Iterator[tuple[str, Callable[[], None]]]:
    links = any(one["kind"] == "Service" and one["spec"].get("clusterIP") != "None" for one in documents)
    for pod in _pods(documents):
        if links:
            yield "service links", _delete(pod, "enableServiceLinks")
        yield "credentials", _delete(pod, "automountServiceAccountToken")
        yield "grace", _set(pod, "terminationGracePeriodSeconds", 77)
        for key in ("initContainers", "hostAliases"):
            if key in pod:
                yield key, _delete(pod, key)
        yield from _of_container(pod["containers"][0])
        yield from _of_environment(pod["containers"][0])
    for document in documents:
        if document["kind"] == "ConfigMap" and document["metadata"]["name"].endswith("-config"):
            for key in document["data"]:
                yield "value", _set(document["data"], key, document["data"][key] + "x")
                yield "key", _delete(document["data"], key)
        elif document["kind"] == "Service" and "ports" in document["spec"]:
            yield "port", _set(document["spec"]["ports"][0], "targetPort", 77)
            yield "selector", _set(document["spec"], "selector", {"a": "b"})
        elif document["kind"] in ("Deployment", "StatefulSet"):
            yield "replicas", _set(document["spec"], "replicas", 77)


def _of_container(main: Data) -> Iterator[tuple[str, Callable[[], None]]]:
    yield "image", _set(main, "image", "other:1")
    yield "argv", _set(main, "args", [*main.get("args", []), "more"])
    yield "folder", _set(main, "workingDir", "/elsewhere")
    yield "memory", _set(main["resources"], "limits", {"memory": "1Gi", "cpu": "3"})
    if "readinessProbe" in main:
        yield "probe", _set(main["readinessProbe"], "failureThreshold", 77)
    if main.get("securityContext", {}).get("runAsUser"):
        yield "user", _set(main["securityContext"], "runAsUser", 4711)
    for mount in main.get("volumeMounts", ()):
        yield "mount", _set(mount, "mountPath", mount["mountPath"] + "x")
        yield "read-only", _set(mount, "readOnly", not mount.get("readOnly", False))


def _of_environment(main: Data) -> Iterator[tuple[str, Callable[[], None]]]:
    for entry in main.get("env", ()):
        reference = entry.get("valueFrom", {}).get("secretKeyRef")
        yield "env", _set(entry, "name", "RENAMED")
        yield (
            ("optional", _set(reference, "optional", True))
            if reference
            else ("literal", _set(entry, "value", entry["value"] + "x"))
        )
    sources = main.get("envFrom", ())
    for source in sources:
        if "secretRef" in source and not any("valueFrom" in entry for entry in main.get("env", ())):
            yield "optional", _set(source["secretRef"], "optional", True)
    # A Secret whose keys stand in env too may be left out.
    if any("configMapRef" in source for source in sources):
        yield "envFrom", _delete(main, "envFrom")


QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@QUICK
@given(services(), st.data())
def test_a_conversion_means_the_same_and_a_mutation_does_not(described: Data, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        conversion = _convert(described, Path(folder))
        files = {path: text for path, text in conversion.files.items() if path in conversion.rendered.applied}
        kept = {path: text for path, text in conversion.files.items() if path.endswith(".yaml")}
        assert _told(_verify(conversion, kept)) == []
        parsed = {path: list(yaml.safe_load_all(text)) for path, text in files.items() if path.endswith(".yaml")}
        documents = [document for found in parsed.values() for document in found if document and "kind" in document]
        name, mutate = data.draw(st.sampled_from(list(_mutations(documents))))
        mutate()
        written = {path: yaml.safe_dump_all(found, allow_unicode=True) for path, found in parsed.items()}
        made = _verify(conversion, {**kept, **written})
        assert made.different or made.unknown, f"{name} was not found"
