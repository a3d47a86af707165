"""Every setting of the runtime, read from environment variables in one place."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from chalicelib.domain.claims import ACCESS_TOKEN, is_safe_address
from chalicelib.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

POLICIES = ("higher_education", "k12")
SIGN_INS = ("conninfo", "iam", "secret")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What differs between deployments; `docs/configuration.md` tells each in words."""

    database_conninfo: str = ""  # libpq; without a password where IAM or a password file signs in
    database_sign_in: str = "conninfo"  # or iam (a token), or secret (what database_secret holds)
    database_secret: str = ""  # ARN of the master's secret, for migrations
    privacy_conninfo: str = ""  # as database_conninfo, for the role that erases and holds
    erasure_list: str = ""  # s3:// and a bucket, or a file: who was erased, outside of the database
    ledger_heads: str = ""  # s3:// and a bucket, or a file: heads of the ledger, as above
    stream_name: str = ""
    topic_arn: str = ""  # SNS; empty: alerts are written to the log instead
    pseudonym_key_file: str = ""  # holds 32 bytes or more
    pseudonym_key_secret: str = ""  # ARN of a secret that does, instead of a file
    person_key_arn: str = ""  # of the KMS key that names are sealed with
    person_key_file: str = ""  # holds such a key instead: 64 hex digits
    lanes: int = 8  # a power of two up to 256, at least the shard count
    issuer: str = ""  # of tokens (OpenID Connect); empty: nobody can sign in
    audience: str = ""  # that tokens are made for; also what scopes may begin with
    clients: tuple[str, ...] = ()  # whose tokens without an audience are taken
    subject_claim: str = "sub"  # of a token: what names a person
    token_type: str = ""  # that a token's header has to name: at+jwt; empty: or JWT, or none
    administrator: str = ""  # who becomes one at a migration, while nobody is
    requests_per_s: int = 20  # of one person; 0: any number
    machine_requests_per_s: int = 20  # of one machine; 0: any number
    request_burst: int = 200  # of one of them at once; at least as many as in a second
    clock_file: str = ""  # holds the time of a replay; empty: the wall clock
    put_deadline_ms: int = 5000  # how long one POST tries to get its records into the stream
    policy: str = "higher_education"  # a preset: higher_education or k12
    partition_months: int = 1  # width of a partition of the event log
    retention_days: int = 730  # how long events are kept; partitions older than that are dropped
    retention_file: str = ""  # TOML: how long other data are kept; empty: domain/retention.toml
    stale_source_hours: int = 24  # silence of a source that sent a week before; 0: never told
    statement_timeout_ms: int = 25_000  # below the function's own timeout of 30 s
    context_ttl_s: int = 60  # how old a course context kept in memory may be
    environment: str = "local"
    version: str = "0.1.0"

    def __post_init__(self) -> None:
        """Refuse what cannot work, at start and not at the first event."""
        if self.lanes not in {1, 2, 4, 8, 16, 32, 64, 128, 256}:
            raise ConfigurationError(f"MONITOR_LANES is {self.lanes}; a power of two to 256 works")
        if self.policy not in POLICIES:
            raise ConfigurationError(f"MONITOR_POLICY is {self.policy!r}; one of {POLICIES}")
        if self.database_sign_in not in SIGN_INS:
            raise ConfigurationError(
                f"MONITOR_DATABASE_SIGN_IN is {self.database_sign_in!r}; one of {SIGN_INS}"
            )
        if self.issuer and not is_safe_address(self.issuer):
            raise ConfigurationError(f"MONITOR_ISSUER {self.issuer!r} begins with no https://")
        if self.token_type not in ("", ACCESS_TOKEN):
            raise ConfigurationError(f"MONITOR_TOKEN_TYPE is {self.token_type!r}; {ACCESS_TOKEN}")
        if (self.requests_per_s or self.machine_requests_per_s) and self.request_burst < 1:
            raise ConfigurationError("MONITOR_REQUEST_BURST is below 1: no request would pass")


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Return the settings that `environ` names; a variable is MONITOR_ and the field in capitals.

    Raises ConfigurationError for a value of the wrong kind.
    """
    fields = {f"MONITOR_{field.name.upper()}": field for field in dataclasses.fields(Settings)}
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name in environ:
            values[field.name] = _parse(name, environ[name], field.default)
    return Settings(**values)  # type: ignore[arg-type]  # _parse keeps each field's kind


def _parse(name: str, text: str, default: object) -> object:
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError as error:
            raise ConfigurationError(f"{name} is {text!r}; a whole number is expected") from error
    return text
