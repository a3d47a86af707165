"""docs/cost.md is what the script prints, and the script counts what the templates hold."""

from __future__ import annotations

import dataclasses

import pytest

from chalicelib import telemetry
from infrastructure.cost import bill as bills
from infrastructure.cost import load as loads
from infrastructure.cost.bill import bill, total
from infrastructure.cost.load import peak_hour_of
from infrastructure.cost.prices import load
from infrastructure.cost.report import report
from infrastructure.environments import DEV, ENVIRONMENTS, PROD
from infrastructure.parts.functions import API, CONSUMER
from local.paths import PROJECT

PRICES = load()
MARK = "<!-- python -m infrastructure.cost -->\n"


def test_the_document_is_what_the_script_prints():
    document = (PROJECT / "docs" / "cost.md").read_text()

    assert document.partition(MARK)[2] == report()


def test_the_document_says_whose_prices_and_of_when():
    assert f"{PRICES.region}, {PRICES.as_of}" in report()
    assert all(price > 0 for price in [*PRICES.usd.values(), *PRICES.multi_az_hour.values()])


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_the_sum_is_that_of_the_lines(environment):
    lines = bill(environment, PRICES)

    for column in ("idle", "events", "peak_hour"):
        added = sum(getattr(line, column) for line in lines)
        assert getattr(total(lines), column) == pytest.approx(added)


def test_more_events_never_cost_less():
    double = dataclasses.replace(PROD, events_per_year=60_000_000)

    for before, after in zip(bill(PROD, PRICES), bill(double, PRICES), strict=True):
        assert after.events >= before.events


def test_a_peak_hour_by_hand():
    load = peak_hour_of(PROD)

    assert load.events == 36_000_000
    assert load.posts == 720_000
    api = next(line for line in bill(PROD, PRICES) if line.service == "API Gateway")
    assert api.peak_hour == pytest.approx(0.72 * 3.50)


def test_an_on_demand_stream_is_paid_by_what_goes_through_it():
    stream = bill(dataclasses.replace(DEV, on_demand_stream=True), PRICES)[0]

    assert stream.idle == pytest.approx(730 * 0.04)
    assert stream.peak_hour > 0


def test_every_instance_type_in_use_has_a_price():
    for environment in ENVIRONMENTS.values():
        assert f"db.{environment.instance_type}" in PRICES.multi_az_hour


def test_what_is_counted_is_there(synthesize):
    prod = synthesize("prod")
    looked_at = sum(
        1 if "MetricName" in alarm else sum("MetricStat" in m for m in alarm["Metrics"])
        for alarm in prod.of_type("AWS::CloudWatch::Alarm").values()
    )
    endpoints = prod.of_type("AWS::EC2::VPCEndpoint").values()

    assert looked_at == bills.METRIC_ALARMS
    assert len(telemetry.Metric) == bills.CUSTOM_METRICS
    assert sum(e["VpcEndpointType"] == "Interface" for e in endpoints) == bills.ENDPOINTS
    assert len(prod.of_type("AWS::KMS::Key")) == bills.KEYS
    # One that we make, and the master's, which RDS makes.
    assert len(prod.of_type("AWS::SecretsManager::Secret")) + 1 == bills.SECRETS
    secrets = prod.of_type("AWS::SecretsManager::Secret").values()
    assert sum(len(one["ReplicaRegions"]) for one in secrets) == bills.RECOVERY_SECRETS
    pooled = prod.of_type("AWS::Cognito::UserPoolClient").values()
    machines = [one for one in pooled if "client_credentials" in one["AllowedOAuthFlows"]]
    assert len(machines) == bills.MACHINES
    there = [r["Type"] for r in prod.recovery["Resources"].values()]
    assert there.count("AWS::KMS::Key") == bills.RECOVERY_KEYS


def test_functions_have_the_memory_that_is_paid_for():
    assert (API.memory_mib, CONSUMER.memory_mib) == (loads.API_GB * 1024, loads.CONSUMER_GB * 1024)
