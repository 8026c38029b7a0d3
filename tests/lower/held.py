"""Whether the fields that the ledger names for a leaf hold what the leaf says: its text, or a transformation listed here.

This is the second half of law 1. ``emitted`` is a claim about a manifest; ``astray`` looks at the manifest.
"""

from __future__ import annotations

import math
import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from compose2qt.compose.units import byte_count, seconds
from compose2qt.source import Mapping, Scalar, Sequence, leaves
from compose2qt.workload import Outcome, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from compose2qt.compose import Project
    from compose2qt.manifests.model import Tree
    from compose2qt.mapping.plan import Plan
    from compose2qt.source import Node, Path, Span
    from compose2qt.workload import Ledger


class Row(NamedTuple):
    """A documented transformation: leaves of ``attribute`` in ``field``; ``holds`` says whether one value is the other."""

    attribute: str
    field: str
    why: str
    holds: Callable[[str, str], bool] = lambda _leaf, _field: True


def _whole_seconds(leaf: str, field: str) -> bool:
    return str(math.ceil(seconds(leaf))) == field or (seconds(leaf) == 0 and field == "30")


def _bytes(leaf: str, field: str) -> bool:
    return Quantity.of_bytes(byte_count(leaf)).binary in field


def _cores(leaf: str, field: str) -> bool:
    return Quantity.parse(leaf).cpu == field


def _name(leaf: str, field: str) -> bool:
    """A legal name made from a name or a path, or from the last part of a path."""
    found = re.sub(r"[^a-z0-9]+", "-", leaf.lower().removeprefix("./")).strip("-")
    return not found or found[:20] in field or found.rpartition("-")[2][:20] in field or field in found


def _words(leaf: str, field: str) -> bool:
    return all(word in field for word in shlex.split(leaf.replace("$$", "$")))


def _policy(leaf: str, field: str) -> bool:
    """A restart policy; a Deployment knows only Always, a Job anything else."""
    never = leaf.partition(":")[0] in ("no", "none")
    return field in (("Never",) if never else ("OnFailure", "Always"))


def _keyed(leaf: str, field: str) -> bool:
    """A key with its value, ``:`` or ``=`` between them."""
    return field in re.split("[:=]", leaf)


_POD = r"\w+:/spec(?:/jobTemplate/spec)?/template"
_CONTAINER = rf"{_POD}/spec/(?:initC|c)ontainers/\d+"
_PROBE = rf"{_CONTAINER}/(?:readiness|liveness)Probe"
_VOLUME = rf"{_POD}/spec/volumes/\d+/\w+"
ROWS = (
    # What is concealed.
    Row(r".*", r"Secret:/stringData/.*", "the value is secret: a person fills it in", lambda _, field: field == "REPLACE_ME"),
    Row(
        r".*environment.*",
        rf"{_CONTAINER}/env/.*",
        "the password in it is a key of a Secret",
        lambda _, field: "$(" in field or field == "secretKeyRef",
    ),
    Row(
        r".*",
        rf"{_CONTAINER}/(args|command|\w+Probe/exec|lifecycle/.*)",
        "a secret in it is a variable",
        lambda _, field: "$" in field,
    ),
    Row(r".*labels.*", r".*/annotations/.*", "a secret in it is left out", lambda _, field: "REPLACE" in field),
    # Words of Compose and of Kubernetes for one thing.
    Row(r".*(command|entrypoint|test).*", rf"{_CONTAINER}/(args|command)|{_PROBE}/exec", "text that a shell splits", _words),
    Row(
        r".*test\[\]",
        rf"{_PROBE}/(exec|httpGet|tcpSocket)",
        "CMD-SHELL is a shell, and a plain check the kubelet's own",
        lambda _, field: field in ("/bin/sh", "command", "port"),
    ),
    Row(
        r".*healthcheck\.test",
        rf"{_PROBE}/(httpGet|tcpSocket)",
        "a plain check is the kubelet's own",
        lambda _, field: field == "port",
    ),
    Row(r".*(interval|timeout|period|delay|labels\.kompose.*)", rf"{_PROBE}.*|.*Seconds", "whole seconds", _whole_seconds),
    Row(
        r".*timeout",
        rf"{_PROBE}/timeoutSeconds",
        "the command's own limit is shorter",
        lambda leaf, field: int(field) < seconds(leaf),
    ),
    Row(
        r".*(mem_\w+|memory|size|shm_size|tmpfs\[\]|driver_opts\.o|kompose\.volume\.size)",
        rf".*/memory|{_VOLUME}|{_CONTAINER}/volumeMounts/\d+|.*/storage",
        "bytes in binary units",
        _bytes,
    ),
    Row(r".*cpu_quota", r".*/cpu", "a share of cpu_period", lambda _, field: field.removesuffix("m").isdecimal()),
    Row(r".*kompose\.service\.expose", r"Ingress:/spec/rules/.*", "the route that it asks for"),
    Row(
        r".*pull_policy",
        r".*/imagePullPolicy",
        "build, and missing, is IfNotPresent; daily, weekly is Always",
        lambda _, field: field in ("IfNotPresent", "Always"),
    ),
    Row(
        r".*(configs|secrets)\[\]\.mode",
        _VOLUME,
        "an octal mode in decimal digits",
        lambda leaf, field: str(int(leaf, 8)) == field,
    ),
    Row(
        r".*placement\.constraints\[\]", r".*/nodeSelector/.*", "the label of a node", lambda leaf, field: leaf.endswith(field)
    ),
    Row(r".*cpus", r".*/cpu", "thousandths of a core", _cores),
    Row(r".*(tmpfs\[\]|shm_size|type|driver_opts\..*)", _VOLUME, "a kind of volume is the name of its source"),
    Row(
        r".*(shm_size)",
        rf"{_CONTAINER}/volumeMounts/\d+",
        "it is the size of /dev/shm",
        lambda _, field: field.endswith("/shm"),
    ),
    Row(r".*(restart|condition|RESTART\w*)", r".*/restartPolicy", "the policies of Kubernetes", _policy),
    Row(r".*restart", r".*/backoffLimit", "on-failure:3", _keyed),
    Row(
        r".*depends_on.*",
        rf"{_CONTAINER}(/command)?",
        "an init container runs before",
        lambda _, field: field.startswith(("until getent", "image")),
    ),
    Row(
        r".*security_opt\[\]",
        rf"{_CONTAINER}/securityContext/.*",
        "no new privileges is no escalation",
        lambda leaf, field: field in ("false", "true", "type") or _keyed(leaf, field),
    ),
    Row(r".*user", r".*/runAs(User|Group)|.*/fsGroup", "the number of a known user", lambda _, field: field.isdecimal()),
    Row(
        r".*(network_mode|pid|ipc|\.gpus|service)",
        r".*/(host(Network|PID|IPC)|shareProcessNamespace)",
        "the node's, or that of the pod",
        lambda _, field: field == "true",
    ),
    Row(
        r".*(devices|gpus).*",
        r".*/limits/[\w.~-]+",
        "the device's resource",
        lambda _, field: field.isdecimal() or "/" in field,
    ),
    Row(r".*update_config\.\w+", r".*/(strategy|updateStrategy)/.*", "start-first is a surge, stop-first an absence"),
    Row(
        r".*endpoint_mode|.*kompose\.service\.type",
        r"Service:/spec/clusterIP",
        "a headless Service",
        lambda _, field: field == "None",
    ),
    # Names.
    Row(r".*build.*", r".*/image", "the image that is built"),
    Row(r".*image", rf"{_VOLUME}|{_CONTAINER}/volumeMounts/\d+", "the data folder that the image declares"),
    Row(r".*type", r"PersistentVolumeClaim:/metadata/name", "a volume is a claim"),
    Row(r".*(volumes|configs).*", r"ConfigMap:/(data|binaryData)/.*", "the content of the file"),
    Row(
        r".*(volumes|configs|secrets|<<).*",
        rf"{_VOLUME}|PersistentVolumeClaim:/metadata/name",
        "a name made from the source",
        _name,
    ),
    Row(r".*(volumes).*", rf"{_CONTAINER}/volumeMounts/\d+/mountPath", "a file in a mounted folder", str.startswith),
    Row(r".*hostname", r".*/(hostname|hostnameOverride)", "a legal name", _name),
)


def astray(project: Project, plan: Plan, ledger: Ledger, tree: Tree) -> Iterator[tuple[str, str, str, str]]:
    """(attribute, text, object and field, what stands there) of each emitted leaf whose field holds something else."""
    known = _known(project)
    objects = {item.id: item.root for item in tree.objects}
    for entry in ledger.entries:
        for place in entry.to if entry.outcome is Outcome.EMITTED else ():
            found = _at(objects[place.object], place.field)
            if isinstance(found, Scalar | Mapping | Sequence):
                said = known.get(entry.leaf.span, [(".".join(map(str, entry.leaf.path)), "")])
                where = f"{place.object.partition('/')[0]}:{place.field}"
                texts = [*_texts(found), place.field.rpartition("/")[2].replace("~1", "/")]
                moved = [(attribute, _led(text, plan)) for attribute, text in said]
                if not any(_holds(attribute, text, where, texts) for attribute, text in (*said, *moved)):
                    yield said[0][0], said[0][1], where, "|".join(texts)


def _holds(attribute: str, text: str, where: str, texts: list[str]) -> bool:
    if any(_same(text, one) for one in texts):
        return True
    rows = (row for row in ROWS if re.fullmatch(row.attribute, attribute) and re.fullmatch(row.field, where))
    return any(_try(row, text, one) for row in rows for one in (*texts, " ".join(texts)))


def _try(row: Row, text: str, field: str) -> bool:
    try:
        return row.holds(text, field)
    except (ValueError, ArithmeticError):
        return False


def _same(leaf: str, field: str) -> bool:
    left, right = leaf.lower(), field.replace("$$", "$").lower()
    left = left.replace("$$", "$")
    if left == right:
        return True
    is_text = not left.isdecimal() and not right.isdecimal() and len(right) > 1
    return bool(left) and is_text and (left in right or right in left)


def _led(text: str, plan: Plan) -> str:
    """``text`` with every host where the plan leads it."""
    for name in sorted(plan.hosts, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", plan.hosts[name].service, text)
    return text


def _known(project: Project) -> dict[Span, list[tuple[str, str]]]:
    """The attributes that each leaf gives and the text it has there, after everything that the loader does."""
    found: dict[Span, list[tuple[str, str]]] = {}
    sections = {
        "services": {name: service.node for name, service in project.services.items()},
        "jobs": project.jobs, "volumes": project.volumes, "configs": project.configs, "secrets": project.secrets,
    }  # fmt: skip
    for section, nodes in sections.items():
        for node in nodes.values():
            for path, leaf in leaves(node):
                for span in (leaf.span, *getattr(leaf, "also", ())):
                    found.setdefault(span, []).append((f"{section}.{_attribute(path)}", _text(leaf)))
    return found


def _attribute(path: Path) -> str:
    return ".".join(str(step) if isinstance(step, str) else "[]" for step in path).replace(".[]", "[]")


def _text(node: Node) -> str:
    value = node.value if isinstance(node, Scalar) else None
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _texts(node: Node) -> Iterator[str]:
    """Keys and scalars below ``node``."""
    for path, leaf in leaves(node):
        yield from (step for step in path if isinstance(step, str))
        yield _text(leaf)


def _at(node: Node | None, field: str) -> Node | None:
    for step in field.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        items = node.items if isinstance(node, Sequence) else ()
        node = node.get(name) if isinstance(node, Mapping) else items[int(name)] if items else None
    return node
