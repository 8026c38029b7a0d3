"""From the target model to manifests: one Kubernetes kind a module, the layout, the only YAML writer."""
