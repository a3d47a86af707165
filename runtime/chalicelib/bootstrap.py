"""The composition root: which adapter stands behind each port, made once a process."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import hmac
import os
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib import settings as settings_module
from chalicelib.adapters import secrets
from chalicelib.adapters.clock import FileClock, WallClock
from chalicelib.adapters.envelope import Envelope
from chalicelib.adapters.erasure_list import FileErasureList, S3ErasureList
from chalicelib.adapters.issuer import IssuerKeys
from chalicelib.adapters.kinesis import KinesisStream
from chalicelib.adapters.ledger_heads import FileHeads, Nowhere, S3Heads
from chalicelib.adapters.master_keys import FileMasterKey, KmsMasterKey
from chalicelib.adapters.postgres.alert_changes import PostgresAlertChanges
from chalicelib.adapters.postgres.alert_reads import PostgresAlertReads
from chalicelib.adapters.postgres.announcing import PostgresOutbox
from chalicelib.adapters.postgres.as_of import PostgresPast
from chalicelib.adapters.postgres.catalogue import PostgresCatalogue
from chalicelib.adapters.postgres.clients import PostgresClients
from chalicelib.adapters.postgres.corrections import PostgresCorrections
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.ledger import PostgresLedger
from chalicelib.adapters.postgres.people import PostgresPeople
from chalicelib.adapters.postgres.policies import PostgresPolicies
from chalicelib.adapters.postgres.privacy import PostgresPrivacy
from chalicelib.adapters.postgres.quotas import PostgresQuotas
from chalicelib.adapters.postgres.reads import PostgresReads
from chalicelib.adapters.postgres.record import PostgresRecords
from chalicelib.adapters.postgres.retention import PostgresRetention
from chalicelib.adapters.postgres.roster import PostgresRoster
from chalicelib.adapters.postgres.roster_imports import PostgresRosterImports
from chalicelib.adapters.postgres.shadow import PostgresShadows
from chalicelib.adapters.postgres.sign_in import as_given, by_iam, by_secret
from chalicelib.adapters.postgres.store import PostgresStore
from chalicelib.adapters.sns import SnsNotifier
from chalicelib.domain.claims import Accepted
from chalicelib.domain.errors import ConfigurationError
from chalicelib.domain.policy import PRESETS
from chalicelib.domain.retention import SHIPPED, Retention
from chalicelib.domain.retention import read as read_retention
from chalicelib.services.health import Pulse
from chalicelib.services.ingest import Ingest
from chalicelib.services.judge import Judge
from chalicelib.services.quota import Quota
from chalicelib.services.senders import Senders
from chalicelib.services.throttle import Throttle
from chalicelib.services.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.adapters.envelope import MasterKey
    from chalicelib.adapters.postgres.opening import LastErased
    from chalicelib.adapters.postgres.sign_in import SignIn
    from chalicelib.ports.accepting import Keys, Quotas, Stream
    from chalicelib.ports.announcing import Notifier, Outbox
    from chalicelib.ports.changes import AlertChanges
    from chalicelib.ports.clock import Clock
    from chalicelib.ports.ledger import Heads
    from chalicelib.ports.write_path import Store
    from chalicelib.settings import Settings

MIN_KEY_BYTES = 32


@dataclasses.dataclass(frozen=True, kw_only=True)
class Service:
    """What the routes and handlers work with."""

    settings: Settings
    clock: Clock
    stream: Stream
    store: Store
    reads: PostgresReads
    past: PostgresPast
    catalogue: PostgresCatalogue
    alerts: PostgresAlertReads
    alert_changes: AlertChanges
    policies: PostgresPolicies
    shadows: PostgresShadows
    roster: PostgresRoster
    ledger: PostgresLedger
    corrections: PostgresCorrections
    judge: Judge
    outbox: Outbox
    notifier: Notifier | None  # None: nobody is told
    keys: Keys
    clients: PostgresClients
    shared_quotas: Quotas

    @property
    def sign_in(self) -> SignIn:
        """How the database is signed in to."""
        return sign_in(self.settings)

    @functools.cached_property
    def pseudonym_key(self) -> bytes:
        """The institution's key; ConfigurationError when it is missing or short."""
        return _key(self.settings)

    @property
    def cursor_key(self) -> bytes:
        """The key of cursors that would name a student, made of the institution's."""
        return hmac.digest(self.pseudonym_key, b"cursors", hashlib.sha256)

    @functools.cached_property
    def retention(self) -> Retention:
        """How long each class of data is kept."""
        settings = self.settings
        path = Path(settings.retention_file) if settings.retention_file else SHIPPED
        return read_retention(path, events=settings.retention_days)

    @functools.cached_property
    def retained(self) -> PostgresRetention:
        """The classes of data, as the role `privacy` may count them."""
        return PostgresRetention(self._privacy_database)

    @property
    def _privacy_database(self) -> Database:
        if not self.settings.privacy_conninfo:
            raise ConfigurationError("MONITOR_PRIVACY_CONNINFO is empty")
        known = sign_in(self.settings, self.settings.privacy_conninfo)
        return Database(known, last_erased=_last_erased(self.settings))

    @functools.cached_property
    def privacy(self) -> PostgresPrivacy:
        """The records as the role `privacy` may treat them; ConfigurationError without its role."""
        return PostgresPrivacy(self._privacy_database)

    @functools.cached_property
    def records(self) -> PostgresRecords:
        """Whole records, as the role `privacy` reads them; ConfigurationError without its role."""
        return PostgresRecords(self._privacy_database)

    @functools.cached_property
    def people(self) -> PostgresPeople:
        """Who is who; ConfigurationError without a key for names."""
        database = Database(self.sign_in, last_erased=_last_erased(self.settings))
        return PostgresPeople(database, self._envelope)

    @functools.cached_property
    def roster_imports(self) -> PostgresRosterImports:
        """What brings a whole roster in; ConfigurationError without a key for names."""
        return PostgresRosterImports(_database(self.settings), self._envelope)

    @functools.cached_property
    def _envelope(self) -> Envelope:
        return Envelope(_master_key(self.settings))

    @functools.cached_property
    def erasures(self) -> S3ErasureList | FileErasureList:
        """The list of erasures; ConfigurationError when it has no place."""
        return _erasure_list(self.settings)

    @functools.cached_property
    def heads(self) -> Heads:
        """Where the ledger's heads are noted."""
        place = self.settings.ledger_heads
        if not place:
            return Nowhere()
        bucket = place.removeprefix("s3://")
        return FileHeads(Path(place)) if bucket == place else S3Heads(bucket)

    @functools.cached_property
    def tokens(self) -> Tokens:
        """What tells who asks."""
        known = self.settings
        clients = frozenset(known.clients)
        whose = (known.issuer, known.audience, clients)
        return Tokens(self.keys, Accepted(*whose, known.subject_claim, known.token_type))

    @functools.cached_property
    def senders(self) -> Senders:
        """What tells as which source a machine sends."""
        return Senders(self.clients)

    @functools.cached_property
    def pulse(self) -> Pulse:
        """Whether all is well, for whoever asks."""
        return Pulse(self.reads.answers, self.stream.health)

    @functools.cached_property
    def quotas(self) -> dict[str, Quota]:
        """What keeps one client from asking too often, by the kind of who asks."""
        known = self.settings
        rates = {"person": known.requests_per_s, "machine": known.machine_requests_per_s}
        return {
            kind: Quota(self.shared_quotas, Throttle(per_s, max(per_s, known.request_burst)))
            for kind, per_s in rates.items()
        }

    @functools.cached_property
    def ingest(self) -> Ingest:
        """What accepting events needs."""
        return Ingest(
            stream=self.stream,
            clock=self.clock,
            key=self.pseudonym_key,
            lanes=self.settings.lanes,
            deadline_s=self.settings.put_deadline_ms / 1000,
        )


def build(settings: Settings) -> Service:
    """Compose the real adapters; connects to nothing yet."""
    database = _database(settings)
    clock = FileClock(Path(settings.clock_file)) if settings.clock_file else WallClock()
    return Service(
        settings=settings,
        clock=clock,
        stream=KinesisStream(settings.stream_name),
        store=PostgresStore(database),
        reads=PostgresReads(database),
        past=PostgresPast(database, replayed=bool(settings.clock_file)),
        catalogue=PostgresCatalogue(database),
        alerts=PostgresAlertReads(database),
        alert_changes=PostgresAlertChanges(database),
        policies=PostgresPolicies(database),
        shadows=PostgresShadows(database),
        roster=PostgresRoster(database),
        ledger=PostgresLedger(database),
        corrections=PostgresCorrections(database),
        judge=Judge(PRESETS[settings.policy], context_ttl_s=settings.context_ttl_s),
        outbox=PostgresOutbox(database),
        notifier=SnsNotifier(settings.topic_arn) if settings.topic_arn else None,
        keys=IssuerKeys(settings.issuer),
        clients=PostgresClients(database),
        shared_quotas=PostgresQuotas(database),
    )


_chosen: list[Service] = []


def service() -> Service:
    """Return the service of this process, made from the environment at the first call."""
    if not _chosen:
        _chosen.append(build(settings_module.from_environment(os.environ)))
    return _chosen[-1]


@contextlib.contextmanager
def using(chosen: Service) -> Iterator[Service]:
    """Let the routes and handlers work with this service for a while."""
    _chosen.append(chosen)
    try:
        yield chosen
    finally:
        _chosen.remove(chosen)


def sign_in(settings: Settings, conninfo: str = "") -> SignIn:
    """Return how these settings sign in to the database, as the user of `conninfo` if given."""
    conninfo = conninfo or settings.database_conninfo
    if settings.database_sign_in == "iam":
        return by_iam(conninfo)
    if settings.database_sign_in == "secret":
        return by_secret(conninfo, settings.database_secret)
    return as_given(conninfo)


def _database(settings: Settings) -> Database:
    return Database(
        sign_in(settings),
        statement_timeout_ms=settings.statement_timeout_ms,
        last_erased=_last_erased(settings),
    )


def _last_erased(settings: Settings) -> LastErased | None:
    """Return what tells who was erased last; None where there is no list."""
    return _erasure_list(settings).last if settings.erasure_list else None


def _erasure_list(settings: Settings) -> S3ErasureList | FileErasureList:
    place = settings.erasure_list
    if not place:
        raise ConfigurationError("MONITOR_ERASURE_LIST is empty")
    bucket = place.removeprefix("s3://")
    return FileErasureList(Path(place)) if bucket == place else S3ErasureList(bucket)


def _master_key(settings: Settings) -> MasterKey:
    if settings.person_key_arn:
        return KmsMasterKey(settings.person_key_arn, environment=settings.environment)
    if not settings.person_key_file:
        raise ConfigurationError("MONITOR_PERSON_KEY_ARN and MONITOR_PERSON_KEY_FILE are empty")
    return FileMasterKey(Path(settings.person_key_file))


def _key(settings: Settings) -> bytes:
    if settings.pseudonym_key_secret:
        key = secrets.read(settings.pseudonym_key_secret).encode()
    elif settings.pseudonym_key_file:
        key = Path(settings.pseudonym_key_file).read_bytes().strip()
    else:
        raise ConfigurationError("MONITOR_PSEUDONYM_KEY_FILE names no file")
    if len(key) < MIN_KEY_BYTES:
        raise ConfigurationError(f"the pseudonym key has {len(key)} bytes; at least 32 are needed")
    return key
