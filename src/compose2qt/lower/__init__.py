"""Project and plan to workloads: one declared unit per Compose attribute, and the engine that records origins."""
