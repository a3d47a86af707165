"""The examples of docs/events.md are read, and the refused ones refused in those words."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from chalicelib.domain import events
from chalicelib.domain.reading import InvalidEventError, read_event
from chalicelib.http.openapi import event_schema
from local.paths import PROJECT

TEXT = (PROJECT / "docs" / "events.md").read_text()
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
REFUSED = re.findall(r"^\| `(\{.*?\})` \| `(.*?)` \| (.*) \|$", TEXT, re.MULTILINE)


def test_every_type_has_an_example_under_its_heading():
    headings = [name for name in re.findall(r"^## (\w+)$", TEXT, re.MULTILINE) if "_" in name]
    known = [kind.__struct_config__.tag for kind in events.TYPES]
    assert headings == known == [example["event_type"] for example in EXAMPLES]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["event_type"])
def test_an_example_is_read_and_fits_the_schema(example):
    event = read_event(json.dumps(example).encode(), b"key")
    assert event.event_id == example["event_id"]
    jsonschema.validate(example, event_schema())


@pytest.mark.parametrize(("raw", "path", "reason"), REFUSED)
def test_what_is_refused_is_refused_in_these_words(raw, path, reason):
    with pytest.raises(InvalidEventError) as refused:
        read_event(raw.encode(), b"key")
    assert (refused.value.path, refused.value.reason) == (path, reason)


def test_some_are_refused():
    assert len(REFUSED) == 4
