"""Start, stop, restart, scale: what controllers and kubelets do over time."""

from __future__ import annotations

import itertools
import re
import shlex
from typing import TYPE_CHECKING

from compose2qt.verify.cluster.process import vector
from compose2qt.verify.contract import Aspect, Fact
from compose2qt.verify.docker.life import Step, steps
from compose2qt.verify.docker.process import STOPSIGNAL
from compose2qt.verify.reading import entries, find, number, place, text, texts
from compose2qt.verify.shell import settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from compose2qt.kube.kubelet import Environment
    from compose2qt.manifests.model import Object
    from compose2qt.source import Node, Span
    from compose2qt.verify.cluster.world import Container, World

HEALTHY, SUCCEEDED, EXISTS, ANSWERS = "healthy", "has succeeded", "its name exists", "accepts connections"
_DEFAULT_GRACE = 30
_DEFAULT_BACKOFF = 6
_WAITS = re.compile(
    r"\b(?:until|while|wait-for|wait_for|waitfor|dockerize|k8s-wait-for|for)\b|wait-for-it|wait4", re.IGNORECASE
)
_GIVES_UP = re.compile(r"\bexit 0\b|\|\|\s*(?:true\b|:(?:\s|$))")
_RESOLVES = re.compile(r"\b(?:getent|nslookup|dig|host)\b")
_REDIRECTION = re.compile(r"\d?>+\s*(?:&\d|[^\s;&|]+)")
_LOOP = re.compile(
    r"(?:until|while\s+!)\s+(?P<asks>(?!true\b|false\b|!|(?:\[+|test)\s+(?:!|-z))[^;|&]+(?:\|\s*grep[^;|&]*)?(?:&&[^;|&]+)*?)\s*;\s*do\s+"
    r"(?:echo[^;|&]*;\s*)*sleep\s+[\d.]+\s*;(?:\s*echo[^;|&]*;)*\s*done"
)
_ECHO = re.compile(r"\b(?:echo|printf)\b[^;|&\n]*|(?:^|(?<=\s))#[^\n]*")
"""What is only said."""
_ASKED = re.compile(r"\b(?:getent\s+\w+|nslookup|nc(?:\s+-\w+(?:\s+\d+)?)*)\s+([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)(?=\s|$)")
_SHELL = re.compile(r"(?:.*/)?(?:ba|da|a)?sh\Z")
_COMMAND = frozenset(("-c", "-ec", "-xc", "-exc", "-euc", "-lc"))
_BESIDE = re.compile(r"(?:echo[^;|&]*|set -[eux]+|:|exit 0)?")
_HOST = re.compile(r"(?<![\w.-])([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)(?![\w-])")


def life(container: Container, world: World, known: Mapping[str, str]) -> Iterator[Fact]:
    """What happens at the end, how often it starts again, and how many run."""
    pod, item = container.pod.node, container.pod.item
    policy, where = restart(container)
    yield Fact(Aspect.RESTART, "", policy, where)
    grace = number(pod, "terminationGracePeriodSeconds")
    yield Fact(
        Aspect.STOP, "grace", f"{_DEFAULT_GRACE if grace is None else grace}s", place(pod, "terminationGracePeriodSeconds")
    )
    stop_signal = text(container.node, "lifecycle", "stopSignal")
    yield Fact(Aspect.STOP, "signal", stop_signal or STOPSIGNAL, place(container.node, "lifecycle"))
    for key, aspect, word in (("postStart", Aspect.START, "after start"), ("preStop", Aspect.STOP, "before stop")):
        hook = find(container.node, "lifecycle", key)
        if hook is not None:
            yield Fact(aspect, word, _hook(hook, known), hook.span)
    if container.role == "init":
        yield Fact(Aspect.SCALE, "", "1", item.span)
        return
    yield scale(item, world)
    yield from _schedule(item)


def _schedule(item: Object) -> Iterator[Fact]:
    if item.kind == "Job" and text(item.root, "spec", "suspend") == "true":
        yield Fact(Aspect.SCALE, "suspended", "yes", place(item.root, "spec", "suspend"))
    if item.kind != "CronJob":
        return
    template = ("spec", "jobTemplate", "spec", "suspend")
    if text(item.root, *template) == "true":
        yield Fact(Aspect.SCALE, "suspended jobs", "yes", place(item.root, *template))
    if (number(item.root, "spec", "startingDeadlineSeconds") or 10) < 10:
        where = place(item.root, "spec", "startingDeadlineSeconds")
        yield Fact(Aspect.SCALE, "starting deadline", "so short that a run may be missed", where)
    if text(item.root, "spec", "suspend") == "true":
        yield Fact(Aspect.SCALE, "suspended", "yes", place(item.root, "spec", "suspend"))
        return
    shown = " ".join(filter(None, (item.text("spec", "schedule"), item.text("spec", "timeZone"))))
    yield Fact(Aspect.SCALE, "schedule", shown, place(item.root, "spec", "schedule"))
    overlap = item.text("spec", "concurrencyPolicy").lower() or "allow"
    yield Fact(Aspect.SCALE, "overlap", overlap, place(item.root, "spec", "concurrencyPolicy"))


def restart(container: Container) -> tuple[str, Span]:
    """When a container that ended is started again."""
    pod, item = container.pod.node, container.pod.item
    own = find(container.node, "restartPolicy") or find(pod, "restartPolicy")
    policy = text(own) or "Always"
    where = own.span if own is not None else item.span
    if container.role == "init" and policy == "Always":
        policy = "OnFailure"  # an init container that succeeded does not run again
    if item.kind in ("Job", "CronJob"):
        base = ("spec", "jobTemplate", "spec") if item.kind == "CronJob" else ("spec",)
        limit = number(item.root, *base, "backoffLimit")
        tries = _DEFAULT_BACKOFF if limit is None else limit
        return ("never" if tries == 0 else f"on failure, at most {tries} times"), where
    return {"Always": "always", "Never": "never", "OnFailure": "on failure"}.get(policy, policy), where


def scale(item: Object, world: World) -> Fact:
    """How many pods run: the controller's number, or an autoscaler's bounds."""
    for other in world.autoscalers:
        target = other.text("spec", "scaleTargetRef", "kind") or "Deployment", other.text("spec", "scaleTargetRef", "name")
        if target == (item.kind, item.name):
            is_keda = other.kind == "ScaledObject"
            least, most = ("minReplicaCount", "maxReplicaCount") if is_keda else ("minReplicas", "maxReplicas")
            low = other.text("spec", least) or ("0" if is_keda else "1")
            high = other.text("spec", most) or ("100" if is_keda else "")
            return Fact(Aspect.SCALE, "", f"{low} to {high}", place(other.root, "spec"))
    if item.kind in ("Job", "CronJob"):
        return _runs(item)
    if item.kind == "DaemonSet":
        return Fact(Aspect.SCALE, "", "one on each node", item.span)
    count = number(item.root, "spec", "replicas")
    return Fact(Aspect.SCALE, "", str(1 if count is None else count), place(item.root, "spec", "replicas"))


def _runs(item: Object) -> Fact:
    """How many pods a Job has to its end: none if none may run at a time."""
    spec = find(item.root, "spec", "jobTemplate", "spec") if item.kind == "CronJob" else find(item.root, "spec")
    together, completions = number(spec, "parallelism"), number(spec, "completions")
    count = together if completions is None or together == 0 else completions
    key = "completions" if completions is not None and together != 0 else "parallelism"
    return Fact(Aspect.SCALE, "", str(1 if count is None else count), place(spec, key))


def _hook(node: Node, known: Mapping[str, str]) -> str:
    if words := texts(node, "exec", "command"):
        return steps(_steps(settled(words, known), known))
    kind = next(iter(entries(node)), "nothing")
    return f"{kind} {text(node, kind, 'seconds') or text(node, kind, 'path')}".strip()


def _steps(words: tuple[str, ...], known: Mapping[str, str]) -> tuple[Step, ...]:
    """The commands that a handler runs: one, or ``(cd FOLDER && env NAME=VALUE COMMAND) && (...)`` by a shell."""
    script = words[2] if len(words) == 3 and words[:2] == ("/bin/sh", "-c") else ""
    if not script.startswith("("):
        return (Step(words),)
    lexer = shlex.shlex(script, posix=True, punctuation_chars="();&|<>")
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        tokens = list(lexer)
    except ValueError:
        return (Step(words),)
    found: list[Step] = []
    for is_end, part in itertools.groupby(tokens, lambda token: token in ("(", ")", ")&&(")):
        if not is_end and (inner := list(part)) != ["&&"]:
            found.append(_one_step(inner, known))
    return tuple(found)


def _one_step(tokens: list[str], known: Mapping[str, str]) -> Step:
    folder = ""
    if len(tokens) > 2 and tokens[0] == "cd" and tokens[2] == "&&":
        folder, tokens = tokens[1], tokens[3:]
    variables: list[str] = []
    if tokens[:1] == ["env"]:
        tokens = tokens[1:]
        while tokens and "=" in tokens[0]:
            variables.append(tokens[0])
            tokens = tokens[1:]
    own = dict(variable.partition("=")[::2] for variable in variables)
    return Step(settled(tuple(tokens), {**known, **own}), folder, tuple(variables))


# Waiting ---------------------------------------------------------------------------------------------------------------


def wait(container: Container, env: Environment, reached: Callable[[str, bool], dict[str, bool]]) -> dict[str, str]:
    """What an init container waits for, by service; empty if it does something else.

    ``reached(host, connects)`` gives the services behind a host name, and whether it answers only when they are ready.
    """
    words = [word for word in vector(container.node, env).words if isinstance(word, str)]
    script = "\n".join((*words, *(entry.value for entry in env.entries.values())))
    if not _WAITS.search(script) and not _WAITS.search(container.image):
        return {}
    script = _ECHO.sub("", script)
    connects = _RESOLVES.search(script) is None
    gives_up = ", or it gives up" if _GIVES_UP.search(script) else "" if _only_waits(words, reached) else ", or something else"
    found: dict[str, str] = {}
    for host in dict.fromkeys(_HOST.findall(script)):
        for service, is_ready in reached(host, connects).items():
            found[service] = (HEALTHY if is_ready else ANSWERS if connects else EXISTS) + gives_up
    return found


def _only_waits(words: list[str], reached: Callable[[str, bool], dict[str, bool]]) -> bool:
    """Whether a script is made of loops that end when a service of the project answers, and of nothing else."""
    given = words[1] if len(words) > 1 and _SHELL.match(words[0]) else ""
    if given not in _COMMAND and (given.startswith("-") or re.search(r"\s", given)):
        return False  # the shell takes the text for the name of a file, or does not run it
    if len(words) != 3 or words[1] not in _COMMAND:
        return True  # a program for this purpose
    script = re.sub(r"\s*(?:\n\s*)+", "; ", _REDIRECTION.sub("", words[2]).strip()).replace("do;", "do ")
    loops = list(_LOOP.finditer(script))
    rest = re.split(r";|&&", _LOOP.sub("", script))
    asked = all(any(reached(host, True) for host in _HOST.findall(loop["asks"])) for loop in loops)
    return bool(loops) and asked and all(_BESIDE.fullmatch(part.strip()) for part in rest)


def waits_in_vain(container: Container, env: Environment, is_known: Callable[[str], bool]) -> Iterator[str]:
    """The names inside the cluster that the loops of a script ask for, and that nobody has."""
    words = [word for word in vector(container.node, env).words if isinstance(word, str)]
    script = " ; ".join(_REDIRECTION.sub("", words[2]).replace("do;", "do ").splitlines()) if words[1:2] == ["-c"] else ""
    for loop in _LOOP.finditer(script):
        yield from (host for host in _ASKED.findall(loop["asks"]) if "." not in host and not is_known(host))


def init_action(container: Container) -> str:
    """What an init container that waits for nobody does, in a word."""
    shown = " ".join((*texts(container.node, "command"), *texts(container.node, "args")))
    return f"runs {shown or container.image}"
