"""What is said with the student's other courses in view: several at once."""

from __future__ import annotations

import datetime as dt

from chalicelib.domain.catalogue import Course
from tests.builders import START, STUDENTS, conducted, scored

ADA, BEN, _ = STUDENTS
SIGNALS = """
SELECT course, flags, flags_elsewhere FROM standing
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
    told = set(because(monitor, "several_at_once"))

    assert several == ["", "ENG-1", "MATH-1"]
    assert [(course, here, elsewhere) for course, here, elsewhere in flags] == [
        ("", 8, 6),
        ("ENG-1", 4, 10),
        ("MATH-1", 2, 12),
    ]
    assert told == {
        "Several at once: failing mathematics, failing English, a suspension in the last 90 days."
    }
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
    assert [row[1:] for row in monitor.rows(SIGNALS, student=ADA)] == [(0, 2), (2, 0)]
