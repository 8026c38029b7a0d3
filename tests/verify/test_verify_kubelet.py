"""What a kubelet computes: expansion, environments, probe commands, service links."""

from __future__ import annotations

import pytest

from compose2qt.kube.kubelet import (
    FieldRef,
    KeyRef,
    MapRef,
    Variable,
    argv,
    environment,
    expand,
    probe_argv,
    service_variables,
)


class Objects:
    """A namespace with two ConfigMaps and a Secret."""

    def __init__(self) -> None:
        self.held = {
            ("ConfigMap", "one"): {"A": "1", "B": "$(A)", "bad=name": "x"},
            ("ConfigMap", "two"): {"A": "2"},
            ("Secret", "keys"): {"TOKEN": "t$$"},
        }

    def data(self, kind: str, name: str) -> dict[str, str] | None:
        return self.held.get((kind, name))

    def place(self, _kind: str, _name: str, _key: str) -> None:
        return None

    def is_held(self, kind: str, name: str) -> bool:
        return (kind, name) in self.held

    def unknown(self, source: KeyRef | FieldRef) -> str:
        return f"<{source.path if isinstance(source, FieldRef) else source.name}>"


# The cases of Kubernetes' own test of its expansion (third_party/forked/golang/expansion/expand_test.go), by kind.
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("$(A)", "1"),
        ("---$(A)---", "---1---"),
        ("$(NOBODY)", "$(NOBODY)"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$$$$(A)", "$$(A)"),
        ("$$", "$"),
        ("$$$", "$$"),
        ("$", "$"),
        ("$A", "$A"),
        ("${A}", "${A}"),
        ("$(A", "$(A"),
        ("$((A)", "$((A)"),
        ("$()", "$()"),
        ("$(A)$(B)", "12"),
        ("pa$$word", "pa$word"),
        ("a$", "a$"),
        ("$é", "$\u00c3\udca9"),
        ("$$é", "$é"),
        ("$(A)$", "1$"),
        ("", ""),
    ],
)
def test_expansion(text: str, wanted: str) -> None:
    assert expand(text, {"A": "1", "B": "2"}) == wanted


def test_a_later_map_wins_and_env_wins_over_maps() -> None:
    maps = (MapRef("ConfigMap", "one"), MapRef("ConfigMap", "two"))
    assert environment(maps, (), Objects()).values() == {"A": "2", "B": "$(A)"}
    assert environment(maps, (Variable("A", "3"),), Objects()).values()["A"] == "3"


def test_values_of_maps_are_not_expanded_and_env_sees_them() -> None:
    made = environment((MapRef("ConfigMap", "one"),), (Variable("C", "$(A) $(D)"), Variable("D", "$(C)")), Objects())
    assert made.values() == {"A": "1", "B": "$(A)", "C": "1 $(D)", "D": "1 $(D)"}


def test_a_key_of_a_secret_is_taken_as_it_is() -> None:
    source = KeyRef("Secret", "keys", "TOKEN")
    made = environment((), (Variable("T", source=source), Variable("U", "<$(T)>")), Objects())
    assert made.values() == {"T": "t$$", "U": "<t$$>"}


def test_prefixes_and_illegal_names() -> None:
    made = environment((MapRef("ConfigMap", "one", "X_"),), (), Objects())
    assert made.values() == {"X_A": "1", "X_B": "$(A)"}


def test_what_is_missing_keeps_a_container_from_starting() -> None:
    maps = (MapRef("ConfigMap", "none"), MapRef("ConfigMap", "no", optional=True), MapRef("Secret", "outside"))
    env = (
        Variable("K", source=KeyRef("ConfigMap", "one", "Z")),
        Variable("L", source=KeyRef("ConfigMap", "one", "Z", optional=True)),
    )
    made = environment(maps, env, Objects())
    assert [what for what, _ in made.missing] == ["ConfigMap none", "key Z of ConfigMap one"]
    assert made.open == ("outside",)
    assert made.values() == {}


def test_unknown_values_are_marked() -> None:
    env = (
        Variable("P", source=FieldRef("status.podIP")),
        Variable("Q", source=KeyRef("Secret", "outside", "K", optional=True)),
    )
    made = environment((), env, Objects())
    assert made.values() == {"P": "<status.podIP>", "Q": "<outside>"}
    assert made.optional == ("Q",)


def test_commands_see_the_whole_environment_and_probes_only_literals() -> None:
    env = (Variable("A", "1"), Variable("T", source=KeyRef("Secret", "keys", "TOKEN")))
    assert argv(["$(A)", "$(T)"], environment((), env, Objects()).values()) == ("1", "t$$")
    assert probe_argv(["$(A)", "$(T)", "$(B)"], env) == ("1", "", "$(B)")


def test_service_links_are_docker_links() -> None:
    made = service_variables("my-db", [("sql", 5432, "TCP"), ("", 9000, "UDP")], "10.0.0.1")
    assert made["MY_DB_SERVICE_HOST"] == "10.0.0.1"
    assert made["MY_DB_PORT"] == "tcp://10.0.0.1:5432"
    assert made["MY_DB_SERVICE_PORT_SQL"] == "5432"
    assert made["MY_DB_PORT_9000_UDP_PROTO"] == "udp"
