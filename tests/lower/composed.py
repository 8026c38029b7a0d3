"""A Compose text through the loader, the inferred plan and the lowering: what the topic tests look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.compose import LoadOptions, load
from compose2qt.diagnostic import Collector
from compose2qt.lower import Lowered, lower
from compose2qt.mapping.infer import infer
from compose2qt.source.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path

    from compose2qt.workload import Container, Endpoint, Workload


class Composed:
    """A lowered project and the questions that tests ask about it."""

    def __init__(self, lowered: Lowered, problems: Collector) -> None:
        self.lowered, self.application, self.problems = lowered, lowered.application, problems

    def __getitem__(self, name: str) -> Workload:
        return next(one for one in self.application.workloads if one.name == name)

    def names(self) -> list[str]:
        return [one.name for one in self.application.workloads]

    def main(self, name: str) -> Container:
        return self[name].pod.containers[0]

    def inits(self, name: str) -> list[str]:
        return [one.name for one in self[name].pod.init_containers]

    def endpoints(self, name: str) -> dict[str, Endpoint]:
        return {one.name: one for one in self[name].endpoints}

    def ports(self, name: str, service: str = "") -> list[int]:
        return [port.value.port for port in self.endpoints(name)[service or name].ports]

    def mounts(self, name: str) -> dict[str, tuple[str, str]]:
        """(volume, sub path) by path."""
        return {mount.path.value: (mount.volume, mount.sub_path) for mount in self.main(name).mounts}

    def source(self, name: str, volume: str) -> object:
        return next(one.source.value for one in self[name].pod.volumes if one.name == volume)

    def config(self, name: str) -> dict[str, str]:
        found = next((one for one in self.application.config_maps if one.name == name), None)
        return {key: traced.value for key, traced in found.data} if found else {}

    def claims(self) -> list[str]:
        return [claim.name for claim in self.application.claims]

    def losses(self) -> set[str]:
        return {loss.code for loss in self.lowered.losses}

    def shown(self) -> set[str]:
        """Losses that a person should know of: all but those of severity info."""
        return {loss.code for loss in self.lowered.losses if loss.severity > 1}


def composed(folder: Path, text: str, kubernetes: str = "1.35") -> Composed:
    """``text`` as the Compose file of ``folder``, without a mapping."""
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    problems = Collector()
    options = LoadOptions(files=(str(folder / "compose.yaml"),), project_directory=str(folder), project_name="p")
    project = load(options, problems)
    plan = replace(infer(project), kubernetes=kubernetes)
    made = lower(project, plan, Disk(project.directory), problems)
    problems.check()
    return Composed(made, problems)
