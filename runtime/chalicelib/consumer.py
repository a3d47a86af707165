"""The Kinesis handler's work: decode, process, isolate what fails, answer for every record."""

from __future__ import annotations

import base64
import contextlib
import gc
import hashlib
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

from chalicelib.domain import aggregation, poison, wire
from chalicelib.domain.delivery import Delivery, Outcome
from chalicelib.domain.errors import PoisonError, UnavailableError
from chalicelib.jobs import announce_unsent
from chalicelib.services.process import incoming_of, process, quarantine_event
from chalicelib.telemetry import Metric, emit, logger, of_outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chalicelib.bootstrap import Service
    from chalicelib.ports.clock import Clock
    from chalicelib.ports.write_path import Store
    from chalicelib.services.judge import Judge

Answer = dict[str, list[dict[str, str]]]


def consume(event: Mapping[str, Any], service: Service) -> Answer:
    """Bring one batch into the store, then tell people of what it opened or cleared.

    Telling may fail without failing the batch: the outbox keeps what is unsent for the next time.
    """
    began = time.perf_counter()
    consumer = Consumer(store=service.store, judge=service.judge, clock=service.clock)
    answer = consumer.consume(event)
    emit(of_outcome(consumer.last, (time.perf_counter() - began) * 1000))
    if answer["batchItemFailures"]:
        emit({Metric.BATCHES_HELD: 1})
        logger.warning("the batch is held: the store does not answer")
    elif consumer.last.opened or consumer.last.cleared:
        announce_unsent(service, within_s=1)  # the next batch waits; the schedule has the rest
    return answer


class Consumer:
    """Brings batches of the stream into the store; `last` is the outcome of the latest batch."""

    def __init__(self, *, store: Store, judge: Judge, clock: Clock) -> None:
        self._store = store
        self._judge = judge
        self._clock = clock
        self.last = Outcome()

    def consume(self, event: Mapping[str, Any]) -> Answer:
        """Process a Lambda event of Kinesis records; answer with the first record not done.

        An outage stops the batch, so that nothing is passed over; what can never succeed goes to
        quarantine, so that nothing is held up.
        """
        self.last = Outcome()
        records = event["Records"]
        try:
            with _undisturbed():
                self._process([d for record in records for d in deliveries(record)])
        except UnavailableError:
            return _failed(records[0])
        except Exception:  # noqa: BLE001  # one bad event must not hold up its neighbours
            return self._one_by_one(records)
        return {"batchItemFailures": []}

    def _process(self, batch: Sequence[Delivery]) -> None:
        self.last += process(batch, store=self._store, judge=self._judge, clock=self._clock)

    def _one_by_one(self, records: Iterable[Mapping[str, Any]]) -> Answer:
        """Process record by record, each in a transaction of its own."""
        for record in records:
            try:
                self._record(record)
            except UnavailableError:
                return _failed(record)
        return {"batchItemFailures": []}

    def _record(self, record: Mapping[str, Any]) -> None:
        for delivery in deliveries(record):
            try:
                self._process([delivery])
            except UnavailableError:
                raise
            except Exception:  # noqa: BLE001  # the next step finds the event
                self._event_by_event(delivery)

    def _event_by_event(self, delivery: Delivery) -> None:
        envelope = delivery.envelope
        self._poison_of(delivery)
        for event in envelope.events if envelope else ():
            alone = delivery._replace(envelope=_only(envelope, event), bad=[])
            try:
                self._process([alone])
            except UnavailableError:
                raise
            except Exception as error:  # noqa: BLE001  # it goes to quarantine with its traceback
                self._set_aside(alone, error)

    def _poison_of(self, delivery: Delivery) -> None:
        """Set aside what is poison already; without its envelope, should that be what fails."""
        try:
            self._process([delivery._replace(envelope=_only(delivery.envelope))])
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001  # where it came from is lost, the poison is kept
            self._process([delivery._replace(envelope=None)])

    def _set_aside(self, alone: Delivery, error: Exception) -> None:
        """Quarantine the single event that fails, unless it is the store that does."""
        if not self._store.answers():
            raise UnavailableError("the store failed and does not answer") from error
        detail = "".join(traceback.format_exception(error))
        with self._store.unit() as unit:
            quarantine_event(unit, incoming_of(alone)[0], detail)
        self.last += Outcome(quarantined=1)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no cycle be looked for during a batch, and threads change over quickly.

    A batch makes tens of thousands of small objects and no cycles; looking for them takes a
    quarter of the consumer's CPU time. The thread that talks to the database has little to do here
    but must not wait for its turn: the server would wait with it.
    """
    was_enabled, interval_s = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(interval_s)
        if was_enabled:
            gc.enable()


def deliveries(record: Mapping[str, Any]) -> list[Delivery]:
    """Return the user records of one Kinesis record, read as far as they can be."""
    sequence_number = record["kinesis"]["sequenceNumber"]
    data = base64.b64decode(record["kinesis"]["data"])
    try:
        return [_delivery(sequence_number, part) for part in aggregation.split(data)]
    except PoisonError as error:
        return [Delivery(sequence_number, _receipt(data), None, [(data, error)])]


def _delivery(sequence_number: str, data: bytes) -> Delivery:
    try:
        envelope, bad = wire.unpack(data)
    except PoisonError as error:
        kept = [(part, error) for part in poison.parts(data)]
        return Delivery(sequence_number, _receipt(data), None, kept)
    return Delivery(sequence_number, _receipt(data), envelope, bad)


def _receipt(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _only(envelope: wire.Envelope | None, *events: wire.Event) -> wire.Envelope | None:
    if envelope is None:
        return None
    return wire.Envelope(
        envelope.version,
        envelope.source,
        envelope.correlation_id,
        envelope.accepted_us,
        list(events),
    )


def _failed(record: Mapping[str, Any]) -> Answer:
    return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
