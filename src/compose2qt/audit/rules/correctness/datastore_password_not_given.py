"""COR041."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.reading import sources
from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, text
from compose2qt.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Pod
    from compose2qt.audit.system import System


_PASSWORDS = frozenset(
    "POSTGRES_PASSWORD MYSQL_PASSWORD MYSQL_ROOT_PASSWORD MARIADB_PASSWORD MARIADB_ROOT_PASSWORD MONGO_INITDB_ROOT_PASSWORD "
    "RABBITMQ_DEFAULT_PASS REDIS_PASSWORD".split()
)
_SCHEMES = frozenset("postgres postgresql mysql mariadb mongodb redis rediss amqp amqps".split())


@rule(
    "COR041",
    "datastore-password-not-given",
    Severity.WARNING,
    fix="give the client the same key of the Secret, and put $(NAME) of it into the URL",
)
def datastore_password_not_given(container: Container, system: System) -> Iterator[Flag]:
    """A URL without a password leads to a datastore that takes one from a Secret, and the client does not read that Secret.

    It is refused at its first query.
    """
    own = {source.name for source in sources(container.pod, "Secret")}
    for mention, variable in system.spoken(container):
        if mention.scheme not in _SCHEMES or mention.user:
            continue
        service = system.service_of(mention.host, container.object)
        needed = {name for pod in system.behind(service) for name in _password_secrets(pod)} if service else set()
        if needed and not needed & own:
            message = f"{variable.name} leads to {mention.host} without the password that it takes from {min(needed)}"
            yield Flag(message, variable.object, variable.path)


def _password_secrets(pod: Pod) -> Iterator[str]:
    """The Secrets from which the containers of a datastore take their password."""
    for container in pod.running:
        for entry in container.env:
            if entry.name in _PASSWORDS and entry.value is None:
                yield text(entry.node, "valueFrom", "secretKeyRef", "name")
