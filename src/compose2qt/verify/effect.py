"""What a difference does at run time, in a sentence: for an item that the manifests lack, add, or change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.verify.contract import ABSENT, Aspect
from compose2qt.verify.docker.storage import WRITERS

if TYPE_CHECKING:
    from compose2qt.verify.verification import Judgement

_A = Aspect
SENTENCES: dict[Aspect, tuple[str, str, str]] = {
    _A.WORKLOAD: ("nothing runs this service", "something runs that Docker does not run",
                  "the service does not run as in Docker"),
    _A.IMAGE: ("no program is started", "another program is started", "another program, or another version of it, is started"),
    _A.ARGV: ("the program starts without its arguments", "the program starts with further arguments",
              "the program starts with other arguments"),
    _A.ENVIRONMENT: ("the program does not see the variable", "the program sees a variable that Docker does not set",
                     "the program sees another value"),
    _A.DIRECTORY: ("relative paths lead elsewhere",) * 3,
    _A.USER: ("the program runs as someone else", "the program runs with a further identity",
              "the program runs as someone else"),
    _A.MOUNTS: ("the image's own files, or nothing, stand at this path", "a mount hides what the image holds at this path",
                "something else stands at this path"),
    _A.SHARING: ("data is not seen by the same containers",) * 3,
    _A.NAMES: ("whoever looks for the service under this name does not find it", "others find the service under this name",
               "a connection to this name reaches another port, another service, or nothing"),
    _A.REACH: ("others reach, or do not reach, the service as in Docker",) * 3,
    _A.OUTSIDE: ("what clients outside used to reach is not there", "it can be reached from outside",
                 "clients outside must use another address"),
    _A.RESOLVER: ("names resolve differently",) * 3,
    _A.HEALTH: ("the check is not made", "a check is made that Docker does not make",
                "the check has another result, pace or consequence"),
    _A.RESOURCES: ("the container may use what is there, or gets no share kept", "the container is limited or keeps a share",
                   "the container gets another amount"),
    _A.STOP: ("the program does not stop as in Docker",) * 3,
    _A.RESTART: ("the container is, or is not, started again as in Docker",) * 3,
    _A.START: ("the program may start before what it needs", "the program starts later, or not at all",
               "the program starts at another time"),
    _A.SECURITY: ("the program has other rights", "the program has other rights", "the program has other rights"),
    _A.NAMESPACES: ("the container sees other processes, networks or hosts",) * 3,
    _A.SCALE: ("another number of containers runs",) * 3,
    _A.TERMINAL: ("the program finds other standard streams or parents",) * 3,
    _A.SURROUNDINGS: ("the container is placed or run differently", "the container gets what Docker does not give it",
                      "the container is placed or run differently"),
}  # fmt: skip


PARTICULAR: tuple[tuple[Aspect, str, str], ...] = (
    (_A.WORKLOAD, "start", "its pods are not made, or do not start"),
    (_A.USER, WRITERS, "the program may not write to what Docker lets it write to"),
)
"""What items that begin in this way do, whatever their values."""


def effect(aspect: Aspect, item: str, found: Judgement) -> str:
    """What will happen at run time."""
    for about, beginning, sentence in PARTICULAR:
        if aspect is about and item.startswith(beginning):
            return sentence
    lacks, adds, changes = SENTENCES[aspect]
    return lacks if found.kubernetes == ABSENT else adds if found.compose == ABSENT else changes
