"""MIG018."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.diagnostic import Severity
from compose2qt.mapping.edit import Put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container, Flag


@rule(
    "MIG018",
    "one-shot-as-service",
    Severity.WARNING,
    fix="make it a Job (restart: 'no' or on-failure in the Compose file says so), or an init container of what waits for it",
    patch=(
        Put(("targets", "{object}", "kind"), "Job"),
        Put(("targets", "{object}", "reasons", "kind"), "Its command ends: {command}."),
    ),
)
def one_shot_as_service(container: Container) -> Iterator[Flag]:
    """A Deployment runs a command that ends, such as a migration: Kubernetes starts it again for ever (CrashLoopBackOff)."""
    is_endless = container.object.kind in ("Deployment", "StatefulSet", "DaemonSet")
    if is_endless and not container.starts_first and len(container.pod.running) == 1:
        said = " ".join(container.argv)
        found = next((words for words in _ENDING if words in said), "")
        if found and not any(word in said for word in ("&&", ";", "exec ", "||")):
            facts: dict[str, str | int] | None = None if container.ports else {"command": found}
            yield container.flag(f"{found} ends, and is started again for ever", "args", facts=facts)


_ENDING = (
    "manage.py migrate", "manage.py collectstatic", "alembic upgrade", "prisma migrate", "db:migrate", "knex migrate",
    "flyway migrate", "liquibase update", "mc mb", "mongorestore", "pg_dump", "mysqldump",
)  # fmt: skip
