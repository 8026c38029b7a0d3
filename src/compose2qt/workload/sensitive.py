"""What looks like a secret: by the name of a key and by the shape of a value.

Used where values are placed and where manifests are audited, so that both agree.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from compose2qt.workload.secrets import is_telling

# The words of a key are compared one by one: MAX_TOKENS and KEYBOARD hold no secret.
_SECRET_WORDS = frozenset(
    "password passwd passphrase passwort pwd secret secrets token credential credentials apikey apisecret authtoken".split()
)
_SECRET_PAIRS = frozenset(
    {("api", "key"), ("private", "key"), ("access", "key"), ("secret", "key"), ("encryption", "key"), ("signing", "key"),
     ("auth", "key"), ("master", "key"), ("license", "key"), ("app", "key"), ("jwt", "key"), ("shared", "key"),
     ("erlang", "cookie")}
)  # fmt: skip
_LAST_WORDS = frozenset("pass pw passcode salt htpasswd pat".split())
"""Words that name a secret where they end a key: ``DB_PASS``, but not ``PASS_THROUGH``."""
_ENDINGS = ("password", "passwd", "passphrase", "apikey", "secretkey")
# Keys that end in "key" without being one to anything.
_OPEN_KEYS = frozenset("public primary sort partition foreign cache object hot group lookup map index row routing".split())
# A last word that says: a name, a place or a measure of a secret, not the secret.
_ABOUT_WORDS = frozenset(
    "file path dir folder name url uri host port ttl expiry expiration expires lifetime timeout length size limit count max "
    "min enabled enable required policy type algorithm issuer header field rotation days hours minutes seconds id username "
    "user cost rounds format".split()
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ENDINGS_OF_TEXT = frozenset("txt env pwd passwd secret token key".split())
_SECRET_FOLDERS = frozenset((".secrets", "secrets"))
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_KNOWN_TOKEN = re.compile(
    r"(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|sk-[\w-]{20,}|xox[abps]-[\w-]{10,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)\Z"
)
# The password goes up to the last @ of the authority: people forget to encode it.
_URL_PASSWORD = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,30}://([^\s/:@?#]{0,200}):([^\s/?#]{1,500})@")
# Connection strings of ADO.NET (``Server=db;Password=x``) and of libpq (``host=db password=x``).
_DSN = re.compile(
    r"(?i)\A(?=[^\n]*(?:\A|[;\s])(?:server|data source|host|hostaddr|addr|address|endpoint|accountendpoint)[ ]?=)[^\n]{0,2000}?"
    r"(?:\A|[;\s])[ ]?(?:password|pwd)[ ]?=[ ]?(\{[^{}\n]{1,200}\}|[^\s;\"']{1,500})(?=[;\s]|\Z)"
)
# user:password@tcp(host:port)/name, of Go: the password goes up to the last @ before the protocol.
_PROTOCOL_PASSWORD = re.compile(r"\A[\w.-]{1,100}:(?!\$\()[^\s/]{1,500}@(?:tcp6?|unix)\(")
_BROKEN_URL = re.compile(r"://[^\s:/@?#]{1,200}:(?!\d{1,5}(?:/|\Z))(?!\$\()[^\s@]{1,500}@")
_URL_TOKEN = re.compile(r"://[\w-]{16,200}@")
# password=x in a DSN, "password": "x" in JSON, password: x in YAML; not a reference such as ${X}, a number or a switch.
_ENTRY_OF_SECRET = re.compile(
    r"(?im)(?:^|[\s;&?,{\"'=])[\w.-]{0,60}?(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|account[_-]?key)"
    r"[\"']?[ \t]{0,10}[=:][ \t]{0,10}[\"']?"
    r"(?:(?![$\s\"'{\[<%/])(?!(?:true|false|yes|no|on|off|null|none|\d+)\b)[^\s;&,\"'}]+|\$\{[\w.]{1,100}:[-=]?(?![-=?+])[^}\s]+\})"
)
# JDBC and ODBC take what stands in braces as it is; one word without digits is a placeholder of a format.
_BRACED = re.compile(r"(?i)(?:password|passwd|pwd)=\{(?![a-z_.]*\})[^{}\n]{1,200}\}")
_ARGUMENT_OF_SECRET = re.compile(
    r"(?i)\(\s{0,10}[\"'][\w.-]{0,60}?(?:password|passwd|passphrase|secret|token|api[_-]?key)"
    r"[\"']\s{0,10},\s{0,10}[\"'](?![$%{<])[^\s\"']{3,}[\"']\s{0,10}\)"
)
_SECRET_OF_QUERY = re.compile(
    r"(?i)://[^\s?#]{0,500}\?(?:[^\s#]{0,1000}&)?[\w.-]{0,60}?(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)=([^\s&#$]+)"
)
_OPTION_OF_SECRET = re.compile(r"(?:^|\s)--(?:requirepass|masterauth|pass|password)\s{1,10}[\"']?(?![\s$\"'{<%-])\S")
_HASH = re.compile(r"(?m)(?:^|[\s:])\$(?:apr1|2[aby]|5|6|argon2id?)\$")
_WITH_PASSWORD = (_PROTOCOL_PASSWORD, _ENTRY_OF_SECRET, _OPTION_OF_SECRET, _HASH, _BRACED, _ARGUMENT_OF_SECRET)
_HEADER = re.compile(r"(?i)\b(?:bearer|basic)[ ]+[A-Za-z0-9._~+/=-]{8,}")
_PLAIN_VALUE = re.compile(r"(?i)(?:true|false|yes|no|on|off|null|none|[-+]?\d{1,9}(?:\.\d+)?[a-z]{0,2}|/[\w./@-]*)\Z")
_PATH = re.compile(r"/\Z|/[a-z.][a-z0-9_.-]*(?:/[\w./@-]*)?\Z")
"""A path as people have them: the first folder is in small letters, as it hardly is in a password."""
_SWITCH_WORDS = frozenset(
    "use enable disable require allow has is no skip with show force auto need generate random empty".split()
)
_PASSWORDS = frozenset("password passwd passphrase passwort pwd pass pw passcode".split())
"""Last words of keys whose value is a secret even if it is a number or a word such as ``true``."""
_WEBHOOK = re.compile(r"https?://[^\s/]{1,300}/\S{0,300}?(?:webhooks?|hooks|services)/\S{16,}")
_RANDOM = 10
"""Shorter values are the same by chance."""
_OPAQUE = re.compile(r"[A-Za-z0-9+/_=-]{24,}\Z")
# Words with a few digits, joined: ``--collation-server=utf8mb4_unicode_ci``.
_JOINED_WORDS = re.compile(r"-{0,2}(?:(?:[A-Za-z]{2,20}\d{0,4}|[a-z]{1,8}\d{1,3}[a-z]{1,4}\d{0,2}|\d{1,4})(?:[-_=/]|\Z))+\Z")


_REFERENCES = (
    r"\$\{(?:(?:env|sys|file|secret|vault|ssm|ENV)[:.])?[\w.]+\}",
    r"\$__\w+\{[^}\n]{1,200}\}",
    r"\$[A-Z_][A-Z0-9_]{2,}\b",
    r"\$[1-9@](?!\w)",
    r"\$\(\s*(?:cat|<)\s[^)\n]{1,200}\)",
    r"\{\{[^\n]{1,500}?\}\}",
    r"<%[^\n]{1,500}?%>",
    r"%env\([\w:]+\)%",
    r"(?:[\w.]{0,60}env(?:iron\.get)?|\bfile|\bsecret)\(\s*[\"'][\w./:-]+[\"']\s*\)",
    r"\b[A-Za-z]\w*\(\s*[A-Za-z]\w*(?:\.\w+)+\s*(?:,[^()\n]{0,200})?\)",
    r"\b(?:var|local|secrets|process\.env|os\.environ)(?:\.\w+|\[[\"']?\w+[\"']?\])+",
    r"(?<=[:=])[ \t]*!\w+[ \t]+[^\s\"']+",
)
"""What a text says in place of a value that stands elsewhere: a variable, a template, a call that reads one."""
_REFERENCE = re.compile(rf"(?:{'|'.join(_REFERENCES)})(?:\[\d+\])?")
_LITERAL = r"[\"']([^\"'\n]{1,200})[\"']"
_DEFAULT = re.compile(
    rf"(?:\bdefault\b|\|\||\?\?|\?:|\bor\b)\s*\(?\s*{_LITERAL}|(?i:get|fetch|env|or)\(?\s*[\"'][\w./:-]+[\"']\s*,?\s*{_LITERAL}"
)
"""What a template holds in case that nothing is set: a literal, which is no reference."""
_FALLBACK = re.compile(rf"\$\(X\)[\"']?\s*\)?\s*(?:\|\||\?\?|\?:|\bor\b|\|\s*default\b)\s*\(?\s*{_LITERAL}")
_SHELL_VARIABLE = re.compile(r"\$[A-Za-z_]\w*(?![\w$])")


class UrlPassword(NamedTuple):
    """The password of the first URL in a value: ``value[start:end]``."""

    start: int
    end: int


@lru_cache(maxsize=4096)
def words(key: str) -> tuple[str, ...]:
    """The words of a key in lower case: ``DBPassword_FILE`` is db, password, file."""
    return tuple(word.lower() for word in _WORD.findall(key))


@lru_cache(maxsize=4096)
def names_a_secret(key: str) -> bool:
    """Whether ``key`` is the name of a secret (not of its file, length or user)."""
    parts = _unnumbered(words(key))
    if not parts or parts[-1] in _ABOUT_WORDS:
        return False
    is_variable = re.fullmatch(r"\w+", key) is not None  # labels and options have keys of other kinds
    if parts[-1] in _LAST_WORDS or (is_variable and parts[-1] == "key" and len(parts) > 1 and parts[-2] not in _OPEN_KEYS):
        return True
    if parts[-2:] in (("redis", "auth"), ("valkey", "auth"), ("basic", "auth")):
        return True
    if any(part in _SECRET_WORDS or part.endswith(_ENDINGS) for part in parts):
        return True
    return any(pair in _SECRET_PAIRS for pair in itertools.pairwise(parts))


@lru_cache(maxsize=4096)
def wants_a_secret(key: str) -> bool:
    """Whether an empty ``key`` lacks its secret: it names one, and is no switch (``ALLOW_EMPTY_PASSWORD``)."""
    return names_a_secret(key) and _SWITCH_WORDS.isdisjoint(words(key))


def _unnumbered(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a key without the number at its end: ``DB_PASS_2`` is one of several."""
    return parts[:-1] if len(parts) > 1 and parts[-1].isdecimal() else parts


def is_file_of_secret(path: str) -> bool:
    """Whether a file is a secret by its name (``db/password.txt``), or lies in a folder of secrets; code and pages are none."""
    *folders, name = path.split("/")
    stem, dot, ending = name.rpartition(".")
    if dot and stem and ending.lower() not in _ENDINGS_OF_TEXT:
        return False
    return names_a_secret(stem or name) or not _SECRET_FOLDERS.isdisjoint(folders)


def without_references(text: str) -> str:
    """``text`` with ``$(X)`` for what refers to a value that stands elsewhere: a reference to a secret is none.

    A literal that counts if the reference has nothing takes its place.
    """
    text = _SHELL_VARIABLE.sub("$(X)", text) if text.startswith("#!") else text
    return _FALLBACK.sub(r'"\1"', _REFERENCE.sub(_referred, text))


def _referred(reference: re.Match[str]) -> str:
    default = _DEFAULT.search(reference[0])
    return "$(X)" if default is None else default[1] or default[2]


def is_name_of_key(key: str, value: str) -> bool:
    """Whether ``value`` names an entry of something (``key = "Authorization"``, ``trace_id_key: traceId``): it is one word."""
    parts = words(key)
    return parts[-1:] == ("key",) and parts[-2:] not in _SECRET_PAIRS and value.isalpha()


def entropy(value: str) -> float:
    """Shannon entropy of ``value`` in bits per character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values()) if total else 0.0


def url_password(value: str) -> UrlPassword | None:
    """Where a URL or connection string in ``value`` has a password, other than a ``$(NAME)`` reference.

    None if it is not the only secret in it, or stands in it twice.
    """
    url = _URL_PASSWORD.search(value)
    start, end = url.span(2) if url is not None else (0, 0)
    if url is None and (dsn := _DSN.match(value)) is not None:
        start, end = dsn.span(1)
    if start == end or value.startswith("$(", start):
        return None
    rest = f"{value[:start]}$(X){value[end:]}"
    if is_telling(value[start:end]) and value[start:end] in rest:
        return None
    return None if secret_reason("", rest) else UrlPassword(start, end)


def secret_of_query(value: str) -> tuple[int, int] | None:
    """Where the query of a URL has a secret (``?token=x``); None if it is not the only secret in ``value``."""
    match = _SECRET_OF_QUERY.search(value)
    if match is None or secret_reason("", f"{value[: match.start(1)]}$(X){value[match.end(1) :]}"):
        return None
    return match.span(1)


def _has_url_password(value: str) -> bool:
    found = _URL_PASSWORD.search(value)
    return (found is not None and not found[2].startswith("$(")) or _BROKEN_URL.search(value) is not None


def _is_weak(key: str, value: str) -> bool:
    """Whether ``value`` looks like a number or a switch, but is the password or PIN that ``key`` names."""
    parts = _unnumbered(words(key))
    if not parts or _PATH.match(value) or not _SWITCH_WORDS.isdisjoint(parts):
        return False
    if value.isdecimal() and len(value) >= 4 and (parts[-1] == "pin" or (len(value) >= 6 and names_a_secret(key))):
        return True
    return parts[-1] in _PASSWORDS and names_a_secret(key) and value.lower() not in ("none", "null")


def looks_random(value: str) -> bool:
    """Whether two who have ``value`` have it from each other: it has digits, and is more than words and numbers."""
    return len(value) >= _RANDOM and not _JOINED_WORDS.match(value) and any(c.isdigit() for c in value)


@lru_cache(maxsize=16384)
def secret_reason(key: str, value: str) -> str | None:
    """Why ``value`` under ``key`` is a secret, for people, without the value; None if it does not look like one."""
    if not value or (_PLAIN_VALUE.match(value) and not _is_weak(key, value)):
        return None
    if _PEM.search(value):
        return "its value is a private key"
    if _has_url_password(value):
        return "its value is a URL with a password"
    if any(one.search(value) for one in _WITH_PASSWORD):
        return "its value holds a password"
    if _HEADER.search(value) or _URL_TOKEN.search(value) or _WEBHOOK.search(value):
        return "its value holds a token"
    if words(key)[-1:] == ("auth",) and re.match(r"[^\s:/]+[:/]\S+\Z", value):
        return "its value is a user with a password"
    if words(key)[-1:] == ("auth",) and is_telling(value) and not re.search(r"[/:.\s]", value):
        return "its name says so"
    if _KNOWN_TOKEN.match(value):
        return "its value is an access token"
    if names_a_secret(key) or _is_weak(key, value) or (words(key) == ("key",) and len(value) >= 12):
        return "its name says so"
    if _OPAQUE.match(value) and looks_random(value) and entropy(value) > 4.2 and not key.upper().endswith("_ID"):
        return "its value looks random"
    return None


_STARS = "***"
_USER = re.compile(r"((?:-u|--user)[\s=\",]*[^\s:\"]+:)[^\s\"]+")
_CREDENTIALS = re.compile(r"((?:Basic|Bearer)\s+)[^\s\"',]+", re.IGNORECASE)
_TEXT_WORD = re.compile(r"[^\s\"',=&?;]+")


def concealed(text: str) -> str:
    """A text of words, such as a command, without the secrets that words are by themselves or by those before them."""
    text = _CREDENTIALS.sub(rf"\1{_STARS}", _USER.sub(rf"\1{_STARS}", text))
    parts: list[str] = []
    key, done = "", 0
    for match in _TEXT_WORD.finditer(text):
        word = match[0].rstrip("\\")  # what follows is of a quote within a quoted text
        if word:
            parts += (text[done : match.start()], _STARS if _is_secret_after(key, word) else word)
            key, done = word.strip("-:"), match.start() + len(word)
    return "".join((*parts, text[done:]))


def _is_secret_after(key: str, word: str) -> bool:
    """Whether ``word`` is a secret, alone or after the word ``key``; what a shell puts in its place is none."""
    return (names_a_secret(key) and not word.startswith(("-", "$(", "${")) and secret_reason(key, word) is not None) or (
        secret_reason("", word) is not None
    )
