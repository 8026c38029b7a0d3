"""The loader: its stages in the order in which they run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.compose.consistency import check, container_names
from compose2qt.compose.discovery import discover, normalized
from compose2qt.compose.files import Files
from compose2qt.compose.interpolation import TemplateError, substitute
from compose2qt.compose.layers import Layers
from compose2qt.compose.normalize import normalize
from compose2qt.compose.project import Project, Service
from compose2qt.compose.resources import named
from compose2qt.compose.spec import root as table
from compose2qt.compose.template import variables_of
from compose2qt.compose.texts import text
from compose2qt.compose.tree import entries, items, string
from compose2qt.compose.values import bound
from compose2qt.compose.variables import EnvFiles
from compose2qt.diagnostic import InputError, nearest
from compose2qt.source import Mapping, Scalar, Span
from compose2qt.source.yaml import collecting_later

if TYPE_CHECKING:
    from collections.abc import Callable

    from compose2qt.compose.discovery import Settings
    from compose2qt.compose.project import LoadOptions
    from compose2qt.compose.template import Variable
    from compose2qt.diagnostic import Collector

_RESOURCES = ("networks", "volumes", "secrets", "configs")
_CONTAINERS = ("services", "jobs")


def load(options: LoadOptions, collector: Collector, heed: Callable[[dict[str, str]], None] | None = None) -> Project:
    """Load a Compose project as Docker Compose does; ``InputError`` with every problem if it cannot be used.

    ``heed`` is told the variables before anything is read with them.
    """
    try:
        with collecting_later():
            project = _load(options, collector, heed)
    except InputError as error:  # what was told before is not lost
        raise InputError(dict.fromkeys((*collector.errors, *error.diagnostics))) from None
    collector.check()
    return project


def load_model(options: LoadOptions, collector: Collector, *, valid: bool = True) -> tuple[str, Mapping]:
    """The project's name and its merged tree as it is written, every ``$`` too; held against the table if ``valid``."""
    with collecting_later():
        settings = discover(options, collector)
        files = Files(settings.directory, collector, interpolate=False)
        name = _name(files, settings)[0]
        tree, _ = _merged(files, replace(settings, variables={}), name, collector, valid=valid)
        model = _normalized(tree, name, {})
    collector.check()
    return name, model


def used_variables(options: LoadOptions, collector: Collector) -> dict[str, Variable]:
    """The variables that the project uses, in any service; where each has no value yet."""
    tree = load_model(options, collector, valid=False)[1]
    return variables_of(tree.with_entries({key: node for key, node in tree.entries.items() if key != "name"}))


def _load(options: LoadOptions, collector: Collector, heed: Callable[[dict[str, str]], None] | None) -> Project:
    settings = discover(options, collector)
    if heed is not None:
        heed(settings.variables)
    files = Files(settings.directory, collector)
    name, is_given = _name(files, settings, options.unnamed)
    tree, variables = _merged(files, settings, name, collector)
    if options.unnamed and not is_given:
        _report_unnamed(files, name, collector)
    tree = _bound(_normalized(tree, name, variables), collector)
    project = replace(_project(tree, settings, name), named=is_given)
    active = set(settings.profiles) or {""}
    project = _activated(project, active)
    check(project, collector)
    env_files = EnvFiles(project.directory, variables, collector)
    project = _with_env_files(project, env_files)
    if options.completes_jobs:
        project = replace(project, jobs={name: env_files.complete(f"job {name}", node) for name, node in project.jobs.items()})
    if options.services:
        project = _with_env_files(_selected(project, options.services, active, collector), env_files)
    container_names(project, collector)
    outside = tuple({**files.outside, **env_files.outside})
    for file in outside:
        collector.info(
            "read-outside", f"{file} was read: it lies outside the project folder", Span(file, 1, 1), "move it inside"
        )
    documents = (*files.documents, *env_files.documents_read())
    return replace(project, documents=documents, outside=outside, unset=files.unset)


def _name(files: Files, settings: Settings, unnamed: str = "") -> tuple[str, bool]:
    """The project's name, and whether anybody gives it."""
    given = settings.name or _declared_name(files, settings)
    folder = unnamed or normalized(os.path.basename(settings.directory))  # noqa: PTH119 - text
    name = folder if given is None else given
    if not name:
        raise InputError.of("no-project-name", "the project has no name", None, "give it one: name: my-project, or -p NAME")
    return name, given is not None


def _report_unnamed(files: Files, name: str, collector: Collector) -> None:
    """Tell where a value holds the name of a project that has none: Docker would take that of the folder."""
    for document in files.documents:
        for _, leaf in document.leaves:
            if isinstance(leaf, Scalar) and isinstance(leaf.value, str) and "COMPOSE_PROJECT_NAME" in leaf.value:
                collector.warning(
                    "project-unnamed",
                    f"COMPOSE_PROJECT_NAME is {name!r} here: nobody names the project, and the folder's name is no part of it",
                    leaf.span,
                    "name it: name: my-project, or -p NAME",
                )


def _merged(
    files: Files, settings: Settings, name: str, collector: Collector, *, valid: bool = True
) -> tuple[Mapping, dict[str, str]]:
    variables = {**settings.variables, "COMPOSE_PROJECT_NAME": name}
    return Layers(files, collector, valid=valid).load(settings.files, settings.directory, variables), variables


def _declared_name(files: Files, settings: Settings) -> str | None:
    """The last ``name:`` of the project's files, with variables, made legal; None if none says it."""
    written = [
        node.value
        for file in settings.files
        for document in files.peek(file)
        if isinstance(node := document.get("name"), Scalar)
    ]
    name = next((text(value) for value in reversed(written) if value not in ("", None)), None)
    try:
        return normalized(substitute(name, settings.variables) if files.interpolate else name) if name else None
    except TemplateError:
        return None  # told where the file is interpolated


def _normalized(tree: Mapping, name: str, variables: dict[str, str]) -> Mapping:
    """``tree`` with everything that Compose adds."""
    made = dict(tree.entries)
    for section in _CONTAINERS:
        if isinstance(node := made.get(section), Mapping):
            made[section] = node.with_entries(
                {
                    key: normalize(service, variables) if isinstance(service, Mapping) else service
                    for key, service in node.entries.items()
                }
            )
    networks = entries(made.get("networks"))
    if "default" not in networks and any(
        "default" in entries(service.get("networks"))
        for service in entries(made.get("services")).values()
        if isinstance(service, Mapping)
    ):
        made["networks"] = Mapping({**networks, "default": Scalar(None, tree.span)}, tree.span)
    for section in _RESOURCES:
        if isinstance(node := made.get(section), Mapping):
            made[section] = node.with_entries({key: named(key, value, name) for key, value in node.entries.items()})
    return tree.with_entries(made)


def _bound(tree: Mapping, collector: Collector) -> Mapping:
    """``tree`` with every value as Docker gets it."""
    made = bound(tree, table(), collector)
    return made if isinstance(made, Mapping) else tree


def _project(tree: Mapping, settings: Settings, name: str) -> Project:
    services = {key: Service(key, node) for key, node in _mappings(tree, "services").items()}
    return Project(
        name,
        settings.directory,
        services,
        networks=_mappings(tree, "networks"),
        volumes=_mappings(tree, "volumes"),
        secrets=_mappings(tree, "secrets"),
        configs=_mappings(tree, "configs"),
        models=_mappings(tree, "models"),
        jobs=_mappings(tree, "jobs"),
        extensions={key: node for key, node in tree.entries.items() if key.startswith("x-")},
        variables=settings.variables,
        profiles=settings.profiles,
        all_profiles=tuple(sorted({profile for service in services.values() for profile in profiles(service)})),
    )


def _mappings(tree: Mapping, section: str) -> dict[str, Mapping]:
    return {key: node for key, node in entries(tree.get(section)).items() if isinstance(node, Mapping)}


def profiles(service: Service) -> tuple[str, ...]:
    """The profiles of ``service``; one without any is always active."""
    return _profiles(service.node)


def _profiles(node: Mapping) -> tuple[str, ...]:
    return tuple(string(item) for item in items(node.get("profiles")))


def _activated(project: Project, active: set[str]) -> Project:
    """The project with the services and jobs of the profiles ``active``."""
    everyone = {**project.services, **project.disabled}
    services = {name: service for name, service in everyone.items() if _is_active(service.node, active)}
    return replace(
        project,
        services=services,
        disabled={name: service for name, service in everyone.items() if name not in services},
        jobs={name: node for name, node in project.jobs.items() if _is_active(node, active)},
        profiles=tuple(sorted(active - {""})),
    )


def _selected(project: Project, wanted: tuple[str, ...], active: set[str], collector: Collector) -> Project:
    """The project with the services ``wanted``, whatever their profiles, and what they need."""
    everyone = {**project.services, **project.disabled}
    for name in wanted:
        if name in project.disabled:
            active |= set(profiles(project.disabled[name]))
        elif name not in everyone:
            collector.error("undefined-service", f"there is no service {name[:80]!r}", None, nearest(name, everyone))
    enabled = _activated(replace(project, services=everyone, disabled={}), active)
    check(enabled, collector)
    needed = _needed(wanted, enabled)
    chosen = {name: _without_others(service, needed) for name, service in enabled.services.items() if name in needed}
    rest = {name: service for name, service in everyone.items() if name not in chosen}
    return replace(enabled, services=chosen, disabled=rest)


def _needed(wanted: tuple[str, ...], project: Project) -> set[str]:
    """The names in ``wanted`` and those of the services that they need, directly or not."""
    needed: set[str] = set()
    pending = [name for name in wanted if name in project.services]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            depends = entries(project.services[name].node.get("depends_on"))
            pending += [other for other in depends if other in project.services]
    return needed


def _without_others(service: Service, chosen: set[str]) -> Service:
    """``service`` without its optional dependencies on services that are not chosen."""
    depends = service.node.get("depends_on")
    if not isinstance(depends, Mapping) or chosen.issuperset(depends.entries):
        return service
    kept = depends.with_entries({name: node for name, node in depends.entries.items() if name in chosen})
    return Service(service.name, service.node.with_entries({**service.node.entries, "depends_on": kept}))


def _is_active(node: Mapping, active: set[str]) -> bool:
    own = _profiles(node)
    return not own or "*" in active or not active.isdisjoint(own)


def _with_env_files(project: Project, env_files: EnvFiles) -> Project:
    """The project with the environment and labels of its active services complete."""
    services = {name: Service(name, env_files.complete(name, service.node)) for name, service in project.services.items()}
    return replace(project, services=services)
