"""What Docker gives each container of a Compose project."""

from compose2qt.verify.docker.side import DockerSide, docker_side

__all__ = ["DockerSide", "docker_side"]
