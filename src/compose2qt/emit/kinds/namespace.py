"""``v1`` Namespace: only if one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import NAMESPACE
from compose2qt.emit.manifest import Manifest, given, labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.emit.setting import Setting


def namespace(setting: Setting) -> Iterator[Manifest]:
    """The namespace of all objects."""
    named = setting.application.namespace
    if named is None:
        return
    body = given(
        apiVersion="v1",
        kind="Namespace",
        metadata=given(name=named, labels=labelled(setting.application.labels)),
    )
    yield Manifest("Namespace", named.value, body, NAMESPACE, header=(f"The namespace of {setting.application.name}.",))
