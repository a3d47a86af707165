"""What the API tells of events that could not be processed."""

from __future__ import annotations

import base64
import json
import uuid

import pytest

from chalicelib.consumer import Consumer
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from tests.builders import START_US, STUDENTS, lambda_event, raw_record, scored

ADA = STUDENTS[0]


def test_a_conflict_is_listed_with_whose_it_is_and_read_whole(api):
    api.consume(scored("m1", ADA, 1, 80))
    api.consume(scored("m1", ADA, 1, 90))

    (listed,) = api.found("/v1/quarantine")["items"]
    found = api.found(f"/v1/quarantine/{listed['quarantine_uid']}")

    assert listed["reason"] == "conflict"
    assert listed["source"] == "local"
    assert listed["event_id"] == "m1"
    assert listed["student"] == ADA
    assert listed["occurred_at"] == "2024-10-08T00:00:00Z"
    assert "payload" not in listed
    payload = base64.b64decode(found.pop("payload"))
    assert len(payload) == found["payload_bytes"] == listed["payload_bytes"]
    assert "90" in json.dumps(json.loads(payload))
    assert found | {"detail": listed["detail"]} == listed


def test_a_record_that_nobody_can_read_is_kept_byte_for_byte(api):
    judge = Judge(HIGHER_EDUCATION)
    consumer = Consumer(store=api.store, judge=judge, clock=api.clock)
    consumer.consume(lambda_event(raw_record(b"\x00\xffno record", 7)))

    (listed,) = api.found("/v1/quarantine")["items"]
    found = api.found(f"/v1/quarantine/{listed['quarantine_uid']}")

    assert listed["reason"] == "not_compressed"
    assert listed["sequence_number"] == "7"
    assert listed["student"] is None
    assert base64.b64decode(found["payload"]) == b"\x00\xffno record"


def test_the_list_is_paged_newest_first(api):
    api.execute(
        "INSERT INTO quarantine (quarantine_uid, reason, detail, payload, recorded_at)"
        " SELECT md5(i::text)::uuid, 'conflict', 'first line' || chr(10) || 'last line', 'x',"
        " to_timestamp(%s + i / 2) FROM generate_series(0, 9) AS i",
        START_US // 1_000_000,
    )

    pages = list(api.pages("/v1/quarantine", limit=3))

    listed = [one for page in pages for one in page]
    assert len({one["quarantine_uid"] for one in listed}) == len(listed) == 10
    moments = [one["recorded_at"] for one in listed]
    assert moments == sorted(moments, reverse=True)
    assert {one["detail"] for one in listed} == {"last line"}


@pytest.mark.parametrize("uid", [str(uuid.UUID(int=1)), "abc", "%00"])
def test_an_unknown_one_is_404(api, uid):
    assert api.get(f"/v1/quarantine/{uid}")[0] == 404


@pytest.mark.parametrize("query", [{"limit": "0"}, {"cursor": "bad"}])
def test_a_parameter_that_cannot_be_is_400(api, query):
    assert api.get("/v1/quarantine", **query)[0] == 400
