"""From the target model to manifests: one Kubernetes kind a module, the layout, the only YAML writer."""

from compose2qt.emit.rendering import Rendered, emit, secret_files

__all__ = ["Rendered", "emit", "secret_files"]
