"""A record's page shows what it is given as text, and needs nothing else."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import msgspec
import pytest

from chalicelib.domain.person import Person
from chalicelib.domain.record import SECTIONS
from chalicelib.http.record_page import record_page

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;b&gt;\u202e"
STUDENT = "00000000-0000-0000-0000-000000000001"


class Seen(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def shown(rows: list[dict], person: Person | None = None) -> Seen:
    record = {one.name: [msgspec.Raw(json.dumps(row).encode()) for row in rows] for one in SECTIONS}
    return Seen(record_page(STUDENT, "2026-01-01", record, person=person))


def test_what_was_sent_is_text_wherever_it_stands():
    person = Person(student_id=EVIL.replace("\u202e", ""), given_name="<b>Ada</b>")
    seen = shown([{EVIL: EVIL, "inner": {EVIL: [EVIL, {"deep": EVIL}]}}], person)
    assert "<b>Ada</b>" in seen.text
    assert seen.text.count(EVIL) >= 4 * len(SECTIONS)
    assert not seen.tags & {"script", "img", "b", "link", "iframe"}
    assert not {name for name in seen.attributes if name.startswith("on") or name == "src"}


@pytest.mark.parametrize("value", [0, False, None, 1.5, [], {}, "x"])
def test_every_kind_of_value_has_a_form(value):
    assert shown([{"a": value, "b": 1}]).text.count("b") > 0


def test_an_empty_record_says_so_section_by_section():
    assert shown([]).text.count("Nothing.") == len(SECTIONS) + 1


def test_every_section_is_named_once():
    assert len({section.name for section in SECTIONS}) == len(SECTIONS)
