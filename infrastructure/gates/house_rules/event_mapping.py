"""Holds the mapping from stream to consumer to what invariants 2 and 4 of the design rest on."""

from collections.abc import Iterator
from typing import Any

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, of_type

REQUIRED: dict[str, Any] = {
    "StartingPosition": "TRIM_HORIZON",  # LATEST loses what is written before the mapping exists
    "FunctionResponseTypes": ["ReportBatchItemFailures"],  # else the consumer's answer is ignored
    "BisectBatchOnFunctionError": True,
    "MaximumRetryAttempts": -1,  # an outage is waited for, as long as the record age allows
    "MetricsConfig": {"Metrics": ["EventCount"]},  # on-failure deliveries and drops are alarmed
}
HOUR_S = 3600
SLACK_HOURS = 24  # time to read a failed range again before the stream forgets it


def mapping_settings(template: Template) -> Iterator[Finding]:
    """Find mappings that would lose, skip or hide records."""
    retention_s = _shortest_retention_s(template)
    for name, mapping in of_type(template, "AWS::Lambda::EventSourceMapping"):
        for problem in (*_settings(mapping), *_on_failure(mapping), *_age(mapping, retention_s)):
            yield Finding(rule="mapping-settings", resource=name, message=problem)


def _settings(mapping: Properties) -> Iterator[str]:
    for key, wanted in REQUIRED.items():
        if mapping.get(key) != wanted:
            yield f"{key} is {mapping.get(key)!r}; {wanted!r} is needed"


def _on_failure(mapping: Properties) -> Iterator[str]:
    if not mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"):
        yield "has no on-failure destination: what ages out would vanish without a trace"


def _age(mapping: Properties, retention_s: int) -> Iterator[str]:
    age_s = mapping.get("MaximumRecordAgeInSeconds", -1)
    if not 0 < age_s <= retention_s - SLACK_HOURS * HOUR_S:
        yield (
            f"MaximumRecordAgeInSeconds is {age_s}; it has to end a day before the stream's "
            f"retention of {retention_s} s"
        )


def _shortest_retention_s(template: Template) -> int:
    streams = of_type(template, "AWS::Kinesis::Stream")
    hours = [int(stream.get("RetentionPeriodHours", 24)) for _, stream in streams]
    return min(hours, default=24) * HOUR_S
