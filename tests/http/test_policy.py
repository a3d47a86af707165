"""The policy through the API: put in TOML or JSON, refused by line and reason, versioned."""

from __future__ import annotations

import json

import pytest

PATHS = ["/v1/policy", "/v1/courses/MATH-1/policy"]
TOML = "application/toml"


def put(api, path, body, media_type="application/json", **headers):
    sent = {"Content-Type": media_type, **headers}
    raw = body if isinstance(body, bytes) else body.encode()
    answer = api.client.http.put(path, headers=sent, body=raw)
    return answer.status_code, answer.json_body


@pytest.mark.parametrize("path", PATHS)
def test_a_policy_is_the_preset_until_something_is_put(api, path):
    found = api.found(path)
    assert (found["preset"], found["version"], found["history"]) == ("higher_education", 0, [])
    assert found["policy"]["low_mark_bp"] == {"value": 4000, "from": "preset"}


@pytest.mark.parametrize("path", PATHS)
def test_what_is_put_is_shown_with_who_and_when(api, path):
    text = "# as agreed\ngrace_days = 5\n"
    assert put(api, path, text, TOML) == (201, {"changed": True})
    assert put(api, path, '{"grace_days": 5}') == (200, {"changed": False})

    found = api.found(path)
    origin = "course" if "courses" in path else "institution"
    assert found["policy"]["grace_days"] == {"value": 5, "from": origin}
    (version,) = found["history"]
    assert version.pop("valid_from").endswith("Z")
    assert version == {
        "version": 1,
        "changes": {"grace_days": 5},
        "sent": text,
        "set_by": "administrator",
    }


def test_nothing_goes_back_to_what_stands_above(api):
    put(api, PATHS[0], '{"grace_days": 5}')
    put(api, PATHS[1], '{"grace_days": 2}')
    assert put(api, PATHS[1], "{}") == (201, {"changed": True})
    assert api.found(PATHS[1])["policy"]["grace_days"] == {"value": 5, "from": "institution"}
    assert api.found(PATHS[1])["version"] == 2


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "media_type", "error"),
    [
        (
            "\nlow_mark_bp = 9000",
            TOML,
            {
                "line": 2,
                "path": "$.low_mark_bp",
                "reason": "`low_mark_bp` is above `early_warning_bp`",
            },
        ),
        (
            "grace_days = 1\nx =",
            TOML,
            {"line": 2, "path": "$", "reason": "Invalid value"},
        ),
        (
            '{\n"grace": 1}',
            "application/json",
            {
                "line": 2,
                "path": "$.grace",
                "reason": "Object contains unknown field `grace`",
            },
        ),
        (
            '{"preset": "\\u0000"}',
            "application/json",
            {
                "line": 1,
                "path": "$.preset",
                "reason": "'\\x00' is none of higher_education, k12",
            },
        ),
    ],
)
def test_a_bad_policy_is_refused_with_line_and_reason_and_the_old_one_stays(
    api, path, body, media_type, error
):
    put(api, path, "grace_days = 5", TOML)
    status, problem = put(api, path, body, media_type)

    assert (status, problem["errors"]) == (400, [error])
    assert error["reason"] in problem["detail"]
    assert api.found(path)["changes"] == {"grace_days": 5}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ("grace_days: 5", "application/yaml", 415),
        (b"\xff", TOML, 400),
        ("#" * 70_000, TOML, 413),
        ("a = " + "[" * 9000, TOML, 400),
        ("[" * 9000, "application/json", 400),
        (json.dumps({"grace_days": 10**400}), "application/json", 400),
        ("grace_days = 2024-01-01", TOML, 400),
    ],
)
def test_what_is_no_policy_at_all_is_refused(api, path, body, media_type, status):
    assert put(api, path, body, media_type)[0] == status
    assert api.found(path)["version"] == 0


def test_nobody_changes_it_without_signing_in(api):
    assert put(api.as_(""), PATHS[0], '{"grace_days": 5}')[0] == 401
    assert api.found(PATHS[0])["version"] == 0
