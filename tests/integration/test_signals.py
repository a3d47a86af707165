"""What is said with earlier days and other courses in view: sudden change, several at once."""

from __future__ import annotations

import datetime as dt

from chalicelib.domain.catalogue import Course
from tests.builders import START, STUDENTS, attended, conducted, scored

ADA, BEN, _ = STUDENTS
SIGNALS = """
SELECT course, risk_before, flags, flags_elsewhere FROM standing
WHERE student = %(student)s ORDER BY course"""


def sweep(monitor, day):
    monitor.clock.moment = START + dt.timedelta(days=day)
    return monitor.sweep()


def open_rules(monitor, student=ADA):
    query = """
    SELECT course, rule FROM alert WHERE student = %(student)s AND cleared_at IS NULL
    ORDER BY course, rule"""
    return monitor.rows(query, student=student)


def because(monitor, rule):
    query = "SELECT because FROM alert WHERE rule = %(rule)s AND cleared_at IS NULL"
    return [text for (text,) in monitor.rows(query, rule=rule)]


def test_a_risk_that_rose_within_a_week_is_told_and_clears_when_the_week_is_over(monitor):
    monitor.consume([scored(f"m{n}", ADA, n, 90, item=f"quiz-{n}") for n in range(4)])
    sweep(monitor, 10)
    monitor.consume([attended(f"a{n}", ADA, 10, "absent", f"day-{n}") for n in range(20)])
    sweep(monitor, 16)
    too_early = open_rules(monitor)
    sweep(monitor, 17)
    told = because(monitor, "sudden_change")
    sweep(monitor, 22)
    sweep(monitor, 23)  # a week after the first sweep that saw the absences

    assert ("MATH-1", "sudden_change") not in too_early
    assert told == ["The risk rose by 50 points in 7 days, from 4 to 54 of 100."]
    assert because(monitor, "sudden_change") == []


def test_the_consumer_goes_by_what_the_sweep_has_kept(monitor):
    monitor.consume([scored(f"m{n}", ADA, n, 90, item=f"quiz-{n}") for n in range(4)])
    sweep(monitor, 10)
    sweep(monitor, 17)
    monitor.consume([attended(f"a{n}", ADA, 17, "absent", f"day-{n}") for n in range(20)])

    assert because(monitor, "sudden_change") == [
        "The risk rose by 50 points in 7 days, from 4 to 54 of 100."
    ]


def test_earlier_risk_is_learnt_once_a_day(monitor):
    monitor.consume([scored("m1", ADA, 1, 80)])
    sweep(monitor, 10)
    sweep(monitor, 17)
    assert monitor.rows(SIGNALS, student=ADA) == [("MATH-1", 8, 0, 0)]
    monitor.rows("UPDATE risk_daily SET risk = 50 WHERE day < '2024-10-20' RETURNING 1")

    sweep(monitor, 17.5)
    same_day = monitor.rows(SIGNALS, student=ADA)
    sweep(monitor, 18)

    assert same_day == [("MATH-1", 8, 0, 0)]
    assert monitor.rows(SIGNALS, student=ADA) == [("MATH-1", 50, 0, 0)]


def test_several_at_once_looks_at_all_courses_of_a_student(monitor):
    for course, subject in (("MATH-1", "Mathematics"), ("ENG-1", "English")):
        monitor.catalogue.put_course(course, Course(subject, subject))
    for course in ("MATH-1", "ENG-1"):
        monitor.consume(
            [scored(f"{course}{n}", ADA, n, 10, course=course, item=f"q{n}") for n in range(4)]
        )
    monitor.consume([scored("m1", BEN, 1, 10), conducted("k1", ADA, 2, "suspension")])
    sweep(monitor, 10)
    sweep(monitor, 10.1)
    several = [course for course, rule in open_rules(monitor) if rule == "several_at_once"]
    flags = monitor.rows(SIGNALS, student=ADA)
    told = sorted(because(monitor, "several_at_once"))

    assert several == ["", "ENG-1", "MATH-1"]
    assert [(course, here, elsewhere) for course, _, here, elsewhere in flags] == [
        ("", 8, 6),
        ("ENG-1", 4, 10),
        ("MATH-1", 2, 12),
    ]
    assert told == [
        f"Several at once: {here} here, and more elsewhere."
        for here in ("a suspension in the last 90 days", "failing English", "failing mathematics")
    ]
    assert ("MATH-1", "several_at_once") not in open_rules(monitor, BEN)


def test_what_has_ended_in_one_course_is_not_held_against_a_student_in_another(monitor):
    for course, subject in (("MATH-1", "Mathematics"), ("ENG-1", "English")):
        monitor.catalogue.put_course(course, Course(subject, subject))
        monitor.consume([scored(course, ADA, 1, 10, course=course)])
    sweep(monitor, 10)
    sweep(monitor, 10.1)
    before = [course for course, rule in open_rules(monitor) if rule == "several_at_once"]
    monitor.consume([scored("better", ADA, 10, 90, course="ENG-1")])
    sweep(monitor, 10.2)
    sweep(monitor, 10.3)

    assert before == ["ENG-1", "MATH-1"]
    assert [rule for _, rule in open_rules(monitor) if rule == "several_at_once"] == []
    assert [row[2:] for row in monitor.rows(SIGNALS, student=ADA)] == [(0, 2), (2, 0)]
