"""Alerts agree with the findings: they open, change, clear, and are announced once."""

from __future__ import annotations

import datetime as dt
import threading

from chalicelib.adapters.postgres import classes
from chalicelib.domain.catalogue import Item
from chalicelib.domain.indicators import evaluate, worth_an_alert
from chalicelib.domain.policy import HIGHER_EDUCATION
from tests.builders import START, STUDENTS, active, enrolled, scored, submitted

A, B, C = STUDENTS


def alerts(monitor):
    return monitor.rows(
        "SELECT student::text, rule, cleared_at IS NULL FROM alert ORDER BY student, rule, alert_id"
    )


def due(monitor, item, day):
    monitor.catalogue.put_item("MATH-1", item, Item(item.title(), START + dt.timedelta(days=day)))


def test_a_low_mark_opens_an_alert_and_a_better_one_clears_it(monitor):
    monitor.consume([scored("first", A, 1, 20)])
    assert alerts(monitor) == [(A, "low_marks", True)]

    monitor.consume([scored("second", A, 2, 90, item="quiz-2")])
    assert alerts(monitor) == [(A, "low_marks", False)]
    history = monitor.rows("SELECT change, because FROM alert_history ORDER BY version")
    assert history == [
        ("opened", "The mean of 1 mark is 20 %; 40 % is the pass mark."),
        ("cleared", "The condition has ended."),
    ]


def test_an_alert_does_not_flap_about_its_threshold(monitor):
    monitor.consume([scored("a", A, 1, 39)])
    monitor.consume([scored("b", A, 2, 43, item="quiz-2")])  # mean 41: above 40, below 42
    assert alerts(monitor) == [(A, "low_marks", True)]

    monitor.consume([scored("c", A, 3, 50, item="quiz-3")])  # mean 44
    assert alerts(monitor) == [(A, "low_marks", False)]


def test_work_that_never_came_is_found_by_the_sweep(monitor):
    due(monitor, "essay", 10)
    monitor.consume([enrolled(f"e{i}", s, 0.5) for i, s in enumerate(STUDENTS)])
    monitor.consume([submitted("s1", A, 9, item="essay"), submitted("s2", B, 9, item="essay")])
    monitor.clock.moment = START + dt.timedelta(days=16)
    assert monitor.sweep().opened == 0, "within seven days of grace"

    monitor.clock.moment = START + dt.timedelta(days=18)
    assert monitor.sweep().opened == 1
    assert alerts(monitor) == [(C, "missing_work", True)]
    assert monitor.sweep().opened == 0, "a second sweep finds nothing new"

    monitor.consume([submitted("s3", C, 17.5, item="essay")])
    assert alerts(monitor) == [(C, "missing_work", False)]


def test_what_most_of_a_class_has_not_handed_in_is_nobodys_missing_work(monitor):
    due(monitor, "essay", 10)
    monitor.consume([enrolled(f"e{i}", s, 0.5) for i, s in enumerate(STUDENTS)])
    monitor.consume([submitted("s1", A, 9, item="essay")])
    monitor.clock.moment = START + dt.timedelta(days=30)

    assert monitor.sweep().opened == 0


def test_who_has_left_has_no_open_alert(monitor):
    monitor.consume([enrolled("e", A, 0.5), scored("first", A, 1, 20)])
    monitor.consume([enrolled("w", A, 2, "withdrawn")])
    assert alerts(monitor) == [(A, "low_marks", False)]


def test_sweeps_beside_a_consumer_leave_alerts_that_agree_with_the_findings(monitor):
    due(monitor, "essay", 1)
    events = [
        scored(f"m{i}", STUDENTS[i % 3], 2 + i / 10, (i * 37) % 100, item=f"q{i % 9}")
        for i in range(240)
    ]
    stop = threading.Event()
    failed: list[BaseException] = []

    def sweep_on() -> None:
        try:
            while not stop.is_set():
                monitor.sweep()
        except BaseException as error:  # noqa: BLE001  # shown by the test
            failed.append(error)

    threads = [threading.Thread(target=sweep_on) for _ in range(2)]
    for thread in threads:
        thread.start()
    for i in range(0, len(events), 10):
        monitor.consume(events[i : i + 10])
    stop.set()
    for thread in threads:
        thread.join(30)
    assert failed == []

    monitor.clock.moment += dt.timedelta(days=2)  # what has cleared and come back is quiet for one
    monitor.sweep()
    assert monitor.sweep() == type(monitor.sweep())()
    open_ = monitor.rows(
        "SELECT student::text, course, rule FROM alert WHERE cleared_at IS NULL ORDER BY 1, 2, 3"
    )
    assert open_
    assert open_ == firing(monitor)
    counted = monitor.rows("SELECT student::text, course, open_alerts FROM standing")
    for student, course, number in counted:
        assert number == sum(one[:2] == (student, course) for one in open_)


def firing(monitor) -> list[tuple[str, str, str]]:
    """Return every rule that fires now, evaluated anew from the standings and their class."""
    now = monitor.clock.now()
    now_us = round(now.timestamp() * 1_000_000)
    found = []
    with monitor.database.transaction() as cursor:
        for course in classes.all_courses(cursor):
            context = classes.compute_context(cursor, course, now)
            for part in classes.parts(cursor, course):
                found += [
                    (one.standing.student, course, finding.rule)
                    for one in part
                    for finding in worth_an_alert(
                        evaluate(one.standing, context, HIGHER_EDUCATION, now_us)
                    )
                    if finding.fires
                ]
    return sorted(found)


def test_risk_by_day_keeps_the_last_word_of_a_day(monitor):
    monitor.consume([scored("first", A, 1, 20), active("x", B, 1)])
    monitor.sweep()
    monitor.consume([scored("second", A, 2, 90, item="quiz-2")])
    monitor.sweep()

    rows = monitor.rows("SELECT student::text, risk, findings FROM risk_daily ORDER BY student")
    assert rows == [(A, 18, []), (B, 0, [])]
