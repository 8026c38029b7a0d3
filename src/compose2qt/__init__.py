"""compose2qt compiles Docker Compose projects into Kubernetes manifests, with a proof."""
