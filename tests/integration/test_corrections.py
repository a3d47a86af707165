"""A request for correction, its decision, the event that corrects, and the student's statement."""

from __future__ import annotations

import base64
import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from chalicelib.adapters.postgres.corrections import PostgresCorrections
from chalicelib.adapters.postgres.database import Database
from chalicelib.domain import correction
from chalicelib.domain.correction import Contest, Decide, State
from chalicelib.domain.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    UnavailableError,
)
from chalicelib.domain.events import Event
from chalicelib.domain.identity import pseudonym
from chalicelib.services import corrections as service
from chalicelib.services.ingest import Ingest
from tests.builders import lambda_event, scored, submitted

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = b"a key of thirty-two bytes, or so"
ADA = pseudonym("ada", KEY)
WANTED = Contest(about="The mark of quiz-1", wanted="18 of 20", course="MATH-101")


class Stream:
    """Takes everything, unless it is down."""

    def __init__(self) -> None:
        self.down = False
        self.records: list[tuple[str, bytes]] = []

    def put(self, records: Any, *, timeout_s: float) -> list[bool]:
        self.records += [] if self.down else records
        return [not self.down] * len(records)


class Office:
    """What a registrar works with."""

    def __init__(self, monitor: Any) -> None:
        self.monitor = monitor
        self.stream = Stream()
        self.database = Database(monitor.server.dsn("owner"))
        self.kept = PostgresCorrections(self.database)
        self.using = Ingest(self.stream, monitor.clock, KEY, lanes=8, deadline_s=1.0)

    def ask(self) -> int:
        return self.kept.add(ADA, WANTED, self.monitor.clock.now(), person="ada's token")

    def decide(self, number: int, wanted: Decide) -> correction.Correction:
        return service.decide(
            ADA, number, wanted, corrections=self.kept, using=self.using, person="reg",
            correlation_id="c-1",
        )  # fmt: skip

    def drain(self) -> None:
        """Let the consumer have what is on the stream."""
        records = [
            {
                "eventID": f"shard:{n}",
                "kinesis": {
                    "sequenceNumber": str(n),
                    "data": base64.b64encode(data).decode(),
                    "partitionKey": lane,
                    "approximateArrivalTimestamp": 0,
                },
            }
            for n, (lane, data) in enumerate(self.stream.records, 1)
        ]
        assert self.monitor.consumer.consume(lambda_event(*records)) == {"batchItemFailures": []}


@pytest.fixture
def office(monitor) -> Iterator[Office]:
    made = Office(monitor)
    yield made
    made.database.close()


def mark(score: float, **changed: Any) -> Event:
    content = {
        "event_type": "assessment_scored", "event_id": "fix-1", "student_id": "ada",
        "course_id": "MATH-101", "item_id": "quiz-1", "score": score, "max_score": 20,
        "occurred_at": "2025-01-20T12:00:00Z", **changed,
    }  # fmt: skip
    found: Event = msgspec.convert(content, Event)
    return found


def marks(office: Office) -> list[Any]:
    return office.monitor.rows("SELECT item, score_bp FROM result WHERE student = %(s)s", s=ADA)


def test_a_granted_correction_recomputes(office):
    office.monitor.consume([scored("lms-1", ADA, 1, 8, item="quiz-1", course="MATH-101")])
    before = marks(office)
    number = office.ask()
    after = office.decide(
        number, Decide(decision="granted", reason="a page was overlooked", event=mark(18))
    )
    office.drain()
    assert before != marks(office) == [("quiz-1", 9000)]
    assert (after.decision, after.decided_by, after.reason, after.correcting) == (
        "granted", "reg", "a page was overlooked", "fix-1",
    )  # fmt: skip
    sources = office.monitor.rows("SELECT source FROM event WHERE event_id = 'fix-1'")
    assert sources == [("registrar",)]


def test_a_retraction_is_sent_as_the_source_that_it_takes_back(office):
    wrong = submitted("lms-9", ADA, 2, item="quiz-2")
    office.monitor.consume([wrong])
    at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=wrong.occurred_us)
    event = msgspec.convert(
        {
            "event_type": "event_retracted", "event_id": "fix-2", "student_id": "ada",
            "occurred_at": "2025-01-20T12:00:00Z",
            "retracts": {"event_id": "lms-9", "occurred_at": at.isoformat()},
        },
        Event,
    )  # fmt: skip
    ((source,),) = office.monitor.rows("SELECT DISTINCT source FROM event")
    office.decide(
        office.ask(), Decide(decision="granted", reason="hers", event=event, source=source)
    )
    office.drain()
    assert marks(office) == []


def test_a_request_is_decided_once(office):
    number = office.ask()
    office.decide(number, Decide(decision="refused", reason="the mark is right"))
    with pytest.raises(ConflictError):
        office.decide(number, Decide(decision="granted", reason="or not", event=mark(18)))
    assert office.stream.records == []


def test_without_the_stream_nothing_is_decided(office):
    number = office.ask()
    office.stream.down = True
    with pytest.raises(UnavailableError):
        office.decide(number, Decide(decision="granted", reason="right", event=mark(18)))
    assert office.kept.of(ADA, person="reg")[0].decision is None


@pytest.mark.parametrize(
    "wanted",
    [
        Decide(decision="granted", reason="r", event=mark(18, student_id="ben")),
        Decide(decision="refused", reason="r", event=mark(18)),
        Decide(decision="granted", reason="r", event=mark(18), source="lms"),
        Decide(decision="granted", reason="r", source="lms"),
        Decide(decision="granted", reason="r", event=mark(0.12345678)),
    ],
    ids=["of another student", "with a refusal", "as a sender", "no event", "too many decimals"],
)
def test_what_does_not_correct_her_record_is_refused(office, wanted):
    number = office.ask()
    with pytest.raises(InvalidRequestError):
        office.decide(number, wanted)
    assert office.stream.records == []
    assert office.kept.of(ADA, person="reg")[0].decision is None


def test_a_statement_stays_beside_a_refusal_and_nothing_else(office):
    number, now = office.ask(), office.monitor.clock.now()
    wanted = State(statement="I handed in four pages.")

    def become(before: correction.Correction) -> correction.Correction:
        return correction.stated(before, wanted, "ada's token", now)

    with pytest.raises(ConflictError):
        office.kept.change(ADA, number, become, person="ada's token")
    office.decide(number, Decide(decision="refused", reason="the mark is right"))
    office.kept.change(ADA, number, become, person="ada's token")
    (kept,) = office.kept.of(ADA, person="reg")
    assert (kept.statement, kept.stated_by, kept.reason) == (
        "I handed in four pages.", "ada's token", "the mark is right",
    )  # fmt: skip


def test_requests_are_numbered_by_student(office):
    assert [office.ask(), office.ask()] == [1, 2]
    with pytest.raises(NotFoundError):
        office.decide(3, Decide(decision="refused", reason="no"))
