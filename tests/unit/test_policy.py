"""A policy says what it holds, and a bad one is refused with the line and the reason."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.in_force import Policies, resolve
from chalicelib.domain.policy import (
    HIGHER_EDUCATION,
    K12,
    PRESETS,
    Policy,
    changed,
    preset,
    read_json,
    read_toml,
)
from chalicelib.settings import POLICIES
from local.paths import PROJECT

FILES = sorted((PROJECT / "runtime/chalicelib/domain/policies").glob("*.toml"))


def test_the_presets_are_those_that_the_settings_know():
    assert tuple(PRESETS) == POLICIES
    assert [one.name for one in PRESETS.values()] == list(POLICIES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_preset_states_every_threshold_itself(file):
    assert set(read_toml(file.read_text())) == set(Policy.__struct_fields__)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_threshold_has_a_source_above_it_and_a_unit(file):
    units = ("_bp", "_days", "_marks", "_sessions", "_students", "_points", "_missing", "_flags")
    units += ("_hour", "_messages", "_zone", "_severity")
    for part in file.read_text().split("\n\n")[1:]:
        assert part.startswith("# "), part
    for key in set(Policy.__struct_fields__) - {"name"}:
        assert key.endswith(units), key


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("low_mark_bp = 5000\nlow_mark_bp = 1", 2, "Cannot overwrite a value"),
        ("\n# higher\nlow_mark_bp =\n", 3, "Invalid value"),
        ("a = " + "[" * 9000, 1, "it is nested too deeply"),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(text, line, reason):
    with pytest.raises(InvalidRequestError) as refused:
        read_toml(text)
    assert refused.value.errors == [{"line": line, "path": "$", "reason": reason}]
    assert refused.value.detail == f"line {line}: {reason}"


@pytest.mark.parametrize(
    ("text", "line", "key", "reason"),
    [
        ("grace_days = 3\nlow_mark_bp = 10_001", 2, "low_mark_bp", "Expected `int` <= 10000"),
        ("below_class_min_students = 9", 1, "below_class_min_students", "Expected `int` >= 10"),
        ("low_mark_bp = '40'", 1, "low_mark_bp", "Expected `int`, got `str`"),
        ("grace_days = true", 1, "grace_days", "Expected `int`, got `bool`"),
        (
            "\nlow_marks = 40",
            2,
            "low_marks",
            "Object contains unknown field `low_marks`",
        ),
        (
            "# lenient\nearly_warning_bp = 3000",
            2,
            "early_warning_bp",
            "`low_mark_bp` is above `early_warning_bp`",
        ),
        ("name = 'ours'", 1, "name", "a policy is named by its preset"),
        ("[grace_days]\na = 1", 1, "grace_days", "Expected `int`, got `object`"),
    ],
)
def test_a_bad_threshold_is_refused_with_line_key_and_reason(text, line, key, reason):
    with pytest.raises(InvalidRequestError) as refused:
        changed(HIGHER_EDUCATION, read_toml(text), text)
    assert refused.value.errors == [{"line": line, "path": f"$.{key}", "reason": reason}]
    assert refused.value.detail == f"line {line}, `{key}`: {reason}"


def test_a_preset_that_lacks_a_threshold_is_refused():
    text = re.sub("grace_days.*", "", FILES[0].read_text())
    with pytest.raises(InvalidRequestError, match="missing required field `grace_days`"):
        preset(text)


def test_a_course_changes_what_the_institution_has_changed():
    ours = {"grace_days": 5, "silence_days": 10}
    policies = Policies(HIGHER_EDUCATION, {"": ours, "MATH-1": {"grace_days": 2}})
    assert (policies.of("ENG-1").grace_days, policies.of("ENG-1").silence_days) == (5, 10)
    assert (policies.of("MATH-1").grace_days, policies.of("MATH-1").silence_days) == (2, 10)
    assert policies.of("MATH-1") is policies.of("MATH-1")


def test_a_course_may_start_from_another_preset():
    policies = Policies(HIGHER_EDUCATION, {"": {"grace_days": 5}, "MATH-1": {"preset": "k12"}})
    assert policies.of("MATH-1") == K12
    assert Policies(HIGHER_EDUCATION, {"": {"preset": "k12"}}).of("MATH-1") == K12


def test_an_unknown_preset_is_refused():
    with pytest.raises(InvalidRequestError) as refused:
        resolve(K12, {"preset": "kindergarten"}, {}, text="preset = 'kindergarten'")
    assert refused.value.detail == (
        "line 1, `preset`: 'kindergarten' is none of higher_education, k12"
    )


def test_what_is_refused_today_leaves_what_stands_above_it_in_force():
    stored = {"": {"early_warning_bp": 5000}, "MATH-1": {"low_mark_bp": 6000}}
    policies = Policies(HIGHER_EDUCATION, stored)
    assert policies.refused() == ["MATH-1"]
    assert policies.of("MATH-1") == policies.of("ENG-1")
    assert policies.of("ENG-1").early_warning_bp == 5000
    assert Policies(K12, {"": {"grace_days": -1}}).of("MATH-1") == K12


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ('{\n"grace_days": 3,\n}', "line 3: JSON is malformed: trailing comma in object"),
        ("[]", "line 1: Expected `object`, got `array`"),
        ("", "line 1: Input data was truncated"),
    ],
)
def test_what_is_no_json_object_is_refused_with_its_line(text, detail):
    with pytest.raises(InvalidRequestError) as refused:
        read_json(text)
    assert refused.value.detail == detail


def test_a_bad_threshold_in_json_is_refused_with_line_key_and_reason():
    text = '{\n  "grace_days": 3,\n  "low_mark_bp": -1\n}'
    with pytest.raises(InvalidRequestError) as refused:
        changed(HIGHER_EDUCATION, read_json(text), text)
    assert refused.value.detail == "line 3, `low_mark_bp`: Expected `int` >= 0"
