"""Whatever is in a OneRoster bundle, it is read with a report, or refused as a whole."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import oneroster
from chalicelib.domain.errors import InvalidRequestError

DATA = Path(__file__).parent.parent / "data" / "oneroster-1.1"
FILES = {path.name: path.read_bytes() for path in sorted(DATA.glob("*.csv"))}
CELLS = st.sampled_from(
    [
        "",
        "9" * 5000,
        "1e999",
        "0001-01-01",
        "9999-12-31",
        "2024-02-30",
        "\0",
        "'; --",
        "\u202e",
        '"',
    ]
)
MANY = settings(max_examples=300, derandomize=True)


def packed(files):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return whole.getvalue()


def assert_read_or_refused(content):
    """Return what is read of a bundle; None when it is refused in words that can be sent."""
    found, refused = None, None
    try:
        found = oneroster.read(content, person="sourcedId", student="sourcedId", name=str)
    except InvalidRequestError as error:
        refused = error
    assert (found is None) != (refused is None)
    assert msgspec.json.encode(found.wrong if refused is None else refused.errors)  # can be told
    return found


def test_an_undamaged_bundle_is_read():
    assert assert_read_or_refused(packed(FILES)).wrong == []


@MANY
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_refused(raw):
    assert assert_read_or_refused(raw) is None


@MANY
@given(at=st.integers(0, 10_000), new=st.binary(max_size=3))
def test_damage_anywhere_in_the_zip(at, new):
    whole = packed(FILES)
    at %= len(whole)
    assert_read_or_refused(whole[:at] + new + whole[at + 1 :])


@MANY
@given(name=st.sampled_from(sorted(FILES)), at=st.integers(0, 5000), new=st.binary(max_size=4))
def test_damage_anywhere_in_a_file(name, at, new):
    raw = FILES[name]
    at %= len(raw)
    assert_read_or_refused(packed({**FILES, name: raw[:at] + new + raw[at + 1 :]}))


@MANY
@given(name=st.sampled_from(sorted(FILES)), at=st.integers(0, 500), new=CELLS | st.text(max_size=5))
def test_any_cell_may_be_anything(name, at, new):
    rows = [line.split(",") for line in FILES[name].decode().splitlines()]
    row = rows[at % len(rows)]
    row[at % len(row)] = new
    text = "\n".join(",".join(cells) for cells in rows)
    assert_read_or_refused(packed({**FILES, name: text.encode(errors="replace")}))
