"""docs/runbook.md has a heading for every alarm, and says of each what the template says."""

from __future__ import annotations

import re

import pytest

from infrastructure.environments import ENVIRONMENTS
from local.paths import PROJECT

RUNBOOK = (PROJECT / "docs" / "runbook.md").read_text()
SIGNS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
}
OF_THE_ENVIRONMENT = {  # these follow its sizes; the runbook says how
    "consumer-duration": "four fifths of the function's timeout",
    "consumer-concurrency": "the reserved concurrency",
    "database-connections": "four fifths of `max_connections`",
    "database-memory": "a tenth of the instance's memory",
    "database-storage": "a tenth of the allocated storage",
}


@pytest.fixture(scope="module")
def alarms(synthesize) -> dict[str, dict]:
    """Have the alarms of prod: it has a replica and a second region, and so every alarm."""
    prod = synthesize("prod")
    plain = prod.of_type("AWS::CloudWatch::Alarm").values()
    composite = prod.of_type("AWS::CloudWatch::CompositeAlarm").values()
    return {alarm["AlarmName"].removesuffix("-prod"): alarm for alarm in [*plain, *composite]}


def sections(text: str) -> dict[str, str]:
    """Return the text under each heading of the third level, up to the next heading."""
    parts = re.split(r"^(#+) (.*)\n", text, flags=re.MULTILINE)
    triples = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return {name: body for level, name, body in triples if level == "###"}


def condition(name: str, alarm: dict) -> str:
    """Say as the runbook has to when an alarm goes up."""
    threshold = OF_THE_ENVIRONMENT.get(name, f"{alarm['Threshold']:,}")
    minutes = period_of(alarm) // 60
    span = "minutes" if minutes == 1 else f"periods of {minutes} minutes"
    of = alarm["EvaluationPeriods"]
    said = (
        f"{measure_of(alarm)} {SIGNS[alarm['ComparisonOperator']]} {threshold}"
        f" in {alarm.get('DatapointsToAlarm', of)} of {of} {span}"
    )
    return said + ("; silence counts as bad." if alarm["TreatMissingData"] == "breaching" else ".")


def measure_of(alarm: dict) -> str:
    if "MetricName" not in alarm:
        return "sum of `Errors`"
    return f"{alarm.get('Statistic') or alarm['ExtendedStatistic']} of `{alarm['MetricName']}`"


def period_of(alarm: dict) -> int:
    if "Period" in alarm:
        return alarm["Period"]
    return next(m["MetricStat"]["Period"] for m in alarm["Metrics"] if "MetricStat" in m)


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_every_alarm_has_a_heading_and_every_heading_an_alarm(alarms):
    assert set(sections(RUNBOOK)) == set(alarms)


def test_every_heading_says_what_it_means_how_to_check_and_what_to_do(alarms):
    for name, body in sections(RUNBOOK).items():
        means = alarms[name]["AlarmDescription"].partition(" See docs/runbook.md")[0]
        assert body.startswith(means + "\n"), name
        assert re.findall(r"^- \*\*(.*?)\*\*: ", body, re.MULTILINE) == [
            "When",
            "Why there",
            "Check",
            "Do",
        ], name


def test_every_condition_is_the_templates(alarms):
    said = {name: one_line(body) for name, body in sections(RUNBOOK).items()}
    for name, alarm in alarms.items():
        if name != "ingest-unhealthy":
            assert f"**When**: {condition(name, alarm)}" in said[name]


def test_the_composite_names_its_parts(alarms):
    when = sections(RUNBOOK)["ingest-unhealthy"].partition("**Why there**")[0]
    rule = str(alarms["ingest-unhealthy"]["AlarmRule"]).lower()

    named = re.findall(r"`([\w-]+)`", when)
    assert all(name.replace("-", "") in rule for name in named)
    assert len(named) == rule.count("alarm(")


def test_another_threshold_than_the_templates_would_be_noticed(alarms):
    moved = {**alarms["database-cpu"], "Threshold": 80}

    assert condition("database-cpu", moved) not in one_line(RUNBOOK)


def test_every_rds_category_is_named():
    assert "failover, failure, low storage and maintenance" in one_line(RUNBOOK)


def test_environments_without_a_replica_are_named():
    without = [name for name, sizes in ENVIRONMENTS.items() if not sizes.read_replica]

    assert f"Without a replica by default: {', '.join(without)}." in one_line(RUNBOOK)


def test_environments_without_a_second_region_are_named():
    without = [name for name, sizes in ENVIRONMENTS.items() if not sizes.second_region]

    assert f"Without one by default: {', '.join(without)}." in one_line(RUNBOOK)


def test_commands_name_what_the_stack_makes(synthesize):
    template = str(synthesize("prod").resources)

    for name in re.findall(r"[a-z]+-[a-z-]+-\$S\b", RUNBOOK):
        assert f"'{name.replace('$S', 'prod')}'" in template, name
