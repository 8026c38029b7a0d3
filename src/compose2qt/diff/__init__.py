"""What changes between two trees of manifests, and what each change does to a running system."""

from compose2qt.diff.change import Change, FieldChange
from compose2qt.diff.changes import diff
from compose2qt.diff.effects import Effect
from compose2qt.diff.render import as_data, render_markdown, render_text

__all__ = ["Change", "Effect", "FieldChange", "as_data", "diff", "render_markdown", "render_text"]
