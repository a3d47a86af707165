"""The decisions of docs/decisions, numbered as they were taken."""

from __future__ import annotations

from local.paths import PROJECT


def test_decisions_are_numbered_without_a_gap_and_say_their_number():
    pages = sorted((PROJECT / "docs" / "decisions").glob("*.md"))

    assert pages
    for number, page in enumerate(pages, 1):
        assert page.name.startswith(f"{number:04d}-")
        assert page.read_text().startswith(f"# {number}. ")
