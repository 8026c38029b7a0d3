"""The mapping spec as it is written: short forms, and every error at its key or value, all at once."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from compose2qt.diagnostic import Collector, Diagnostic, InputError
from compose2qt.mapping.spec import Spec, load_spec, mapping_schema
from compose2qt.source import Mapping, plain, read_yaml

ROOT = Path(__file__).parents[2]


def loaded(folder: Path, text: str) -> Spec:
    (folder / "m.yaml").write_text(text)
    return load_spec(folder / "m.yaml", "m.yaml", Collector())


def problems(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InputError) as caught:
        loaded(folder, text)
    return caught.value.diagnostics


@pytest.mark.parametrize(
    ("text", "place", "code", "said"),
    [
        ("target: {}\n", "m.yaml:1:1", "unknown-key", "did you mean 'targets'?"),
        ("targets:\n  web: {replica: 3}\n", "m.yaml:2:9", "unknown-key", "did you mean 'replicas'?"),
        ("targets:\n  web: {ports: [{port: 1, nme: x}]}\n", "m.yaml:2:27", "unknown-key", "did you mean 'name'?"),
        ("targets:\n  web: {env: {A: {valu: x}}}\n", "m.yaml:2:19", "unknown-key", "did you mean 'value'?"),
        ("targets: 3\n", "m.yaml:1:10", "bad-value", "this must be a mapping"),
        ("targets:\n  web: {replicas: '3'}\n", "m.yaml:2:19", "bad-value", "this must be a whole number"),
        ("targets:\n  web: {replicas: true}\n", "m.yaml:2:19", "bad-value", "this must be a whole number"),
        ("targets:\n  web: {replicas: -1}\n", "m.yaml:2:19", "bad-value", "at least 0"),
        ("targets:\n  Web: {}\n", "m.yaml:2:3", "illegal-name", "lower-case"),
        ("targets:\n  web: {ports: [0]}\n", "m.yaml:2:17", "bad-value", "at least 1"),
        ("targets:\n  web: {mounts: [data]}\n", "m.yaml:2:18", "bad-value", "this must be a mapping"),
        ("targets:\n  web: {env: {A: {value: x, secret: y}}}\n", "m.yaml:2:18", "no-value", "either a value or a secret"),
        ("targets:\n  web: {env: {'A=B': x}}\n", "m.yaml:2:15", "illegal-variable", "letters"),
        ("targets:\n  web: {liveness: {path: /, command: [a]}}\n", "m.yaml:2:19", "two-checks", "remove one"),
        ("targets:\n  web: {liveness: {path: health}}\n", "m.yaml:2:26", "bad-value", "The page"),
        ("resources: {s: {limits: {cpu: lots}}}\n", "m.yaml:1:31", "bad-quantity", "250m"),
        ("storage:\n  data: {}\n", "m.yaml:2:3", "key-missing", "'size'"),
        ("storage:\n  data: {size: 1Gi, access: RWX}\n", "m.yaml:2:29", "bad-value", "'ReadWriteMany'"),
        ("shared:\n  c: {kind: ConfigMap}\n", "m.yaml:2:3", "key-missing", "'reason'"),
        ("shared:\n  c: {kind: Configmap, reason: r}\n", "m.yaml:2:13", "bad-value", "'ConfigMap' or 'Secret'"),
        ("shared:\n  c: {kind: ConfigMap, reason: r, values: {A: 1}}\n", "m.yaml:2:47", "bad-value", "mapping"),
        ("drop:\n  web: ''\n", "m.yaml:2:8", "bad-value", "not be empty"),
        ("drop: [web]\n", "m.yaml:1:7", "bad-value", "this must be a mapping"),
        ("claims: {cpu: 3}\n", "m.yaml:1:10", "bad-value", "'requests.cpu'"),
        ("budget: {cpu: 3}\n", "m.yaml:1:10", "unknown-key", "requests.cpu"),
        ("budget: {pods: 1.5}\n", "m.yaml:1:16", "bad-value", "whole number"),
        ("budget: {storage: much}\n", "m.yaml:1:19", "bad-quantity", "20Gi"),
        ("budget: {objects: {PersistantVolumeClaim: 1}}\n", "m.yaml:1:20", "illegal-kind", "'PersistentVolumeClaim'"),
        ("budget: {objects: {Secrets: 1}}\n", "m.yaml:1:20", "illegal-kind", "'Secret'"),
        ("budget: {objects: {secret: 1}}\n", "m.yaml:1:20", "illegal-kind", "PersistentVolumeClaim"),
        ("budget: {state: now}\n", "m.yaml:1:17", "bad-value", "'steady'"),
        ("ignore:\n  - {rule: REL001}\n", "m.yaml:2:5", "key-missing", "'reason'"),
        ("ignore:\n  - {rule: rel 1, reason: r}\n", "m.yaml:2:12", "bad-value", "REL001"),
        ("ignore:\n  - {rule: REL001, reason: r, until: 2027-02-30}\n", "m.yaml:2:38", "bad-day", "2027-06-30"),
        ("ignore:\n  - {rule: REL001, reason: r, until: soon}\n", "m.yaml:2:38", "bad-day", "2027-06-30"),
        ("ignore:\n  - {rule: REL001, reason: r, object: web}\n", "m.yaml:2:39", "bad-value", "Deployment/web"),
        ("ignore:\n  - {rule: REL001, reason: r, object: A/b, target: c}\n", "m.yaml:2:5", "two-places", "remove one"),
        ("ignore: {REL001: r}\n", "m.yaml:1:9", "bad-value", "this must be a list"),
        ("version: 2\n", "m.yaml:1:10", "bad-value", "this must be 1"),
        ("kubernetes: '1.29'\n", "m.yaml:1:13", "bad-value", "'1.30'"),
        ("rest: maybe\n", "m.yaml:1:7", "bad-value", "'convert' or 'refuse'"),
        ("routes: {r: {host: Ex.com, reason: r, paths: {/: a}}}\n", "m.yaml:1:20", "bad-value", "lower case"),
        ("", "m.yaml:1:1", "mapping-empty", "version: 1"),
        ("- a\n", "m.yaml:1:1", "mapping-not-a-mapping", "version: 1"),
        ("targets: {a: 1, a: 2}\n", "m.yaml:1:17", "duplicate-key", "line 1"),
    ],
)
def test_each_error_has_its_place(tmp_path: Path, text: str, place: str, code: str, said: str) -> None:
    found = problems(tmp_path, text)
    assert (str(found[0].span), found[0].code) == (place, code)
    assert said in str(found[0])
    assert found[0].fix


def test_all_errors_at_once_in_reading_order(tmp_path: Path) -> None:
    text = "target: {}\ntargets:\n  web: {from: [a, b], replicas: x, nonsense: 1}\nresources: {s: {limits: {cpu: lots}}}\n"
    found = problems(tmp_path, text)
    lines = [one.span.line for one in found if one.span]
    assert lines == sorted(lines)


def test_a_value_never_shows_in_an_error(tmp_path: Path) -> None:
    text = "targets: {web: {replicas: hunter2, env: {A: [hunter2]}}}\nsecret_keys: {A: [hunter2]}\nkubernetes: hunter2\n"
    assert not any("hunter2" in str(one) for one in problems(tmp_path, text))


def test_everything_is_optional(tmp_path: Path) -> None:
    assert loaded(tmp_path, "version: 1\n").document.targets == {}
    assert loaded(tmp_path, "targets:\n  web:\n").document.targets["web"].replicas is None
    assert loaded(tmp_path, "targets:\ndrop:\nx-anything: [1, {a: b}]\n").document.drop == {}


def test_short_forms_mean_the_long_ones(tmp_path: Path) -> None:
    short = "targets: {w: {ports: [80], mounts: ['a:/b:ro'], env: {A: 1.5, B: true}, resources: small}}\n"
    long = """
targets:
  w:
    ports: [{port: 80}]
    mounts: [{claim: a, path: /b, read_only: true}]
    env: {A: {value: "1.5"}, B: {value: "true"}}
    resources: {use: small}
"""
    assert loaded(tmp_path, short).document == loaded(tmp_path, long).document


def test_paths_are_relative_to_the_mapping(tmp_path: Path) -> None:
    folder = tmp_path / "ci"
    folder.mkdir()
    (folder / "m.yaml").write_text(
        "compose: {files: [../app/compose.yaml], env_files: [./a.env], profiles: [dev]}\noutput: ../out\n"
    )
    spec = load_spec(folder / "m.yaml", "ci/m.yaml", Collector())
    assert (spec.files, spec.env_files, spec.profiles, spec.output) == (("app/compose.yaml",), ("ci/a.env",), ("dev",), "out")
    absolute = load_spec(folder / "m.yaml", str(folder / "m.yaml"), Collector())
    assert absolute.files == (str(tmp_path / "app" / "compose.yaml"),)


def test_places_of_keys_and_values(tmp_path: Path) -> None:
    spec = loaded(tmp_path, "targets:\n  web:\n    replicas: 3\n    env: {A: {value: x}}\n")
    assert str(spec.at("targets", "web", "replicas")) == "m.yaml:3:15"
    assert str(spec.key("targets", "web", "replicas")) == "m.yaml:3:5"
    assert str(spec.at("targets", "web", "env")) == "m.yaml:4:5"
    assert str(spec.at("targets", "web", "image")) == "m.yaml:2:3"


def test_the_schema_accepts_what_is_accepted_and_describes_every_key() -> None:
    schema = mapping_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    root = read_yaml((ROOT / "mappings" / "quantum-trader.yaml").read_text(), "m.yaml", Collector())[0]
    assert isinstance(root, Mapping)
    assert list(validator.iter_errors(plain(root))) == []
    assert list(validator.iter_errors({"targets": {"web": {"ports": [80], "env": {"A": 1}, "resources": "small"}}})) == []
    assert list(validator.iter_errors({"target": {}}))
    for name, part in {"": schema, **schema["$defs"]}.items():
        assert part.get("description"), name
        for key, value in part.get("properties", {}).items():
            assert value.get("description"), f"{name}.{key} has no description"
