"""The argument vector: Docker's entrypoint and command as Kubernetes' command and args, safe from the kubelet's expansion."""

from __future__ import annotations

import re

from compose2qt.workload import Traced

# The kubelet reads "$$" as "$", "$(NAME)" as a variable, and garbles a "$" before a character that is not ASCII. A "$"
# at the end is doubled too, so that text may be put behind it.
_OPERATOR = re.compile(r"\$(?![\x00-\x23\x25-\x27\x29-\x7f])")

Vector = tuple[str, ...]


def escape(text: str) -> str:
    """``text`` such that the kubelet's expansion of ``env``, ``command``, ``args`` and exec probes gives it back.

    Source: ``third_party/forked/golang/expansion`` of Kubernetes.
    """
    return _OPERATOR.sub("$$", text)


def argv(
    entrypoint: Traced[Vector] | None, command: Traced[Vector] | None
) -> tuple[Traced[Vector] | None, Traced[Vector] | None]:
    """``command`` and ``args`` of the container.

    An empty entrypoint takes the image's away: then Docker runs the command alone, which Kubernetes does if it stands in
    ``command``. An empty command is the image's own, in both.
    """
    arguments = command if command is not None and command.value else None
    if entrypoint is None or entrypoint.value:
        return entrypoint, arguments
    if arguments is None:
        return None, None
    return Traced(arguments.value, entrypoint.origins + arguments.origins, arguments.note), None
