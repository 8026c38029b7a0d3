"""No secret value reaches a file of the tree, a report or a message, wherever in the project it stands (law 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

PROJECT = """
services:
  db:
    image: mysql:8
    environment: {MYSQL_ROOT_PASSWORD: "leak-One1", MYSQL_DATABASE: app}
    healthcheck: {test: ["CMD", "mysqladmin", "ping", "-h", "localhost", "--password=leak-One1"]}
    post_start:
      - command: [sh, -c, "echo 'leak-Two2' > /x"]
        environment: {HOOK_TOKEN: leak-Two2, A: "b c"}
    pre_stop:
      - command: [redis-cli, -a, "leak-Three3", shutdown]
  quoted:
    image: mysql:8
    healthcheck: {test: "mysqladmin ping --password='leak Four4' || exit 1"}
  cache:
    image: redis:7
    command: redis-server --requirepass "leak-Five5$$x"
    healthcheck: {test: ["CMD-SHELL", "redis-cli --pass 'leak-Five5$$x' ping | grep PONG"]}
  web:
    image: nginx
    command: [sh, -c, "export API_TOKEN=leak-Six6; nginx -g 'daemon off;' && curl -u admin:leak-Seven7 http://x"]
    environment: {ARGS: "-p leak-One1", NOTE: nothing, URL: "http://u:leak-Eight8@db/x", HOOK: "https://hooks.example.com/services/leak-Nine9/abcdefghij"}
    labels: {note: "uses leak-One1"}
    healthcheck: {test: ["CMD", "curl", "-f", "-H", "Authorization: Bearer leak-Ten10", "http://localhost:80/"]}
    ports: ["80"]
    runtime: leak-One1
    configs: [conf]
    secrets: [sec]
    volumes: ["./app.ini:/app.ini:ro"]
  app:
    image: x
    environment: {DSN: "${DB_PASSWORD}", X: "pre-${DB_PASSWORD}"}
    healthcheck: {test: "pg_isready \\"--dbname=postgres://u:leak-Eight8@localhost/x\\""}
configs:
  conf: {content: "login leak-One1"}
secrets:
  sec: {file: ./sec.txt}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "compose.yaml").write_text(PROJECT)
    (tmp_path / ".env").write_text("DB_PASSWORD=leak-Eleven11\n")
    (tmp_path / "sec.txt").write_text("leak-Twelve12\n")
    (tmp_path / "app.ini").write_text("user=root\nthing leak-Twelve12\n")
    return tmp_path


def test_no_file_of_the_tree_and_no_report_holds_a_secret(project: Path, run: Run) -> None:
    made = run("convert", cwd=project)
    assert made.returncode == 0, made.stderr
    shown = {"convert": made.stdout + made.stderr}
    for kind in ("text", "markdown", "json", "sarif", "html"):
        report = run("report", "--format", kind, cwd=project)
        shown[f"report {kind}"] = report.stdout + report.stderr
    for kind in ("text", "markdown", "json", "sarif"):
        proof = run("verify", "--manifests", "out", "--format", kind, cwd=project)
        shown[f"verify {kind}"] = proof.stdout + proof.stderr
    shown |= {str(path.relative_to(project)): path.read_text() for path in (project / "out").rglob("*") if path.is_file()}
    assert {name: re.findall(r"leak.\w+", text)[:3] for name, text in shown.items() if "leak" in text} == {}


def test_the_real_secrets_hold_every_value(project: Path, run: Run) -> None:
    assert run("convert", "--write-secrets", cwd=project).returncode == 0
    real = "".join(path.read_text() for path in (project / "out" / "secrets").glob("*.yaml"))
    assert set(re.findall(r"leak.(\w+)", real)) == set(re.findall(r"leak.(\w+)", PROJECT)) | {"Eleven11", "Twelve12"}


@pytest.mark.parametrize(
    "service",
    [
        "{image: x, working_dir: '/srv/${DB_PASSWORD}'}",
        "{image: x, pull_policy: '${DB_PASSWORD}'}",
        "{image: x, mem_limit: '${DB_PASSWORD}'}",
        "{image: x, depends_on: ['${DB_PASSWORD}']}",
        "{image: '${NOT_SET:?ask for ${DB_PASSWORD}}'}",
    ],
)
def test_a_secret_that_no_secret_can_give_is_refused_at_its_place(project: Path, run: Run, service: str) -> None:
    (project / "compose.yaml").write_text(f"services:\n  app: {service}\n")
    made = run("convert", cwd=project)
    assert made.returncode == 2, made.stderr
    assert "compose.yaml:2:" in made.stderr
    assert "leak" not in made.stdout + made.stderr
    assert not (project / "out").exists()


def test_a_filled_secret_is_kept_and_what_it_lacks_is_told_by_name(project: Path, run: Run) -> None:
    run("convert", "--write-secrets", cwd=project)
    filled = project / "out" / "secrets" / "web-secret.yaml"
    filled.write_text("apiVersion: v1\nkind: Secret\nmetadata: {name: web-secret}\nstringData: {ARGS: by hand}\n")
    (filled.parent / "old.yaml").write_text("kind: Secret\n")
    made = run("convert", "--write-secrets", "--force", cwd=project)
    assert made.returncode == 0
    assert "by hand" in filled.read_text()
    assert re.search(r"kept out/secrets/web-secret.yaml, .*: add .*API_TOKEN", made.stderr + made.stdout)
    assert "no longer needed: out/secrets/old.yaml" in made.stderr + made.stdout


def test_check_tells_which_secrets_the_cluster_must_hold(tmp_path: Path, run: Run) -> None:
    (tmp_path / "compose.yaml").write_text('services: {web: {image: nginx, environment: {A_TOKEN: leak-One1, B_TOKEN: ""}}}')
    run("convert", cwd=tmp_path)
    checked = run("convert", "--check", cwd=tmp_path)
    assert checked.returncode == 0
    assert "Secret/web-secret must hold A_TOKEN\n" in checked.stderr
    (tmp_path / "out/secrets/web-secret.yaml").write_text("kind: Secret\nstringData: {OTHER: x}\n")
    checked = run("convert", "--check", cwd=tmp_path)
    assert "Secret/web-secret must hold A_TOKEN: add A_TOKEN\n" in checked.stderr


def test_a_copy_of_the_example_is_not_filled(project: Path, run: Run) -> None:
    run("convert", "--write-secrets", cwd=project)
    file = project / "out" / "secrets" / "web-secret.yaml"
    wanted = file.read_text()
    unfilled = re.sub(r"(?m)^(  [A-Z_]+): .*$", r"\1: REPLACE_ME", wanted)
    file.write_text(unfilled)
    made = run("convert", "--write-secrets", cwd=project)
    assert made.returncode == 0
    assert file.read_text() == wanted
    key = re.findall(r"(?m)^  ([A-Z_]+): ", wanted)[0]
    file.write_text(re.sub(rf"(?m)^(  {key}): .*$", r"\1: REPLACE_ME", wanted).replace("data:", "data:\n  OWN: x"))
    made = run("convert", "--write-secrets", cwd=project)
    assert f"REPLACE_ME still stands for {key}" in made.stdout + made.stderr


def test_a_link_in_the_place_of_a_secret_is_not_followed(project: Path, run: Run) -> None:
    run("convert", cwd=project)
    (project / "out" / "secrets" / "web-secret.yaml").symlink_to("/dev/zero")
    made = run("convert", "--write-secrets", cwd=project)
    assert made.returncode == 2
    assert "web-secret.yaml is a symbolic link" in made.stderr


def test_a_form_that_nobody_filled_is_written_and_a_placeholder_that_is_left_is_told(project: Path, run: Run) -> None:
    run("convert", cwd=project)
    secrets = project / "out" / "secrets"
    for name in ("web-secret", "app-secret"):
        example = (secrets / f"{name}-example.yaml").read_text()
        (secrets / f"{name}.yaml").write_text(example.replace(f"{name}-example", name))
    (secrets / "app-secret.yaml").write_text((secrets / "app-secret.yaml").read_text().replace("REPLACE_ME", "by hand", 1))
    made = run("convert", "--write-secrets", cwd=project)
    told = made.stdout + made.stderr
    assert "leak-Seven7" in (secrets / "web-secret.yaml").read_text()
    assert "web-secret.yaml, which was filled" not in told
    assert "kept out/secrets/app-secret.yaml, which was filled by hand" in told
    assert re.findall(r"fill in what says REPLACE_ME in out/secrets/(\S+),", told) == ["app-secret.yaml"]


def test_an_example_says_which_secrets_have_the_same_value(tmp_path: Path, run: Run) -> None:
    web = "{image: x, environment: {DB_PASSWORD: leak-1x}}"
    job = "{image: x, environment: {DB_PASSWORD: leak-1x, A_TOKEN: leak-1x}}"
    (tmp_path / "compose.yaml").write_text(f"services: {{web: {web}, job: {job}}}\n")
    assert run("convert", cwd=tmp_path).returncode == 0
    example = (tmp_path / "out" / "secrets" / "job-secret-example.yaml").read_text()
    assert "DB_PASSWORD: REPLACE_ME  # the same value as in web-secret" in example
    assert "A_TOKEN: REPLACE_ME  # the same value as DB_PASSWORD of web-secret" in example


def test_a_variable_ties_secrets_and_a_coincidence_does_not(tmp_path: Path, run: Run) -> None:
    strong = "leak-9f2K7qLw"
    (tmp_path / ".env").write_text(f"LIVE=leak-key\nAWSK=leak-key\nMQ=plane\nDB=plane\nA={strong}\nB={strong}\n")
    (tmp_path / "compose.yaml").write_text(
        """
services:
  worker: {image: x, environment: {LIVE_SECRET_KEY: "${LIVE}", MQ_PASSWORD: "${MQ}", DB_PASSWORD: "${DB}", A_TOKEN: $A}}
  mq: {image: x, environment: {RABBITMQ_DEFAULT_PASS: "${MQ:-plane}"}}
  s3: {image: x, environment: ["AWS_SECRET_ACCESS_KEY=${AWSK}", "B_TOKEN=${B}"]}
"""
    )
    assert run("convert", cwd=tmp_path).returncode == 0
    text = "".join(path.read_text() for path in sorted((tmp_path / "out" / "secrets").glob("*-example.yaml")))
    ties = dict(re.findall(r"(\w+): REPLACE_ME  # (the same value as .+)", text))
    assert ties == {
        "RABBITMQ_DEFAULT_PASS": "the same value as MQ_PASSWORD of worker-secret",
        "B_TOKEN": "the same value as A_TOKEN of worker-secret",
    }


def test_a_file_that_is_called_a_secret_is_one(tmp_path: Path, run: Run) -> None:
    for name in ("db/password.txt", "secrets/a", "site/password-reset.html", "get-token.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("leak One1\n")
    volumes = '["./db/password.txt:/p:ro", "./secrets:/s:ro", "./site:/site:ro", "./get-token.sh:/t.sh:ro"]'
    (tmp_path / "compose.yaml").write_text(
        f"services: {{web: {{image: x, volumes: {volumes}, configs: [api_token]}}}}\n"
        "configs: {api_token: {content: leak Two2}}\n"
    )
    assert run("convert", cwd=tmp_path).returncode == 0
    maps = {path.name for path in (tmp_path / "out" / "config").glob("*.yaml")}
    assert maps == {"web-site.yaml", "web-get-token-sh.yaml"}
    examples = {path.name for path in (tmp_path / "out" / "secrets").glob("*.yaml")}
    assert examples == {"web-password-txt-example.yaml", "web-secrets-example.yaml", "api-token-example.yaml"}


def test_the_user_can_read_a_file_that_is_closed_to_others(tmp_path: Path, run: Run) -> None:
    (tmp_path / "s.txt").write_text("leak-One1\n")
    service = "{{image: x, user: '{user}', secrets: [{{source: s, mode: {mode}}}]}}"
    secret = f"services: {{{{web: {service}}}}}\nsecrets: {{{{s: {{{{file: s.txt}}}}}}}}\n"
    for user, mode, shown in (("1000:1001", "0400", "fsGroup: 1001"), ("1000", "0444", ""), ("0", "0400", "")):
        (tmp_path / "compose.yaml").write_text(secret.format(user=user, mode=mode))
        made = run("convert", cwd=tmp_path)
        assert made.returncode == 0, made.stderr
        text = (tmp_path / "out" / "services" / "web-deployment.yaml").read_text()
        assert (shown in text) if shown else "fsGroup:" not in text


def test_a_folder_that_is_not_absolute_is_an_error_of_the_ledger(tmp_path: Path, run: Run) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: x, working_dir: app}}\n")
    made = run("convert", "--fail-on", "error", cwd=tmp_path)
    assert made.returncode == 1
    assert "working_dir.relative" in made.stderr
    assert "workingDir" not in (tmp_path / "out" / "services" / "web-deployment.yaml").read_text()


@pytest.mark.parametrize(
    "service",
    [
        "{image: x, pre_start: [{image: y, command: [mysql, -pleak-One1], environment: {A_TOKEN: leak-Two2}}]}",
        "{image: x, command: [sh, -c, \"su -c 'mysql -pleak-One1' root\"]}",
        "{image: x, healthcheck: {test: \"bash -c 'redis-cli -a leak-One1 ping'\"}}",
        "{image: x, healthcheck: {test: 'curl -fsSu a:leak-One1 http://x && curl --user b:leak-Two2 x'}}",
        "{image: x, ports: ['80'], healthcheck: {test: [CMD, curl, -f, 'http://localhost:80/?token=leak-One1&b=1']}}",
        '{image: x, command: [sh, -c, "cat <<E\\npassword: leak-One1\\nE\\n"]}',
        "{image: x, command: [mysql, -pleak-One1, ;, mysql, -pleak-Two2], environment: {DB_PASS_2: leak-Three3}}",
        "{image: x, post_start: [{command: [sh, -c, 'x --password leak-One1'], environment: {A_TOKEN: leak-One1}}]}",
        "{image: x, healthcheck: {test: 'PASSWORD=leak-One1; x --password \"it''s leak-Two2\"'}}",
    ],
)
def test_no_shape_of_a_command_shows_a_secret(tmp_path: Path, run: Run, service: str) -> None:
    (tmp_path / "compose.yaml").write_text(f"services:\n  web: {service}\n")
    made = run("convert", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    shown = [made.stdout, made.stderr, *(path.read_text() for path in (tmp_path / "out").rglob("*") if path.is_file())]
    assert not [text for text in shown if "leak" in text]
