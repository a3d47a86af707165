"""docs/privacy.md names calls that there are, every call about records, and each class's days."""

from __future__ import annotations

import re
import tomllib

import app
from chalicelib.domain.retention import SHIPPED
from local.paths import PROJECT

TEXT = (PROJECT / "docs" / "privacy.md").read_text()
CALL = re.compile(r"`(GET|PUT|POST) (/v1/[\w/{}-]+)`")


def _routes() -> set[tuple[str, str]]:
    return {(method, path) for path, methods in app.app.routes.items() for method in methods}


def test_every_call_that_is_named_is_there():
    named = set(CALL.findall(TEXT))
    assert len(named) > 8
    assert named - _routes() == set()


def test_every_call_about_records_is_named():
    about = re.compile(r"record$|disclosures|corrections|erasures|holds|retention|person|people")
    asked = {(method, path) for method, path in _routes() if about.search(path)}
    paths = {path for _, path in CALL.findall(TEXT)}
    assert {path for _, path in asked} - paths == set()


def test_each_class_is_there_with_its_days():
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", TEXT, re.MULTILINE)
    assert {name: int(days) for name, days in rows} == tomllib.loads(SHIPPED.read_text())


def test_every_section_of_the_law_is_given_as_a_number_of_part_99():
    rows = TEXT.partition("## Each duty")[2].partition("\n## ")[0]
    sections = re.findall(r"^\| (99\.\d+)", rows, re.MULTILINE)
    needed = {f"99.{n}" for n in (10, 20, 30, 31, 32, 33, 35)}
    assert needed <= set(sections)
