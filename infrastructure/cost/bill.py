"""What an environment costs: a line for each service."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from infrastructure.cost.load import (
    HOURS,
    Load,
    kept_gb,
    peak_hour_of,
    year_of,
)
from infrastructure.cost.prices import Prices
from infrastructure.environments import Environment

# Counts that tests hold to the templates.
ENDPOINTS = 4
KEYS = 4
RECOVERY_KEYS = 1
SECRETS = 2
RECOVERY_SECRETS = 1  # the replica of the pseudonyms' key
MACHINES = 1  # that send events, by a client of the user pool
METRIC_ALARMS = 49  # metrics that alarms look at: one with two counts twice
CUSTOM_METRICS = 20

_M = 1e6
_TOKENS = MACHINES * HOURS  # one is good for an hour
_SCHEDULED_CALLS = 132 * HOURS  # a sweep every 5 minutes; announcements, sealing every minute
_SCHEDULED_GB_SECONDS = (12 * 2.0 * 0.5 + 120 * 0.2 * 0.25) * HOURS
_SYSTEM_LOG_GB = 1.0  # enhanced monitoring, flow logs, PostgreSQL's own
_RESTORE_TEST_HOURS = 4.3 * 2
_PLACES_THERE = 2  # of backups in the second region: the vault, and RDS's replicated ones
_VCPUS = {"micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Dollars of one service."""

    service: str
    idle: float  # a month, with no event at all
    events: float = 0.0  # a month more, at an average month of the events per year
    peak_hour: float = 0.0  # an hour more, at the peak


def bill(environment: Environment, prices: Prices) -> list[Line]:
    """Return the lines of an environment's bill."""
    return [
        _stream(environment, prices),
        *_database(environment, prices),
        _backups(environment, prices),
        _endpoints(environment, prices),
        _functions(environment, prices),
        _api(environment, prices),
        _monitoring(environment, prices),
        Line(
            service="Keys and secrets",
            idle=(KEYS + RECOVERY_KEYS * environment.second_region) * prices["kms_key_month"]
            + (SECRETS + RECOVERY_SECRETS * environment.second_region) * prices["secret_month"],
        ),
        Line(
            service=f"Cognito, {MACHINES} machine",
            idle=MACHINES * prices["cognito_machine_month"]
            + _TOKENS / 1000 * prices["cognito_thousand_machine_tokens"],
        ),
    ]


def total(lines: list[Line]) -> Line:
    """Return the sum of lines."""
    return Line(
        service="**Together**",
        idle=sum(line.idle for line in lines),
        events=sum(line.events for line in lines),
        peak_hour=sum(line.peak_hour for line in lines),
    )


def _stream(environment: Environment, prices: Prices) -> Line:
    if environment.on_demand_stream:
        return _stream_on_demand(environment, prices)

    def put(load: Load) -> float:
        return load.records / _M * prices["kinesis_million_put_units"]  # a record is one unit

    shard_hour = prices["kinesis_shard_hour"] + prices["kinesis_extended_retention_shard_hour"]
    return Line(
        service=f"Kinesis, {environment.shards} shards, 7 days",
        idle=environment.shards * HOURS * shard_hour,
        events=put(year_of(environment)),
        peak_hour=put(peak_hour_of(environment)),
    )


def _stream_on_demand(environment: Environment, prices: Prices) -> Line:
    gb = prices["kinesis_on_demand_gb_in"] + prices["kinesis_on_demand_gb_out"]
    kept = prices["kinesis_on_demand_retention_gb_month"] * environment.stream_days / 30
    return Line(
        service="Kinesis on demand, 7 days",
        idle=HOURS * prices["kinesis_on_demand_stream_hour"],
        events=year_of(environment).sent_gb(environment.event_bytes) * (gb + kept),
        peak_hour=peak_hour_of(environment).sent_gb(environment.event_bytes) * (gb + kept),
    )


def _database(environment: Environment, prices: Prices) -> Iterator[Line]:
    hour = prices.multi_az_hour[f"db.{environment.instance_type}"]
    disk = environment.storage_gib * prices["rds_gp3_multi_az_gb_month"]
    yield Line(
        service=f"RDS db.{environment.instance_type}, Multi-AZ, {environment.storage_gib} GB",
        idle=HOURS * hour + disk,
    )
    if environment.read_replica:
        yield Line(service="RDS read replica, one zone", idle=(HOURS * hour + disk) / 2)
    if environment.proxy:
        vcpus = _VCPUS[environment.instance_type.partition(".")[2]]
        yield Line(service="RDS Proxy", idle=HOURS * vcpus * prices["rds_proxy_vcpu_hour"])


def _backups(environment: Environment, prices: Prices) -> Line:
    """Every place holds the database once and what was written since; the archive, what grew.

    An hour of testing a restore each week is the part that costs without any event.
    """
    month = year_of(environment)
    held = kept_gb(environment) + month.written_gb * environment.backup_days / 30
    places = 1 + _PLACES_THERE * environment.second_region
    regions = 1 + environment.second_region
    archive = regions * month.stored_gb * 12 * environment.archive_years  # once full
    moved = prices["transfer_to_second_region_gb"] * (places - 1)  # the log, the vault's copies
    hour = prices.multi_az_hour[f"db.{environment.instance_type}"] / 2
    return Line(
        service="Backups, copies, restore test",
        idle=_RESTORE_TEST_HOURS * hour,
        events=(places * held + archive) * prices["rds_backup_gb_month"] + month.written_gb * moved,
        peak_hour=peak_hour_of(environment).written_gb * moved,
    )


def _endpoints(environment: Environment, prices: Prices) -> Line:
    def data(load: Load) -> float:
        return load.sent_gb(environment.event_bytes) * prices["endpoint_gb"]

    return Line(
        service=f"{ENDPOINTS} interface endpoints in {environment.zones} zones",
        idle=ENDPOINTS * environment.zones * HOURS * prices["endpoint_zone_hour"],
        events=data(year_of(environment)),
        peak_hour=data(peak_hour_of(environment)),
    )


def _functions(environment: Environment, prices: Prices) -> Line:
    def paid(calls: float, gb_seconds: float) -> float:
        return (
            calls / _M * prices["lambda_million_requests"]
            + gb_seconds * prices["lambda_arm_gb_second"]
        )

    def of(load: Load) -> float:
        return paid(load.calls, load.lambda_gb_seconds)

    return Line(
        service="Lambda",
        idle=paid(_SCHEDULED_CALLS, _SCHEDULED_GB_SECONDS),
        events=of(year_of(environment)),
        peak_hour=of(peak_hour_of(environment)),
    )


def _api(environment: Environment, prices: Prices) -> Line:
    def of(load: Load) -> float:
        return load.posts / _M * prices["api_gateway_million_requests"]

    return Line(
        service="API Gateway",
        idle=0.0,
        events=of(year_of(environment)),
        peak_hour=of(peak_hour_of(environment)),
    )


def _monitoring(environment: Environment, prices: Prices) -> Line:
    def logs(gb: float) -> float:
        return gb * (prices["logs_gb_in"] + prices["logs_gb_month"])

    return Line(
        service="CloudWatch: alarms, metrics, dashboard, logs",
        idle=METRIC_ALARMS * prices["alarm_metric_month"]
        + prices["composite_alarm_month"]
        + CUSTOM_METRICS * prices["custom_metric_month"]
        + prices["dashboard_month"]
        + logs(_SYSTEM_LOG_GB),
        events=logs(year_of(environment).log_gb),
        peak_hour=logs(peak_hour_of(environment).log_gb),
    )
