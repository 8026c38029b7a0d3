"""``README.md``: the deployment guide of a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.emit.manifest import Manifest
    from compose2qt.emit.setting import Setting


def guide(setting: Setting, made: Iterable[Manifest]) -> str:  # noqa: ARG001 - the sections follow
    """The guide of a tree."""
    return f"# {setting.application.guide.title or setting.application.name} on Kubernetes\n"
