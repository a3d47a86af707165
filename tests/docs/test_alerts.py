"""docs/alerts.md tells of the alerts that there are: states, kinds, policy values, messages."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.announcements import Message, Notice
from chalicelib.domain.indicators import Severity
from chalicelib.domain.policy import HIGHER_EDUCATION, K12
from chalicelib.domain.wording import structured, text
from local.paths import PROJECT
from tests.messages import announcement

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT = (PROJECT / "docs" / "alerts.md").read_text()
POLICY = {*HIGHER_EDUCATION.__struct_fields__}


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table with that first column."""
    table = TEXT.partition(f"\n| {heading} |")[2].partition("\n\n")[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


def names(cells: Iterable[list[str]]) -> set[str]:
    return {row[0].strip("`") for row in cells}


def test_every_state_is_told():
    schema = (PROJECT / "docs" / "api.md").read_text()

    assert names(rows("state")) == {
        "open", "acknowledged", "in_progress", "snoozed", "resolved", "cleared",
    }  # fmt: skip
    assert all(f"`{name}`" in schema for name in names(rows("state")))


def test_every_kind_is_told():
    folder = PROJECT / "runtime/chalicelib/adapters/postgres"
    check = re.search(
        r"announcement_kind_check CHECK \(\(kind = ANY \(ARRAY\[(.*?)\]",
        (folder / "schema.sql").read_text(),
    )
    assert check
    assert names(rows("kind")) == {*re.findall(r"'(\w+)'", check[1]), "settled"}


def test_the_values_are_the_presets():
    told = rows("policy")

    assert {"time_zone", "daily_messages", "cool_down_days"} <= names(told) <= POLICY
    for name, _, university, school in told:
        assert university == str(getattr(HIGHER_EDUCATION, name.strip("`"))), name
        assert school == str(getattr(K12, name.strip("`"))), name


def test_everything_at_once_is_a_policy():
    (changes,) = re.findall(r'`(\{"immediate_from_severity".*?\})`', TEXT)

    policy = msgspec.convert(
        {**msgspec.structs.asdict(HIGHER_EDUCATION), **json.loads(changes)}, type(HIGHER_EDUCATION)
    )
    assert policy.immediate_from_severity == "watch"


def test_the_message_is_what_is_sent():
    alert = announcement(
        31,
        Severity.HIGH,
        alert_id=17,
        recipient="instructor of MATH-1",
        student="00e3f1a8-7c5e-4b0f-9d42-6f1c0a9b7e21",
        because="The mean of 2 marks is 48.03 %; 65 % is the pass mark.",
        opened_at=dt.datetime(2024, 10, 29, 10, 30, tzinfo=dt.UTC),
    )
    message = Message(
        recipient=alert.recipient, digest=False, notices=(Notice("opened", alert, (31,)),)
    )

    (shown,) = re.findall(r"```json message\n(.*?)```", TEXT, re.DOTALL)
    assert json.loads(shown) == structured(message)
    (mail,) = re.findall(r"```text\n(.*?)\n```", TEXT, re.DOTALL)
    assert mail == text(message)
