"""The threat model names what there is: files, alarms, and all six threats at each boundary."""

from __future__ import annotations

import re

import pytest

from local.paths import PROJECT

TEXT = (PROJECT / "SECURITY.md").read_text()
BOUNDARIES = {
    title: set(re.findall(r"^\| ([STRIDE]) \|", rest, re.MULTILINE))
    for title, rest in re.findall(r"^### (.+)\n((?:(?!^##).*\n)*)", TEXT, re.MULTILINE)
}
FILES = sorted(set(re.findall(r"`([\w./-]+/[\w./-]+|[\w-]+\.\w+)`", TEXT)))
ALARMS = sorted(
    {
        name
        for told in re.findall(r"alarms? ((?:`[a-z0-9-]+`(?:, )?)+)", TEXT)
        for name in re.findall(r"`([a-z0-9-]+)`", told)
    }
)
LINKS = sorted(set(re.findall(r"\]\(([\w./-]+)\)", TEXT)))


def test_every_boundary_has_all_six_threats():
    assert len(BOUNDARIES) == 7
    assert {key: set("STRIDE") for key in BOUNDARIES} == BOUNDARIES


@pytest.mark.parametrize("name", [*FILES, *LINKS])
def test_what_stops_a_threat_is_there(name):
    assert (PROJECT / name).exists()


@pytest.mark.parametrize("name", ALARMS)
def test_every_alarm_is_in_the_runbook(name):
    assert f"\n### {name}\n" in (PROJECT / "docs/runbook.md").read_text()


def test_files_and_alarms_were_found():
    assert len(FILES) > 30
    assert len(ALARMS) > 15


def test_whatever_the_makefile_installs_has_hashes():
    installs = [
        line for line in (PROJECT / "Makefile").read_text().splitlines() if "pip install" in line
    ]
    assert len(installs) == 4
    assert [line for line in installs if "--require-hashes" not in line] == []
