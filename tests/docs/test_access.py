"""docs/access.md has a line for every route, so that none comes without a decision who may."""

from __future__ import annotations

from tests.http.test_access import OPEN, documented, routes


def test_every_route_is_in_the_table():
    assert sorted(documented()) == [one for one in routes() if (one[1], one[0]) not in OPEN]
