"""verify: the proof that the manifests mean what the Compose file means.

Both sides are interpreted independently (``docker/``, ``cluster/``) and their contracts compared (``comparing``). The names
below are also the words in which explanations are made.
"""

from compose2qt.verify.acceptance import accept, parse_accepted
from compose2qt.verify.check import HttpCheck, PortCheck, canonical_check, effective_timeout
from compose2qt.verify.cluster.before import OF_WAITS
from compose2qt.verify.cluster.health import NO_TRAFFIC
from compose2qt.verify.cluster.storage import SCRATCH
from compose2qt.verify.comparing import verify
from compose2qt.verify.contract import ABSENT, Answers, Argv, Aspect, Contract, Fact, Files, Folder, Key, Place, text_of
from compose2qt.verify.docker import DockerSide, docker_side
from compose2qt.verify.docker.process import CMD, ENTRYPOINT, NEVER_PULLED, WORKDIR
from compose2qt.verify.docker.storage import HOST, IMAGE_FILES, PERSISTENT, shared_with, users
from compose2qt.verify.image import ImageFacts, normalized, parse_facts
from compose2qt.verify.killing import Killer, killed
from compose2qt.verify.render import FORMATS, render_json, render_markdown, render_sarif, render_text, summary
from compose2qt.verify.routing import route
from compose2qt.verify.verification import Explanation, Outcome, Pairing, Result, Verification

__all__ = [
    "ABSENT",
    "CMD",
    "ENTRYPOINT",
    "FORMATS",
    "HOST",
    "IMAGE_FILES",
    "NEVER_PULLED",
    "NO_TRAFFIC",
    "OF_WAITS",
    "PERSISTENT",
    "SCRATCH",
    "WORKDIR",
    "Answers",
    "Argv",
    "Aspect",
    "Contract",
    "DockerSide",
    "Explanation",
    "Fact",
    "Files",
    "Folder",
    "HttpCheck",
    "ImageFacts",
    "Key",
    "Killer",
    "Outcome",
    "Pairing",
    "Place",
    "PortCheck",
    "Result",
    "Verification",
    "accept",
    "canonical_check",
    "docker_side",
    "effective_timeout",
    "killed",
    "normalized",
    "parse_accepted",
    "parse_facts",
    "render_json",
    "render_markdown",
    "render_sarif",
    "render_text",
    "route",
    "shared_with",
    "summary",
    "text_of",
    "users",
    "verify",
]
