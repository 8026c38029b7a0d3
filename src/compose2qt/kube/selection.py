"""Label selectors (``LabelSelector`` of apimachinery): which labels one selects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.kube.reading import items, text, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compose2qt.source import Node


def selects(selector: Node | None, labels: Mapping[str, str]) -> bool:
    """Whether ``selector`` (``matchLabels``, ``matchExpressions``) selects ``labels``; an empty one selects all."""
    return texts(selector, "matchLabels").items() <= labels.items() and holds(items(selector, "matchExpressions"), labels)


def holds(expressions: tuple[Node, ...], labels: Mapping[str, str]) -> bool:
    """Whether ``labels`` fulfil each of ``expressions``; one with an operator that no API server takes asks for nothing."""
    return all(_holds(expression, labels) for expression in expressions)


def _holds(expression: Node, labels: Mapping[str, str]) -> bool:
    key, values = text(expression, "key"), {text(value) for value in items(expression, "values")}
    match text(expression, "operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return True
