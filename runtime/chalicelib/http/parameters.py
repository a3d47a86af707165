"""What each parameter of a path, a query or a header may be, by its name, as JSON Schema."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.events import NO_CONTROLS
from chalicelib.http.cursors import DEFAULT_LIMIT, MOST
from chalicelib.http.requests import MAX_DIGITS, MAX_ID, NOW

Json = dict[str, Any]

ID: Json = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_ID,
    "pattern": NO_CONTROLS,
}
NUMBER: Json = {"type": "string", "pattern": f"^[0-9]{{1,{MAX_DIGITS}}}$"}
UID: Json = {"type": "string", "format": "uuid"}
SHAPES: dict[str, Json] = {
    "alert_id": NUMBER,
    "number": NUMBER,
    "hold_id": NUMBER,
    "student": UID,
    "quarantine_uid": UID,
    "client": ID,
    "course": ID,
    "moment": {"anyOf": [{"type": "string", "format": "date-time"}, {"const": NOW}]},
    "item": ID,
    "person": ID,
    "rule": ID,
    "from": {"type": "string", "format": "date"},
    "to": {"type": "string", "format": "date"},
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
    "cursor": {"type": "string", "pattern": "^[A-Za-z0-9_-]*$", "description": "`next` of a page"},
    "If-Match": {
        "type": "string",
        "pattern": '^(\\*|"[0-9]{1,9}")$',
        "description": "the ETag of what was read, or `*` for any version",
    },
}
REQUIRED = frozenset({"If-Match"})  # without them a change is refused


def parameter(name: str, place: str, told: Json) -> Json:
    """Return one parameter as OpenAPI tells it: what its name means, and what its route adds."""
    schema = {**SHAPES.get(name, {}), **told}
    required = place == "path" or name in REQUIRED
    return {"name": name, "in": place, "required": required, "schema": schema}
