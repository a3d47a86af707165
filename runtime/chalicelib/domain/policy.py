"""The thresholds of the indicators: the presets, and what an institution or a course changes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import fields

from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.local_time import is_time_zone
from chalicelib.domain.repeats import repeated
from chalicelib.domain.suppression import FEWEST

if TYPE_CHECKING:
    from collections.abc import Mapping

Overrides = dict[str, Any]  # thresholds by name, and perhaps `preset`
_FOLDER = Path(__file__).parent / "policies"
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_AT_BYTE = re.compile(r" \(byte (\d+)\)$")
_AT_KEY = re.compile(r" - at `\$\.(\w+).*`$")
_NAMED = re.compile(r"`(\w+)`")

_Share = Annotated[int, Meta(ge=0, le=10_000)]  # basis points
_Days = Annotated[int, Meta(ge=0, le=366)]
_Some = Annotated[int, Meta(ge=1, le=1000)]
_Class = Annotated[int, Meta(ge=FEWEST, le=1000)]  # students: a figure of fewer is not told
_Hour = Annotated[int, Meta(ge=0, le=23)]
_Points = Annotated[int, Meta(ge=1, le=100)]  # of risk


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts as needing help; `policies/*.toml` tell the unit and the source of each value."""

    name: str
    low_mark_bp: _Share
    early_warning_bp: _Share
    clear_mark_margin_bp: _Share
    first_assessment_marks: _Some
    falling_marks_bp: _Share
    falling_latest_marks: _Some
    falling_before_marks: _Some
    clear_falling_margin_bp: _Share
    below_class_bp: _Share
    below_class_gap_bp: _Share
    below_class_min_students: _Class
    clear_below_class_margin_bp: _Share
    absence_min_sessions: _Some
    absence_rate_bp: _Share
    severe_absence_rate_bp: _Share
    clear_absence_margin_bp: _Share
    grace_days: _Days
    class_gate_bp: _Share
    several_missing: _Some
    silence_days: Annotated[int, Meta(ge=1, le=366)]
    long_silence_days: Annotated[int, Meta(ge=1, le=366)]
    sudden_change_points: _Points
    sudden_change_from_points: _Points
    sudden_change_days: Annotated[int, Meta(ge=1, le=366)]
    clear_sudden_change_points: _Points
    conduct_watch_bp: _Share
    conduct_high_bp: _Share
    conduct_window_days: Annotated[int, Meta(ge=1, le=366)]
    several_flags: Annotated[int, Meta(ge=2, le=4)]
    cool_down_days: _Days
    cool_down_cleared_days: _Days
    most_snooze_days: Annotated[int, Meta(ge=1, le=366)]
    course_problem_students: _Some
    course_problem_days: _Days
    time_zone: str  # an IANA name
    immediate_from_severity: Literal["watch", "elevated", "high"]
    quiet_from_hour: _Hour
    quiet_until_hour: _Hour
    digest_hour: _Hour
    daily_messages: Annotated[int, Meta(ge=0, le=1000)]

    def __post_init__(self) -> None:
        """Refuse thresholds that contradict each other."""
        for lower, upper in _ORDERED:
            if getattr(self, lower) > getattr(self, upper):
                raise ValueError(f"`{lower}` is above `{upper}`")
        if not is_time_zone(self.time_zone):
            raise ValueError(f"`time_zone` {self.time_zone!r} is no IANA time zone")


_CHANGES = [(field.name, field.type | UnsetType, UNSET) for field in fields(Policy)]
Changes = msgspec.defstruct(  # what the API takes, for its document
    "PolicyChanges",
    [("preset", str | UnsetType, UNSET), *[one for one in _CHANGES if one[0] != "name"]],
    forbid_unknown_fields=True,
)

# Of one person, who may teach several courses: only the institution can say.
OF_PEOPLE = (
    "time_zone",
    "quiet_from_hour",
    "quiet_until_hour",
    "digest_hour",
    "daily_messages",
)

_ORDERED = (
    ("low_mark_bp", "early_warning_bp"),
    ("severe_absence_rate_bp", "absence_rate_bp"),
    ("clear_falling_margin_bp", "falling_marks_bp"),
    ("clear_below_class_margin_bp", "below_class_bp"),
    ("silence_days", "long_silence_days"),
    ("clear_sudden_change_points", "sudden_change_points"),
    ("conduct_watch_bp", "conduct_high_bp"),
)


def read_toml(text: str) -> Overrides:
    """Return what a TOML file says; InvalidRequestError names the line where it is no TOML."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise refusal(text, None, "it is nested too deeply", line=1) from error
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        found = _AT_LINE.search(str(error))
        line = int(found[1] or 0) if found else 0
        line = line or len(text.rstrip().splitlines())
        raise refusal(text, None, _AT_LINE.sub("", str(error)), line=line) from error


def read_json(text: str) -> Overrides:
    """Return what a JSON object says; InvalidRequestError names the line where it is none."""
    try:
        found = msgspec.json.decode(text, type=Overrides)
    except (msgspec.MsgspecError, RecursionError) as error:
        at = _AT_BYTE.search(str(error))
        before = text.encode()[: int(at[1])] if at else b""
        reason = _AT_BYTE.sub("", str(error)) or "it is nested too deeply"
        raise refusal(text, None, reason, line=before.count(b"\n") + 1) from error
    if twice := repeated(text):
        raise refusal(text, twice, "it stands there twice")
    return found


def changed(base: Policy, overrides: Mapping[str, Any], text: str = "") -> Policy:
    """Return the base with these thresholds instead of its own.

    `text` is the file that they were read from: InvalidRequestError names the key, the reason, and
    with a text the line.
    """
    if "name" in overrides:
        raise refusal(text, "name", "a policy is named by its preset")
    return _policy({**msgspec.structs.asdict(base), **overrides}, overrides, text)


def preset(text: str) -> Policy:
    """Return the policy of a file that has all of it."""
    values = read_toml(text)
    return _policy(values, values, text)


def _policy(values: Mapping[str, Any], sent: Mapping[str, Any], text: str) -> Policy:
    try:
        return msgspec.convert(values, Policy)
    except msgspec.ValidationError as error:
        reason = _AT_KEY.sub("", str(error))
        found = _AT_KEY.search(str(error)) or _NAMED.search(reason)
        key = _guilty(found[1] if found else None, reason, sent)
        raise refusal(text, key, reason) from error


def _guilty(key: str | None, reason: str, overrides: Mapping[str, Any]) -> str | None:
    """Return the key that the sender has written, where a reason names two."""
    named = [key, *_NAMED.findall(reason)]
    return next((one for one in named if one in overrides), key)


def _line_of(key: str | None, text: str) -> int | None:
    """Return the first line that sets a key, in TOML or in JSON."""
    if key is None:
        return None
    name = re.escape(key)
    sets = re.compile(rf"""^\s*\[*\s*["']?{name}["']?\s*[=.\]]|"{name}"\s*:""")
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if sets.search(line)), None)


def refusal(text: str, key: str | None, reason: str, *, line: int | None = None) -> Exception:
    """Return the error that names the line of a text, the key and the reason."""
    line = line or _line_of(key, text)
    where = [f"line {line}"] if line else []
    where += [f"`{key}`"] if key else []
    wrong = {"line": line, "path": f"$.{key}" if key else "$", "reason": reason}
    return InvalidRequestError(f"{', '.join(where) or 'policy'}: {reason}", [wrong])


PRESETS = {path.stem: preset(path.read_text()) for path in sorted(_FOLDER.glob("*.toml"))}
HIGHER_EDUCATION, K12 = PRESETS["higher_education"], PRESETS["k12"]
