"""MIG008."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compose2qt.audit.registry import rule
from compose2qt.audit.subject import Flag, number, texts
from compose2qt.diagnostic import Severity
from compose2qt.kube.reading import at, items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.audit.subject import Container


@rule(
    "MIG008",
    "script-not-executable",
    Severity.ERROR,
    fix="set defaultMode: 0555 on the volume, or run it through its interpreter: [sh, /path/script.sh]",
)
def script_not_executable(container: Container) -> Iterator[Flag]:
    """A container starts a script from a ConfigMap whose files are not executable: permission denied.

    Files of a ConfigMap have the mode 0644 unless it says otherwise, whatever they had on the developer's disk.
    """
    for program in _programs(container):
        yield from _closed(container, program)


def _closed(container: Container, program: str) -> Iterator[Flag]:
    for mount in container.mounts:
        volume = container.pod.volumes.get(mount.volume)
        target = mount.target.rstrip("/")
        is_config = volume is not None and volume.kind in ("configMap", "secret")
        if volume is None or not is_config or not (program == target or program.startswith(target + "/")):
            continue
        modes = [number(at(volume.node, (volume.kind, "defaultMode")), 0o644)]
        modes += [number(at(item, ("mode",)), modes[0]) for item in items(at(volume.node, (volume.kind, "items")))]
        if not any(mode & 0o111 for mode in modes):
            yield Flag(f"it starts {program}, which is not executable", container.object, volume.path)


def _programs(container: Container) -> Iterator[str]:
    """What is started: the command, or a script that the image's entrypoint is given to run; and what probes run."""
    command, args = texts(container.at("command")), texts(container.at("args"))
    started = command[0] if command else next((one for one in args[:1] if one.endswith((".sh", ".bash", ".py"))), "")
    probes = (texts(container.at(key, "exec", "command")) for key in ("readinessProbe", "livenessProbe", "startupProbe"))
    # A shell that only starts a script needs its x bit, too; one that does more is left alone.
    checked = (words[2] if words[1:2] == ("-c",) and len(words) == 3 else words[0] for words in map(tuple, probes) if words)
    yield from dict.fromkeys(one for one in (started, *checked) if one.startswith("/") and " " not in one)
