"""docs/api.md names every route with its parameters, and no other."""

from __future__ import annotations

import re

import app
from chalicelib.http import openapi
from local.paths import PROJECT

ROW = re.compile(r"^\| (GET|PUT|POST|DELETE) \| `(.*?)` \| (.*?) \| (.*?) ?\|$", re.MULTILINE)


def test_every_route_is_documented():
    paths = openapi.document(app.app.routes, "any")["paths"]
    known = {
        (
            method.upper(),
            path,
            operation["summary"],
            ", ".join(f"`{p['name']}`" for p in operation["parameters"] if p["in"] == "query"),
        )
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    assert set(ROW.findall((PROJECT / "docs" / "api.md").read_text())) == known
