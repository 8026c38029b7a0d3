"""What each kind holds, and that Kubernetes' own readers take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from msgspec.structs import replace

from compose2qt.emit import emit, secret_files
from compose2qt.workload import (
    Concealed,
    ConfigMap,
    Container,
    EnvFrom,
    EnvVar,
    ExecProbe,
    Kind,
    MapSource,
    Pod,
    Probe,
    Secret,
    SecretKey,
    Traced,
    Volume,
)
from emit_applications import SECRETS, Leaves, documents, endpoint, objects, plain, pod_spec, shop, workload

if TYPE_CHECKING:
    from compose2qt.workload import Application
    from conftest import Judge


def controllers(application: Application) -> dict[str, dict[str, Any]]:
    kinds = {kind.value for kind in Kind}
    return {name: item for name, item in objects(emit(application)).items() if item["kind"] in kinds}


def at_pointer(item: object, pointer: str) -> object:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        item = item[int(key)] if isinstance(item, list) else item[key]  # type: ignore[index] # the pointer says what it is
    return item


# Of all kinds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_the_schema_of_a_version_takes_every_object(judge: Judge, version: str) -> None:
    made = objects(emit(shop()))
    kinds = {item["kind"] for item in made.values()}
    assert kinds >= {
        *(kind.value for kind in Kind),
        "Namespace",
        "ConfigMap",
        "Secret",
        "PersistentVolumeClaim",
        "Service",
        "Ingress",
    }
    assert judge.refused_by_schema(list(made.values()), version) == []


def test_kubectl_decodes_every_object(judge: Judge) -> None:
    text = "---\n".join(text for path, text in emit(shop()).files.items() if path.endswith(".yaml") and "/" in path)
    assert judge.refused_by_kubectl(text) == ""


def test_every_field_holds_the_value_of_its_leaf() -> None:
    at = Leaves()
    rendered = emit(shop(at))
    made = objects(rendered)
    placed = [(field.span, at_pointer(made[field.object], field.field)) for field in rendered.fields]
    assert {span for span, _ in placed} == set(at.shown)
    assert [(span, value) for span, value in placed if value != at.shown[span]] == []


def test_no_secret_value_is_in_the_tree() -> None:
    for path, text in emit(shop()).files.items():
        assert [value for value in SECRETS if value in text] == [], path


def test_objects_have_the_namespace_that_is_named() -> None:
    made = objects(emit(shop()))
    namespaces = {item["metadata"].get("namespace") for item in made.values() if item["kind"] != "Namespace"}
    assert namespaces == {"shop-prod"}
    unnamed = objects(emit(replace(shop(), namespace=None)))
    assert "Namespace/shop-prod" not in unnamed
    assert not any("namespace" in item["metadata"] for item in unnamed.values())


def test_fields_stand_in_the_order_of_reading() -> None:
    item = objects(emit(shop()))["Deployment/web"]
    assert list(item) == ["apiVersion", "kind", "metadata", "spec"]
    assert list(item["metadata"]) == ["name", "namespace", "labels"]
    (container,) = pod_spec(item)["containers"]
    assert list(container)[:7] == ["name", "image", "imagePullPolicy", "command", "args", "workingDir", "stdin"]
    assert [entry["name"] for entry in container["env"]] == ["PASSWORD", "URL", "FLAG"]
    assert [next(iter(source.values()))["name"] for source in container["envFrom"]] == ["shop-config", "web-secret"]


# Pods ----------------------------------------------------------------------------------------------------------------


def test_pods_get_nothing_that_docker_does_not_give() -> None:
    for item in controllers(shop()).values():
        spec = pod_spec(item)
        assert spec["enableServiceLinks"] is False
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


def test_pods_carry_what_selects_them() -> None:
    bare = workload("odd", labels=(("team", "a"),), selector=(("app", "odd"),))
    for item in controllers(plain(bare, workload("web"))).values():
        pod_labels = item["spec"]["template"]["metadata"]["labels"]
        assert item["spec"]["selector"]["matchLabels"].items() <= pod_labels.items()


def test_a_container_is_hardened_only_where_somebody_said_so() -> None:
    made = controllers(shop())
    assert "securityContext" not in pod_spec(made["DaemonSet/agent"])["containers"][0]
    assert pod_spec(made["Deployment/web"])["containers"][0]["securityContext"]["allowPrivilegeEscalation"] is False


def test_probes_have_every_number() -> None:
    one = Container("web", Traced("web:1"), readiness=Traced(Probe(ExecProbe(("true",)))))
    probe = pod_spec(controllers(plain(workload("web", pod=Pod((one,)))))["Deployment/web"])["containers"][0]["readinessProbe"]
    assert probe == {
        "exec": {"command": ["true"]},
        "initialDelaySeconds": 0,
        "periodSeconds": 10,
        "timeoutSeconds": 1,
        "failureThreshold": 3,
    }


def test_pods_that_share_a_claim_of_one_node_share_the_node() -> None:
    for name in ("worker", "mirror"):
        item = controllers(shop())[f"Deployment/{name}"]
        (term,) = pod_spec(item)["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        assert term["topologyKey"] == "kubernetes.io/hostname"
        assert term["labelSelector"]["matchLabels"].items() <= item["spec"]["template"]["metadata"]["labels"].items()
        assert not term["labelSelector"]["matchLabels"].keys() & item["spec"]["selector"]["matchLabels"].keys()


def reader(value: str, held: str = "x", file: str = "a") -> Application:
    """One workload that reads a ConfigMap, a Secret and a file."""

    main = Container("web", Traced("web:1"), env_from=(EnvFrom(Traced("c")), EnvFrom(Traced("s"), is_secret=True)))
    pod = Pod((main,), volumes=(Volume("f", Traced(MapSource("files"))),))
    return plain(
        workload("web", pod=pod),
        workload("other"),
        config_maps=(ConfigMap("c", (("A", Traced(value)),)), ConfigMap("files", (("f", Traced(file)),))),
        secrets=(Secret("s", (("B", Traced(Concealed(held))),)),),
    )


def config_hash(application: Application, name: str = "web") -> str | None:
    annotations = controllers(application)[f"Deployment/{name}"]["spec"]["template"]["metadata"].get("annotations", {})
    found: str | None = annotations.get("checksum/config")
    return found


def test_a_pod_rolls_when_its_configuration_changes_and_only_then() -> None:
    before = config_hash(reader("1"))
    assert before
    assert config_hash(reader("2")) != before
    assert config_hash(reader("1", file="b")) != before
    assert config_hash(reader("1")) == before
    assert config_hash(reader("1"), "other") is None


def test_nothing_of_a_secrets_value_is_in_a_manifest() -> None:
    assert emit(reader("1", held="one")).files == emit(reader("1", held="two")).files


# Controllers ---------------------------------------------------------------------------------------------------------


def test_recreate_has_no_rolling_update_beside_it() -> None:
    made = controllers(shop())
    assert made["Deployment/worker"]["spec"]["strategy"] == {"type": "Recreate"}
    assert "strategy" not in made["Deployment/web"]["spec"]


def test_a_stateful_set_names_its_service_and_refers_to_claims() -> None:
    item = controllers(shop())["StatefulSet/redis"]
    assert item["spec"]["serviceName"] == "redis"
    assert "volumeClaimTemplates" not in item["spec"]
    assert pod_spec(item)["volumes"][0]["persistentVolumeClaim"] == {"claimName": "redis-pvc"}
    alone = controllers(plain(workload("db", Kind.STATEFUL_SET)))["StatefulSet/db"]
    assert alone["spec"]["serviceName"] == "db"


def job_name(image: str) -> str:
    pod = Pod((Container("migrate", Traced(image)),))
    (name,) = controllers(plain(workload("migrate", Kind.JOB, pod=pod)))
    return name


def test_a_changed_job_is_another_job() -> None:
    assert job_name("web:1") == job_name("web:1") != job_name("web:2")
    assert job_name("web:1").startswith("Job/migrate-")


def test_the_name_of_a_job_fits() -> None:
    (name,) = controllers(plain(workload("m" * 63, Kind.JOB)))
    assert len(name.removeprefix("Job/")) == 63


@pytest.mark.parametrize(("policy", "retries"), [("Never", 0), ("OnFailure", 6), (None, 0)])
def test_a_job_tries_again_as_docker_does(policy: str | None, retries: int) -> None:
    pod = Pod((Container("migrate", Traced("web:1")),), restart_policy=Traced(policy) if policy else None)
    (item,) = controllers(plain(workload("migrate", Kind.JOB, pod=pod))).values()
    assert item["spec"]["backoffLimit"] == retries
    assert pod_spec(item)["restartPolicy"] == (policy or "Never")


def test_a_cron_job_without_a_schedule_does_not_run(judge: Judge) -> None:
    item = controllers(plain(workload("nightly", Kind.CRON_JOB)))["CronJob/nightly"]
    assert item["spec"]["suspend"] is True
    assert judge.refused_by_schema([item], "1.37") == []
    assert "suspend" not in controllers(shop())["CronJob/nightly"]["spec"]


# Services, Ingress ---------------------------------------------------------------------------------------------------


def test_services_are_headless_without_ports() -> None:
    made = objects(emit(shop()))
    assert made["Service/web-service"]["spec"]["type"] == "ClusterIP"
    assert "clusterIP" not in made["Service/web-service"]["spec"]
    ready, bus = made["Service/web-ready"]["spec"], made["Service/bus"]["spec"]
    assert (ready["clusterIP"], bus["clusterIP"]) == ("None", "None")
    assert (ready.get("publishNotReadyAddresses"), bus["publishNotReadyAddresses"]) == (None, True)
    assert "ports" not in ready


def test_the_routes_of_an_ingress_are_prefixes() -> None:
    spec = objects(emit(shop()))["Ingress/gateway"]["spec"]
    assert spec["ingressClassName"] == "nginx"
    assert spec["rules"] == [
        {
            "host": "shop.local",
            "http": {
                "paths": [
                    {
                        "path": path,
                        "pathType": "Prefix",
                        "backend": {"service": {"name": name, "port": {"number": 8080}}},
                    }
                    for path, name in (("/", "web-service"), ("/www", "www"))
                ]
            },
        }
    ]


# Secrets -------------------------------------------------------------------------------------------------------------


def test_an_example_has_a_name_of_its_own_and_says_what_is_for_what() -> None:
    rendered = emit(shop())
    example = objects(rendered)["Secret/web-secret-example"]
    assert example["stringData"] == {"DB_PASSWORD": "REPLACE_ME", "ADMIN_TOKEN": "REPLACE_ME"}
    text = rendered.files["secrets/secret-web-example.yaml"]
    assert "DB_PASSWORD: REPLACE_ME  # PASSWORD of web" in text
    assert "ADMIN_TOKEN: REPLACE_ME  # for the first login" in text
    assert "Secret/web-secret" not in objects(rendered)


def test_pods_refer_to_the_real_secret_and_wait_for_it() -> None:
    (container,) = pod_spec(controllers(shop())["Deployment/web"])["containers"]
    assert container["env"][0]["valueFrom"] == {"secretKeyRef": {"name": "web-secret", "key": "DB_PASSWORD"}}
    assert container["envFrom"][1] == {"secretRef": {"name": "web-secret"}}


def test_real_secrets_hold_their_values_under_their_names(judge: Judge) -> None:
    files = secret_files(shop())
    assert set(files) == {"secrets/secret-web.yaml", "secrets/web-key.yaml"}
    made = {item["metadata"]["name"]: item for item in documents(files)}
    assert made["web-secret"]["stringData"] == {"DB_PASSWORD": SECRETS[0], "ADMIN_TOKEN": "REPLACE_ME"}
    assert made["web-key"]["stringData"] == {"tls.key": SECRETS[1]}
    assert judge.refused_by_schema(list(made.values()), "1.30") == []


def test_a_secret_named_like_an_example_is_never_overwritten() -> None:
    secrets = tuple(Secret(name, (("A", Traced(Concealed(SECRETS[0]))),)) for name in ("x", "x-example"))
    rendered = emit(plain(workload("web"), secrets=secrets))
    names = [item["metadata"]["name"] for item in documents(rendered.files) if item["kind"] == "Secret"]
    assert len(names) == len(set(names)) == 2
    assert not set(names) & {"x", "x-example"}
    assert not set(rendered.files) & set(secret_files(plain(secrets=secrets)))


# Headers -------------------------------------------------------------------------------------------------------------


def test_each_file_says_where_it_comes_from() -> None:
    for path, text in emit(shop()).files.items():
        assert "enerated by compose2qt: edit docker-compose.yml or shop.yaml instead." in text or path == ".gitignore", path
    web = emit(shop()).files["services/web-deployment.yaml"]
    assert web.startswith("# services.frontend, services.backend of docker-compose.yml. One image serves both.\n")
    bus = emit(shop()).files["services/bus-service.yaml"]
    assert bus.startswith("# Declared in shop.yaml, without a Compose service. Added by hand.\n")


def test_a_long_reason_is_wrapped_and_cannot_leave_its_comment() -> None:
    reason = "because\nkind: Secret\n" + "of many words " * 30
    text = emit(plain(workload("web", reason=reason))).files["services/web-deployment.yaml"]
    head = text.partition("apiVersion")[0].splitlines()
    assert all(line.startswith("# ") and len(line) <= 102 for line in head)
    assert yaml.safe_load(text)["kind"] == "Deployment"


def test_what_is_blocked_says_why() -> None:
    rendered = emit(shop())
    assert "# Not applied: it mounts the Docker socket" in rendered.files["blocked/watcher-deployment.yaml"]
    assert not [path for path in rendered.applied if path.startswith("blocked/")]


def test_an_environment_may_refer_to_a_secret_of_another(judge: Judge) -> None:
    one = Container("web", Traced("web:1"), env=(EnvVar("P", Traced(SecretKey("db-secret", "PASSWORD"))),))
    made = objects(emit(plain(workload("web", pod=Pod((one,)), endpoints=(endpoint("web", 80),)))))
    assert judge.refused_by_schema(list(made.values()), "1.37") == []
