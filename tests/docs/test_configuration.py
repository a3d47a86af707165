"""docs/configuration.md names every setting with its default, and no other."""

from __future__ import annotations

import dataclasses
import re

from chalicelib.settings import Settings
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
