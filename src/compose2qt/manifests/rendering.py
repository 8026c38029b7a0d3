"""What ``kubectl apply -k`` would apply: the objects of a tree as its kustomizations change them, and what is not followed.

Source: the kustomization file of kustomize v5. Each field works on what the kustomization gathers, in kustomize's order; every
value keeps the place where it is written: that of a patch is the patch's.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from compose2qt.diagnostic import Collector, InputError
from compose2qt.kube.reading import at, items, text
from compose2qt.kube.selection import selects
from compose2qt.manifests.patching import merged, missed, operated, put
from compose2qt.manifests.transforming import Part, annotated, counted, filled, imaged, labelled, named, namespaced
from compose2qt.source import Mapping, Scalar, Sequence, kubernetes_scalar, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compose2qt.manifests.model import Object, Tree
    from compose2qt.source import Node, Span

_LISTS = ("resources", "bases")
_PATCHES = ("patchesStrategicMerge", "patches", "patchesJson6902")
_FOLLOWED = frozenset(
    "apiVersion kind metadata namespace namePrefix nameSuffix commonLabels labels images replicas components "
    "configMapGenerator secretGenerator generatorOptions commonAnnotations buildMetadata sortOptions openapi crds "
    "validators".split()
) | frozenset((*_LISTS, *_PATCHES))
"""Fields that are followed, or that change nothing which is judged; the objects of generators are known by their names."""
_UNFOLLOWED = (("images", "tagSuffix"), ("labels", "fields"))
"""Fields of the items of such that are not."""

_MOST = 1000
"""Kustomizations that are built; what lists itself over and over ends here, and is told as listed by several."""


def rendered(tree: Tree) -> Tree:
    """``tree`` with the objects that its kustomizations make; ``unfollowed`` says what they ask for and this does not do."""
    return _Rendering(tree).tree() if tree.kustomizations else tree


class _Rendering:
    def __init__(self, tree: Tree) -> None:
        self.source = tree
        self.settings = {posixpath.dirname(item.file): item for item in reversed(tree.kustomizations)}
        self.by_file: dict[str, list[Object]] = {}
        for item in tree.objects:
            self.by_file.setdefault(item.file, []).append(item)
        self.notes: dict[tuple[str, Span], None] = {}
        self.reached: dict[str, int] = {}
        self.builds = 0

    def tree(self) -> Tree:
        """The whole of it; where several kustomizations build on one file nobody knows which is meant, so none is followed."""
        listed = self._listed_folders()
        tops = [""] if "" in self.settings else [folder for folder in self.settings if folder not in listed]
        parts = [part for top in tops for part in self._grown(self.settings[top], [], ())]
        shared = sorted(file for file, times in self.reached.items() if times > 1)
        if shared:
            span = self.settings[tops[0]].span
            names = ", ".join(top or "." for top in tops[:3])
            what = f"which of the kustomizations {names} is applied; several lists name {shared[0]}"
            return replace(self.source, unfollowed=((what, span),))
        others = (item for item in self.source.objects if item.file not in self.reached)
        apart = (replace(item, applied=False) if tops == [""] and item.applied else item for item in others)
        return replace(self.source, objects=(*(part.item for part in parts), *apart), unfollowed=tuple(self.notes))

    def _listed_folders(self) -> set[str]:
        return {
            _joined(item, text(entry))
            for item in self.settings.values()
            for name in (*_LISTS, "components")
            for entry in items(item.root, name)
        }

    def _grown(self, setting: Object, parts: list[Part], above: tuple[str, ...]) -> list[Part]:
        """``parts`` and what ``setting`` lists, as its components and then itself change all of them."""
        folder = posixpath.dirname(setting.file)
        self.builds += 1
        if folder in above or self.builds > _MOST:
            return parts
        inner = (*above, folder)
        listed = (
            part for name in _LISTS for entry in items(setting.root, name) for part in self._listed(setting, entry, inner)
        )
        parts = [*parts, *listed]
        for entry in items(setting.root, "components"):
            component = self._setting(setting, entry)
            if component is None:
                self._note(f"the component {_shown(entry)} is not in the tree", entry.span)
            else:
                parts = self._grown(component, parts, inner)
        return self._changed(setting, self._filled(setting, parts))

    def _filled(self, setting: Object, parts: list[Part]) -> list[Part]:
        """``parts`` with what generators add to ConfigMaps and Secrets among them; the contents of files are not read."""
        for field, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
            for entry in (one for one in items(setting.root, field) if text(one, "behavior") in ("merge", "replace")):
                chosen = [part.item.kind == kind and text(entry, "name") in part.names for part in parts]
                parts = [filled(part, entry) if is_meant else part for part, is_meant in zip(parts, chosen, strict=True)]
                for source in (name for name in ("files", "envs", "env") if any(chosen) and at(entry, (name,)) is not None):
                    self._note(f"{source} of a {field} that changes an object", entry.span)
        return parts

    def _setting(self, setting: Object, entry: Node) -> Object | None:
        folder = _joined(setting, text(entry))
        return self.settings.get("" if folder == "." else folder)

    def _listed(self, setting: Object, entry: Node, above: tuple[str, ...]) -> list[Part]:
        path, inner = _joined(setting, text(entry)), self._setting(setting, entry)
        if inner is not None:
            return self._grown(inner, [], above)
        if path not in self.by_file and path not in self.source.files:
            self._note(f"the resource {_shown(entry)} is not in the tree", entry.span)
            return []
        self.reached[path] = self.reached.get(path, 0) + 1
        return [Part(replace(item, applied=True), frozenset((item.name,))) for item in self.by_file.get(path, ())]

    def _changed(self, setting: Object, parts: list[Part]) -> list[Part]:
        """``parts`` after all that ``setting`` does to them."""
        for key in setting.root.entries:
            if key not in _FOLLOWED:
                self._note(key, setting.root.key_span(key))
        for field, inner in _UNFOLLOWED:
            for entry in (one for one in items(setting.root, field) if at(one, (inner,)) is not None):
                self._note(f"{inner} of {field}", entry.span)
        for field in ("patchesStrategicMerge", "patches"):
            for entry in items(setting.root, field):
                parts = self._patched(setting, entry, parts)
        parts = annotated(labelled(named(namespaced(parts, setting), setting), setting), setting)
        for entry in items(setting.root, "patchesJson6902"):
            parts = self._patched(setting, entry, parts)
        return imaged(counted(parts, setting), setting)

    def _patched(self, setting: Object, entry: Node, parts: list[Part]) -> list[Part]:
        target = at(entry, ("target",))
        for patch in self._patches(setting, entry):
            chosen = [index for index, part in enumerate(parts) if _is_meant(part, target, patch)]
            if not chosen:
                self._note("a patch that meets no object", patch.span)
            for index in chosen:
                for path in missed(parts[index].item.root, patch) if isinstance(patch, Sequence) else ():
                    self._note(f"an operation at {path}, which {parts[index].item.id} does not have", patch.span)
                parts[index] = _under(parts[index], patch)
            parts = [part for part in parts if part.names]
        return parts

    def _patches(self, setting: Object, entry: Node) -> Iterator[Node]:
        """The documents of a patch, from its file or from its text in the kustomization; what is both may be either."""
        place = at(entry, ("path",)) or (entry if isinstance(entry, Scalar) else None)
        if place is not None:
            found = self.source.parts.get(_joined(setting, text(place)))
            if found is None and (place is not entry or _is_plain(text(entry))):
                self._note(f"the patch {_shown(place)} is not in the tree", place.span)
                found = ()
            if found is not None:
                yield from found
                return
        inline = at(entry, ("patch",)) or entry
        try:
            collector = Collector()
            lines = "\n" * inline.span.line + text(inline)
            yield from read_yaml(lines, inline.span.file, collector, resolve=kubernetes_scalar, string_keys=False)
            collector.check()
        except InputError:
            self._note("a patch that is not YAML", inline.span)

    def _note(self, what: str, span: Span) -> None:
        self.notes[what, span] = None


def _is_plain(name: str) -> bool:
    """Whether ``name`` can be that of a file or an address: all else is content, which may be secret."""
    return not re.search(r"[\s{}\"'=]", name.partition("?")[0])


def _shown(entry: Node) -> str:
    """A path or an address for people, without who signs in there and without its query."""
    name = re.split("[?#]", text(entry), maxsplit=1)[0]
    return re.sub(r"(://).*@|^[^/]*@", r"\1", name) if name and _is_plain(name) else "?"


def _joined(setting: Object, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(setting.file), name))


def _under(part: Part, patch: Node) -> Part:
    """``part`` under a patch; without names if the patch removes it."""
    if isinstance(patch, Sequence):
        return part.turned(operated(part.item.root, patch))
    group = part.item.api_version.rpartition("/")[0]
    found = merged(part.item.root, patch, keyed="." not in group or group.endswith(".k8s.io"))
    if found is None:
        return Part(part.item, frozenset())
    for place in (("kind",), ("metadata", "name"), ("metadata", "namespace")):
        found = put(found, place, part.item.at(*place))
    return part.turned(found)


def _is_meant(part: Part, target: Node | None, patch: Node) -> bool:
    """Whether a patch is for this object: its target says so, or it bears the object's own kind and name."""
    item = part.item
    if not isinstance(target, Mapping):
        own = (text(patch, "kind"), text(patch, "metadata", "namespace") or item.namespace)
        return own == (item.kind, item.namespace) and text(patch, "metadata", "name") in part.names
    group, _, version = item.api_version.rpartition("/")
    has = {"group": {group}, "version": {version}, "kind": {item.kind}, "name": part.names, "namespace": {item.namespace}}
    labels = {key: text(value) for key, value in getattr(item.at("metadata", "labels"), "entries", {}).items()}
    selector = text(target, "labelSelector")
    fits = all(not text(target, key) or any(_like(text(target, key), one) for one in own) for key, own in has.items())
    return (
        fits and (not selector or selects(_selector(selector, target.span), labels)) and not text(target, "annotationSelector")
    )


def _like(pattern: str, value: str) -> bool:
    found = _compiled(pattern)
    return pattern == value if found is None else found.fullmatch(value) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """``pattern``, or None if it is none; there may be more of them than ``re`` remembers."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _selector(written: str, span: Span) -> Mapping:
    """A selector such as ``app=web,tier=front``."""
    pairs = (part.replace("==", "=").partition("=") for part in written.split(","))
    return Mapping({"matchLabels": Mapping({key.strip(): Scalar(value.strip(), span) for key, _, value in pairs}, span)}, span)
