"""The OpenAPI 3.1 document and the JSON Schema of events, from the types that decode requests."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from chalicelib.domain import events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REF = "#/components/schemas/{name}"
PROBLEM = {"$ref": REF.format(name="Problem")}
Json = dict[str, Any]


class Problem(msgspec.Struct):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[Any] = []


class Described(NamedTuple):
    """What the document says of one route and method."""

    summary: str
    body: Any = None
    answers: Mapping[int, Any] = {}
    query: Mapping[str, Json] = {}
    headers: Mapping[str, Json] = {}


_described: dict[tuple[str, str], Described] = {}


def documented(
    summary: str,
    *,
    body: Any = None,
    answers: Mapping[int, Any] | None = None,
    query: Mapping[str, Json] | None = None,
    headers: Mapping[str, Json] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Describe a route where it stands; its name finds it again in the document."""

    def describe(route: Callable[..., Any]) -> Callable[..., Any]:
        _described[route.__module__, route.__name__] = Described(
            summary, body, answers or {200: None}, query or {}, headers or {}
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


def document(routes: Mapping[str, Mapping[str, Any]], version: str) -> Json:
    """Return the document of these Chalice routes (path -> method -> entry)."""
    types = [Problem, events.Event]
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
            paths.setdefault(path, {})[method.lower()] = _operation(
                path, described, by_type, key[1]
            )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Student Performance Monitor", "version": version},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": components},
    }


def _operation(path: str, described: Described, by_type: Mapping[str, Json], name: str) -> Json:
    path_ids: Json = {name: {"type": "string"} for name in re.findall(r"{(\w+)}", path)}
    places = (("path", path_ids), ("query", described.query), ("header", described.headers))
    parameters = [
        {"name": name, "in": place, "required": place == "path", "schema": schema}
        for place, known in places
        for name, schema in known.items()
    ]
    operation: Json = {
        "operationId": name,
        "summary": described.summary,
        "parameters": parameters,
        "responses": {
            str(status): _answer(status, by_type.get(repr(kind)) if kind is not None else None)
            for status, kind in described.answers.items()
        }
        | {"default": _problem()},
    }
    if described.body is not None:
        content = {"application/json": {"schema": by_type[repr(described.body)]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _answer(status: int, schema: Json | None) -> Json:
    phrase = HTTPStatus(status).phrase
    return {"description": phrase, "content": {"application/json": {"schema": schema or {}}}}


def _problem() -> Json:
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {"description": "A problem (RFC 9457)", "content": content}


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
