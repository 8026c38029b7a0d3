"""Fixes of a converted project name what there is to edit, and only keys that exist."""

from __future__ import annotations

import re
from typing import Any

import pytest

from compose2qt.audit import RULES
from compose2qt.audit.keys import _FIELDS, _RULES, Keys, where
from compose2qt.compose.schema import compose_schema
from compose2qt.mapping.spec import mapping_schema

POD = ("spec", "template", "spec")
WEB = (*POD, "containers", 0)


@pytest.mark.parametrize(
    ("rule", "path", "is_mapped", "said"),
    [
        ("image-latest-tag", (*WEB, "image"), False, "in Compose: image; in the mapping: targets.NAME.image"),
        ("image-latest-tag", (*WEB, "image"), True, "in the mapping: targets.NAME.image"),
        ("capabilities-not-dropped", (*WEB, "securityContext", "capabilities", "drop"), False, "in Compose: cap_drop: [ALL]"),
        ("capabilities-not-dropped", (*WEB, "securityContext", "capabilities", "drop"), True, "in Compose: cap_drop: [ALL]"),
        ("shell-syntax-in-args", (*WEB, "args", 0), False, "in Compose: command; in the mapping: targets.NAME.args"),
        ("host-namespace", (*POD, "hostPID"), False, "in Compose: pid"),
        ("missing-disruption-budget", ("spec", "replicas"), False, "an overlay"),
        ("single-replica", ("spec", "replicas"), False, "in Compose: deploy.replicas; in the mapping: targets.NAME.replicas"),
        ("no-network-policy", (), False, "in the mapping: network_policy: true"),
        ("localhost-url", ("data", "API"), False, "in Compose: environment"),
        ("may-run-as-root", (*POD, "initContainers", 0, "securityContext", "runAsNonRoot"), False, ""),
        ("idle-claim", ("spec", "volumeName"), False, ""),
    ],
)
def test_the_key_is_that_of_the_field_or_of_the_rule(
    rule: str, path: tuple[str | int, ...], is_mapped: bool, said: str
) -> None:
    told = where(rule, path, is_mapped=is_mapped)
    assert said in told
    assert bool(told) == bool(said)


@pytest.mark.parametrize("keys", [*_FIELDS.values(), *_RULES.values()], ids=str)
def test_every_key_of_the_mapping_exists(keys: Keys) -> None:
    schema = mapping_schema()
    for key in re.findall(r"[a-z_]+(?:\.[A-Za-z_]+)+|network_policy", keys.mapping):
        node: dict[str, Any] = schema
        for step in key.split("."):
            node = _resolved(node, schema)
            properties = node.get("properties", {})
            assert step in properties or (step == "NAME" and node.get("additionalProperties")), key
            node = properties.get(step) or node["additionalProperties"]


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The object that a schema node allows, whatever else it allows."""
    for one in (node, *node.get("anyOf", [])):
        if "$ref" in one:
            return schema["$defs"][one["$ref"].rpartition("/")[2]]  # type: ignore[no-any-return]  # a schema is plain data
        if "properties" in one or "additionalProperties" in one:
            return one  # type: ignore[no-any-return]  # as above
    return node


@pytest.mark.parametrize(
    "keys", [keys for keys in (*_FIELDS.values(), *_RULES.values()) if not keys.compose.startswith("the file")], ids=str
)
def test_every_key_of_compose_exists(keys: Keys) -> None:
    text = str(compose_schema())
    for key in re.findall(r"[a-z_.]+(?=[:,]|$| or )", keys.compose.partition(": ")[0]):
        assert all(f"'{step}'" in text for step in key.split(".")), key


def test_rules_with_keys_of_their_own_exist() -> None:
    assert _RULES.keys() <= {rule.name for rule in RULES}
