"""``v1`` Secret: placeholders for the tree, and the real values for a file that git ignores.

Pods refer to the real name. The example has another one, so that applying every file never overwrites real values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.emit.layout import examples, secret_path
from compose2qt.emit.manifest import Body, Manifest, given
from compose2qt.emit.setting import secret_key, sentence
from compose2qt.workload import MapSource, OriginKind, Traced
from compose2qt.workload.secrets import is_telling
from compose2qt.workload.sensitive import looks_random

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compose2qt.emit.setting import Setting
    from compose2qt.workload import Concealed, Secret

PLACEHOLDER = "REPLACE_ME"
"""What stands where a value belongs."""


class _Purposes(Struct, frozen=True):
    """What each key of each Secret is for, as far as its users tell."""

    by_key: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, setting: Setting) -> _Purposes:
        found: dict[tuple[str, str], list[str]] = {}
        for workload in setting.application.workloads:
            for container in workload.pod.containers:
                for entry in container.env:
                    key = secret_key(entry)
                    if key is not None:
                        found.setdefault((key.secret, key.key), []).append(f"{entry.name} of {workload.name}")
            for volume in workload.pod.volumes:
                match volume.source.value:
                    case MapSource(name, True, items):
                        for key_name, path, _ in items:
                            found.setdefault((name, key_name), []).append(f"the file {path} in {workload.name}")
        return cls({key: ", ".join(dict.fromkeys(uses)) for key, uses in found.items()})

    def note(self, secret: Secret, key: str, held: Traced[Concealed | None]) -> str:
        """A comment beside a key: what its declaration says, else who uses it by name."""
        reasons = (origin.reason for origin in held.origins if origin.kind is OriginKind.MAPPING and origin.reason)
        return held.note or next(reasons, "") or self.by_key.get((secret.name, key), "")


def example_secrets(setting: Setting) -> Iterator[Manifest]:
    """Every Secret with placeholders, outside the kustomization."""
    purposes, twins = _Purposes.of(setting), _twins(setting.application.secrets)
    secrets = setting.application.secrets
    names = examples(secret.name for secret in secrets)
    paths = examples(secret_path(secret) for secret in secrets)
    for secret in secrets:
        name, path = names[secret.name], paths[secret_path(secret)]
        data: Body = {}
        for key, held in secret.data:
            notes = (twins.get((secret.name, key), ""), purposes.note(secret, key, held))
            data[key] = Traced(PLACEHOLDER, held.origins, "; ".join(note for note in notes if note))
        header = (
            f"Placeholders for the Secret {secret.name}, read by {setting.read_by('Secret', secret.name) or 'no workload'}.",
            sentence(secret.reason),
            f"Copy this file to {secret_path(secret)}, which git ignores, rename the object to {secret.name}, "
            "fill in the values, and apply that file. The kustomization lists neither.",
        )
        yield Manifest("Secret", name, _body(name, secret, data, setting), path, applied=False, header=header)


def _twins(secrets: tuple[Secret, ...]) -> dict[tuple[str, str], str]:
    """By key of a Secret: that an earlier one has the same value today, so that a person fills in the same.

    What one variable gives is the same; what two give is so only if it looks random. Without variables a word such as
    ``postgres`` may stand in both by chance: there the keys must agree, too.
    """
    first: dict[tuple[str, ...], tuple[str, str, bool]] = {}
    found: dict[tuple[str, str], str] = {}
    for secret in secrets:
        given = dict(secret.variables)
        for key, held in secret.data:
            if held.value is None:
                continue
            value, names = held.value.reveal(), given.get(key, ())
            own = (key, secret.name, bool(names))
            same = [first.setdefault(("variable", name, value), own) for name in names]
            by_value = first.setdefault(("value", "" if is_telling(value) else key, value), own)
            same += [by_value] if not (names and by_value[2]) or looks_random(value) else []
            other_key, other, _ = next((one for one in same if one[1] != secret.name), own)
            if other != secret.name:
                what = f"in {other}" if other_key == key else f"{other_key} of {other}"
                found[secret.name, key] = f"the same value as {what}"
    return found


def real_secrets(setting: Setting) -> Iterator[Manifest]:
    """Every Secret with its values: for ``--write-secrets`` alone."""
    for secret in setting.application.secrets:
        data: Body = {key: _revealed(held) for key, held in secret.data}
        header = ("Real values: git ignores this file, never commit it.",)
        body = _body(secret.name, secret, data, setting)
        yield Manifest("Secret", secret.name, body, secret_path(secret), applied=False, header=header)


def _revealed(held: Traced[Concealed | None]) -> object:
    return held.value.reveal() if held.value is not None else Traced(PLACEHOLDER, (), "no value is known: fill it in")


def _body(name: str, secret: Secret, data: Body, setting: Setting) -> Body:
    return given(
        apiVersion="v1",
        kind="Secret",
        metadata=setting.metadata(name, secret.labels),
        type="Opaque",
        stringData=data,
    )
