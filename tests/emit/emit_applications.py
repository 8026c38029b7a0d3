"""Applications made by hand, with every feature that emitters know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from msgspec.structs import replace

from compose2qt.source import Span
from compose2qt.workload import (
    Application,
    Claim,
    ClaimSource,
    Concealed,
    ConfigMap,
    Container,
    ContainerPort,
    EmptySource,
    Endpoint,
    EnvFrom,
    EnvVar,
    ExecProbe,
    HttpProbe,
    ImageBuild,
    Kind,
    MapSource,
    Mount,
    Pod,
    Probe,
    Quantity,
    Resources,
    Route,
    RoutePath,
    Secret,
    SecretKey,
    Security,
    ServicePort,
    TcpProbe,
    Traced,
    Volume,
    Workload,
    assumed,
    mapped,
    sourced,
)

if TYPE_CHECKING:
    from compose2qt.emit import Rendered

T = TypeVar("T")
SECRETS = ("hunter2-is-secret", "s3cr3t-file-content")
"""Values that must stay out of every file of the tree."""


class Leaves:
    """Source leaves, each at a line of its own, with what the manifest must show for it."""

    def __init__(self) -> None:
        self.shown: dict[Span, object] = {}

    def __call__(self, value: T, shown: object = None) -> Traced[T]:
        span = Span("compose.yaml", len(self.shown) + 1, 1)
        self.shown[span] = value if shown is None else shown
        return sourced(value, (span,))


def mounted(name: str, path: str, below: str) -> dict[str, object]:
    return {"name": name, "mountPath": path, "readOnly": True, "subPath": below}


def quantity(text: str) -> Quantity:
    return Quantity.parse(text)


def labels(name: str) -> tuple[tuple[str, str], ...]:
    return (("app", name), ("component", name), ("tier", "backend"))


def workload(name: str, kind: Kind = Kind.DEPLOYMENT, **changes: Any) -> Workload:
    """A workload of one plain container."""
    pod = changes.pop("pod", None) or Pod((Container(name, Traced(f"example/{name}:1.2")),))
    made = Workload(name, kind, None, pod, labels=labels(name), selector=(("app", name),), sources=(name,))
    return replace(made, **changes)


def endpoint(name: str, *ports: int, **changes: Any) -> Endpoint:
    return Endpoint(name, tuple(Traced(ServicePort(f"tcp-{port}", port, port)) for port in ports), **changes)


def plain(*workloads: Workload, **changes: Any) -> Application:
    """An application of nothing but workloads."""
    return Application("shop", None, (("part-of", "shop"),), tuple(workloads), compose_file="docker-compose.yml", **changes)


def web(at: Leaves) -> Workload:
    """A Deployment that uses everything a pod can use."""
    probe = Probe(HttpProbe("/health?full=1", 8080, (("Host", "web.local"),)), 15, 4, 5, 30)
    shown = {
        "httpGet": {"path": "/health?full=1", "port": 8080, "httpHeaders": [{"name": "Host", "value": "web.local"}]},
        "initialDelaySeconds": 30,
        "periodSeconds": 15,
        "timeoutSeconds": 4,
        "failureThreshold": 5,
    }
    main = Container(
        "web",
        at("registry.example.com/shop/web:2"),
        at("Always"),
        at(("python", "-m"), ["python", "-m"]),
        at(("web", "--port=8080", "yes"), ["web", "--port=8080", "yes"]),
        at("/srv"),
        (
            EnvVar(
                "PASSWORD",
                at(SecretKey("web-secret", "DB_PASSWORD"), {"secretKeyRef": {"name": "web-secret", "key": "DB_PASSWORD"}}),
            ),
            EnvVar("URL", at("postgres://app:$(PASSWORD)@db/app")),
            EnvVar("FLAG", at("on")),
        ),
        (EnvFrom(Traced("shop-config")), EnvFrom(Traced("web-secret"), is_secret=True)),
        (
            at(ContainerPort(8080, "http"), {"name": "http", "containerPort": 8080, "protocol": "TCP"}),
            at(ContainerPort(8053, "dns", "UDP"), {"name": "dns", "containerPort": 8053, "protocol": "UDP"}),
        ),
        Resources(
            at(quantity("0.25"), "250m"), at(quantity("512Mi"), "512Mi"), at(quantity("1"), "1"), at(quantity("1Gi"), "1Gi")
        ),
        at(probe, shown),
        Traced(Probe(TcpProbe(8080), failures=6)),
        Traced(Probe(ExecProbe(("true",)), 1, 1, 60)),
        (
            Mount("models", at("/models", mounted("models", "/models", "v1")), read_only=True, sub_path="v1"),
            Mount("shm", at("/dev/shm", {"name": "shm", "mountPath": "/dev/shm"})),  # noqa: S108 - a path in a container
            Mount("conf", at("/etc/c", mounted("conf", "/etc/c", "web.conf")), read_only=True, sub_path="web.conf"),
            Mount("key", at("/run/key", {"name": "key", "mountPath": "/run/key"})),
        ),
        Security(at(10001), at(10001), None, at(True), at(True, False), (at("NET_BIND_SERVICE"),), (at("ALL"),)),
        at(True),
        at(True),
    )
    wait = Container(
        "wait-for-redis", Traced("alpine:3.22.2"), command=Traced(("/bin/sh", "-c", "until true; do sleep 1; done"))
    )
    pod = Pod(
        (main,),
        (wait,),
        (
            Volume("models", at(ClaimSource("models"), {"claimName": "models"})),
            Volume("shm", at(EmptySource(True, quantity("64Mi")), {"medium": "Memory", "sizeLimit": "64Mi"})),
            Volume(
                "conf",
                at(
                    MapSource("web-files", items=(("web.conf", "web.conf", 0o644),)),
                    {"name": "web-files", "items": [{"key": "web.conf", "path": "web.conf", "mode": 0o644}]},
                ),
            ),
            Volume("key", at(MapSource("web-key", is_secret=True), {"secretName": "web-key"})),
        ),
        at("web-host"),
        (at(("10.0.0.1", "legacy"), "10.0.0.1"), at(("10.0.0.1", "older"), "10.0.0.1")),
        at(45),
        at("Always"),
        at(2000),
        (at(3000),),
        (at(("net.ipv4.tcp_syncookies", "1"), {"name": "net.ipv4.tcp_syncookies", "value": "1"}),),
        None,
        (("team", at("shop")),),
    )
    ready = endpoint("web-ready", headless=True, note="resolves only when the pod is ready")
    return workload(
        "web",
        pod=pod,
        replicas=at(2),
        endpoints=(endpoint("web-service", 8080), endpoint("www", 8080), ready),
        sources=("frontend", "backend"),
        purpose="The shop | its pages",
        reason="one image serves both",
    )


def shop(at: Leaves | None = None) -> Application:
    """An application with every kind of object."""
    at = at or Leaves()
    alone = Volume("uploads", Traced(ClaimSource("uploads")))
    data = Volume("redis-data", Traced(ClaimSource("redis-pvc")))
    redis = Container(
        "redis",
        at("redis:7-alpine"),
        readiness=Traced(Probe(ExecProbe(("redis-cli", "ping")))),
        mounts=(Mount("redis-data", Traced("/data")),),
        resources=Resources(assumed(quantity("50m"), "assumed"), assumed(quantity("64Mi"), "assumed")),
    )
    worker = Pod((Container("worker", Traced("worker")),), volumes=(alone,), colocate_with=at("uploads"))
    once = Pod((Container("migrate", Traced("registry.example.com/shop/web:2")),), restart_policy=at("OnFailure"))
    workloads = (
        web(at),
        workload(
            "redis", Kind.STATEFUL_SET, pod=Pod((redis,), volumes=(data,)), endpoints=(endpoint("redis", 6379),), folder="redis"
        ),
        workload("worker", pod=worker, recreate=at(True, "Recreate")),
        workload("mirror", pod=worker, recreate=at(True, "Recreate")),
        workload("agent", Kind.DAEMON_SET),
        workload("migrate", Kind.JOB, pod=once, retries=at(2)),
        workload("nightly", Kind.CRON_JOB, schedule=at("0 3 * * *"), time_zone=at("Europe/Oslo"), concurrency=at("Forbid")),
        workload("watcher", blocked="it mounts the Docker socket", endpoints=(endpoint("watcher", 9000),)),
        workload(
            "bus", sources=(), endpoints=(endpoint("bus", headless=True, publish_not_ready=True),), reason="added by hand"
        ),
    )
    return Application(
        "shop",
        mapped("shop-prod", None, "a namespace of its own"),
        (("part-of", "shop"),),
        workloads,
        (
            ConfigMap(
                "shop-config",
                (("LOG_LEVEL", at("debug")), ("ANSWER", at("no"))),
                file="configmap-settings",
                labels=labels("shop"),
            ),
            ConfigMap("web-files", (("web.conf", at("listen 8080;\nuser www;\n")),), (("logo", at(b"\x00\xff", "AP8=")),)),
        ),
        (
            Secret(
                "web-secret",
                (
                    ("DB_PASSWORD", at(Concealed(SECRETS[0]), "REPLACE_ME")),
                    ("ADMIN_TOKEN", mapped(None, None, "for the first login")),
                ),
                file="secret-web",
            ),
            Secret("web-key", (("tls.key", at(Concealed(SECRETS[1]), "REPLACE_ME")),)),
        ),
        (
            Claim("models", at(quantity("10Gi"), "10Gi"), Traced("ReadWriteMany"), "nfs"),
            Claim("uploads", at(quantity("1Gi"), "1Gi"), Traced("ReadWriteOnce")),
            Claim("redis-pvc", at(quantity("5Gi"), "5Gi"), Traced("ReadWriteOnce"), owner="redis"),
        ),
        (
            Route(
                "gateway",
                "shop.local",
                "nginx",
                (Traced(RoutePath("/", "web-service", 8080)), Traced(RoutePath("/www", "www", 8080))),
                (("nginx.ingress.kubernetes.io/proxy-body-size", Traced("50m")),),
            ),
        ),
        (
            ImageBuild("worker", "./worker dir"),
            ImageBuild("registry.example.com/shop/web:2", ".", "web/Dockerfile", "production", ("VERSION",)),
        ),
        (("web", "80", 8080),),
        "docker-compose.yml",
        "shop.yaml",
    )


def documents(files: dict[str, str]) -> list[dict[str, Any]]:
    """Every object of a tree, the kustomization included."""
    texts = [text for path, text in files.items() if path.endswith(".yaml")]
    return [item for text in texts for item in yaml.safe_load_all(text) if item]


def objects(rendered: Rendered) -> dict[str, dict[str, Any]]:
    """The Kubernetes objects of a tree by ``Kind/name``."""
    made = [item for item in documents(rendered.files) if item["kind"] != "Kustomization"]
    return {f"{item['kind']}/{item['metadata']['name']}": item for item in made}


def pod_spec(item: dict[str, Any]) -> dict[str, Any]:
    """The pod spec of a controller."""
    spec = item["spec"]["jobTemplate"]["spec"] if item["kind"] == "CronJob" else item["spec"]
    found: dict[str, Any] = spec["template"]["spec"]
    return found
