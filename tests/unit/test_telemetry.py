"""What the monitor says of itself: enough to find a fault by, and nothing of a student."""

from __future__ import annotations

import io
import json
import logging
import re
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain.errors import ConfigurationError
from chalicelib.telemetry import NAMESPACE, Metric, emit, logger, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Give what the logger writes, in its own format."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


class DatabaseError(Exception):
    pgcode = "23505"


def logged(log: io.StringIO, error: Exception) -> dict[str, Any]:
    try:
        raise error
    except type(error):
        logger.exception("unexpected")
    found: dict[str, Any] = json.loads(log.getvalue())
    return found


def test_a_log_line_is_json_with_the_correlation_id(log):
    logger.set_correlation_id("term-import:42")

    logger.warning("something")

    line = json.loads(log.getvalue())
    assert (line["level"], line["message"]) == ("WARNING", "something")
    assert line["correlation_id"] == "term-import:42"


def test_an_error_is_logged_with_its_kind_and_place_but_not_its_words(log):
    line = logged(log, ValueError("STUDENT-1 said: help"))

    assert line["exception_name"] == "ValueError"
    assert "in logged" in line["exception"]
    assert "STUDENT-1" not in line["exception"]


def test_an_error_of_the_database_keeps_its_code(log):
    line = logged(log, DatabaseError("Key (student)=(S1) already exists"))

    assert line["exception"].rstrip().endswith("DatabaseError: 23505")


def test_a_wrong_setting_keeps_its_words(log):
    assert "names no file" in logged(log, ConfigurationError("X names no file"))["exception"]


def test_metrics_are_silent_outside_of_lambda(capsys, monkeypatch):
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)

    emit({Metric.EVENTS_ACCEPTED: 3})

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("metric", list(Metric), ids=name_of)
def test_each_metric_is_emitted_under_its_name_and_unit(metric, capsys, monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "consume")

    emit({metric: 3})

    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    assert directive["Metrics"] == [{"Name": name_of(metric), "Unit": metric.value.unit.value}]
    assert line[name_of(metric)] == [3.0]


def test_metrics_of_two_deployments_in_one_account_are_told_apart(capsys, monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "consume")
    for suffix in ("blue", "green"):
        monkeypatch.setenv("MONITOR_ENVIRONMENT", suffix)
        emit({Metric.BATCHES_HELD: 1})

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [line["environment"] for line in lines] == ["blue", "green"]
    (directive,) = lines[0]["_aws"]["CloudWatchMetrics"]
    assert sorted(directive["Dimensions"][0]) == ["environment", "service"]


def test_every_metric_says_what_it_means_and_no_two_say_the_same():
    assert all(re.match(r"\w.{10,}", metric.value.meaning) for metric in Metric)
    assert len({metric.value.meaning for metric in Metric}) == len(Metric)
