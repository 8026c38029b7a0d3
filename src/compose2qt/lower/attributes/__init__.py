"""The units, by topic: each says what one Compose attribute becomes."""

from compose2qt.lower.attributes import environment, files, health, life, network, process, resources, security, storage

__all__ = ["environment", "files", "health", "life", "network", "process", "resources", "security", "storage"]
