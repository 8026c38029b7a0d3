"""The page of every code with which a difference is explained."""

from __future__ import annotations

from compose2qt.verify import Aspect
from compose2qt.verify.pages import Page, explained

_A = Aspect

_MAPPING = (
    Page("mapping.added", (_A.WORKLOAD,), "the mapping adds this workload"),
    Page("mapping.argv", (_A.ARGV,), "the mapping says what is run"),
    Page("mapping.dropped", (_A.WORKLOAD, _A.START), "the mapping drops this service"),
    Page("mapping.image", (_A.IMAGE,), "the mapping names the image"),
    Page("mapping.kind", (_A.SCALE,), "the mapping names the kind of workload"),
    Page("mapping.merged", tuple(_A),
         "the mapping merges this service with others: the workload has what one of them has"),
    Page("mapping.mount", (_A.MOUNTS, _A.SHARING), "the mapping says what is mounted"),
    Page("mapping.seed", (_A.MOUNTS,), "the mapping says that a claim is filled with the files of an image"),
    Page("mapping.ports", (_A.NAMES, _A.ENVIRONMENT), "the mapping names the ports"),
    Page("mapping.probe", (_A.HEALTH,), "the mapping says what is checked"),
    Page("mapping.renamed", (_A.NAMES,), "the mapping gives the workload another name"),
    Page("mapping.replicas", (_A.SCALE,), "the mapping says how many pods run"),
    Page("mapping.resources", (_A.RESOURCES,), "the mapping says what is asked for"),
    Page("mapping.route", (_A.OUTSIDE,), "the mapping opens a way in"),
    Page("mapping.shared", (_A.ENVIRONMENT,), "a map that the mapping shares between workloads has this variable"),
    Page("mapping.variable", (_A.ENVIRONMENT,), "the mapping sets or removes this variable"),
    Page("mapping.wait", (_A.START,), "the mapping says what is waited for"),
    Page("mapping.working-dir", (_A.DIRECTORY,), "the mapping names the folder"),
)  # fmt: skip
_TABLES = (
    Page("accepted.by-file", tuple(_A), "an earlier answer, given with `--accept`, has this difference with these values"),
    Page("health.of-the-image", (_A.HEALTH,), "the Dockerfile that is built states this check"),
    Page("kompose.label", (_A.SCALE, _A.RESTART, _A.START, _A.USER, _A.MOUNTS, _A.OUTSIDE), "a label of kompose says so"),
    Page("provider.no-counterpart", (_A.WORKLOAD,), "a program outside of Compose provides it, and no container"),
    Page("storage.ownership", (_A.USER,), "a claim is root's: it is given to the group that this image runs as"),
    Page("storage.scratch-data", (_A.MOUNTS,),
         "the image keeps its data here and Compose mounts nothing: it lives as long as the pod"),
    Page("user.by-table", (_A.USER,), "the numbers of a user that the tables of known images know by name"),
)  # fmt: skip


def pages() -> tuple[Page, ...]:
    """By code: of the default decisions and of tables and labels; then of the mapping, whose own reason is quoted."""
    merged: dict[str, Page] = {}
    for page in (*explained(), *_TABLES):
        known = merged.get(page.code, page)
        texts = dict.fromkeys((known.text, page.text))
        merged[page.code] = Page(page.code, tuple(dict.fromkeys((*known.about, *page.about))), "; ".join(texts))
    return (*sorted(merged.values()), *_MAPPING)
