"""What was given up is read again from the stream, and leaves the queue only once it is done."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json

import pytest

from infrastructure.redriving.records import BATCH_RECORDS, event
from infrastructure.redriving.redrive import Redrive
from local.mapping.events import Record, lambda_event
from local.mapping.failures import AGE_EXCEEDED, Origin, message
from tests.local.kinesalite import kinesalite

ARN = "arn:aws:kinesis:us-east-1:111122223333:stream/"
_number = itertools.count()


class Queue:
    """As much of SQS as a redrive uses: what was received stays hidden until the test's end."""

    def __init__(self) -> None:
        self.messages: dict[str, str] = {}
        self._hidden: set[str] = set()

    def receive_message(self, **wanted: object) -> dict:
        """Hand over what is visible."""
        assert wanted["QueueUrl"] == "queue"
        visible = [id_ for id_ in self.messages if id_ not in self._hidden][:10]
        self._hidden.update(visible)
        return {
            "Messages": [
                {"MessageId": id_, "ReceiptHandle": id_, "Body": self.messages[id_]}
                for id_ in visible
            ]
        }

    def delete_message(self, **wanted: object) -> None:
        """Delete one."""
        del self.messages[wanted["ReceiptHandle"]]


class Consumer:
    """Remembers what it was given; answers as it is told to."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.batches: list[list[str]] = []

    def __call__(self, event: dict) -> object:
        data = [base64.b64decode(record["kinesis"]["data"]).decode() for record in event["Records"]]
        self.batches.append(data)
        return self.answer

    @property
    def given(self) -> list[str]:
        """Everything, in order."""
        return [data for batch in self.batches for data in batch]


@pytest.fixture(scope="module")
def kinesis(tmp_path_factory):
    with kinesalite(tmp_path_factory.mktemp("kinesalite") / "log") as client:
        yield client


@pytest.fixture
def stream(kinesis) -> str:
    name = f"stream-{next(_number)}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    return name


def put(kinesis, stream: str, count: int) -> list[Record]:
    """Put numbered records; return them as the mapping knew them."""
    made = []
    for number in range(count):
        answer = kinesis.put_record(StreamName=stream, PartitionKey="lane-0", Data=b"%05d" % number)
        arrived = dt.datetime.now(dt.UTC)
        made.append(Record(answer["SequenceNumber"], "lane-0", b"%05d" % number, arrived))
    return made


def dead_letter(stream: str, records: list[Record]) -> str:
    """Write the message that Lambda sends for records it gives up."""
    origin = Origin("arn:aws:lambda:...:consumer", ARN + stream, "shardId-000000000000")
    now = dt.datetime.now(dt.UTC)
    return json.dumps(message(origin, records, AGE_EXCEEDED, 9, now))


def redrive(kinesis, queue: Queue, consumer: Consumer, said: list[str] | None = None) -> Redrive:
    said = said if said is not None else []
    return Redrive(kinesis=kinesis, sqs=queue, queue_url="queue", consume=consumer, say=said.append)


def beginning_of(kinesis, stream: str) -> str:
    """Return a place before the first record, as that of a record which is gone would be."""
    (shard,) = kinesis.list_shards(StreamName=stream)["Shards"]
    return shard["SequenceNumberRange"]["StartingSequenceNumber"]


DONE = {"batchItemFailures": []}


def test_just_the_named_range_is_handed_over_again_and_the_message_goes(kinesis, stream):
    records = put(kinesis, stream, 10)
    queue, consumer = Queue(), Consumer(DONE)
    queue.messages["m"] = dead_letter(stream, records[2:7])

    tally = redrive(kinesis, queue, consumer).run()

    assert consumer.given == ["00002", "00003", "00004", "00005", "00006"]
    assert (tally.done, tally.left, queue.messages) == (1, 0, {})


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": "1"}]},
        {"FunctionError": {"errorType": "Runtime.ExitError"}},
        None,
        {},
    ],
)
def test_what_the_consumer_does_not_take_stays_in_the_queue(kinesis, stream, answer):
    records = put(kinesis, stream, 3)
    queue, consumer, said = Queue(), Consumer(answer), []
    queue.messages["m"] = dead_letter(stream, records)

    tally = redrive(kinesis, queue, consumer, said).run()

    assert (tally.done, tally.left) == (0, 1)
    assert list(queue.messages) == ["m"]
    assert said[0].startswith("left: ")


def test_a_range_whose_first_record_is_gone_is_said_and_not_handed_over(kinesis, stream):
    records = put(kinesis, stream, 3)
    before = records[0]._replace(sequence_number=beginning_of(kinesis, stream))
    queue, consumer, said = Queue(), Consumer(DONE), []
    queue.messages["m"] = dead_letter(stream, [before, *records])

    tally = redrive(kinesis, queue, consumer, said).run()

    assert (tally.left, consumer.given) == (1, [])
    assert "does not hold its first record" in said[0]


def test_a_shard_that_is_gone_is_said(kinesis, stream):
    body = dead_letter(stream, put(kinesis, stream, 1))
    queue, consumer, said = Queue(), Consumer(DONE), []
    queue.messages["m"] = body.replace("shardId-000000000000", "shardId-000000000007")

    assert redrive(kinesis, queue, consumer, said).run().left == 1
    assert "knows no such place" in said[0]


def test_one_message_that_cannot_be_done_does_not_hold_up_the_next(kinesis, stream):
    records = put(kinesis, stream, 4)
    before = records[0]._replace(sequence_number=beginning_of(kinesis, stream))
    queue, consumer = Queue(), Consumer(DONE)
    queue.messages["gone"] = dead_letter(stream, [before, records[0]])
    queue.messages["there"] = dead_letter(stream, records[1:3])

    tally = redrive(kinesis, queue, consumer).run()

    assert (tally.done, tally.left, list(queue.messages)) == (1, 1, ["gone"])


def test_a_long_range_comes_in_batches_that_a_function_takes(kinesis, stream):
    data = [{"PartitionKey": "lane-0", "Data": b"%05d" % n} for n in range(BATCH_RECORDS + 100)]
    answers = [
        kinesis.put_records(StreamName=stream, Records=part)["Records"]
        for part in (data[:500], data[500:])
    ]
    ends = [
        Record(answer["SequenceNumber"], "lane-0", b"", dt.datetime.now(dt.UTC))
        for answer in (answers[0][0], answers[-1][-1])
    ]
    queue, consumer = Queue(), Consumer(DONE)
    queue.messages["m"] = dead_letter(stream, ends)

    redrive(kinesis, queue, consumer).run()

    assert [len(batch) for batch in consumer.batches] == [BATCH_RECORDS, 100]
    assert consumer.given == [f"{n:05d}" for n in range(BATCH_RECORDS + 100)]


def test_to_show_changes_nothing(kinesis, stream):
    queue, consumer, said = Queue(), Consumer(DONE), []
    queue.messages["m"] = dead_letter(stream, put(kinesis, stream, 2))

    assert redrive(kinesis, queue, consumer, said).show() == 1
    assert AGE_EXCEEDED in said[0]
    assert (list(queue.messages), consumer.given) == (["m"], [])


def test_an_event_has_the_shape_of_lambdas():
    arrived = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    wanted = type("Wanted", (), {"shard_id": "shardId-0", "stream_arn": ARN + "s"})
    ours = event(
        [
            {
                "SequenceNumber": "7",
                "PartitionKey": "lane-0",
                "Data": b"x",
                "ApproximateArrivalTimestamp": arrived,
            }
        ],
        wanted,
    )

    lambdas = lambda_event([Record("7", "lane-0", b"x", arrived)], "shardId-0", ARN + "s")
    del lambdas["Records"][0]["invokeIdentityArn"]  # whose rights the mapping has: nobody's here
    assert ours == lambdas
