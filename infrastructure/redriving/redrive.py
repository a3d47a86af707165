"""Hands what was given up to the consumer again; a message goes once its records are done."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from infrastructure.redriving.given_up import GivenUp, given_up
from infrastructure.redriving.records import GoneError, batches, event, read

Consume = Callable[[dict[str, Any]], Any]  # the function: an event in, its answer out
HIDDEN_S = 900  # a message that is worked on; as long as the function could take at most


class NotDoneError(Exception):
    """The consumer did not take all of it; the message stays."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Tally:
    """How far it went."""

    done: int = 0
    left: int = 0


class Redrive:
    """Works off the dead-letter queue. Safe to repeat: the store recognises what it has."""

    def __init__(
        self,
        *,
        kinesis: Any,
        sqs: Any,
        queue_url: str,
        consume: Consume,
        say: Callable[[str], None],
    ) -> None:
        self._kinesis, self._sqs, self._queue = kinesis, sqs, queue_url
        self._consume = consume
        self._say = say

    def show(self) -> int:
        """Say what waits, and change nothing; return how many messages were seen."""
        seen = {m["MessageId"]: m for m in self._messages(hidden_s=30)}
        for message in seen.values():
            self._say(str(given_up(message["Body"])))
        return len(seen)

    def run(self) -> Tally:
        """Work off every message that is visible; those that cannot be done stay in the queue."""
        tally = Tally()
        for message in self._messages(hidden_s=HIDDEN_S):
            wanted = given_up(message["Body"])
            try:
                count = self._again(wanted)
            except (GoneError, NotDoneError) as error:
                self._say(f"left: {error}")
                tally.left += 1
                continue
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
            self._say(f"done: {wanted}, {count} records")
            tally.done += 1
        return tally

    def _messages(self, *, hidden_s: int) -> Iterator[dict[str, Any]]:
        while True:
            answer = self._sqs.receive_message(
                QueueUrl=self._queue, MaxNumberOfMessages=10, VisibilityTimeout=hidden_s
            )
            if not answer.get("Messages"):
                return
            yield from answer["Messages"]

    def _again(self, wanted: GivenUp) -> int:
        count = 0
        for batch in batches(read(self._kinesis, wanted)):
            answer = self._consume(event(batch, wanted))
            if not isinstance(answer, dict) or answer.get("batchItemFailures") != []:
                raise NotDoneError(f"{wanted}: the consumer answered {answer!r}")
            count += len(batch)
        return count
