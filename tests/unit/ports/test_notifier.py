"""What every Notifier promises: the fake, and SNS as it is emulated here."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.sns import SnsNotifier
from chalicelib.domain.announcements import Message
from chalicelib.domain.errors import UnavailableError
from chalicelib.domain.indicators import Severity
from chalicelib.domain.wording import structured
from tests.fakes import FakeNotifier
from tests.messages import announcement, digest, single

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.emulator import Emulator

_number = itertools.count()


class RecordingSns:
    """Keeps what it is asked to publish."""

    def __init__(self) -> None:
        self.published: dict[str, Any] = {}

    def publish(self, **asked: Any) -> None:
        self.published = asked


@pytest.fixture(params=["fake", "sns"])
def notifier(request: pytest.FixtureRequest) -> tuple[Any, Callable[[], list[Any]]]:
    """Give a notifier and a function that returns what it delivered, as programs read it."""
    if request.param == "fake":
        fake = FakeNotifier()
        return fake, lambda: [structured(one) for one in fake.told]
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


@pytest.mark.parametrize(
    "message",
    [
        single(announcement(1)),
        single(announcement(1, course="Mathématiques 1, «première»")),
        digest(*(announcement(n, Severity.WATCH) for n in range(1, 400))),
    ],
    ids=["one", "not ASCII", "a long digest"],
)
def test_a_message_arrives_whole(notifier, message):
    sender, inbox = notifier

    sender.notify(message)

    assert inbox() == [json.loads(json.dumps(structured(message)))]


def test_one_that_is_down_raises_what_callers_wait_for(gone):
    with pytest.raises(UnavailableError):
        gone.notify(single(announcement(1)))


def test_an_e_mail_has_words_and_programs_have_json():
    sns = RecordingSns()
    SnsNotifier("topic", client=sns).notify(single(announcement(1)))

    forms = json.loads(sns.published["Message"])
    assert sns.published["MessageStructure"] == "json"
    assert json.loads(forms["default"])["notices"][0]["alert_id"] == 1
    assert forms["email"].startswith("High: student ")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (single(announcement(1)), ("ines", "opened", "high")),
        (digest(announcement(1, Severity.WATCH)), ("ines", "digest", "watch")),
        (digest(announcement(1, closed=True)), ("ines", "digest", "good")),
    ],
)
def test_a_subscription_can_be_filtered(message: Message, expected):
    sns = RecordingSns()
    SnsNotifier("topic", client=sns).notify(message)

    found = sns.published["MessageAttributes"]
    assert {name: one["StringValue"] for name, one in found.items()} == dict(
        zip(("recipient", "kind", "severity"), expected, strict=True)
    )


def test_the_longest_message_is_one_that_sns_takes():
    long = [announcement(n, because="é€" * 2000, course="ü" * 128) for n in range(2000)]
    sns = RecordingSns()
    SnsNotifier("topic", client=sns).notify(digest(*long))

    assert len(sns.published["Message"].encode()) < 256 * 1024 - 1024
    assert len(sns.published["Subject"]) <= 100


def _inbox(sqs: Any, url: str) -> list[Any]:
    answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2, MaxNumberOfMessages=10)
    bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
    return [json.loads(body["Message"]) for body in bodies]
