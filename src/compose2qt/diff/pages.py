"""The pages of what a comparison prints: what each effect means, and what is compared."""

from __future__ import annotations

from compose2qt.diff.effects import Effect

PAGES: dict[Effect, str] = {
    Effect.NONE: ("Labels of the object itself, a newer version of its API, a key of a Secret that nobody reads any more."),
    Effect.NEW: ("Something new starts, or can be read or reached."),
    Effect.IN_PLACE: ("It takes effect at once, without a restart."),
    Effect.ON_RESTART: (
        "Running pods keep what they started with: variables, mounts by `subPath`, pods of the strategy `OnDelete`. "
        "Nothing starts them again by itself: `kubectl rollout restart`, or delete them."
    ),
    Effect.RESTART: ("New pods start before the old ones stop, as far as the strategy says."),
    Effect.BY_HAND: (
        "A Secret that stays out of git gets another key: fill it in from the example, and apply it. Pods that need a "
        "Secret or key which is not there do not start; those that read all of it start without the variable."
    ),
    Effect.CUT_OFF: (
        "A port, a node port, an address or the pods behind a Service are gone: who uses them is cut off at once."
    ),
    Effect.OUTAGE: (
        "All pods may be stopped before a new one is ready: the only pod of a StatefulSet, the strategy `Recreate`, or "
        "as many unavailable pods allowed as there are."
    ),
    Effect.DOWNTIME: ("Nothing runs any more: an object that is deleted, or no replicas."),
    Effect.BESIDE: (
        "A workload of another kind or name takes its place, but `kubectl apply` deletes nothing: a Service leads to "
        "both, and each keeps its own data or writes into that of the other."
    ),
    Effect.UNTOLD: (
        "A generator or a transformer of a kustomization: it may change any object. Compare what `kubectl "
        "kustomize` renders of both."
    ),
    Effect.REJECTED: ("The API server refuses it."),
    Effect.DATA_AWAY: (
        "A program finds another volume, or none, where it kept its data: it starts empty. The data lies where it lay."
    ),
    Effect.DATA_LOSS: ("A volume is deleted, or the data lives as long as the pod, and the pod ends."),
}
"""When it happens, and what to do."""

INTRODUCTION = """\
    compose2qt diff OLD NEW [--format text|markdown|json] [-o FILE] [--exit-code]
    compose2qt diff --against GIT_REF DIR

Compares two trees of manifests, or one with itself in another commit: which objects are added, removed or changed, in which
fields, and what that does to a system that runs the old ones when `kubectl apply` is given the new ones. Nothing is asked
of a cluster. Exit 0; with `--exit-code` 1 if anything changes; 2 for bad input.

Quantities are compared by their amount, the items of lists by what identifies them to the API server. For people a field is
written as `spec.template.spec.containers[web].image`, and an item that is new or gone in one line; JSON has pointers. An
object is its group, kind, namespace and name; what names no namespace is taken to be in `default`. Values that look like
secrets, and all of a Secret's, are never shown.

Beside fields it looks at what an object is for:

- **Data**: a folder on another claim, another part of it or none; a variable that named such a folder; what is on an
  `emptyDir` when its pod ends (for known images the data folder, else as a note).
- **Readers** of ConfigMaps and Secrets: variables and mounts by `subPath` keep what they had until the pod is started
  again. Who must be restarted is told with the command, unless the same change restarts them (our own trees: by the
  checksum of what they read).
- **Clients** of Services and Ingresses: ports, node ports, load balancers, addresses that are gone, selectors that find no
  pod.
- **Workloads left behind**: of another kind or name under the same labels. `kubectl apply` deletes nothing.
- **Secrets filled by hand**: the keys that an example (`secrets/NAME-example.yaml`) asks for and the one before did not.
- **Kustomizations** are rendered, patches included. Generators, transformers and what else is not followed is told; where one
  of them changes, anything may."""
