"""Make ``src/compose2qt/kube/schemas.json.zlib`` from the data of the installed ``kubernetes-validate``.

The pack holds the types of the built-in Kubernetes APIs, each distinct body once with the versions that have it. A body maps
fields to types; a required field ends in ``!``. A type is a name (``string``, ``core/v1.PodSpec``), ``[type, key...]`` for a
list whose items the keys identify, or ``{"*": type}`` for a map. What people do not write (status, managed fields, lists of
objects) is left out.

    python scripts/make_schema_pack.py [FILE]
"""

from __future__ import annotations

import importlib.util
import json
import sys
import zlib
from pathlib import Path
from typing import Any, TypeAlias

Type: TypeAlias = "str | list[str | Type] | dict[str, Type]"

VERSIONS = ("1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37")
TARGET = Path(__file__).parents[1] / "src" / "compose2qt" / "kube" / "schemas.json.zlib"
REFERENCE = "#/$defs/"
# Lists are taken apart before they are checked; options are parameters of requests.
NOT_WRITTEN = ("List", "Options")
ANY = "any"
FORMATS = {"int32": "int32", "int64": "int64", "byte": "byte", "date-time": "time"}
# Types of which the definitions say less than the decoder knows.
KNOWN: dict[str, Type] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": ANY,
    "io.k8s.apimachinery.pkg.runtime.RawExtension": ANY,
}


def folder() -> Path:
    """Where the installed package keeps its schemas."""
    found = importlib.util.find_spec("kubernetes_validate")
    if found is None or found.origin is None:
        sys.exit("kubernetes-validate is not installed: pip install 'compose2qt[dev]'")
    return Path(found.origin).parent / "kubernetes-json-schema"


def short(name: str) -> str:
    """``core/v1.PodSpec`` of ``io.k8s.api.core.v1.PodSpec``."""
    package, _, kind = name.rpartition(".")
    parts = package.split(".")
    return f"{parts[-2]}/{parts[-1]}.{kind}"


def type_of(schema: dict[str, Any]) -> Type:
    """The compact form of a field's schema."""
    if reference := schema.get("$ref"):
        name = reference.removeprefix(REFERENCE)
        return KNOWN.get(name, short(name))
    if "oneOf" in schema or "type" not in schema:
        return ANY
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = next(kind for kind in kinds if kind != "null")
    if kind == "array":
        return [type_of(schema["items"]), *schema.get("x-kubernetes-list-map-keys", [])]
    if kind == "object":
        inner = schema.get("additionalProperties")
        return {"*": type_of(inner)} if isinstance(inner, dict) else ANY
    return FORMATS.get(schema.get("format", ""), str(kind))


def body_of(schema: dict[str, Any]) -> Type:
    """The fields of a definition; a type where it has none."""
    if "properties" not in schema:
        return type_of(schema)
    required = set(schema.get("required", ()))
    fields: dict[str, Type] = {}
    for name, part in schema["properties"].items():
        written = f"{name}!" if name in required else name
        fields[written] = ANY if name in {"status", "managedFields"} else type_of(part)
    return fields


def references(body: Type) -> list[str]:
    """The names of other types in ``body``."""
    if isinstance(body, str):
        return [body] if "/" in body else []
    if isinstance(body, list):
        return references(body[0])
    return [name for part in body.values() for name in references(part)]


def version_types(version: str) -> tuple[dict[str, str], dict[str, Type]]:
    """The kinds that people write in ``version`` (``apps/v1/Deployment``) and every type that they need."""
    file = folder() / f"v{version}.0-local-strict" / "_definitions.json"
    definitions: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["$defs"]
    types = {short(name): body_of(schema) for name, schema in definitions.items() if name not in KNOWN}
    kinds: dict[str, str] = {}
    for name, schema in definitions.items():
        groups = schema.get("x-kubernetes-group-version-kind", [])
        if len(groups) == 1 and "metadata" in schema.get("properties", {}) and not name.endswith(NOT_WRITTEN):
            group = groups[0]
            kinds["/".join(part for part in (group["group"], group["version"], group["kind"]) if part)] = short(name)
    needed: dict[str, Type] = {}
    queue = sorted(kinds.values())
    while queue:
        name = queue.pop()
        if name not in needed:
            needed[name] = types[name]
            queue += references(types[name])
    return kinds, needed


def merged(found: list[dict[str, Any]]) -> dict[str, list[list[Any]]]:
    """For each name its distinct values, each as [first version, last version, value] by index."""
    rows: dict[str, list[list[Any]]] = {}
    for index, values in enumerate(found):
        for name, value in values.items():
            known = rows.setdefault(name, [])
            if known and known[-1][2] == value and known[-1][1] == index - 1:
                known[-1][1] = index
            else:
                known.append([index, index, value])
    return {name: rows[name] for name in sorted(rows)}


def pack() -> bytes:
    """The bytes of the pack: the same for the same data."""
    found = [version_types(version) for version in VERSIONS]
    document = {
        "versions": VERSIONS,
        "kinds": merged([kinds for kinds, _ in found]),
        "types": merged([types for _, types in found]),
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    return zlib.compress(text.encode(), 9)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    data = pack()
    target.write_bytes(data)
    print(f"{target}: {len(data):,} bytes")
