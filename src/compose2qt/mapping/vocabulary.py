"""The words of a mapping spec: the types of its scalars, each with the message for a wrong one."""

from __future__ import annotations

import datetime
import re
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta

from compose2qt.compose.texts import text
from compose2qt.kube.names import is_label, is_qualified_name, is_subdomain
from compose2qt.kube.pack import pack
from compose2qt.mapping.reading import After, Before, WrongError
from compose2qt.workload import ZERO, Quantity


def as_text(value: Any) -> Any:
    """A scalar as the text that a person wrote."""
    return value if isinstance(value, str | list | dict) or value is None else text(value)


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _label(value: str) -> str:
    if not is_label(value):
        raise WrongError(
            "illegal-name", f"{value[:80]!r} is not a legal name", "use lower-case letters, digits and -, up to 63"
        )
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]{0,252}", value):
        raise WrongError("illegal-variable", f"{value[:80]!r} is not a legal name of a variable", "use letters, digits and _")
    return value


def _path_prefix(value: str) -> str:
    if not value.startswith("/"):
        raise WrongError("relative-path", f"the path {value[:80]!r} does not begin with /", f"write /{value[:80]}")
    return value


def _amount(value: Any) -> str:
    try:
        quantity = Quantity.parse(as_text(value) if isinstance(value, str | int | float) else "")
    except ValueError:
        raise WrongError("bad-quantity", "this is not an amount", "write it like 250m, 1.5, 512Mi or 20Gi") from None
    if quantity < ZERO:
        raise WrongError("negative-quantity", "this is below zero", "write an amount above zero")
    return str(as_text(value))


def _cpu(value: Any) -> str:
    text = _amount(value)
    if text[-1:] in "ikMGTPE":
        raise WrongError("bad-quantity", f"{text} is an amount of memory", "write CPU in cores or millicores: 1.5, 250m")
    return text


def _bytes(value: Any) -> str:
    text = _amount(value)
    if text.endswith(("m", "u", "n")):
        fix = f"write {text[:-1]}Mi for mebibytes"
        raise WrongError("bad-quantity", f"{text} is less than {text[:-1]} bytes, for m means thousandths", fix)
    return text


def _size(value: Any) -> str:
    text = _bytes(value)
    if Quantity.parse(text) == ZERO:
        raise WrongError("bad-quantity", "a claim of no size holds nothing", "write it like 20Gi")
    return text


def _class_name(value: str) -> str:
    if not is_subdomain(value):
        raise WrongError(
            "illegal-name", f"{value[:80]!r} is not the name of a class", "use lower-case letters, digits, - and ."
        )
    return value


def _annotation(value: str) -> str:
    if not is_qualified_name(value):
        raise WrongError("illegal-annotation", f"{value[:80]!r} is not an annotation's key", "write [prefix/]name")
    return value


def _label_key(value: str) -> str:
    if not is_qualified_name(value):
        raise WrongError(
            "illegal-label", f"{value[:80]!r} is not a label's key", "write [prefix/]name of at most 63 characters"
        )
    return value


def _kind_name(value: str) -> str:
    """A kind of Kubernetes or of anybody else; one that is almost one of Kubernetes' own is a typing error."""
    if not _KIND.fullmatch(value):
        raise WrongError("illegal-kind", f"{value[:80]!r} is no kind of objects", "write it like PersistentVolumeClaim")
    known = {key.rpartition("/")[2] for key in pack().kinds}
    if value not in known and (close := get_close_matches(value, known, 1, 0.85)):
        raise WrongError("illegal-kind", f"there is no kind {value!r}", f"did you mean {close[0]!r}?")
    return value


def _image(value: str) -> str:
    if not _IMAGE.fullmatch(value):
        raise WrongError(
            "illegal-image", f"{value[:80]!r} is not an image", "write it like nginx:1.27 or registry/team/app:2.0"
        )
    return value


def _stated(value: Any) -> str:
    text = as_text(value)
    try:
        Quantity.parse(text.replace(",", "") if isinstance(text, str) else "")
    except ValueError:
        raise WrongError("bad-quantity", "this is no number that can be compared", "write it like 2,850m, 20Gi or 14") from None
    return str(text)


def _day(value: Any) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return value.date()
    try:
        return datetime.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise WrongError("bad-day", "this is not a day of the calendar", "write it like 2027-06-30") from None


_IMAGE = re.compile(
    r"[a-zA-Z0-9](?:[\w.-]*[a-zA-Z0-9])?(?::\d+)?(?:/[a-z0-9](?:[\w.-]*[a-z0-9])?)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
_KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
_LARGEST = 2**31 - 1

_NUMBER = (str, int, float)

Reason: TypeAlias = Annotated[str, Before(_stripped), Meta(min_length=1)]
Text: TypeAlias = Annotated[str, Before(as_text, (str, int, float, bool))]
Name: TypeAlias = Annotated[str, After(_label)]
Cpu: TypeAlias = Annotated[str, Before(_cpu, _NUMBER)]
Bytes: TypeAlias = Annotated[str, Before(_bytes, _NUMBER)]
Size: TypeAlias = Annotated[str, Before(_size, _NUMBER)]
Stated: TypeAlias = Annotated[str, Before(_stated, _NUMBER)]
ClassName: TypeAlias = Annotated[str, After(_class_name)]
AnnotationKey: TypeAlias = Annotated[str, After(_annotation)]
KindName: TypeAlias = Annotated[str, After(_kind_name)]
LabelKey: TypeAlias = Annotated[str, After(_label_key)]
Image: TypeAlias = Annotated[str, After(_image)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=_LARGEST)]
Times: TypeAlias = Annotated[int, Meta(ge=1, le=_LARGEST)]
PortNumber: TypeAlias = Annotated[int, Meta(ge=1, le=65535)]
Variable: TypeAlias = Annotated[str, After(_variable)]
PathPrefix: TypeAlias = Annotated[str, After(_path_prefix)]
Day: TypeAlias = Annotated[datetime.date, Before(_day, (str,))]
ClaimName: TypeAlias = Literal["requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "storage", "pods", "files"]
