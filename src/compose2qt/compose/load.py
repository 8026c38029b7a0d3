"""The loader: its stages in the order in which they run."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from compose2qt.compose.consistency import check
from compose2qt.compose.discovery import discover, normalized
from compose2qt.compose.layers import Layers
from compose2qt.compose.normalize import named, needs_default_network, normalize
from compose2qt.compose.project import Project, Service
from compose2qt.compose.texts import text
from compose2qt.compose.variables import EnvFiles, resolved_content
from compose2qt.diagnostic import InputError, nearest
from compose2qt.source import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from compose2qt.compose.discovery import Settings
    from compose2qt.compose.project import LoadOptions
    from compose2qt.diagnostic import Collector
    from compose2qt.source import Node


def load(options: LoadOptions, collector: Collector) -> Project:
    """Load a Compose project as Docker Compose does; ``InputError`` with every problem if it cannot be used."""
    settings = discover(options, collector)
    variables = dict(settings.variables)
    if settings.name:
        variables["COMPOSE_PROJECT_NAME"] = settings.name
    layers = Layers(settings, collector)
    tree = layers.load(settings.files, settings.directory, variables)
    project = _project(tree, settings, layers, variables, collector)
    project = _selected(project, settings, options, collector)
    check(project, collector)
    collector.check()
    return project


def _project(tree: Mapping, settings: Settings, layers: Layers, variables: dict[str, str], collector: Collector) -> Project:
    given = settings.name or normalized(_text(tree.get("name")))
    name = given or normalized(os.path.basename(settings.directory))  # noqa: PTH119 - text
    if not name:
        raise InputError.of(
            "no-project-name", "the project has no name", tree.span, "give it one: name: my-project, or -p NAME"
        )
    env_files = EnvFiles(settings.directory, variables, collector)
    services: dict[str, Service] = {}
    for key, node in _section(tree, "services").items():
        if isinstance(node, Mapping):
            resolved = env_files.labels(env_files.environment(normalize(key, node, variables)))
            services[key] = Service(key, resolved)
    networks = _resources(tree, "networks", name)
    if "default" not in networks and any(needs_default_network(node) for node in _mappings(tree, "services").values()):
        networks["default"] = named("default", Mapping({}, tree.span), name)
    return Project(
        name,
        settings.directory,
        services,
        networks=networks,
        volumes=_resources(tree, "volumes", name),
        secrets={key: resolved_content(node, variables) for key, node in _resources(tree, "secrets", name).items()},
        configs={key: resolved_content(node, variables) for key, node in _resources(tree, "configs", name).items()},
        models=_resources(tree, "models", name),
        jobs=_mappings(tree, "jobs"),
        extensions={key: node for key, node in tree.entries.items() if key.startswith("x-")},
        documents=(*layers.documents, *env_files.documents_read()),
        profiles=settings.profiles,
        all_profiles=tuple(sorted({profile for service in services.values() for profile in profiles(service)})),
        outside=tuple({**layers.outside, **env_files.outside}),
        named=bool(given),
    )


def _text(node: Node | None) -> str:
    return text(node.value) if isinstance(node, Scalar) else ""


def _section(tree: Mapping, name: str) -> dict[str, Node]:
    node = tree.get(name)
    return dict(node.entries) if isinstance(node, Mapping) else {}


def _mappings(tree: Mapping, name: str) -> dict[str, Mapping]:
    return {key: node for key, node in _section(tree, name).items() if isinstance(node, Mapping)}


def _resources(tree: Mapping, section: str, project: str) -> dict[str, Mapping]:
    return {key: named(key, node, project) for key, node in _section(tree, section).items() if not key.startswith("x-")}


def profiles(service: Service) -> tuple[str, ...]:
    """The profiles of ``service``; one without any is always active."""
    node = service.node.get("profiles")
    return tuple(_text(item) for item in node.items) if isinstance(node, Sequence) else ()


def _is_active(service: Service, active: set[str]) -> bool:
    own = profiles(service)
    return not own or "*" in active or not active.isdisjoint(own)


def _selected(project: Project, settings: Settings, options: LoadOptions, collector: Collector) -> Project:
    """The project with the services of the active profiles, or the selected ones with what they need."""
    active = set(settings.profiles)
    for name in options.services:
        if name in project.services:
            active.update(profiles(project.services[name]))
        else:
            collector.error("undefined-service", f"there is no service {name[:80]!r}", None, nearest(name, project.services))
    chosen = {name: service for name, service in project.services.items() if _is_active(service, active)}
    if options.services:
        chosen = _with_needed(options.services, chosen)
    disabled = {name: service for name, service in project.services.items() if name not in chosen}
    return replace(project, services=chosen, disabled=disabled, profiles=tuple(sorted(active)))


def _with_needed(wanted: tuple[str, ...], services: dict[str, Service]) -> dict[str, Service]:
    needed: set[str] = set()
    pending = [name for name in wanted if name in services]
    while pending:
        name = pending.pop()
        if name not in needed:
            needed.add(name)
            depends = services[name].node.get("depends_on")
            pending += [other for other in (depends.entries if isinstance(depends, Mapping) else ()) if other in services]
    return {name: service for name, service in services.items() if name in needed}
