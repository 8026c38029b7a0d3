"""What a team holds a report against: what the system may ask for, and the findings that may stand."""

from typing import Annotated, Literal

from msgspec import Meta, field

from compose2qt.mapping.reading import Part, WrongError
from compose2qt.mapping.vocabulary import Bytes, Count, Cpu, Day, KindName, Reason


class BudgetPart(Part, frozen=True, kw_only=True):
    """What the system may ask for in total. More is an error of the report, which then ends with exit code 1."""

    requests_cpu: Annotated[Cpu | None, "CPU that is reserved: `4`, `3500m`."] = field(default=None, name="requests.cpu")
    requests_memory: Annotated[Bytes | None, "Memory that is reserved: `8Gi`."] = field(default=None, name="requests.memory")
    limits_cpu: Annotated[Cpu | None, "CPU that all limits add up to; a container without one is over it."] = field(
        default=None, name="limits.cpu"
    )
    limits_memory: Annotated[Bytes | None, "Memory that all limits add up to; a container without one is over it."] = field(
        default=None, name="limits.memory"
    )
    storage: Annotated[Bytes | None, "Storage of all claims: `60Gi`."] = None
    pods: Annotated[Count | None, "The number of pods."] = None
    objects: Annotated[dict[KindName, Count], "The number of objects by kind: `PersistentVolumeClaim: 5`."] = field(
        default_factory=dict
    )
    state: Annotated[
        Literal["steady", "rollout", "maximum"],
        "Which state counts for pods, CPU and memory: `steady`; `rollout`, while every workload is replaced; or "
        "`maximum`, with every autoscaler at its maximum on top.",
    ] = "steady"


class IgnorePart(Part, frozen=True, kw_only=True):
    """Findings of one rule that may stand. Without `target` and `object`: wherever the rule finds something."""

    rule: Annotated[
        str,
        "The code (`REL001`) or the name (`missing-liveness-probe`) of a rule; `compose2qt explain` knows them.",
        Meta(pattern=r"^([A-Z]{3}\d{3}|[a-z]+(-[a-z0-9]+)+)$"),
    ]
    target: Annotated[str | None, "Only in the objects of this target, and in what it lost."] = None
    object: Annotated[str | None, "Only in this object: `Deployment/web`.", Meta(pattern="^[A-Za-z]+/.+$")] = None
    reason: Annotated[Reason, "Why it may stand."]
    until: Annotated[Day | None, "The last day on which it may stand: `2027-06-30`. `report --today` says which day it is."] = (
        None
    )

    def check(self) -> None:
        """One place."""
        if self.target is not None and self.object is not None:
            raise WrongError("two-places", "either a target or an object is named", "remove one of them")
