"""The answers that the OpenAPI document foretells, and which operation may give which."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_REFUSAL = 400
Json = dict[str, Any]
_OF_THE_GATEWAY = {401, 403, 429}  # API Gateway answers these itself, before any function runs
_CORRELATED: Json = {
    "X-Correlation-Id": {
        "required": True,
        "schema": {"type": "string"},
        "description": "the request's, under which logs have it",
    }
}


class Problem(msgspec.Struct):
    """What went wrong (RFC 9457); `instance` is the request's correlation id."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[Any] = []


class Page(msgspec.Struct):
    """A page of a list; `next` is the `cursor` of the one after it, null at the end."""

    items: list[dict[str, Any]]
    next: str | None


class Changed(msgspec.Struct):
    """Whether what was put is another than there was."""

    changed: bool


class Message(msgspec.Struct):
    """Why API Gateway let nothing through."""

    message: str


def refusals_of(
    *, changes: bool, conditional: bool, named: bool, parameters: bool, signed_in: bool
) -> set[int]:
    """Return the statuses with which an operation of this kind may refuse a request."""
    kinds = (
        (True, {429, 503}),
        (parameters or changes, {400}),
        (signed_in, {401, 403}),
        (named, {404}),
        (changes, {413, 415}),
        (conditional, {409, 412, 428}),
    )
    return {status for holds, statuses in kinds if holds for status in statuses}


def usual(*, paged: bool, put: bool) -> Json:
    """Return what an operation of this kind answers, if it does not say itself."""
    if paged:
        return _ref(Page)
    return _ref(Changed) if put else {"type": ["object", "array"]}


def answered(status: int, schema: Json, others: Sequence[str] = ()) -> Json:
    """Return an answer that grants what was asked; as `others`, if it is asked for as those."""
    content = {"application/json": {"schema": schema}, **{kind: {} for kind in others}}
    return {"description": _phrase(status), "headers": _CORRELATED, "content": content}


def refused(status: int, schema: Json | None) -> Json:
    """Return a refusal: a problem, or what the operation or the gateway says instead."""
    content = {"application/problem+json": {"schema": _ref(Problem)}}
    if schema := schema or (_ref(Message) if status in _OF_THE_GATEWAY else None):
        content["application/json"] = {"schema": schema}
    return {"description": _phrase(status), "content": content}


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase


def _ref(kind: type) -> Json:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
