"""What a tree of manifests asks of a cluster: CPU, memory, storage, pods."""
