"""What a pod waits for before it starts: `depends_on`, or what the mapping says instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from compose2qt.lower.fields import READINESS, REPLICAS, WAITS
from compose2qt.workload import Traced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    from compose2qt.lower.engine import Draft
    from compose2qt.mapping.plan import Plan, TargetPlan
    from compose2qt.workload import Origin

    Wait: TypeAlias = tuple[TargetPlan, Traced[object]]
    """What is waited for, and why."""


class Waiting(Struct):
    """Decides what each pod waits for, and tells what cannot be waited for."""

    plan: Plan
    drafts: Mapping[str, Draft]
    by_name: Mapping[str, TargetPlan]
    home_of: Mapping[str, TargetPlan]
    """By target: the one in whose pod it runs."""
    blocked: Mapping[str, str]
    """By target: why it is held back; empty if it is not."""
    peers: Mapping[tuple[str, str], TargetPlan]
    """By section and name in Compose: the target."""
    before: dict[str, tuple[Origin, ...]]
    """Why a target runs before others in their pod: the leaves that wait for its end. It is filled here."""

    def of(self, main: TargetPlan, parts: Iterable[TargetPlan]) -> tuple[Wait, ...]:
        """The targets that the pod of ``main``, which runs ``parts``, waits for, each once, never itself."""
        if main.wait_for is not None:
            return tuple((self.by_name[name.value], name.map(lambda value: value)) for name in main.wait_for)
        found: dict[str, Wait] = {}
        for part in parts:
            draft = self.drafts[part.name]
            for wait in draft.all(WAITS):
                spans = [origin.span for origin in wait.origins if origin.span]
                service = wait.value.service
                peer = self.peers.get((part.section, service)) or self.peers.get(("services", service))
                where = self.home_of.get(peer.name) if peer else None
                if peer is None or where is None or where is main:
                    if peer is not None and peer.init_of:
                        self.before[peer.name] = self.before.get(peer.name, ()) + wait.origins
                    else:
                        draft.lose("depends_on", "mutual" if peer else "left-out", spans)
                elif wait.value.completed:
                    draft.lose("depends_on", "completed", spans, f"Job {where.name}")
                elif self.blocked.get(where.name) and not self.blocked.get(main.name):
                    draft.lose("depends_on", "blocked", spans, where.name)
                elif where.ends:
                    draft.lose("depends_on", "ends", spans, f"Job {where.name}")
                elif self._is_off(peer):
                    draft.lose("depends_on", "off", spans)
                elif wait.value.started and not self._is_ready_at_once(where):
                    draft.lose("depends_on", "once", spans)
                else:
                    origins = (found[where.name][1].origins if where.name in found else ()) + wait.origins
                    found[where.name] = where, Traced(None, origins)
        return tuple(found.values())

    def _is_off(self, target: TargetPlan) -> bool:
        """Whether no pod of it is to run."""
        replicas = target.replicas or self.drafts[target.name].one(REPLICAS)
        return replicas is not None and replicas.value == 0

    def _is_ready_at_once(self, main: TargetPlan) -> bool:
        """Whether the pods of ``main`` are ready as soon as they run: they go on, and nothing checks them."""
        parts = [one for one in self.plan.targets if self.home_of[one.name] is main and not one.init_of]
        return not any(one.ends or one.readiness or READINESS in self.drafts[one.name].fills for one in parts)
