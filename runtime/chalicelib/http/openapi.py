"""The OpenAPI 3.1 document and the JSON Schema of events, from the types that decode requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from chalicelib.domain import events
from chalicelib.http.foretold import (
    LEAST_REFUSAL,
    Changed,
    Message,
    Page,
    Problem,
    answered,
    refusals_of,
    refused,
    usual,
)
from chalicelib.http.parameters import parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

REF = "#/components/schemas/{name}"
Json = dict[str, Any]


class Described(NamedTuple):
    """What the document says of one route and method."""

    summary: str
    body: Any = None
    answers: Mapping[int, Any] = {}
    query: Mapping[str, Json] = {}
    headers: Mapping[str, Json] = {}
    texts: Sequence[str] = ()
    others: Sequence[str] = ()


_described: dict[tuple[str, str], Described] = {}


def documented(
    summary: str,
    *,
    body: Any = None,
    answers: Mapping[int, Any] | None = None,
    query: Mapping[str, Json] | None = None,
    headers: Mapping[str, Json] | None = None,
    texts: Sequence[str] = (),
    others: Sequence[str] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Describe a route where it stands; its name finds it again in the document.

    `texts` are the media types that it takes as well as JSON; without a `body`, instead of it.
    `others` are those that it answers as well as JSON, if they are asked for.
    """

    def describe(route: Callable[..., Any]) -> Callable[..., Any]:
        _described[route.__module__, route.__name__] = Described(
            summary, body, answers or {200: None}, query or {}, headers or {}, texts, others
        )
        return route

    return describe


def event_schema() -> Json:
    """Return the JSON Schema of one event of the API."""
    (schema,), components = msgspec.json.schema_components(
        [events.Event], ref_template="#/$defs/{name}"
    )
    _add_what_types_cannot_say(components)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Academic event",
        **schema,
        "$defs": components,
    }


_TOKEN: Json = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "an access token of the institution's issuer (OpenID Connect)",
}


def document(routes: Mapping[str, Mapping[str, Any]], version: str) -> Json:
    """Return the document of these Chalice routes (path -> method -> entry)."""
    types = [Problem, Message, Page, Changed, events.Event]
    for described in _described.values():
        types += [t for t in (described.body, *described.answers.values()) if t is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    _add_what_types_cannot_say(components)
    by_type = {repr(t): schema for t, schema in zip(types, schemas, strict=True)}
    paths: Json = {}
    for path, methods in sorted(routes.items()):
        for method, entry in sorted(methods.items()):
            key = entry.view_function.__module__, entry.view_function.__name__
            described = _described[key]
            operation = _operation(entry, described, by_type)
            if entry.authorizer is None:
                operation["security"] = []
            paths.setdefault(path, {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Student Performance Monitor", "version": version},
        "servers": [{"url": "/"}],
        "paths": paths,
        "security": [{"token": []}],
        "components": {"schemas": components, "securitySchemes": {"token": _TOKEN}},
    }


def _operation(entry: Any, described: Described, by_type: Mapping[str, Json]) -> Json:
    path_ids: Json = {name: {"type": "string"} for name in entry.view_args}
    places = (("path", path_ids), ("query", described.query), ("header", described.headers))
    operation: Json = {
        "operationId": entry.view_function.__name__,
        "summary": described.summary,
        "parameters": [
            parameter(name, place, schema)
            for place, known in places
            for name, schema in known.items()
        ],
        "responses": _responses(entry, described, by_type),
    }
    if content := _content(described, by_type):
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _content(described: Described, by_type: Mapping[str, Json]) -> Json:
    """Return what a body may be, by its media type: JSON, JSON or a text, or a file."""
    if described.body is None:
        file = {"type": "string", "format": "binary"}
        return {kind: {"schema": file} for kind in described.texts}
    as_json = {"application/json": {"schema": by_type[repr(described.body)]}}
    return as_json | {kind: {"schema": {"type": "string"}} for kind in described.texts}


def _responses(entry: Any, described: Described, by_type: Mapping[str, Json]) -> Json:
    """Return every answer that an operation may give, by its status."""
    refusals = refusals_of(
        changes=described.body is not None,
        conditional="If-Match" in described.headers,
        named=bool(entry.view_args),
        parameters=bool(entry.view_args or described.query or described.headers),
        signed_in=entry.authorizer is not None,
    )
    told = usual(
        paged="cursor" in described.query,
        put=entry.method == "PUT" and {200, 201} <= described.answers.keys(),
    )
    known = {status: by_type[repr(k)] for status, k in described.answers.items() if k is not None}
    return {
        str(status): refused(status, known.get(status))
        if status >= LEAST_REFUSAL
        else answered(status, known.get(status, told), described.others)
        for status in sorted({*described.answers, *refusals})
    }


def _add_what_types_cannot_say(components: Json) -> None:
    """Add what the decoder checks apart from the types."""
    for schema in components.values():
        if "metadata" in schema.get("properties", {}):
            schema["properties"]["metadata"] = {
                "type": ["object", "null"],
                "description": "anything; kept as sent, at most 8 KiB, never logged or indexed",
            }
    activity = components[events.ActivityRecorded.__name__]
    amount = {"type": "integer"}
    activity["anyOf"] = [
        {"required": [name], "properties": {name: amount}} for name in ("count", "minutes")
    ]
