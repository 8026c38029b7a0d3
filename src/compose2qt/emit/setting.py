"""What an emitter knows beside the thing that it writes: the application around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.emit.manifest import Body, digest, given, labelled
from compose2qt.kube.applying import MAX_ANNOTATIONS, remembered
from compose2qt.workload import ClaimSource, EnvVar, MapSource, SecretKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compose2qt.workload import Application, ConfigMap, Container, Pod, Traced, Workload

# Long enough that two states of a file never look alike, short enough for a reviewer's eye.
_CONFIG_DIGITS = 16
_AROUND = 2048
"""Bytes that an object may have beside its data: names, labels."""


class Setting(Struct, frozen=True):
    """An application with the questions that emitters ask about the whole of it, answered once."""

    application: Application
    by_name: Mapping[str, Workload]
    config_hashes: Mapping[str, str]
    """A hash of the content of each ConfigMap."""
    readers: Mapping[tuple[str, str], tuple[str, ...]]
    """The workloads that use a ConfigMap, a Secret or a claim, by (kind, name)."""

    @classmethod
    def of(cls, application: Application) -> Setting:
        """The setting of an application."""
        readers: dict[tuple[str, str], dict[str, None]] = {}
        for workload in application.workloads:
            for used in uses(workload.pod):
                readers.setdefault(used, {})[workload.name] = None
        return cls(
            application,
            {workload.name: workload for workload in application.workloads},
            {config_map.name: _hash(config_map) for config_map in application.config_maps},
            {used: tuple(names) for used, names in readers.items()},
        )

    @property
    def namespace(self) -> str | None:
        """The namespace of every object, if one is named."""
        return self.application.namespace.value if self.application.namespace else None

    @property
    def compose_file(self) -> str:
        """The Compose file as headers name it."""
        name = self.application.compose_file
        return name if name not in ("", "stdin", "-") else "the Compose file"

    @property
    def inputs(self) -> str:
        """The files to edit instead of what is generated."""
        return " or ".join(name for name in (self.compose_file, self.application.mapping_file) if name)

    @property
    def apply(self) -> str:
        """The command that applies; what follows is a file or a folder."""
        return apply_command(self.application)

    def metadata(
        self, name: str, labels: Iterable[tuple[str, str]], annotations: Iterable[tuple[str, Traced[str]]] = ()
    ) -> Body:
        """``metadata`` of a namespaced object."""
        return given(name=name, namespace=self.namespace, labels=labelled(labels), annotations=labelled(annotations))

    def origin(self, workload: Workload) -> str:
        """Where a workload comes from, as a sentence of a header."""
        if not workload.sources:
            declared = f"Declared in {self.application.mapping_file or 'the mapping'}, without a Compose service."
            return f"{declared} {sentence(workload.reason)}".strip()
        services = ", ".join(f"{workload.section}.{name}" for name in workload.sources)
        return f"{services} of {self.compose_file}. {sentence(workload.reason)}".strip()

    def read_by(self, kind: str, name: str) -> str:
        """The workloads that use an object, for people; empty if there are none."""
        return listing(self.readers.get((kind, name), ()))

    def config_hash(self, pod: Pod) -> str | None:
        """A hash of the configuration that a pod reads: a change of it rolls the pods. Secrets have no part in it."""
        read = {
            name: self.config_hashes[name] for kind, name in uses(pod) if kind == "ConfigMap" and name in self.config_hashes
        }
        return digest(read, _CONFIG_DIGITS) if read else None


def apply_command(application: Application) -> str:
    """``kubectl apply``, on the server's side where an object is too large for the annotation that it writes otherwise."""
    held = (
        *(
            {key: one.value for key, one in item.data} | {key: len(one.value) * 4 // 3 * "=" for key, one in item.binary}
            for item in application.config_maps
        ),
        *({key: one.value.reveal() for key, one in item.data if one.value} for item in application.secrets),
    )
    return f"kubectl apply{' --server-side' * any(map(_is_large, held))}"


def _is_large(data: Mapping[str, str]) -> bool:
    # A character is at most six bytes of JSON: nearly all maps are known to be small without being written.
    if sum(map(len, data.values())) * 6 < MAX_ANNOTATIONS - _AROUND:
        return False
    return remembered(data) > MAX_ANNOTATIONS - _AROUND


def sentence(text: str) -> str:
    """``text`` with a capital and a full stop; empty text stays empty."""
    text = " ".join(text.split())
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def listing(names: Iterable[str], shown: int = 12) -> str:
    """``a, b and c``; beyond ``shown`` names, how many more there are."""
    given_names = list(names)
    if len(given_names) > shown:
        given_names = [*given_names[:shown], f"{len(given_names) - shown} more"]
    return " and ".join(part for part in (", ".join(given_names[:-1]), *given_names[-1:]) if part)


def uses(pod: Pod) -> Iterator[tuple[str, str]]:
    """The ConfigMaps, Secrets and claims that a pod refers to, as (kind, name), with repetitions."""
    for container in (*pod.init_containers, *pod.containers):
        yield from _environment(container)
    for volume in pod.volumes:
        match volume.source.value:
            case MapSource(name, is_secret):
                yield ("Secret" if is_secret else "ConfigMap"), name
            case ClaimSource(claim):
                yield "PersistentVolumeClaim", claim


def _environment(container: Container) -> Iterator[tuple[str, str]]:
    for source in container.env_from:
        yield ("Secret" if source.is_secret else "ConfigMap"), source.name.value
    for entry in container.env:
        key = secret_key(entry)
        if key is not None:
            yield "Secret", key.secret


def secret_key(entry: EnvVar) -> SecretKey | None:
    """The Secret's key that a variable takes its value from, if it does."""
    return entry.value.value if isinstance(entry.value.value, SecretKey) else None


def _hash(config_map: ConfigMap) -> str:
    binary = {key: traced.value.hex() for key, traced in config_map.binary}
    return digest({"data": dict(config_map.data), "binary": binary}, 64)
