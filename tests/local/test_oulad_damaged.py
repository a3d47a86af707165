"""Whatever stands in the files of OULAD, they are read or refused in one sentence."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.oulad import OuladError, read_course
from tests.local.test_oulad_rows import FILES

CELLS = st.sampled_from(
    ["", "?", "-", "1e999", "9" * 5000, "1_0", "-99999", "\u0661", "nan", "\0", "'; --", "\u202e"]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("oulad")


def assert_refused_or_read(folder):
    """Have a course read whole, or refused in one line."""
    events, said = [], "nothing was wrong"
    try:
        events = list(read_course(folder, "XXX-2013J").events())
    except OuladError as error:
        said = str(error)
    assert said.strip()
    assert "\n" not in said
    assert msgspec.json.decode(msgspec.json.encode(events)) == events


def lay(folder, name, raw):
    for other, text in FILES.items():
        (folder / other).write_bytes(raw if other == name else text.encode())


FAST = settings(
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FAST
@given(name=st.sampled_from(sorted(FILES)), at=st.integers(0, 400), new=st.binary(max_size=4))
def test_damage_anywhere_in_a_file(folder, name, at, new):
    raw = FILES[name].encode()
    at %= len(raw)
    lay(folder, name, raw[:at] + new + raw[at + 1 :])
    assert_refused_or_read(folder)


@FAST
@given(
    name=st.sampled_from(sorted(FILES)),
    row=st.integers(0, 9),
    column=st.integers(0, 9),
    new=CELLS | st.text(max_size=5),
)
def test_any_cell_may_be_anything(folder, name, row, column, new):
    rows = [line.split(",") for line in FILES[name].splitlines()]
    cells = rows[row % len(rows)]
    cells[column % len(cells)] = new
    text = "\n".join(",".join(cells) for cells in rows)
    lay(folder, name, text.encode(errors="replace"))
    assert_refused_or_read(folder)
