"""Holds backup plans to what AWS Backup really does, where no other tool looks."""

import re
from collections.abc import Iterator

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, of_type

# https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
START_WINDOW_MIN = 60
COMPLETION_SLACK_MIN = 60
CONTINUOUS_MAX_DAYS = 35


def backup_plans(template: Template) -> Iterator[Finding]:
    """Find rules that the service refuses at deployment, or ignores without a word."""
    for name, plan in of_type(template, "AWS::Backup::BackupPlan"):
        for rule in plan["BackupPlan"]["BackupPlanRule"]:
            for problem in _problems(rule):
                message = f"{rule['RuleName']} {problem}"
                yield Finding(rule="backup-plans", resource=name, message=message)


def _problems(rule: Properties) -> Iterator[str]:
    if not _hourly_at_most(rule.get("ScheduleExpression", "")):
        yield f"runs by {rule.get('ScheduleExpression')}; an hour is the service's least interval"
    yield from _windows(rule)
    yield from _lifecycles(rule)


def _hourly_at_most(schedule: str) -> bool:
    """One minute of the hour, or a rate of hours or days."""
    cron = re.fullmatch(r"cron\((\S+)( \S+){5}\)", schedule)
    if cron:
        return cron[1].isdigit()
    return re.fullmatch(r"rate\(\d+ (hours?|days?)\)", schedule) is not None


def _windows(rule: Properties) -> Iterator[str]:
    start = rule.get("StartWindowMinutes", 0)
    if start < START_WINDOW_MIN:
        yield f"has a start window of {start} minutes; the least is {START_WINDOW_MIN}"
    completion = rule.get("CompletionWindowMinutes")
    if completion is not None and completion < start + COMPLETION_SLACK_MIN:
        yield f"has to complete within {completion} minutes, less than an hour after its window"


def _lifecycles(rule: Properties) -> Iterator[str]:
    for owner in (rule, *rule.get("CopyActions", [])):
        lifecycle = owner.get("Lifecycle", {})
        if "MoveToColdStorageAfterDays" in lifecycle:
            yield "moves to cold storage, which RDS does not know: it is ignored without an error"
        if "DeleteAfterDays" not in lifecycle:
            yield "keeps its recovery points for ever"
    days = rule.get("Lifecycle", {}).get("DeleteAfterDays", 0)
    if rule.get("EnableContinuousBackup") and days > CONTINUOUS_MAX_DAYS:
        yield f"is continuous for {days} days; {CONTINUOUS_MAX_DAYS} is the service's most"
