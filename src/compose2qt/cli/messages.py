"""Pages of the messages that stand before a result: what their codes mean, beyond what each says of its place."""

from __future__ import annotations

MESSAGES = {
    # Warnings and facts.
    "variable-unset": (
        "A Compose file uses a variable that has no value, so that it becomes empty, as in Docker Compose. Variables come "
        "from `.env` beside the Compose file, `--env-file` and `--env NAME=VALUE`; the shell's only with "
        "`--env-from-shell`, so that the same inputs give the same tree everywhere. `${NAME:-default}` gives a default, "
        "`${NAME:?text}` makes it an error."
    ),
    "project-unnamed": (
        "A value holds COMPOSE_PROJECT_NAME, and nobody names the project. Docker Compose takes the folder's name, which "
        "differs from checkout to checkout; the tree must not. Write `name:` at the top of the Compose file, or give "
        "`-p`."
    ),
    "read-outside": (
        "A file was read that lies outside the project's folder. That works here; in CI or on another machine it may be "
        "missing or another one, and then the tree is another one, too."
    ),
    "undecided-reference": (
        "A value is the name of a service that is renamed or merged, and nothing says whether it means a host. Names "
        "inside URLs, host:port pairs and variables that are called as hosts are followed; a bare word elsewhere is left "
        "as it is."
    ),
    "merged-variables-differ": (
        "Two services that the mapping merges set one variable to two values. A container has one: that of the named service."
    ),
    "secret-in-mapping": (
        "The mapping gives the value of a key of a Secret, so the value is in git with the mapping. It reaches no "
        "generated file."
    ),
    "secret-elsewhere": ("The mapping refers to a Secret that this tree does not make: pods wait until somebody has made it."),
    "unknown-variable": (
        "The mapping decides about a variable that no service sets: a typing error, or it is no longer needed."
    ),
    "unknown-port-source": ("The mapping's `replaces` names a service or a port that the Compose project does not have."),
    # Errors that many meet.
    "file-missing": (
        "A file that the input names does not exist. Paths in a Compose file are relative to the folder of that file, or "
        "to `--project-directory`. An env file that may be missing is written `{path: x.env, required: false}`."
    ),
    "interpolation": (
        "A value has a `$` that begins no variable. `$NAME` and `${NAME}` are variables, `$$` is a dollar sign: scripts "
        "and passwords need it doubled."
    ),
    "undecided-services": (
        "The mapping says `rest: refuse`, and a service is neither in `targets` nor in `drop`: a new service needs a decision."
    ),
    "secret-in-the-open": (
        "A value that looks like a secret would stand in a generated file. Take it from a Secret, or list the key under "
        "`plain_keys` of the mapping with the reason why everybody may read it."
    ),
    "tree-edited": (
        "A generated file was edited since. Nothing was written: put the change into the Compose file or the mapping, or "
        "let `--force` overwrite the edit."
    ),
    "tree-foreign": ("A file that compose2qt did not write stands where one of the tree belongs. It is never overwritten."),
}
"""By code; a code of an error that is not here says by itself what is wrong, where, and what to do."""
