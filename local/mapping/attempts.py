"""What becomes of one batch: invoked, retried, halved, given up, until each record is settled."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from local.mapping.answers import first_not_done
from local.mapping.failures import AGE_EXCEEDED, RETRIES_EXHAUSTED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.mapping.events import Record
    from local.mapping.settings import MappingSettings

_log = logging.getLogger(__name__)
LONGEST_BACKOFF_S = 30.0
FIRST_BACKOFF_S = 0.1


class StoppedError(Exception):
    """The mapping is being stopped; what is not settled stays for the next start."""


class Invoker(NamedTuple):
    """What a batch needs from its shard."""

    invoke: Callable[[Sequence[Record]], Any]  # raises: the function failed
    settled: Callable[[Sequence[Record]], None]  # done, or given up
    give_up: Callable[[Sequence[Record], str, int], None]  # records, condition, invokes
    wait: Callable[[float], None]  # seconds; raises StoppedError
    now: Callable[[], dt.datetime]


class _Batch(NamedTuple):
    records: Sequence[Record]
    retries: int = 0  # consumed
    invokes: int = 0


def run(records: Sequence[Record], settings: MappingSettings, invoker: Invoker) -> None:
    """Settle every record, in order: done, or given up by age or retries. Raises StoppedError."""
    waiting = [_Batch(records)]
    while waiting:
        batch = _without_expired(waiting.pop(0), settings, invoker)
        if batch.records:
            waiting[:0] = _attempt(batch, settings, invoker)


def _attempt(batch: _Batch, settings: MappingSettings, invoker: Invoker) -> list[_Batch]:
    """Invoke once; return what is left of the batch, in order.

    A batch is bisected at the number that a partial answer names. Where that is the first record,
    nothing is done: it has failed like one whose function raised, and is halved until the poison
    is alone; otherwise its healthy neighbours would be given up with it.
    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
    """
    records = batch.records
    done = _invoke(records, settings, invoker)
    batch = batch._replace(records=records[done:], invokes=batch.invokes + 1)
    if done:
        invoker.settled(records[:done])
    if done == len(records):
        return []
    if not settings.bisect_batch_on_function_error:
        return _retry(batch, settings, invoker)
    if done:  # split at the returned number: what is left is a smaller batch, not a retry
        return [batch]
    if len(records) > 1:
        middle = len(records) // 2
        return [batch._replace(records=part) for part in (records[:middle], records[middle:])]
    return _retry(batch, settings, invoker)


def _invoke(records: Sequence[Record], settings: MappingSettings, invoker: Invoker) -> int:
    """Return how many records from the first on are done."""
    numbers = [record.sequence_number for record in records]
    try:
        answer = invoker.invoke(records)
    except StoppedError:
        raise
    except Exception:  # noqa: BLE001  # whatever a function raises is a function error
        _log.exception("the function failed on %d records from %s on", len(records), numbers[0])
        return 0
    return first_not_done(answer, numbers, reports=settings.reports_failures)


def _retry(batch: _Batch, settings: MappingSettings, invoker: Invoker) -> list[_Batch]:
    most = settings.maximum_retry_attempts
    if most != -1 and batch.retries >= most:
        invoker.give_up(batch.records, RETRIES_EXHAUSTED, batch.invokes)
        invoker.settled(batch.records)
        return []
    invoker.wait(min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2 ** min(batch.retries, 16)))
    return [batch._replace(retries=batch.retries + 1)]


def _without_expired(batch: _Batch, settings: MappingSettings, invoker: Invoker) -> _Batch:
    most = settings.maximum_record_age_in_seconds
    if most == -1:
        return batch
    oldest = invoker.now() - dt.timedelta(seconds=most)
    expired = [record for record in batch.records if record.arrived_at < oldest]
    if expired:
        invoker.give_up(expired, AGE_EXCEEDED, batch.invokes)
        invoker.settled(expired)
    return batch._replace(records=[r for r in batch.records if r.arrived_at >= oldest])
