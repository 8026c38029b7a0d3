"""The secret values of a project, so that they are recognised wherever else they stand (law 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from compose2qt.lower.concealing import written
from compose2qt.lower.fields import ENVIRONMENT, POST_START, PRE_STOP, VOLUMES
from compose2qt.lower.shapes import FileUse
from compose2qt.source import Scalar
from compose2qt.workload import Concealed, KnownSecrets
from compose2qt.workload.sensitive import names_a_secret, secret_reason, url_password, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Lookup

    from compose2qt.compose import Project
    from compose2qt.lower.engine import Draft
    from compose2qt.mapping.plan import Plan
    from compose2qt.source import Mapping

_DEFAULT = re.compile(r"\$\{(\w+):?[-+]([^${}]+)\}")
"""A variable that is interpolated, and the text that stands for it where it is not set; the inner one of two."""


def known_secrets(project: Project, plan: Plan, drafts: Lookup[str, Draft]) -> KnownSecrets:
    """What the variables of services, env files and the contents of secrets say is secret.

    Names of the project (its services, images, users, hosts) are none, whoever took one for a password.
    """
    names = {name.lower() for name in (*project.services, *plan.hosts, project.name)}
    values = (value for value in _values(project, plan, drafts) if value.lower() not in names)
    return KnownSecrets(values)


def _values(project: Project, plan: Plan, drafts: Lookup[str, Draft]) -> Iterator[str]:
    for name, value in _pairs(project, drafts):
        if name in plan.plain_keys or words(name)[-1:] in (("user",), ("username",)):
            continue
        if (found := url_password(value)) is not None:
            yield value[found.start : found.end]
        elif name in plan.secret_keys or (names_a_secret(name) and secret_reason(name, value)):
            yield value
    for draft in drafts.values():
        yield from written(draft)
    for node in (*project.secrets.values(), *(one for one in project.configs.values() if _is_of_secret(one))):
        content = node.get("content")
        yield _alone(str(content.value)) if isinstance(content, Scalar) else ""
    for draft in drafts.values():
        for use in draft.all(VOLUMES):
            for _, held, _ in use.value.source.files if isinstance(use.value.source, FileUse) else ():
                yield _alone(held.reveal()) if isinstance(held, Concealed) else ""


def _alone(content: str) -> str:
    """The content of a file that holds a secret and nothing else; empty for one with several words."""
    return found if len((found := content.strip()).split()) == 1 else ""


def _pairs(project: Project, drafts: Lookup[str, Draft]) -> Iterator[tuple[str, str]]:
    """The variables of containers and hooks, the entries of env files, what is interpolated, and the defaults of that."""
    yield from project.variables.items()
    for draft in drafts.values():
        for own in (draft, *draft.inner):
            yield from (traced.value for traced in own.all(ENVIRONMENT))
        for hook in (*draft.all(POST_START), *draft.all(PRE_STOP)):
            yield from hook.value.environment
    for document in project.documents:
        for path, leaf in document.leaves:
            value = str(leaf.value) if isinstance(leaf, Scalar) else ""
            if document.kind == "env":
                yield str(path[-1]) if path else "", value
            elif "${" in value:
                yield from ((match[1], match[2]) for match in _DEFAULT.finditer(value))


def _is_of_secret(config: Mapping) -> bool:
    variable = config.get("environment")
    return isinstance(variable, Scalar) and names_a_secret(str(variable.value))
