"""The page of every code that validation can give, for the reference and for ``explain``."""

from __future__ import annotations

import inspect
from typing import NamedTuple

from compose2qt.kube.registry import EVERY_OBJECT, rules
from compose2qt.manifests.consistency import CHECKS

SCHEMA = {
    "unknown-field": "The type has no such field in the target version. Without strict checks, it is dropped silently.",
    "wrong-type": "A value is of another type than its field: a number where text is needed, a mapping instead of a list.",
    "missing-field": "A required field is not written, or is null.",
    "unknown-value": "A field takes one of a few words, and this is none of them.",
    "bad-quantity": "An amount is a number with one of the suffixes m, k, M, G, T or Ki, Mi, Gi, Ti, such as 250m or 512Mi.",
    "bad-base64": "`data` of a Secret and `binaryData` of a ConfigMap are base64 text; plain text stands in `stringData`.",
    "duplicate-item": "Two items of a list have the same key, as two variables of one name: the last wins, or none.",
    "field-not-enabled": "The target version knows the field, but its feature gate is off: an API server drops it silently.",
    "removed-api": "The target version does not serve this version of the API any more.",
    "unknown-kind": "The API group has no such kind in the target version.",
    "api-not-enabled": "The API is an alpha or beta that clusters do not serve without a setting.",
}
"""What the walk along the schema can find."""
FILES = {
    "no-object": "A document without apiVersion, kind and metadata where kubectl looks for objects: in a file that a "
    "kustomization lists, or with the kind of an object. kubectl refuses all of it.",
    "resource-missing": "A kustomization lists a file or folder that is not in the tree: kustomize renders nothing at all.",
}
"""What can be wrong before there is an object."""


class Page(NamedTuple):
    """A code of validation: what it is about, and its documentation."""

    code: str
    about: str
    text: str


def pages() -> tuple[Page, ...]:
    """The pages: of the schema, of the rules about single objects, of the checks between objects."""
    return (
        *(Page(code, "any field", text) for code, text in SCHEMA.items()),
        *(Page(rule.code, _types(rule.types), rule.page) for rule in rules()),
        *(Page(code, "files of a tree", text) for code, text in FILES.items()),
        *(Page(code, "the whole tree", inspect.getdoc(check) or "") for code, check in CHECKS.items()),
    )


def _types(types: tuple[str, ...]) -> str:
    return "every object" if EVERY_OBJECT in types else ", ".join(types)
