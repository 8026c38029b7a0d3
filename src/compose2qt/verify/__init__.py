"""verify: the proof that the manifests mean what the Compose file means.

Both sides are interpreted independently (``docker/``, ``cluster/``) and their contracts compared (``comparing``).
"""

from compose2qt.verify.comparing import verify
from compose2qt.verify.contract import ABSENT, Aspect
from compose2qt.verify.image import ImageFacts, parse_facts
from compose2qt.verify.render import FORMATS, render_json, render_markdown, render_sarif, render_text
from compose2qt.verify.verification import Explanation, Outcome, Pairing, Result, Verification

__all__ = [
    "ABSENT",
    "FORMATS",
    "Aspect",
    "Explanation",
    "ImageFacts",
    "Outcome",
    "Pairing",
    "Result",
    "Verification",
    "parse_facts",
    "render_json",
    "render_markdown",
    "render_sarif",
    "render_text",
    "verify",
]
