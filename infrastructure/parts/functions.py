"""The functions that the runtime has, and what each needs to run."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function; `handler` is its logical id, which Chalice derives from its Python name."""

    handler: str
    name: str  # without the suffix
    memory_mib: int  # 1,769 are one core
    timeout_s: int
    user: str | None  # of the database; empty: the master, by its secret; None: reaches none
    schedule: str = ""  # the event that Chalice makes for it

    @property
    def is_outside(self) -> bool:
        """Whether it is in no VPC: the isolated subnets lead to AWS alone, to no issuer."""
        return self.user is None


API = Function(handler="APIHandler", name="monitor-api", memory_mib=512, timeout_s=30, user="api")
CONSUMER = Function(
    handler="ConsumeEvents",
    name="event-consumer",
    memory_mib=1024,
    timeout_s=60,
    user="ingest",
)
SWEEP = Function(
    handler="SweepStandings",
    name="standing-sweep",
    memory_mib=512,
    timeout_s=300,  # its next run
    user="ingest",
    schedule="SweepStandingsEvent",
)
ANNOUNCER = Function(
    handler="AnnounceAlerts",
    name="alert-announcer",
    memory_mib=256,
    timeout_s=60,  # its next run
    user="ingest",
    schedule="AnnounceAlertsEvent",
)
SEALER = Function(
    handler="SealLedger",
    name="ledger-sealer",
    memory_mib=256,
    timeout_s=60,  # its next run
    user="ingest",
    schedule="SealLedgerEvent",
)
VERIFIER = Function(
    handler="VerifyLedger",
    name="ledger-verifier",
    memory_mib=512,
    timeout_s=900,  # Lambda's most
    user="ingest",
    schedule="VerifyLedgerEvent",
)
AUTHORIZER = Function(
    handler="SignIn",
    name="sign-in",
    memory_mib=512,  # for the processor that comes with it: a cold start is what callers wait for
    timeout_s=10,
    user=None,
)
MIGRATION = Function(
    handler="MigrateDatabase",
    name="schema-migration",
    memory_mib=512,
    timeout_s=900,  # Lambda's most
    user="",
)
FUNCTIONS = (API, CONSUMER, SWEEP, ANNOUNCER, SEALER, VERIFIER, AUTHORIZER, MIGRATION)
ALIAS = "live"  # of API and consumer, whose traffic is shifted bit by bit
