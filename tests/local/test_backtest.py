"""The backtest's figures against plain definitions, and its replay on the shipped course run."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
from pathlib import Path

import pytest

from chalicelib.domain.policy import HIGHER_EDUCATION
from local.__main__ import main
from local.backtest import measures, plots
from local.backtest.command import policy_of, weeks_of
from local.backtest.course_run import Watched, watch
from local.backtest.measures import Flagged
from local.backtest.people import Person
from local.backtest.printing import beside
from local.backtest.replay import spans_of
from local.backtest.scoring import score_rows
from local.backtest.warning import days_of_warning
from local.oulad import OuladError

EXAMPLE = Path(__file__).parents[2] / "examples" / "oulad-AAA-2013J"
# Of the shipped course run, by week: what was seen on 2026-11-21, cut after three digits.
SEEN = {4: 0.739, 8: 0.807, 16: 0.810, 20: 0.856}


@pytest.fixture(scope="module")
def watched():
    return watch(EXAMPLE, "AAA-2013J", HIGHER_EDUCATION, 20)


def test_auc_is_the_chance_that_one_at_risk_ranks_above_one_who_passes():
    drawn = random.Random(4)
    scored = [(drawn.randrange(12), drawn.random() < 0.4) for _ in range(300)]
    pairs = [
        1.0 if risky > safe else 0.5 if risky == safe else 0.0
        for risky, one in scored
        if one
        for safe, other in scored
        if not other
    ]
    found = measures.auc(scored)
    assert found.value == pytest.approx(sum(pairs) / len(pairs))
    assert found.low < found.value < found.high
    assert found.high - found.low == pytest.approx(4 * 1.96 * 0.0168, rel=0.1)


def test_auc_needs_both_kinds():
    assert measures.auc([(3, True), (4, True)]) is None
    assert measures.auc([]) is None


def test_a_perfect_order_is_1():
    assert measures.auc([(3, False), (4, True)]).value == 1


def test_a_tie_at_the_edge_counts_by_the_share_of_it_that_is_in():
    scored = [(9, True), (5, True), (5, False), (5, False), (1, True)]
    assert measures.found_in_top(scored, 1) == 1
    assert measures.found_in_top(scored, 2) == pytest.approx(1 + 1 / 3)
    assert measures.precision_of_top(scored, 0.4).value == pytest.approx((1 + 1 / 3) / 2)
    assert measures.precision_of_top(scored, 0.1) is None


def test_a_share_of_none_or_all_has_an_interval_around_it():
    for of in range(1, 300):
        for found in (0, of):
            one = measures.wilson(found, of)
            assert 0 <= one.low <= one.value <= one.high <= 1


def test_the_top_is_never_larger_than_the_share():
    assert measures.top_from([9, 5, 5, 5, 1], 0.4) == 9
    assert measures.top_from([9, 8, 5, 5, 1], 0.4) == 8
    assert measures.top_from([5, 5, 5, 5, 5], 0.4) == 101


def test_a_flag_is_told_by_shares_and_by_nothing_where_there_is_nobody():
    flags = Flagged(students=10, at_risk=4, flagged=3, found=2)
    assert flags.precision == pytest.approx(2 / 3)
    assert flags.recall == 0.5
    assert flags.false_positives.value == pytest.approx(1 / 6)
    assert Flagged(1, 1, 0, 0).false_positives is None
    assert Flagged(1, 0, 0, 0).precision is None


def test_days_of_warning_are_from_the_first_alert_before_leaving():
    person = Person("a", at_risk=True, registered_day=-9, left_day=40, groups={})
    one = Watched(
        "C", person, {1: 10, 2: 90}, {}, [("silence", 2), ("low_marks", 3), ("low_marks", 6)]
    )
    assert days_of_warning(one, "low_marks", {}) == 19
    assert days_of_warning(one, "any rule", {}) == 26
    assert days_of_warning(one, "missing_work", {}) is None
    assert days_of_warning(one, "score, top 20 %", {1: 50, 2: 50}) == 26


def test_a_warning_after_leaving_is_none():
    person = Person("a", at_risk=True, registered_day=-9, left_day=20, groups={})
    assert days_of_warning(Watched("C", person, {}, {}, [("silence", 3)]), "silence", {}) is None


def test_enrolment_is_what_the_schema_makes_of_the_same_changes():
    assert spans_of([(5, "a", 1)]) == ((5, 2**53),)
    assert spans_of([(9, "b", 2), (5, "a", 1)]) == ((5, 9),)
    assert spans_of([(5, "a", 3)]) == ((-(2**53), 5),)
    assert spans_of([(5, "a", 1), (7, "b", 2), (8, "c", 1)]) == ((5, 7), (8, 2**53))


def test_nobody_is_watched_after_leaving_or_before_registering(watched):
    for one in watched:
        left = one.person.left_day
        assert left is None or all(7 * week < left for week in one.scores)
    with (EXAMPLE / "studentRegistration.csv").open(newline="") as file:
        days = [(r["date_registration"], r["date_unregistration"]) for r in csv.DictReader(file)]
    there = [int(began) <= 28 and (left == "?" or int(left) > 28) for began, left in days]
    assert sum(4 in one.scores for one in watched) == sum(there)


def test_work_of_an_earlier_run_makes_nobody_registered(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "studentVle_daily.csv").write_text(
        "code_module,code_presentation,id_student,date,sum_click\n"
    )
    for name, row in {
        "studentRegistration.csv": "AAA,2013J,999,40,?",
        "studentInfo.csv": "AAA,2013J,999,Fail",
        "studentAssessment.csv": "1752,999,-1,1,70",
    }.items():
        with (tmp_path / name).open("a", newline="") as file:
            file.write(f"{row}\n")
    watched = watch(tmp_path, "AAA-2013J", HIGHER_EDUCATION, 8)
    one = next(one for one in watched if one.person.student == "oulad-999")
    assert sorted(one.scores) == [6, 7, 8]


@pytest.mark.parametrize("week", SEEN)
def test_the_score_orders_real_students_as_well_as_it_did(watched, week):
    row = next(row for row in score_rows(watched, [week]) if row["courses"] == "AAA-2013J")
    assert row["auc"] >= SEEN[week]


def test_the_command_prints_and_writes_tables_and_plots(tmp_path, monkeypatch, capsys):
    harsh = tmp_path / "harsh.toml"
    harsh.write_text("grace_days = 0\n")
    arguments = ["--weeks", "4,8", "--into", str(tmp_path / "out"), "--against", str(harsh)]
    monkeypatch.setattr("sys.argv", ["local", "backtest", str(EXAMPLE), *arguments])
    monkeypatch.setenv("COLUMNS", "80")
    assert main() == 0
    printed = capsys.readouterr().out
    assert re.search(r"^ +missing_work +\d+ +0\.\d{3} +0\.\d{3} +\d+ +0\.\d{3} *$", printed, re.M)
    assert max(map(len, printed.splitlines()[:-1])) <= 80  # the last names a folder
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written >= {"score.csv", "rules.csv", "lead.csv", "comparison.csv", "backtest.json"}
    assert written >= {"calibration.png", "share.png", "lead.png"}
    with (tmp_path / "out" / "score.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["week"] for row in rows} == {"4", "8"}
    told = json.loads((tmp_path / "out" / "backtest.json").read_text())
    assert told["about"]["marking_lag_days"] == 0
    eighth = next(row for row in told["comparison"] if row["week"] == 8)
    assert eighth["flagged_other"] > eighth["flagged"]  # who is given no grace is flagged sooner
    assert eighth["only_other"] > 0 == eighth["only_first"]


def test_a_group_s_flags_are_printed_beside_each_other():
    rows = [
        {"by": "age", "group": "35-55", "students": 9, "flag": flag, "recall": recall,
         "false_positive_rate": wrong}
        for flag, recall, wrong in (("any rule", 0.5, 0.1), ("score, top 20 %", 0.25, None))
    ]  # fmt: skip
    assert beside(rows) == [
        {"group": "age 35-55", "students": 9, "wrong_rule": 0.1, "found_rule": 0.5,
         "wrong_score": None, "found_score": 0.25}
    ]  # fmt: skip


def test_the_plot_about_warnings_names_each_rule_and_what_its_bars_are():
    rows = [
        {"rule": "low_marks", "left": 1573, "warned": warned, "share_warned": 0.2,
         "at_least_14_days": 0.1, "median_days": 64, "passed_alerted": 0.3}
        for warned in (plots.FEWEST, plots.FEWEST - 1)
    ]  # fmt: skip
    figure, axes = plots.pyplot.subplots()
    plots._lead(axes, rows, "not fitted on")
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "low marks, 64 days",
        "low marks",
    ]
    assert axes.get_xlabel() == "share of the 1,573 who left"
    assert axes.get_title().endswith("course runs that the score was not fitted on")
    told = {text.get_text() for text in axes.get_legend().get_texts()}
    assert told == {"at all", "14 days or more before", "of those who passed, at any time"}
    plots.pyplot.close(figure)


def test_a_policy_is_a_preset_or_a_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("grace_days = 3\n")
    assert policy_of("higher_education") is HIGHER_EDUCATION
    assert policy_of(str(file)).grace_days == 3
    with pytest.raises(OuladError, match="no preset"):
        policy_of("nowhere.toml")


def test_weeks_are_numbers_from_one_on():
    assert weeks_of("8,4,8") == (4, 8)
    for wrong in ("", "4,x", "0,4"):
        with pytest.raises(OuladError, match="--weeks"):
            weeks_of(wrong)
