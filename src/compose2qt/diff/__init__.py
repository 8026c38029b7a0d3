"""What changes between two trees of manifests, and what each change does to a running system."""
