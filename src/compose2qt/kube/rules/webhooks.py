"""Admission webhooks. Source: ``pkg/apis/admissionregistration/validation``."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from compose2qt.kube.names import is_qualified_name, is_subdomain
from compose2qt.kube.reading import has, items, number, shown, text
from compose2qt.kube.registry import Violation, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.source import Mapping

_VERSIONS = frozenset(("v1", "v1beta1"))
_LISTS = ("operations", "apiGroups", "apiVersions", "resources")
_MAX_SECONDS = 30


@rule("webhook-name", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
def webhook_name(item: Mapping) -> Iterator[Violation]:
    """A webhook is named by a domain of three parts or more, and no two of one object have the same name."""
    seen: set[str] = set()
    for index, hook in enumerate(items(item, "webhooks")):
        name, path = text(hook, "name"), ("webhooks", index, "name")
        if not is_subdomain(name) or name.count(".") < 2:
            yield Violation(f"{shown(name)} is not a name for a webhook", path, "write one such as check.shop.example.com")
        elif name in seen:
            yield Violation(f"another webhook is named {shown(name)}", path, "give them different names")
        seen.add(name)


@rule("webhook-version", "ValidatingWebhook", "MutatingWebhook")
def webhook_version(hook: Mapping) -> Iterator[Violation]:
    """A webhook answers a version of the review that the API server speaks, within 1 to 30 seconds."""
    versions = {text(version) for version in items(hook, "admissionReviewVersions")}
    if not versions & _VERSIONS:
        yield Violation(
            "it answers no review that is asked", ("admissionReviewVersions",), "write admissionReviewVersions: [v1]"
        )
    if (seconds := number(hook, "timeoutSeconds")) is not None and not 1 <= seconds <= _MAX_SECONDS:
        yield Violation(f"{seconds} seconds", ("timeoutSeconds",), f"use 1 to {_MAX_SECONDS}")


@rule("webhook-address", "WebhookClientConfig")
def webhook_address(config: Mapping) -> Iterator[Violation]:
    """A webhook is reached by a Service or by a URL: ``https``, with a host, without user, query and fragment."""
    given = [name for name in ("url", "service") if has(config, name)]
    if len(given) != 1:
        yield Violation(f"there are {len(given)} addresses", (), "give one of url and service")
    if has(config, "url") and not _is_address(text(config, "url")):
        yield Violation("this is no address of a webhook", ("url",), "write https://host/path, without user and query")
    for field in ("namespace", "name") if has(config, "service") else ():
        if not text(config, "service", field):
            yield Violation(f"the Service has no {field}", ("service", field), f"write {field}")
    path, port = text(config, "service", "path"), number(config, "service", "port")
    if path and not path.startswith("/"):
        yield Violation(f"{shown(path)} is not absolute", ("service", "path"), "begin the path with /")
    if port is not None and not 1 <= port <= 65535:
        yield Violation(f"{port} is not a port", ("service", "port"), "use 1 to 65535")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.netloc) and "@" not in parts.netloc and not parts.query and not parts.fragment


@rule("webhook-rule", "RuleWithOperations")
def webhook_rule(what: Mapping) -> Iterator[Violation]:
    """A rule lists operations, groups, versions and resources; ``*`` stands alone in each list but that of resources."""
    for field in _LISTS:
        words = [text(item) for item in items(what, field)]
        if not words:
            yield Violation(f"there are no {field}", (field,), "list them, or write ['*']")
        elif "*" in words and len(words) > 1 and field != "resources":
            yield Violation("'*' means all of them", (field,), "write '*' alone")


@rule("webhook-condition", "MatchCondition")
def webhook_condition(condition: Mapping) -> Iterator[Violation]:
    """A condition has a name and an expression."""
    if not is_qualified_name(text(condition, "name")):
        yield Violation("the condition has no name", ("name",), "name it as a label is named")
    if not text(condition, "expression").strip():
        yield Violation("the condition says nothing", ("expression",), "write an expression of CEL")
