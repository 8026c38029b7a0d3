"""``v1`` ConfigMap: environment and mounted files that are no secret."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from compose2qt.emit.layout import config_map_path
from compose2qt.emit.manifest import Manifest, given, labelled
from compose2qt.emit.setting import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.setting import Setting
    from compose2qt.workload import ConfigMap


def config_maps(setting: Setting) -> Iterator[Manifest]:
    """Every ConfigMap, with its keys in their order."""
    for config_map in setting.application.config_maps:
        body = given(
            apiVersion="v1",
            kind="ConfigMap",
            metadata=setting.metadata(config_map.name, config_map.labels),
            data=labelled(config_map.data),
            binaryData={key: traced.map(_base64) for key, traced in config_map.binary},
        )
        yield Manifest(
            "ConfigMap", config_map.name, body, config_map_path(config_map), header=tuple(_header(config_map, setting))
        )


def _header(config_map: ConfigMap, setting: Setting) -> Iterator[str]:
    readers = setting.read_by("ConfigMap", config_map.name)
    yield f"Configuration of {readers or 'no workload: nothing reads it'}, from {setting.compose_file}."
    yield sentence(config_map.reason)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
