"""Holds functions to log groups of ours, which end with the deployment and keep 7 to 14 days."""

from collections.abc import Iterator

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, of_type, referred

DAYS = range(7, 14 + 1)


def function_logs(template: Template) -> Iterator[Finding]:
    """Find functions that log to a group that Lambda makes, or to one that keeps too long."""
    groups = dict(of_type(template, "AWS::Logs::LogGroup"))
    for name, function in of_type(template, "AWS::Lambda::Function"):
        if problem := _problem(function, groups):
            yield Finding(rule="function-logs", resource=name, message=problem)


def log_retention(template: Template) -> Iterator[Finding]:
    """Find log groups that keep everything for ever."""
    for name, group in of_type(template, "AWS::Logs::LogGroup"):
        if "RetentionInDays" not in group:
            yield Finding(rule="log-retention", resource=name, message="keeps for ever")


def _problem(function: Properties, groups: dict[str, Properties]) -> str | None:
    named = referred(function.get("LoggingConfig", {}).get("LogGroup")) & groups.keys()
    if not named:
        return "has no log group of this template: Lambda makes one that is never removed"
    days = groups[named.pop()].get("RetentionInDays", 0)
    return None if days in DAYS else f"keeps its log for {days} days; {DAYS[0]} to {DAYS[-1]}"
