"""How much of everything a number of events takes."""

from __future__ import annotations

import dataclasses

from infrastructure import sizing
from infrastructure.environments import Environment

HOURS = 730  # a month
_GB = 1e9

# Measured (docs/benchmarks.md) and rounded up for the share of a core that the memory brings.
API_GB = 0.5
CONSUMER_GB = 1.0
SECONDS_PER_POST = 0.1  # validate, pack, PutRecords, one answer
EVENTS_PER_BATCH = 1_000
SECONDS_PER_BATCH = 1.0
LOG_BYTES_PER_CALL = 3_000  # access log, START, END, REPORT, one line of metrics
STORED_BYTES = sizing.EVENT_STORED_BYTES
LOGGED_BYTES = 500  # of write-ahead log, per event


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Events, and what they take."""

    events: float
    posts: float
    records: float
    batches: float

    @property
    def lambda_gb_seconds(self) -> float:
        """Of the API and the consumer."""
        api = self.posts * SECONDS_PER_POST * API_GB
        return api + self.batches * SECONDS_PER_BATCH * CONSUMER_GB

    @property
    def calls(self) -> float:
        """Of functions."""
        return self.posts + self.batches

    @property
    def log_gb(self) -> float:
        """Of all logs."""
        return self.calls * LOG_BYTES_PER_CALL / _GB

    @property
    def stored_gb(self) -> float:
        """In the database, with index."""
        return self.events * STORED_BYTES / _GB

    @property
    def written_gb(self) -> float:
        """Of write-ahead log."""
        return self.events * LOGGED_BYTES / _GB

    def sent_gb(self, event_bytes: int) -> float:
        """As POSTed."""
        return self.events * event_bytes / _GB


def load_of(environment: Environment, events: float, *, hours: float) -> Load:
    """Return what events take that come within so many hours.

    A batch is full at a peak, but never rarer than one a second for each consumer with work.
    """
    posts = events / environment.events_per_post
    per_post = sizing.records_per_post(environment.events_per_post, environment.lanes)
    full = events / EVENTS_PER_BATCH
    return Load(
        events=events,
        posts=posts,
        records=posts * per_post,
        batches=max(full, min(posts, hours * 3600)),
    )


def year_of(environment: Environment) -> Load:
    """Return an average month of the environment's events per year."""
    return load_of(environment, environment.events_per_year / 12, hours=HOURS)


def peak_hour_of(environment: Environment) -> Load:
    """Return one hour at the peak that shards are made for."""
    return load_of(environment, environment.peak_events_per_second * 3600, hours=1)


def kept_gb(environment: Environment) -> float:
    """Return the size of the database once as much is kept as ever will be."""
    years = environment.retention_days / 365
    return environment.events_per_year * years * STORED_BYTES / _GB
