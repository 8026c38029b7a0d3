"""What looks like a secret, and what only sounds like one."""

from __future__ import annotations

import pytest

from compose2qt.workload.sensitive import secret_reason, url_password

PEM = "-----BEGIN RSA PRIVATE " + "KEY-----\nabc"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("POSTGRES_PASSWORD", "hunter2"),
        ("BINANCE_API_KEY", "fake-key"),
        ("apiKey", "abc"),
        ("JWT_SECRET", "x"),
        ("QT_ADMIN_TOKEN", "dev-admin"),
        ("OKX_PASSPHRASE", "words"),
        ("DATABASE_URL", "postgres://app:pw@db/app"),
        ("REDIS_ARGS", "--save 60 1 --requirepass hunter2"),
        ("CELERY_BROKER", "amqp://user:pw@rabbit:5672//"),
        ("REDIS", "redis://:pw@redis:6379"),
        ("DSN", "host=db password=hunter2 user=x"),
        ("CERT", PEM),
        ("SOMETHING", "q8Zr2LxT0bWv7NcY5mKd9PfH3sGj6AeU"),
        ("DB_PASS", "x1"),
        ("RABBITMQ_ERLANG_COOKIE", "Hn83kslPq02m"),
        ("ANY", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
        ("SMTP_PW", "x1"),
        ("DBPASSWORD", "x1"),
        ("POSTGRES_PASSWORD_1", "x1"),
        ("OPENAI_KEY", "x1"),
        ("COOKIE_KEY", "x1"),
        ("NEO4J_AUTH", "neo4j/x1"),
        ("BASIC_AUTH", "user:x1"),
        ("HTPASSWD", "x1"),
        ("USERS", "admin:$apr1$abc$def"),
        ("URL", "postgres://app:p@ss@db:5432/app"),
        ("DSN", "postgres://app:p/ss@db:5432/app"),
        ("HOSTS", "http://u:alpha@a:1/,http://u:beta@b:2/"),
        ("REPO", "https://ghp-abcdefghijklmnop@example.com/x"),
        ("CONN", "Server=db; Password = x1; y=1"),
        ("CONN", "AccountName=a;AccountKey=abcd==;EndpointSuffix=core"),
        ("APP_CONFIG", '{"db":{"user":"a","password":"x1"}}'),
        ("APP_CONFIG", "user: a\npassword: x1\n"),
        ("HEADERS", "Authorization: Bearer abcdefgh12345678"),
    ],
)
def test_secrets(key: str, value: str) -> None:
    assert secret_reason(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("POSTGRES_PASSWORD", ""),
        ("", "--collation-server=utf8mb4_unicode_ci"),
        ("", "--collation-server=utf8mb4_0900_ai_ci"),
        ("SESSION_COOKIE_AGE", "86400s"),
        ("POSTGRES_PASSWORD_FILE", "/run/secrets/db"),
        ("DB_PASSWORD", "/run/secrets/db"),
        ("MAX_TOKENS", "4096"),
        ("REDIS_ARGS", "--requirepass $(REDIS_PASSWORD)"),
        ("TOKEN_TTL", "3600"),
        ("KEYBOARD", "us"),
        ("SECRET_NAME", "app-credentials"),
        ("DATABASE_URL", "postgres://db/app"),
        ("DATABASE_URL", "postgres://app:$(DB_PASSWORD)@db/app"),
        ("QT_PAPER_TRADING", "true"),
        ("SYMBOLS", '["BTCUSDT", "ETHUSDT"]'),
        ("IMAGE", "ghcr.io/example/some-long-image-name"),
        ("PASSWORD_LENGTH", "twelve"),
        ("PASS_THROUGH", "all"),
        ("PUBLIC_KEY", "abc"),
        ("CACHE_KEY", "users"),
        ("AUTH", "none"),
        ("APP_CONFIG", "password: ${DB_PASSWORD}"),
        ("PEERS", "http://web:8080/a@b"),
        ("LIMITS", "token: 3600"),
        ("MAIL", "user@example.com:25"),
    ],
)
def test_no_secrets(key: str, value: str) -> None:
    assert secret_reason(key, value) is None


def test_reason_never_quotes_the_value() -> None:
    assert "hunter2" not in str(secret_reason("PASSWORD", "hunter2"))


def test_url_password_place() -> None:
    url = "postgres://app:p%40w@db/app"
    found = url_password(url)
    assert found is not None
    assert url[found.start : found.end] == "p%40w"


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("Server=sql_data;Database=x;User Id=sa;Password=Pass@word", "Pass@word"),
        ("Server=tcp:sql,1433;User Id=sa;Pwd=Pass@word;Encrypt=False", "Pass@word"),
        ("Password=Pass@word;Data Source=sql", "Pass@word"),
        ("host=db user=a password=hunter2x dbname=x", "hunter2x"),
        ("Server=sql;Password=$(X)", None),
        ("Server=sql;Password='a;b'", None),
        ("Server=sql;Password=Pass@word;AccessKey=abc", None),
        ("Password=Pass@word", None),
    ],
)
def test_the_password_of_a_connection_string(text: str, password: str | None) -> None:
    found = url_password(text)
    assert (text[found.start : found.end] if found else None) == password
