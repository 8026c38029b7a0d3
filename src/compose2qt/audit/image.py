"""Image references, taken apart."""

from __future__ import annotations

from msgspec import Struct

from compose2qt.mapping.datastores import data_folders


class Image(Struct, frozen=True):
    """``registry/repository:tag@digest``; ``registry`` is empty for Docker Hub where it is not written."""

    reference: str
    registry: str = ""
    repository: str = ""
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, reference: str) -> Image:
        """The parts of ``reference``, without a check: what is missing is empty."""
        rest, _, digest = reference.partition("@")
        head, slash, tail = rest.partition("/")
        is_registry = bool(slash) and ("." in head or ":" in head or head == "localhost")
        path = tail if is_registry else rest
        name, colon, tag = path.rpartition(":")
        return cls(reference, head if is_registry else "", name if colon else path, tag if colon else "", digest)

    @property
    def name(self) -> str:
        """The last part of the repository: ``redis`` of ``docker.io/library/redis:7``."""
        return self.repository.rpartition("/")[2]

    @property
    def folders(self) -> tuple[str, ...]:
        """Where it keeps data, if it is a known datastore."""
        return data_folders(self.reference)

    @property
    def is_datastore(self) -> bool:
        """Whether it is known to keep data for others, if only in memory."""
        return self.name == "memcached" or bool(self.folders)

    @property
    def major(self) -> int | None:
        """The number that its tag begins with."""
        digits = self.tag.removeprefix("v").partition(".")[0].partition("-")[0]
        return int(digits) if digits.isdecimal() and len(digits) < 6 else None
