"""The stages put together: what programs and the command line call."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from compose2qt.diagnostic import Collector, Diagnostic, InputError, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from compose2qt.audit import Finding
    from compose2qt.budget import Node
    from compose2qt.compose import LoadOptions, Project
    from compose2qt.emit import Rendered
    from compose2qt.lower import Lowered
    from compose2qt.manifests import Tree
    from compose2qt.mapping.plan import Plan
    from compose2qt.mapping.spec import Spec
    from compose2qt.repair import Repair
    from compose2qt.report import Report
    from compose2qt.report.sides import Sides
    from compose2qt.verify import ImageFacts, Verification
    from compose2qt.workload import Choice, KnownSecrets, Ledger

DEFAULT_MAPPING = "compose2qt.yaml"
"""The mapping spec that is used without ``-m`` when it lies beside the Compose file."""
NEW_MAPPING = """\
# Decisions about this project, for compose2qt. `compose2qt schema mapping` describes every key.
version: 1
"""
"""What a mapping spec begins with."""
DEFAULT_VERSION = "1.35"
DEFAULT_OUTPUT = "out"
"""The tree's folder without ``-o`` and without a mapping that pins one."""


class OwnOutputError(Exception):
    """What compose2qt made is invalid: a bug of compose2qt (exit code 3); nothing is written."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(d) for d in self.diagnostics))


class Options(Struct, frozen=True):
    """What a conversion depends on, beside the content of its files."""

    load: LoadOptions
    mapping: str | None = None
    """The mapping spec's file; None: ``compose2qt.yaml`` beside the Compose file, if there is one."""
    kubernetes: str | None = None
    """The target version, ``1.30`` to ``1.37``; None: the mapping's, or ``DEFAULT_VERSION``."""
    namespace: str | None = None
    network_policy: bool = False
    """Write NetworkPolicies even if the mapping asks for none."""
    mapping_text: str | None = None
    """A text to read in place of the mapping spec's file."""


class Conversion(Struct, frozen=True):
    """A conversion that is complete and valid, not yet written."""

    project: Project
    plan: Plan
    lowered: Lowered
    rendered: Rendered
    ledger: Ledger
    tree: Tree
    diagnostics: tuple[Diagnostic, ...] = ()
    spec: Spec | None = None
    proof: Verification | None = None
    """What was compared to show that the tree means what the Compose file means."""

    @property
    def files(self) -> Mapping[str, str]:
        """The tree: text by path."""
        return self.rendered.files


def load(options: LoadOptions) -> Project:
    """The resolved Compose project; ``InputError`` with every problem if it cannot be loaded."""
    from compose2qt.compose import load as load_project  # noqa: PLC0415 - start-up

    return load_project(options, Collector())


def convert(options: Options) -> Conversion:
    """Convert a project without writing anything.

    Raises ``InputError`` with every problem of the input, and ``OwnOutputError`` if what came out is not valid or does not
    mean what the Compose file means.
    """
    collector = Collector()
    spec, project, plan = _understood(options, collector)
    return _converted(spec, project, plan, collector)


def outline(load_options: LoadOptions, path: str) -> tuple[tuple[Diagnostic, ...], str]:
    """What is to be told about a project, and a mapping spec for it to begin with, which ``path`` is to hold."""
    from compose2qt.mapping.outline import Outline  # noqa: PLC0415 - start-up

    made = convert(Options(load_options, path or DEFAULT_MAPPING, mapping_text=NEW_MAPPING))
    folder = os.path.dirname(path)  # noqa: PTH120 - "" is the working directory

    def relative(files: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(os.path.relpath(file, folder or ".").replace(os.sep, "/") for file in files)

    pins = {
        "files": () if "-" in load_options.files else relative(load_options.files),
        "env_files": relative(load_options.env_files),
        "profiles": load_options.profiles,
    }
    known, application = made.lowered.known, made.lowered.application
    begun = Outline(application, made.plan, pins, tuple(made.project.disabled), lambda line: known.redacted(line) == line)
    return made.diagnostics, begun.text()


def compare(
    options: Options, tree: Tree, *, facts: ImageFacts | None = None, matches: Mapping[str, str] | None = None
) -> tuple[Verification, tuple[Diagnostic, ...]]:
    """What a project means against what ``tree`` means, whoever wrote it, and what is to be told about the project.

    Our own conversion explains differences that it makes, too; where it fails, the tree is judged without it. What it would
    warn of is no matter of this tree. Raises
    ``InputError`` if the project or its mapping cannot be read.
    """
    from compose2qt.proof import prove  # noqa: PLC0415 - start-up

    collector = Collector()
    spec, project, plan = _understood(options, collector)
    told = tuple(collector)
    known = partial(prove, project, plan, tree=tree, facts=facts, matches=matches, version=plan.kubernetes)
    try:
        own = _converted(spec, project, plan, collector)
    except (InputError, OwnOutputError):
        return _named(known(lowered=None), project, plan), told
    return _named(known(lowered=own.lowered, ours=own.proof), project, plan), told


def _named(made: Verification, project: Project, plan: Plan) -> Verification:
    """``made`` under the name that somebody gives the project; else under that of its first file."""
    if plan.mapping_file or project.named:
        return replace(made, project=plan.name)
    return replace(made, project=project.relative(project.documents[0].file)) if project.documents else made


def _understood(options: Options, collector: Collector) -> tuple[Spec | None, Project, Plan]:
    """What the input says: the mapping, the project, and what is to become of it."""
    from compose2qt.compose import load as load_project  # noqa: PLC0415 - start-up
    from compose2qt.mapping.infer import UNNAMED  # noqa: PLC0415 - start-up

    spec = _spec(options, collector)
    load_options = replace(pinned(options.load, spec), unnamed=UNNAMED)
    project = load_project(load_options, collector, lambda known: collector.hide(_secrets(known).redacted))
    _refuse_empty(project, collector)
    plan = _plan(options, spec, project, collector)
    collector.check()
    return spec, project, plan


def _secrets(variables: Mapping[str, str]) -> KnownSecrets:
    """The secrets among the variables of a project: no diagnostic shows them."""
    from compose2qt.workload import KnownSecrets  # noqa: PLC0415 - start-up
    from compose2qt.workload.sensitive import secret_reason  # noqa: PLC0415 - start-up

    return KnownSecrets(value for name, value in variables.items() if secret_reason(name, value))


def _converted(spec: Spec | None, project: Project, plan: Plan, collector: Collector) -> Conversion:
    from compose2qt.emit import emit  # noqa: PLC0415 - start-up
    from compose2qt.lower import lower  # noqa: PLC0415 - start-up
    from compose2qt.manifests import parse_tree  # noqa: PLC0415 - start-up
    from compose2qt.proof import prove  # noqa: PLC0415 - start-up
    from compose2qt.proof.secrecy import shown_secrets  # noqa: PLC0415 - start-up
    from compose2qt.source.disk import Disk  # noqa: PLC0415 - start-up

    disk = Disk.around(project.directory)
    lowered = lower(project, plan, disk, collector)
    if disk.outside:
        shown = ", ".join(os.path.relpath(path, project.directory.resolve()) for path in disk.outside)
        fix = "they are in the same git repository; remove a mount whose content should not stand in manifests"
        collector.info("read-outside", f"read outside the project folder: {shown}", fix=fix)
    collector.check()
    rendered = emit(lowered.application)
    tree = parse_tree(rendered.files)
    for problem in shown_secrets(project, lowered.known, rendered.fields, tree):
        collector.add(problem)
    collector.check()
    _refuse_invalid(tree, rendered, plan.kubernetes)
    ledger = _ledger(project, plan, lowered, rendered)
    proof = prove(project, plan, lowered, tree, ledger=ledger)
    _refuse_unexplained(proof, lowered.known)
    return Conversion(project, plan, lowered, rendered, ledger, tree, tuple(collector), spec, proof)


def _refuse_empty(project: Project, collector: Collector) -> None:
    """A project without services and jobs is legal Compose, but there is nothing to convert."""
    from compose2qt.source import Span  # noqa: PLC0415 - start-up

    if project.services or project.jobs:
        return
    profiles = ", ".join(project.all_profiles)
    unwritten = "write services or jobs into the Compose file"
    fix = f"activate one of its profiles with --profile: {profiles}" if profiles else unwritten
    span = Span(project.documents[0].file, 1, 1) if project.documents else None
    collector.error("no-services", "no service or job is left to convert", span, fix)
    collector.check()


def _spec(options: Options, collector: Collector) -> Spec | None:
    shown = mapping_file(options)
    if options.mapping is None and options.mapping_text is None and not Path(shown).is_file():
        return None
    from compose2qt.mapping.spec import load_spec, parse_spec  # noqa: PLC0415 - pydantic is only needed for a mapping

    if options.mapping_text is not None:
        return parse_spec(options.mapping_text, shown, collector)
    return load_spec(Path(shown), shown, collector)


def mapping_file(options: Options) -> str:
    """The mapping spec's file: as it is given, else where one is looked for."""
    if options.mapping is not None:
        return options.mapping
    from compose2qt.compose.discovery import project_folder  # noqa: PLC0415 - start-up

    return os.fspath(Path(project_folder(options.load)) / DEFAULT_MAPPING)


def pinned(load_options: LoadOptions, spec: Spec | None) -> LoadOptions:
    """``load_options`` with what the mapping pins where the command line says nothing."""
    if spec is None:
        return load_options
    return replace(
        load_options,
        files=load_options.files or spec.files,
        env_files=load_options.env_files or spec.env_files,
        profiles=load_options.profiles or spec.profiles,
    )


def _plan(options: Options, spec: Spec | None, project: Project, collector: Collector) -> Plan:
    if spec is None:
        from compose2qt.mapping.infer import infer  # noqa: PLC0415 - start-up

        plan = infer(project)
    else:
        from compose2qt.mapping.resolve import resolve  # noqa: PLC0415 - pydantic is only needed for a mapping

        plan = resolve(spec, project, collector)
    if options.namespace:
        from compose2qt.workload import assumed  # noqa: PLC0415 - start-up

        plan = replace(plan, namespace=assumed(options.namespace, "the command line"))
    if options.network_policy and plan.network_policy is None:
        from compose2qt.mapping.plan import PolicyPlan  # noqa: PLC0415 - start-up
        from compose2qt.workload import Origin, OriginKind  # noqa: PLC0415 - start-up

        plan = replace(plan, network_policy=PolicyPlan(Origin(OriginKind.DEFAULT, None, "the command line")))
    return replace(plan, kubernetes=options.kubernetes) if options.kubernetes else plan


def _refuse_invalid(tree: Tree, rendered: Rendered, version: str) -> None:
    """Raise ``InputError`` for values of the input that Kubernetes refuses, ``OwnOutputError`` for our own."""
    from compose2qt.manifests.validate import validate  # noqa: PLC0415 - start-up

    violations = validate(tree, version)
    if not violations:
        return
    from compose2qt.proof.blame import blame  # noqa: PLC0415 - only after a violation

    theirs, ours = blame(violations, tree, rendered.fields)
    if ours:
        raise OwnOutputError(ours)
    raise InputError(theirs)


def _refuse_unexplained(proof: Verification, known: KnownSecrets) -> None:
    if proof.different:
        raise OwnOutputError(
            Diagnostic(
                "meaning-differs",
                Severity.ERROR,
                known.redacted(
                    f"{result.service}: {result.subject} is {result.compose} in Compose "
                    f"and {result.kubernetes} in {result.object}"
                ),
                result.compose_span or result.manifest_span,
                result.reason,
            )
            for result in proof.different
        )


def _ledger(project: Project, plan: Plan, lowered: Lowered, rendered: Rendered) -> Ledger:
    from compose2qt.lower import document_leaves  # noqa: PLC0415 - start-up
    from compose2qt.workload import account  # noqa: PLC0415 - start-up

    made = account(document_leaves(project), rendered.fields, lowered.decisions, lowered.losses, lowered.consumed)
    return replace(made, choices=(*_kinds(plan, lowered), *rendered.choices))


def report(conversion: Conversion, today: date | None = None, nodes: tuple[Node, ...] = ()) -> Report:
    """The budget, the audit and the ledger of a conversion.

    ``today`` decides which suppressions have expired; ``nodes`` are those on which the pods should fit.
    """
    from compose2qt.judging import judged  # noqa: PLC0415 - start-up
    from compose2qt.lower import exposures  # noqa: PLC0415 - start-up

    plan = conversion.plan
    exposed = tuple(exposures(conversion.project, plan, conversion.lowered.known))
    ledger = replace(conversion.ledger, exposed=exposed)
    reported = judged(conversion.tree, plan, nodes, today, files=len(conversion.files), ledger=ledger)
    return replace(reported, relative=_shown_files(conversion), sides=lambda: _sides(conversion))


def _kinds(plan: Plan, lowered: Lowered) -> Iterator[Choice]:
    """Which controller runs each target, and why: no field of a manifest tells."""
    from compose2qt.workload import Choice  # noqa: PLC0415 - start-up

    made = {workload.name: workload.kind for workload in lowered.application.workloads}
    for target in plan.targets:
        if target.kind is not None and made.get(target.name) is target.kind.value:
            for origin in target.kind.origins:
                kind = target.kind.value.value
                reason = origin.reason if origin.span else f"{kind}: {origin.reason}"
                yield Choice(f"{kind}/{target.name}", ("kind",), reason, origin.span)


def _sides(conversion: Conversion) -> Sides:
    """Compose and manifests side by side, without a secret."""
    from compose2qt.report import Secrecy, sides_of  # noqa: PLC0415 - only the page shows them

    project, plan = conversion.project, conversion.plan
    read = dict.fromkeys(document.file for document in project.documents if document.kind == "compose")
    secrecy = Secrecy(conversion.lowered.known, plan.secret_keys, plan.plain_keys, [*project.disabled, *plan.dropped])
    return sides_of(read, conversion.files, conversion.tree, conversion.ledger, secrecy)


def _shown_files(conversion: Conversion) -> Callable[[str], str]:
    """How a report names files: manifests below the tree's folder, sources as a person in this folder would open them."""
    root = conversion.plan.output or DEFAULT_OUTPUT

    def shown(file: str) -> str:
        if file in conversion.files:
            return f"{root}/{file}"
        relative = os.path.relpath(file).replace(os.sep, "/")
        return conversion.project.relative(file) if relative.startswith("../") else relative

    return shown


def report_manifests(
    folder: str,
    kubernetes: str | None = None,
    today: date | None = None,
    nodes: tuple[Node, ...] = (),
    mapping: str | None = None,
) -> Report:
    """The budget and the audit of any tree of manifests, for a version of Kubernetes.

    Of ``mapping`` count the budget, the stated numbers and what may stand; what it says of Compose is not asked.
    """
    from compose2qt.judging import judged  # noqa: PLC0415 - start-up
    from compose2qt.manifests import read_tree  # noqa: PLC0415 - start-up
    from compose2qt.mapping.plan import Plan  # noqa: PLC0415 - start-up

    root = Path(folder)
    if not root.exists():
        raise InputError.of("manifests-missing", f"{folder} does not exist", fix="name a folder of manifests")
    plan = Plan(root.name or folder, (), kubernetes=kubernetes or DEFAULT_VERSION)
    if mapping is not None:
        from compose2qt.mapping.resolve import held_against  # noqa: PLC0415 - pydantic is only needed for a mapping
        from compose2qt.mapping.spec import load_spec  # noqa: PLC0415 - as above

        plan = held_against(plan, load_spec(Path(mapping), mapping, Collector()))
    reported = judged(read_tree(root, folder, as_applied=True), plan, nodes, today)
    return replace(reported, relative=lambda file: _nearby(file, root))


def _nearby(file: str, root: Path) -> str:
    """The name of a file below the working folder, else below that of ``root``: no report holds the path of a machine."""
    if not Path(file).is_absolute():
        return file
    here, there = (os.path.relpath(file, base).replace(os.sep, "/") for base in (Path.cwd(), root.absolute().parent))
    return there.removeprefix("../" * there.count("../")) if here.startswith("../") else here


def repair(options: Options, today: date | None = None, codes: frozenset[str] = frozenset()) -> Repair:
    """The mapping spec of a project with the edits that repair what its report finds; nothing is written.

    ``codes`` are the codes or names of the rules that are meant; none: all. Raises what ``convert`` raises.
    """
    from compose2qt.repair import offers  # noqa: PLC0415 - start-up
    from compose2qt.repair import repair as repaired  # noqa: PLC0415 - start-up
    from compose2qt.source import read_text  # noqa: PLC0415 - start-up

    conversion = convert(options)
    found = report(conversion, today).findings
    meant = [one for one in found if not codes or codes & {one.code, one.name}]
    shown = mapping_file(options)
    text = read_text(Path(shown), shown) if conversion.spec else ""

    def judged(changed: str) -> tuple[Finding, ...] | None:
        try:
            return report(convert(replace(options, mapping_text=changed)), today).findings
        except (InputError, OwnOutputError):
            return None

    return repaired(text, NEW_MAPPING, found, offers(meant, conversion.plan, conversion.spec), judged)
