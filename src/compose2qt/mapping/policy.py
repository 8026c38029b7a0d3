"""What a team holds a report against: what the system may ask for, and the findings that may stand."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from compose2qt.mapping.vocabulary import Bytes, Count, Cpu, Day, KindName, Part, Reason, problem


class BudgetPart(Part):
    """What the system may ask for in total. More is an error of the report, which then ends with exit code 1."""

    requests_cpu: Cpu | None = Field(default=None, alias="requests.cpu", description="CPU that is reserved: `4`, `3500m`.")
    requests_memory: Bytes | None = Field(default=None, alias="requests.memory", description="Memory that is reserved: `8Gi`.")
    limits_cpu: Cpu | None = Field(
        default=None, alias="limits.cpu", description="CPU that all limits add up to; a container without one is over it."
    )
    limits_memory: Bytes | None = Field(
        default=None, alias="limits.memory", description="Memory that all limits add up to; a container without one is over it."
    )
    storage: Bytes | None = Field(default=None, description="Storage of all claims: `60Gi`.")
    pods: Count | None = Field(default=None, description="The number of pods.")
    objects: dict[KindName, Count] = Field(default={}, description="The number of objects by kind: `PersistentVolumeClaim: 5`.")
    state: Literal["steady", "rollout", "maximum"] = Field(
        default="steady",
        description="Which state counts for pods, CPU and memory: `steady`; `rollout`, while every workload is replaced; or "
        "`maximum`, with every autoscaler at its maximum on top.",
    )


class IgnorePart(Part):
    """Findings of one rule that may stand. Without `target` and `object`: wherever the rule finds something."""

    rule: str = Field(
        pattern=r"^([A-Z]{3}\d{3}|[a-z]+(-[a-z0-9]+)+)$",
        description="The code (`REL001`) or the name (`missing-liveness-probe`) of a rule; `compose2qt explain` knows them.",
    )
    target: str | None = Field(default=None, description="Only in the objects of this target, and in what it lost.")
    object: str | None = Field(default=None, pattern="^[A-Za-z]+/.+$", description="Only in this object: `Deployment/web`.")
    reason: Reason = Field(description="Why it may stand.")
    until: Day | None = Field(
        default=None, description="The last day on which it may stand: `2027-06-30`. `report --today` says which day it is."
    )

    @model_validator(mode="after")
    def _one_place(self) -> IgnorePart:
        if self.target is not None and self.object is not None:
            raise problem("two-places", "either a target or an object is named", "remove one of them")
        return self
