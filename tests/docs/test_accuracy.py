"""docs/accuracy.md says what was measured: its tables are figures.json, its claims follow."""

from __future__ import annotations

import json
import re

import pytest

from local.backtest.accuracy import FIGURES, PAGE, filled, markdown
from local.backtest.telling import LEAST, TREES, TREES_TOP, WEEKS

TEXT = PAGE.read_text()
TABLES = json.loads(FIGURES.read_text())["tables"]


def first(cell):
    return float(cell.split(" ")[0])


def test_every_table_is_what_was_measured():
    named = re.findall(r"^<!-- figures: (\w+) -->$", TEXT, re.MULTILINE)
    assert sorted(named) == sorted(TABLES)
    for name, table in TABLES.items():
        assert f"<!-- figures: {name} -->\n{markdown(table)}\n\n" in TEXT
    assert filled(TEXT, TABLES) == TEXT


def test_a_figure_that_drifts_is_put_right():
    drifted = TEXT.replace(TABLES["score"][1][3], ".999 (.998-1.000)")
    assert drifted != TEXT
    assert filled(drifted, TABLES) == TEXT


@pytest.mark.parametrize("place", range(4))
def test_the_minima_and_the_trees_are_reached_where_the_page_says_so(place):
    week, auc = TABLES["score"][place + 1][0], first(TABLES["score"][place + 1][3])
    assert int(week) == WEEKS[place]
    assert auc >= LEAST[place]
    assert auc >= TREES[place]
    precision = first(TABLES["top"][place + 1][1])
    assert (precision >= TREES_TOP[place]) is (WEEKS[place] != 20)
    assert "**In week 20 it is not**" in TEXT


def test_what_the_page_admits_is_so():
    lag = {row[0]: row for row in TABLES["lag"][1:]}
    assert first(lag["4"][3]) < LEAST[0] <= first(lag["4"][2])
    for week, least in zip(WEEKS[1:], LEAST[1:], strict=True):
        assert first(lag[str(week)][3]) >= least
    courses = {row[0]: row[1:] for row in TABLES["courses"][1:]}
    assert max(first(courses["EEE-2014B"][0]), first(courses["GGG-2014B"][0])) < 0.6
    groups = {row[0]: row[3:] for row in TABLES["fairness"][1:]}
    most, least = groups["deprivation 0-10%"], groups["deprivation 90-100%"]
    assert all(first(a) > first(b) for a, b in zip(most, least, strict=True))


def test_every_figure_that_the_prose_repeats_from_a_table_is_in_one():
    prose = re.sub(r"^\|.*$", "", TEXT.partition("## With clicks")[0], flags=re.MULTILINE)
    cells = " ".join(cell for table in TABLES.values() for row in table for cell in row)
    said = set(re.findall(r"(?<![\d.])\.\d{3}\b", prose)) - {".001"}  # "by less than .001"
    assert len(said) > 15
    assert [figure for figure in sorted(said) if figure not in cells] == []


def test_the_plots_are_there():
    plots = re.findall(r"!\[[^\]]+\]\((accuracy/\w+\.png)\)", TEXT)
    assert sorted(plots) == ["accuracy/calibration.png", "accuracy/lead.png", "accuracy/share.png"]
    for plot in plots:
        assert (PAGE.parent / plot).read_bytes().startswith(b"\x89PNG\r\n")
