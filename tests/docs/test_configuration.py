"""docs/configuration.md names every setting with its default, and no other."""

from __future__ import annotations

import dataclasses
import re

from chalicelib.settings import Settings
from infrastructure.context import RULES
from infrastructure.parts.functions import FUNCTIONS
from local.paths import PROJECT

ROW = re.compile(r"^\| `(MONITOR_\w+)` \|\s*(.*?)\s*\|", re.MULTILINE)


def test_every_setting_is_documented_with_its_default():
    text = (PROJECT / "docs" / "configuration.md").read_text()
    documented = dict(ROW.findall(text.partition("## The local system")[0]))
    known = {
        f"MONITOR_{field.name.upper()}": ",".join(field.default)
        if isinstance(field.default, tuple)
        else str(field.default)
        for field in dataclasses.fields(Settings)
    }
    assert documented == known


def test_every_variable_of_the_local_system_is_read_by_it():
    text = (PROJECT / "docs" / "configuration.md").read_text().partition("## The local system")[2]
    code = "".join(path.read_text() for path in (PROJECT / "local").rglob("*.py"))
    code += (PROJECT / "Makefile").read_text() + (PROJECT / "tests/local/test_oulad.py").read_text()
    named = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert named
    assert [name for name in named if name not in code] == []


def test_every_function_is_documented_as_it_is_deployed():
    text = (PROJECT / "docs" / "configuration.md").read_text()
    rows = re.findall(r"^\| `([\w-]+)` \| (\d+) \| (\d+) \| (\w+) \|", text, re.MULTILINE)

    signs_in_as = {"api": "api", "ingest": "ingest", "": "master", None: "nobody"}
    assert rows == [
        (one.name, str(one.memory_mib), str(one.timeout_s), signs_in_as[one.user])
        for one in FUNCTIONS
    ]


def test_every_context_value_is_documented_and_no_other():
    text = (PROJECT / "docs" / "configuration.md").read_text()
    section = text.partition("## A deployment")[2].partition("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(RULES)
