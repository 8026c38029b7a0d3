"""The units, by topic: each says what one Compose attribute becomes."""
