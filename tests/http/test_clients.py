"""A client sends events as the source that it is bound to, and not too often."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest

import app as front
from chalicelib import bootstrap
from chalicelib.domain import wire
from chalicelib.settings import Settings
from local.identity import named
from tests.http.test_post_events import EVENT
from tests.signed_in import SignedIn, token

CLIENT = "/v1/clients/platform"


def sources(api):
    return [wire.unpack(data)[0].source for _, data in api.stream.records]


@pytest.fixture
def platform(api):
    return api.as_("platform")


def test_an_unbound_client_sends_nothing(api, platform):
    status, body = platform.post("/v1/events", EVENT)

    assert (status, body["type"]) == (403, "/problems/not-allowed")
    assert "/v1/clients/" in body["detail"]
    assert api.stream.records == []


def test_a_bound_client_sends_as_itself_at_once(api, platform):
    platform.post("/v1/events", EVENT)
    assert api.put(CLIENT, {"source": "lms"}) == (201, {"changed": True})
    assert api.put(CLIENT, {"source": "lms"}) == (200, {"changed": False})

    assert platform.post("/v1/events", EVENT)[0] == 202
    assert sources(api) == ["lms"]
    (shown,) = api.found("/v1/clients")["items"]
    assert shown.pop("recorded_at").endswith("Z")
    assert shown == {
        "client": "platform",
        "source": "lms",
        "version": 1,
        "set_by": "administrator",
    }


def test_what_a_client_is_bound_to_is_every_version_kept(api):
    assert api.put(CLIENT, {"source": None})[0] == 200
    for source in ("lms", "sis", None, None):
        api.put(CLIENT, {"source": source})

    (shown,) = api.found("/v1/clients")["items"]
    assert (shown["source"], shown["version"]) == (None, 3)


@pytest.mark.parametrize(
    "body", [{}, {"source": ""}, {"source": "a\nb"}, {"source": "s" * 129}, {"source": 1}, []]
)
def test_what_is_no_source_is_refused(api, body):
    assert api.put(CLIENT, body)[0] == 400
    assert api.found("/v1/clients")["items"] == []


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("platform", {"scope": "events:read"}),
        ("platform", {"scope": "other/events:write"}),
        ("administrator", {"scope": "events:write"}),
        ("student", {}),
    ],
)
def test_only_machines_with_the_scope_send(api, name, claims):
    api.put(CLIENT, {"source": "lms"})
    api.put("/v1/clients/dashboard", {"source": "lms"})

    status, body = api.as_(name, **claims).post("/v1/events", EVENT)

    assert (status, body["type"]) == (403, "/problems/not-allowed")
    assert api.stream.records == []


def test_a_scope_may_name_the_resource_server(api):
    api.put(CLIENT, {"source": "lms"})

    sender = api.as_("platform", scope="monitor-local/events:write")
    assert sender.post("/v1/events", EVENT)[0] == 202


def test_events_are_taken_on_while_the_database_is_away(api, platform, database):
    api.put(CLIENT, {"source": "lms"})
    assert platform.post("/v1/events", EVENT)[0] == 202
    senders = bootstrap.service().senders
    senders._now = lambda: 10**9
    senders._clients = bootstrap.build(
        dataclasses.replace(bootstrap.service().settings, database_conninfo="port=1")
    ).clients

    assert platform.post("/v1/events", EVENT)[0] == 202
    unknown = SignedIn(front.app, token(named("platform"), sub="new", client_id="new"))
    assert unknown.http.post("/v1/events", body=b"{}").status_code == 503


@contextlib.contextmanager
def instance(**changed):
    """Serve by a process of its own, as Lambda would; `changed` are settings."""
    known = bootstrap.service()
    own = bootstrap.build(dataclasses.replace(known.settings, **changed))
    with bootstrap.using(
        dataclasses.replace(own, clock=known.clock, stream=known.stream, keys=known.keys)
    ):
        yield


SLOW = {"requests_per_s": 1, "machine_requests_per_s": 1, "request_burst": 2}


def test_who_asks_too_often_is_told_when_to_ask_again(api):
    with instance(**SLOW):
        statuses = [api.get("/v1/courses")[0] for _ in range(3)]
        refused = api.client.http.get("/v1/courses")
        others = [api.as_("educator").get("/v1/openapi.json")[0], api.as_("").get("/v1/health")[0]]

    assert statuses == [200, 200, 429]
    assert refused.json_body["type"] == "/problems/too-often"
    assert refused.headers["Retry-After"] == "1"
    assert others == [200, 200]


def test_two_instances_share_what_one_client_may_ask(api, platform):
    api.put(CLIENT, {"source": "lms"})
    statuses = []
    for _ in range(2):
        with instance(**SLOW):
            statuses += [platform.post("/v1/events", EVENT)[0] for _ in range(2)]

    assert statuses == [202, 202, 429, 429]
    assert len(api.stream.records) == 2


def test_an_instance_without_the_database_counts_for_itself(api, platform):
    """Events go on into the stream, and no faster than before."""
    api.put(CLIENT, {"source": "lms"})
    with instance(**SLOW):
        assert platform.post("/v1/events", EVENT)[0] == 202
        away = bootstrap.build(Settings(database_conninfo="host=127.0.0.1 port=1"))
        bootstrap.service().quotas["machine"]._shared = away.shared_quotas
        bootstrap.service().senders._clients = away.clients
        statuses = [platform.post("/v1/events", EVENT)[0] for _ in range(3)]

    assert statuses == [202, 202, 429]
