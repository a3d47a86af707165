"""What 34 CFR 99.32 asks to be recorded of reads, and what it exempts."""

from __future__ import annotations

import pytest

from chalicelib.domain.disclosures import OFFICIAL, STUDENT, disclosures, exempt
from chalicelib.domain.interest import interest_of

ADA = "00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("kind", "reason", "why"),
    [
        ("student", "is the student", STUDENT),
        ("person", "teaches MATH-101 until 2027-01-31", OFFICIAL),
        ("person", "advises the student", OFFICIAL),
        ("person", "is registrar", OFFICIAL),
        ("person", "is privacy_officer until 2027-01-31", OFFICIAL),
        ("person", "is analyst", None),
        ("person", "holds a subpoena", None),
        ("machine", "is registrar", None),
        ("machine", "has the scope events:write", None),
    ],
)
def test_who_is_exempt(kind, reason, why):
    assert exempt(kind, reason) == why


def test_the_rest_is_told_and_the_exempt_are_counted():
    read = {
        "read_at": "2026-01-01T00:00:00Z", "subject": "s", "client": "", "what": "students",
        "address": "192.0.2.1",
    }  # fmt: skip
    told = disclosures(
        [
            {**read, "kind": "person", "reason": "teaches MATH-101"},
            {**read, "kind": "machine", "reason": "is registrar", "client": "export"},
            {**read, "kind": "student", "reason": "is the student"},
        ]
    )
    assert [(one["client"], one["interest"]) for one in told["items"]] == [
        ("export", "is registrar")
    ]
    assert told["exempt"] == {STUDENT: 1, OFFICIAL: 1}


def test_a_refused_request_is_told_without_an_interest():
    read = {
        "read_at": "2026-01-01T00:00:00Z", "subject": "s", "client": "", "what": "students",
        "address": "192.0.2.1", "kind": "person", "reason": "refused",
    }  # fmt: skip
    (told,) = disclosures([read])["items"]
    assert (told["outcome"], told["interest"], told["party"]) == ("refused", None, "s")


def test_an_interest_names_no_student():
    assert interest_of(f"advises {ADA} until 2027-01-31").words == (
        "advises the student until 2027-01-31"
    )
    assert interest_of(f"is the student {ADA} until 2027-01-31") == ("is the student", True)


def test_a_course_that_looks_like_a_pseudonym_stays():
    assert interest_of(f"teaches {ADA}") == (f"teaches {ADA}", False)
