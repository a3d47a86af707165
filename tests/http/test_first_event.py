"""The walk of docs/deploying.md to the first event, by those who may take each step of it."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from chalicelib.consumer import Consumer
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from local.paths import PROJECT
from tests.builders import lambda_event, raw_record
from tests.rosters import holds, put_roster

WALK = (PROJECT / "docs" / "deploying.md").read_text().partition("## 4. Send the first event")[2]
ROLES = "/v1/people/grace@school.example/roles"


def sent(path: str) -> Any:
    """Return the JSON that the page sends to a path."""
    return json.loads(re.search(rf"\$API{re.escape(path)} -d '(.*?)'\n", WALK, re.DOTALL)[1])


def answered(path: str) -> Any:
    """Return the JSON that the page says comes back."""
    shown = re.search(rf"\$API\S*{re.escape(path)}[^\n]*\n(\{{.*?)\n```", WALK, re.DOTALL)
    return json.loads(shown[1])


def test_the_page_leads_to_the_first_event(database, api):
    api.clock.moment = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
    put_roster(database, holds("head", "administrator"))
    head, platform = api.as_("administrator", sub="head"), api.as_("platform")
    grace = api.as_("educator", sub="grace@school.example")

    assert head.put("/v1/clients/platform", sent("/v1/clients/$MACHINE"))[0] == 201
    status, receipt = platform.post("/v1/events", sent("/v1/events"))
    assert (status, receipt["accepted"]) == (202, [{"index": 0, "event_id": "first-1"}])
    records = [raw_record(data, at) for at, (_, data) in enumerate(api.stream.records)]
    consumer = Consumer(store=api.store, judge=Judge(HIGHER_EDUCATION), clock=api.clock)
    assert consumer.consume(lambda_event(*records)) == {"batchItemFailures": []}
    lookup = sent("/v1/students/lookup")
    assert [who.post("/v1/students/lookup", lookup)[0] for who in (platform, head, grace)] == [
        403,
        403,
        403,
    ]
    assert head.put(ROLES, sent(ROLES))[0] == 201
    student = grace.post("/v1/students/lookup", lookup)[1]["student"]
    assert grace.found(f"/v1/students/{student}/events") == answered("/events")
