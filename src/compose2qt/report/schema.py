"""The JSON schema of the JSON report: the promise to programs that read it."""

from __future__ import annotations

from typing import Any

from compose2qt.report.data import SCHEMA

Data = dict[str, Any]

_TEXT: Data = {"type": "string"}
_COUNT: Data = {"type": "integer", "minimum": 0}
_LINE: Data = {"type": "integer", "minimum": 1}
_POINTER: Data = {"type": "string", "pattern": "^($|/)", "description": "a JSON Pointer (RFC 6901)"}
_CPU: Data = {"type": "string", "pattern": "^[0-9]+m$", "description": "millicores"}
_MEBI: Data = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?Mi$", "description": "mebibytes"}
_GIBI: Data = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?Gi$", "description": "gibibytes"}
_SEVERITY: Data = {"enum": ["info", "warning", "error"]}
_OUTCOME: Data = {"enum": ["emitted", "mapped", "lost", "consumed"]}


def _object(description: str = "", /, **properties: Data) -> Data:
    """An object with exactly these properties."""
    text = {"description": description} if description else {}
    return {"type": "object", **text, "properties": properties, "required": [*properties], "additionalProperties": False}


def _list(items: Data, description: str = "") -> Data:
    text = {"description": description} if description else {}
    return {"type": "array", **text, "items": items}


def _or_null(schema: Data) -> Data:
    return {"anyOf": [schema, {"type": "null"}]}


_AMOUNTS = _object(cpu=_CPU, memory=_MEBI)
_LIMITS = _object("null: nothing is limited", cpu=_or_null(_CPU), memory=_or_null(_MEBI))
_PLACE = {"file": _TEXT, "line": _LINE}
_WORKLOAD = _object(
    "what one workload asks for: `pod` is one of its `pods`",
    object=_TEXT,
    namespace={**_TEXT, "description": "empty where it is given when the tree is applied"},
    **_PLACE,
    pods=_COUNT,
    surge=_COUNT,
    maximum=_COUNT,
    pod=_object(requests=_AMOUNTS, limits=_LIMITS),
    requests=_AMOUNTS,
    limits=_LIMITS,
    assumed=_AMOUNTS | {"description": "the part of the requests that nobody stated"},
    note=_TEXT,
)
_VOLUME = _object(
    "a claim, or a template of `count` claims",
    object=_TEXT,
    name=_TEXT,
    **_PLACE,
    count=_COUNT,
    size=_GIBI,
    access_modes=_list(_TEXT),
    storage_class=_or_null(_TEXT),
    assumed={"type": "boolean", "description": "whether nobody stated the size"},
)
_GAP = _object(
    "a number that nobody stated",
    object=_TEXT,
    container=_TEXT,
    resource={"type": "string", "description": "requests.cpu and the like"},
    reason=_TEXT,
    assumed=_or_null(_TEXT | {"description": "what is written in its place"}),
    **_PLACE,
)
_CLAIM = _object(
    "a stated number beside the computed one",
    name=_TEXT,
    claimed=_TEXT,
    computed=_TEXT,
    ok={"type": "boolean"},
    arithmetic=_TEXT,
    file=_or_null(_TEXT),
    line=_or_null(_LINE),
)
_EDIT: Data = {
    "description": "what should stand at a path of the mapping spec; without a value it is removed",
    "type": "object",
    "properties": {"path": _POINTER, "value": {}},
    "required": ["path"],
    "additionalProperties": False,
}
_FINDING = _object(
    "a pattern that a rule flags: `file` and `line` are the manifest's, `source` the Compose line it comes from",
    code={"type": "string", "pattern": "^[A-Z]{3}[0-9]{3}$"},
    name={"type": "string", "pattern": "^[a-z0-9-]+$"},
    severity=_SEVERITY,
    message=_TEXT,
    **_PLACE,
    column=_LINE,
    object={"type": "string", "description": "Kind/name; empty for a finding about a source file"},
    field=_POINTER,
    fix=_TEXT,
    patch=_list(_EDIT, "the edits of the mapping spec that repair it; none where a person has to decide"),
    source=_or_null(_object(**_PLACE)),
)
_EXCUSED = _object(
    "a finding that a person let stand, with the reason",
    **_FINDING["properties"],
    excuse=_TEXT,
    until=_or_null({"type": "string", "format": "date"}),
    excused_at=_or_null(_object("where the suppression stands", **_PLACE)),
)
_ENTRY = _object(
    "what became of one leaf of the input",
    path=_POINTER,
    **_PLACE,
    outcome=_OUTCOME,
    reason=_TEXT,
    decided_at=_or_null(_object("the place of the mapping that decides about it", **_PLACE)),
    to=_list(_object(object=_TEXT, field=_POINTER)),
    losses=_list(_object(code=_TEXT, reason=_TEXT, fix=_TEXT)),
)
_DECISION = _object(
    "what is decided for one reason: by the mapping, or inferred because nobody decides it",
    by={"enum": ["mapping", "inferred"]},
    reason=_TEXT,
    services=_list(_TEXT, "those of which lines are replaced, or the section of the file"),
    objects=_list(_TEXT, "those in which it gives a field"),
    fields=_list(_TEXT),
    lines=_COUNT | {"description": "lines of the input that it replaces"},
    place=_or_null(_object(**_PLACE)),
)
_QUOTA = _object(
    "what a ResourceQuota of the tree allows beside what its namespace asks for",
    object=_TEXT,
    resource=_TEXT,
    hard=_TEXT,
    used=_TEXT,
    ok={"type": "boolean"},
    arithmetic=_TEXT,
    **_PLACE,
)
_NAMESPACE = _object(
    "the total of one namespace; an empty name is given when the tree is applied",
    namespace=_TEXT,
    pods=_COUNT,
    requests=_AMOUNTS,
    limits=_LIMITS,
    storage=_GIBI,
    objects={"type": "object", "additionalProperties": _COUNT},
)
_STATE = _object("pods and what they request, in a state of the system", pods=_COUNT, requests=_AMOUNTS)
_TEXTS: Data = {"type": "object", "additionalProperties": _TEXT}
_FIT = _object(
    "where the pods go on the nodes that were named; `enough` nodes of the largest size hold them all",
    ok={"type": "boolean"},
    nodes=_list(_object(node=_TEXT, allocatable=_AMOUNTS, requests=_AMOUNTS, pods=_list(_TEXT))),
    unplaced=_list(_object(object=_TEXT, reason=_TEXT)),
    enough=_or_null(_COUNT),
    not_looked_at=_list(_object("what a pod asks of its node that nothing here answers", object=_TEXT, what=_TEXT)),
)
_BUDGET = _object(
    "what the pods and claims of the tree ask for",
    pods=_COUNT,
    requests=_AMOUNTS,
    limits=_LIMITS,
    assumed=_object("the part of requests and storage that nobody stated", cpu=_CPU, memory=_MEBI, storage=_GIBI),
    storage=_GIBI,
    storage_by=_list(_object(storage_class=_or_null(_TEXT), access_modes=_list(_TEXT), size=_GIBI)),
    peak=_STATE,
    maximum=_STATE,
    quota=_TEXTS,
    limit_range={"type": "object", "additionalProperties": _TEXTS},
    fit=_or_null(_FIT),
    fits={
        "description": "the same in the states that have more pods: rollout, maximum",
        "type": "object",
        "additionalProperties": _FIT,
    },
    workloads=_list(_WORKLOAD),
    volumes=_list(_VOLUME),
    gaps=_list(_GAP),
    claims=_list(_CLAIM),
    ceilings=_list(_CLAIM, "what the mapping allows: `claimed` is the most, `computed` what it comes to"),
    quotas=_list(_QUOTA),
    namespaces=_list(_NAMESPACE),
)


def report_schema() -> Data:
    """The JSON schema (2020-12) of what ``compose2qt report --format json`` prints."""
    body = _object(
        "",
        schema={"const": SCHEMA},
        title=_TEXT,
        budget=_BUDGET,
        findings=_list(_FINDING),
        excused=_list(_EXCUSED),
        ends_not_judged={**_COUNT, "description": "the ends of suppressions that nobody judged: no day was given"},
        decisions=_list(_DECISION),
        ledger=_list(_ENTRY),
    )
    required = [name for name in body["required"] if name not in ("decisions", "ledger")]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, "title": "A report of compose2qt"}
    return {**head, **body, "required": required}
