"""The work of the schedules and of the migration: one function each, for app.py to call."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.migrations import migrate as apply_migrations
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.partitions import PostgresPartitions
from chalicelib.adapters.postgres.privacy import PostgresPrivacy
from chalicelib.adapters.postgres.quarantine import PostgresQuarantine
from chalicelib.adapters.postgres.quotas import PostgresQuotas
from chalicelib.adapters.postgres.retention import PostgresRetention
from chalicelib.adapters.postgres.roster import PostgresRoster
from chalicelib.domain.errors import UnavailableError
from chalicelib.services import erasure, ledger, quarantine, retention, verifying
from chalicelib.services.announce import announce
from chalicelib.services.maintenance import keep_partitions
from chalicelib.services.sources import stale_sources
from chalicelib.services.sweep import sweep
from chalicelib.telemetry import Metric, emit, logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.bootstrap import Service
    from chalicelib.services.ledger_walk import Verdict

VERIFY_S = 600  # for the chain, of Lambda's 900; the rest is for ids that were used twice


def sweep_and_announce(service: Service) -> None:
    """Sweep every course, then tell people what that opened or cleared."""
    began = time.perf_counter()
    outcome = sweep(store=service.store, judge=service.judge, clock=service.clock)
    hours = service.settings.stale_source_hours
    stale = stale_sources(store=service.store, clock=service.clock, hours=hours)
    emit(
        {
            Metric.SWEEP_MILLISECONDS: (time.perf_counter() - began) * 1000,
            Metric.STALE_SOURCES: len(stale),
            Metric.ALERTS_OPENED: outcome.opened,
            Metric.ALERTS_CLEARED: outcome.cleared,
        }
    )
    announce_unsent(service)


def announce_unsent(service: Service, *, within_s: float = 40) -> int:
    """Deliver what is due; what is not delivered within that time waits for the next run."""
    if service.notifier is None:
        return 0
    try:
        sent = announce(
            outbox=service.outbox,
            notifier=service.notifier,
            clock=service.clock,
            policy=service.judge.policy,
            within_s=within_s,
        )
    except UnavailableError as error:
        logger.warning("announcements stay unsent for now: %s", error)
        emit({Metric.ANNOUNCEMENTS_HELD: 1})
        return 0
    emit({Metric.ANNOUNCEMENTS_SENT: sent})
    return sent


def seal_ledger(service: Service) -> None:
    """Chain the reads that were noted since; the head goes where no database is, and to the log."""
    made = ledger.seal(service.ledger, service.heads, service.clock.now())
    for batch in made:
        logger.info("sealed batch %d:%s", batch.batch, batch.hash.hex())
    emit(
        {
            Metric.LEDGER_SEALED: sum(batch.entries for batch in made),
            Metric.LEDGER_WAITING_SECONDS: service.ledger.waiting_s(),
        }
    )


def verify_ledger(service: Service, anchor: str = "", after: int = 0) -> dict[str, Any]:
    """Verify the whole ledger, or what comes after a batch; tell what was found.

    Batches must be those that were noted outside of the database, and so must `anchor`, such as
    `12:9f86...`, that the log has named. UnavailableError when it cannot be told which were noted.
    """
    heads = verifying.noted(service.heads, anchor, service.clock.now())
    return _told(service, verifying.verify(service.ledger, heads, after=after, enough=_enough()))


def verify_ledger_nightly(service: Service) -> dict[str, Any]:
    """Verify what is new since the last good night, and of the rest as much as fits."""
    now = service.clock.now()
    verdict = verifying.verify_nightly(service.ledger, service.heads, now, enough=_enough())
    return _told(service, verdict)


def _enough() -> Callable[[], bool]:
    until = time.monotonic() + VERIFY_S
    return lambda: time.monotonic() > until


def _told(service: Service, verdict: Verdict) -> dict[str, Any]:
    """Log and count what verifying has found, and whether a source has used an id twice."""
    verdict.reused_event_ids = service.ledger.reused_event_ids(verifying.MOST_REUSED)
    if verdict.broken:
        logger.error("batch %s of the ledger: %s", verdict.broken_batch, verdict.broken)
    logger.info(
        "verified %d batches, up to %s, %s",
        verdict.batches,
        verdict.head,
        "which is all" if verdict.complete else f"and older ones up to {verdict.walked}",
    )
    emit(
        {
            Metric.LEDGER_BROKEN: int(verdict.broken is not None),
            Metric.EVENT_IDS_REUSED: len(verdict.reused_event_ids),
        }
    )
    found: dict[str, Any] = msgspec.to_builtins(verdict)
    return found


def migrate(service: Service) -> dict[str, Any]:
    """Apply missing migrations and keep the partitions; safe to repeat.

    The settings must sign in to the database as a user who may create roles.
    """
    settings = service.settings
    applied = apply_migrations(service.sign_in)
    looked_at = look_into_quarantine(service)
    erased = apply_erasures(service)
    appoint(service)
    partitions = PostgresPartitions(Database(service.sign_in))
    kept = keep_partitions(
        partitions,
        service.clock,
        width_months=settings.partition_months,
        retention_days=settings.retention_days,
    )
    return {
        "applied": applied,
        "looked_at": looked_at,
        "erased": erased,
        "partitions": kept,
        "deleted": apply_retention(service),
        "quotas": forget_quotas(service),
    }


def appoint(service: Service) -> bool:
    """Make the deployment's first administrator one; tell whether there was none."""
    if not service.settings.administrator:
        return False
    database = Database(service.sign_in)
    try:
        return PostgresRoster(database).appoint(service.settings.administrator)
    finally:
        database.close()


def apply_retention(service: Service) -> dict[str, int]:
    """Delete what is older than its class is kept; tell the rows by class."""
    database = Database(service.sign_in)
    try:
        rows = PostgresRetention(database)
        return retention.apply(rows, service.retention, service.clock)
    finally:
        database.close()


def forget_quotas(service: Service) -> int:
    """Forget how often those have asked who do not ask any more; tell how many."""
    database = Database(service.sign_in)
    try:
        return PostgresQuotas(database).forget()
    finally:
        database.close()


def look_into_quarantine(service: Service) -> dict[str, int]:
    """Find out whose it is what was set aside; drop what is of the erased."""
    database = Database(service.sign_in)
    try:
        return quarantine.look_into(PostgresQuarantine(database))
    finally:
        database.close()


def apply_erasures(service: Service) -> int:
    """Erase who is on the list of erasures and in the database again, as after a restore."""
    if not service.settings.erasure_list:
        return 0
    database = Database(service.sign_in)
    try:
        return erasure.apply(
            records=PostgresPrivacy(database),
            kept=service.erasures,
            key=service.pseudonym_key,
            clock=service.clock,
        )
    finally:
        database.close()
