"""Every parser of what comes from outside takes it, or raises the one error that it promises."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import uuid
from functools import partial
from typing import Any

import msgspec
import pytest
from chalice.app import Request
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import alert_requests, catalogue, privacy_requests
from chalicelib.domain.errors import ConfigurationError, InvalidRequestError, NotFoundError
from chalicelib.domain.policy import HIGHER_EDUCATION, Policy, changed, read_json, read_toml
from chalicelib.domain.repeats import repeated
from chalicelib.http import conditions, cursors, listing, requests, thresholds
from chalicelib.settings import Settings, from_environment

MANY = settings(max_examples=400, derandomize=True)
KEY = b"a key of thirty-two bytes, so so"
MOMENT = dt.datetime(2025, 3, 3, 12, tzinfo=dt.UTC)
KEYSETS: list[tuple[str, list[Any], tuple[type, ...]]] = [
    ("events", [MOMENT, str(uuid.UUID(int=7))], (dt.datetime, uuid.UUID)),
    ("courses", ["MATH-1"], (str,)),
    ("students risk", [3, str(uuid.UUID(int=7))], (int, uuid.UUID)),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
BODIES = [
    getattr(module, name)
    for module in (alert_requests, catalogue, privacy_requests)
    for name in dir(module)
    if isinstance(getattr(module, name), type)
    and issubclass(getattr(module, name), msgspec.Struct)
    and getattr(module, name).__module__ == module.__name__
]


def request(body: bytes = b"", **headers: str) -> Request:
    """Return a request as Chalice makes one of API Gateway's event."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    made = Request(
        {
            "multiValueQueryStringParameters": None,
            "headers": named,
            "pathParameters": {},
            "requestContext": {"httpMethod": "PUT", "resourcePath": "/"},
            "stageVariables": {},
            "body": body,
            "isBase64Encoded": False,
        }
    )
    made._body = body
    return made


def taken(parse: Any, *arguments: Any, refusals: Any = InvalidRequestError) -> Any:
    """Return what a parser makes of it; None when it raises what it promises, and can tell it."""
    try:
        return parse(*arguments)
    except refusals as error:
        told = [getattr(error, "detail", str(error)), getattr(error, "errors", [])]
        msgspec.json.encode(told)
        return None


@MANY
@given(kind=st.sampled_from(KEYSETS), cursor=st.text(max_size=60) | st.binary().map(repr))
def test_any_text_is_a_cursor_or_none(kind, cursor):
    name, _, types = kind
    taken(cursors.decode, cursor, name, types)
    assert taken(partial(cursors.decode, key=KEY), cursor, name, types) in (None, [])


@MANY
@given(kind=st.sampled_from(KEYSETS), at=st.integers(0, 200), new=st.text(max_size=2))
def test_a_damaged_cursor_is_refused(kind, at, new):
    name, keyset, types = kind
    for key in (b"", KEY):
        whole = cursors.encode(keyset, name, key=key)
        place = at % len(whole)
        damaged = whole[:place] + new + whole[place + 1 :]
        decode = partial(cursors.decode, key=key)

        found = taken(decode, damaged, name, types)

        assert found in (None, []) or damaged == whole or found == decode(whole, name, types)


@MANY
@given(text=st.text(max_size=8) | st.integers().map(str) | st.just("9" * 5000))
def test_any_text_is_a_limit_of_1_to_200_or_none(text):
    found = taken(cursors.limit_of, text)
    assert found is None or 1 <= found <= cursors.MOST


@MANY
@given(sent=st.text(max_size=30) | st.from_regex(r'(W/)?"[0-9]{0,12}"(, "\d+")?'))
def test_any_if_match_names_versions_or_is_refused(sent):
    found = taken(conditions.versions_of, request(If_Match=sent))
    assert found is None or all(isinstance(version, int) for version in found)


@MANY
@given(
    query=st.dictionaries(
        st.sampled_from(["sort", "state", "student", "course", "assignee", "rule"]),
        st.text(max_size=12) | st.sampled_from(["todo", "newest", "open", "resolved"]),
    )
)
def test_any_query_of_alerts_is_a_list_or_refused(query):
    found = taken(listing.listed_alerts, query)
    assert found is None or found[0] in {"newest", "todo"}
    asked = taken(listing.in_query, query, "ada")
    assert asked is None or (asked.get("assignee", "ada") == "ada" and "student" not in asked)


@MANY
@given(text=st.text(max_size=200) | st.just("%00") | st.just("9" * 5000))
def test_any_part_of_a_path_names_something_or_nothing(text):
    both = (InvalidRequestError, NotFoundError)
    for parse in (requests.student_of, requests.id_of):
        found = taken(parse, text, refusals=both)
        assert found is None or not any(ord(c) < 32 for c in found)
    found = taken(requests.number_of, text, "alert", refusals=both)
    assert found is None or 0 <= found < 2**63


@MANY
@given(kind=st.sampled_from(BODIES), raw=st.binary(max_size=60) | JSON.map(json.dumps))
def test_any_body_is_what_was_asked_for_or_refused(kind, raw):
    body = raw if isinstance(raw, bytes) else raw.encode(errors="surrogatepass")
    found = taken(requests.read, request(body), kind)
    assert found is None or isinstance(found, kind)


@MANY
@given(raw=st.binary(max_size=80), coding=st.sampled_from(["gzip", "identity", "br", ""]))
def test_any_bytes_are_inflated_taken_as_they_are_or_refused(raw, coding):
    for body in (raw, gzip.compress(raw, mtime=0), gzip.compress(raw, mtime=0)[: len(raw)]):
        found = taken(requests.body_of, request(body, Content_Encoding=coding))
        assert found in (None, raw, body)


TOML = st.text(max_size=60) | st.sampled_from(
    ["low_mark_bp=" + "9" * 5000, "a=" + "[" * 5000, "low_mark_bp=1e999", "a.b.c=1", '"\\u0000"=1']
)


@MANY
@given(text=TOML | JSON.map(json.dumps), read=st.sampled_from([read_toml, read_json]))
def test_any_text_changes_a_policy_or_is_refused(text, read):
    found = taken(read, text)
    made = None if found is None else taken(changed, HIGHER_EDUCATION, found, text)
    assert made is None or isinstance(made, Policy)


@MANY
@given(raw=st.binary(max_size=60), kind=st.sampled_from(["application/toml", "application/json"]))
def test_any_bytes_are_a_policy_or_refused(raw, kind):
    found = taken(thresholds.overrides_of, request(raw, content_type=kind))
    assert found is None or found[1].encode() == raw


NAMES = [f"MONITOR_{name.upper()}" for name in Settings.__dataclass_fields__]


@MANY
@given(
    environ=st.dictionaries(
        st.sampled_from(NAMES), st.text(max_size=10) | st.integers().map(str) | st.just("9" * 5000)
    )
)
def test_any_environment_gives_settings_or_says_what_is_wrong(environ):
    found = taken(from_environment, environ, refusals=ConfigurationError)
    assert found is None or isinstance(found, Settings)


def pairs(inner):
    return st.lists(st.tuples(st.sampled_from("ab"), inner), max_size=3).map(
        lambda found: "{" + ", ".join(f'"{name}": {value}' for name, value in found) + "}"
    )


@MANY
@given(text=st.recursive(st.just("1"), lambda one: pairs(one) | one.map("[{}]".format)))
def test_a_key_is_said_to_stand_twice_when_it_does(text):
    decoder = json.JSONDecoder(object_pairs_hook=lambda found: found)

    def twice(value: Any) -> bool:
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            names = [name for name, _ in value]
            return len(set(names)) < len(names) or any(twice(inner) for _, inner in value)
        return isinstance(value, list) and any(twice(inner) for inner in value)

    assert (repeated(text) is not None) == twice(decoder.decode(text))


@pytest.mark.parametrize("text", ['{"metadata": {"a": 1, "a": 2}}', '[{"a": 1}, {"a": 2}]'])
def test_what_metadata_holds_may_stand_twice(text):
    assert repeated(text) is None
