"""``.gitignore`` of the tree: nothing in secrets/ but what is generated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.emit.layout import SECRETS, secret_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compose2qt.emit.setting import Setting


def ignored(generated: Iterable[str], setting: Setting) -> str:
    """Git's rules: the real Secrets by name, anything else that people put beside them, and not the generated files."""
    real = dict.fromkeys(secret_path(secret) for secret in setting.application.secrets)
    lines = (
        "# Real Secrets never go to git; the generated placeholders do.",
        f"/{SECRETS}/*",
        *(f"!/{path}" for path in generated if path.startswith(f"{SECRETS}/")),
        *(f"/{path}" for path in real),
    )
    return "\n".join(lines) + "\n"
