"""What every Notifier promises: the fake, and SNS as it is emulated here."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.sns import SnsNotifier, structured, text
from chalicelib.domain.alerts import Announcement
from chalicelib.domain.errors import UnavailableError
from tests.fakes import FakeNotifier

if TYPE_CHECKING:
    from local.emulator import Emulator

OPENED = Announcement(
    announcement_id=7,
    alert_id=3,
    kind="opened",
    student="10000000-0000-0000-0000-000000000007",
    course="MATH-1",
    rule="low_marks",
    severity="high",
    because="a mean of 38 % in 4 pieces of work; 50 % is expected",
    opened_at=dt.datetime(2024, 10, 7, tzinfo=dt.UTC),
)
_number = itertools.count()


@pytest.fixture(params=["fake", "sns"])
def notifier(request: pytest.FixtureRequest) -> Any:
    """Give a notifier and a function that returns what it delivered, as programs read it."""
    if request.param == "fake":
        fake = FakeNotifier()
        return fake, lambda: [json.loads(structured(one)) for one in fake.announced]
    emulator: Emulator = request.getfixturevalue("emulator")
    topic = emulator.create_topic(f"alerts-{next(_number)}")
    sns, sqs = emulator.client("sns"), emulator.client("sqs")
    url = sqs.create_queue(QueueName=f"inbox-{next(_number)}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    return SnsNotifier(topic, client=sns), lambda: _inbox(sqs, url)


@pytest.fixture(params=["fake", "sns"])
def gone(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return FakeNotifier(down=True)
    emulator: Emulator = request.getfixturevalue("emulator")
    topic = "arn:aws:sns:us-east-1:000000000000:no-such-topic"
    return SnsNotifier(topic, client=emulator.client("sns"))


def test_an_announcement_arrives_whole(notifier):
    sender, inbox = notifier

    sender.notify(OPENED)

    (found,) = inbox()
    expected = dataclasses.asdict(OPENED) | {"opened_at": "2024-10-07T00:00:00+00:00"}
    assert found == expected


def test_an_announcement_about_the_school_as_a_whole_arrives(notifier):
    sender, inbox = notifier

    sender.notify(dataclasses.replace(OPENED, course=""))

    assert inbox()[0]["course"] is None


def test_one_that_is_down_raises_what_callers_wait_for(gone):
    with pytest.raises(UnavailableError):
        gone.notify(OPENED)


def test_an_announcement_reads_as_a_sentence():
    assert text(OPENED) == (
        "Student 10000000-0000-0000-0000-000000000007 may need help in MATH-1 (high): a mean of"
        " 38 % in 4 pieces of work; 50 % is expected"
    )
    assert text(dataclasses.replace(OPENED, kind="cleared", course="")) == (
        "The alert low_marks for student 10000000-0000-0000-0000-000000000007 in the school as a"
        " whole has cleared: its condition has ended."
    )


def _inbox(sqs: Any, url: str) -> list[Any]:
    answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2, MaxNumberOfMessages=10)
    bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
    return [json.loads(body["Message"]) for body in bodies]
