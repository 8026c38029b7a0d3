"""The words of a mapping spec: the types of its scalars, each with the message for a wrong one."""

from __future__ import annotations

import datetime
import re
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from compose2qt.compose.texts import text
from compose2qt.kube.names import is_label, is_qualified_name, is_subdomain
from compose2qt.kube.pack import pack
from compose2qt.workload import ZERO, Quantity


def problem(code: str, message: str, fix: str) -> PydanticCustomError:
    """What is wrong with a value, and what to write instead."""
    return PydanticCustomError(code, "{message}", {"message": message, "fix": fix})


def as_text(value: Any) -> Any:
    """A scalar as the text that a person wrote."""
    return value if isinstance(value, str | list | dict) or value is None else text(value)


def _label(value: str) -> str:
    if not is_label(value):
        raise problem("illegal-name", f"{value[:80]!r} is not a legal name", "use lower-case letters, digits and -, up to 63")
    return value


def _variable(value: str) -> str:
    if not re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]{0,252}", value):
        raise problem("illegal-variable", f"{value[:80]!r} is not a legal name of a variable", "use letters, digits and _")
    return value


def _path_prefix(value: str) -> str:
    if not value.startswith("/"):
        raise problem("relative-path", f"the path {value[:80]!r} does not begin with /", f"write /{value[:80]}")
    return value


def _amount(value: Any) -> str:
    try:
        quantity = Quantity.parse(as_text(value) if isinstance(value, str | int | float) else "")
    except ValueError:
        raise problem("bad-quantity", "this is not an amount", "write it like 250m, 1.5, 512Mi or 20Gi") from None
    if quantity < ZERO:
        raise problem("negative-quantity", "this is below zero", "write an amount above zero")
    return str(as_text(value))


def _cpu(value: Any) -> str:
    text = _amount(value)
    if text[-1:] in "ikMGTPE":
        raise problem("bad-quantity", f"{text} is an amount of memory", "write CPU in cores or millicores: 1.5, 250m")
    return text


def _bytes(value: Any) -> str:
    text = _amount(value)
    if text.endswith(("m", "u", "n")):
        fix = f"write {text[:-1]}Mi for mebibytes"
        raise problem("bad-quantity", f"{text} is less than {text[:-1]} bytes, for m means thousandths", fix)
    return text


def _size(value: Any) -> str:
    text = _bytes(value)
    if Quantity.parse(text) == ZERO:
        raise problem("bad-quantity", "a claim of no size holds nothing", "write it like 20Gi")
    return text


def _class_name(value: str) -> str:
    if not is_subdomain(value):
        raise problem("illegal-name", f"{value[:80]!r} is not the name of a class", "use lower-case letters, digits, - and .")
    return value


def _annotation(value: str) -> str:
    if not is_qualified_name(value):
        raise problem("illegal-annotation", f"{value[:80]!r} is not an annotation's key", "write [prefix/]name")
    return value


def _label_key(value: str) -> str:
    if not is_qualified_name(value):
        raise problem("illegal-label", f"{value[:80]!r} is not a label's key", "write [prefix/]name of at most 63 characters")
    return value


def _kind_name(value: str) -> str:
    """A kind of Kubernetes or of anybody else; one that is almost one of Kubernetes' own is a typing error."""
    if not _KIND.fullmatch(value):
        raise problem("illegal-kind", f"{value[:80]!r} is no kind of objects", "write it like PersistentVolumeClaim")
    known = {key.rpartition("/")[2] for key in pack().kinds}
    if value not in known and (close := get_close_matches(value, known, 1, 0.85)):
        raise problem("illegal-kind", f"there is no kind {value!r}", f"did you mean {close[0]!r}?")
    return value


def _image(value: str) -> str:
    if not _IMAGE.fullmatch(value):
        raise problem("illegal-image", f"{value[:80]!r} is not an image", "write it like nginx:1.27 or registry/team/app:2.0")
    return value


def _stated(value: Any) -> str:
    text = as_text(value)
    try:
        Quantity.parse(text.replace(",", "") if isinstance(text, str) else "")
    except ValueError:
        raise problem("bad-quantity", "this is no number that can be compared", "write it like 2,850m, 20Gi or 14") from None
    return str(text)


def _day(value: Any) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return value.date()
    try:
        return datetime.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise problem("bad-day", "this is not a day of the calendar", "write it like 2027-06-30") from None


_IMAGE = re.compile(
    r"[a-zA-Z0-9](?:[\w.-]*[a-zA-Z0-9])?(?::\d+)?(?:/[a-z0-9](?:[\w.-]*[a-z0-9])?)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
_KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
_LARGEST = 2**31 - 1

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Text = Annotated[str, BeforeValidator(as_text, json_schema_input_type=str | int | float | bool)]
Name = Annotated[str, AfterValidator(_label)]
Cpu = Annotated[str, BeforeValidator(_cpu, json_schema_input_type=str | int | float)]
Bytes = Annotated[str, BeforeValidator(_bytes, json_schema_input_type=str | int | float)]
Size = Annotated[str, BeforeValidator(_size, json_schema_input_type=str | int | float)]
Stated = Annotated[str, BeforeValidator(_stated, json_schema_input_type=str | int | float)]
ClassName = Annotated[str, AfterValidator(_class_name)]
AnnotationKey = Annotated[str, AfterValidator(_annotation)]
KindName = Annotated[str, AfterValidator(_kind_name)]
LabelKey = Annotated[str, AfterValidator(_label_key)]
Image = Annotated[str, AfterValidator(_image)]
Count = Annotated[int, Field(strict=True, ge=0, le=_LARGEST)]
Times = Annotated[int, Field(strict=True, ge=1, le=_LARGEST)]
PortNumber = Annotated[int, Field(strict=True, ge=1, le=65535)]
Variable = Annotated[str, AfterValidator(_variable)]
PathPrefix = Annotated[str, AfterValidator(_path_prefix)]
Day = Annotated[datetime.date, BeforeValidator(_day, json_schema_input_type=str)]
ClaimName: TypeAlias = Literal["requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "storage", "pods", "files"]


class Part(BaseModel):
    """A section: unknown keys are refused; an empty one (``web:``) has its defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, value: Any) -> Any:
        return {} if value is None else value
