"""The deployment's administrator becomes one while nobody is, and not again."""

from __future__ import annotations

import dataclasses

import pytest

from chalicelib import bootstrap, jobs
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.roster import PostgresRoster
from chalicelib.domain.roster import Line
from chalicelib.settings import Settings


@pytest.fixture
def service(database):
    settings = Settings(database_conninfo=database.dsn(), administrator="grace@school.example")
    return bootstrap.build(settings)


@pytest.fixture
def roster(database):
    owner = Database(database.dsn("owner"))
    yield PostgresRoster(owner)
    owner.close()


def test_the_first_one_is_appointed_once(service, roster):
    assert jobs.appoint(service) is True
    assert jobs.appoint(service) is False

    lines = roster.of("grace@school.example")[1]
    assert lines == [Line("grace@school.example", "role", "administrator")]


def test_nobody_is_appointed_beside_another(service, roster):
    roster.put(Line("ada", "role", "administrator"), by="ada")

    assert jobs.appoint(service) is False
    assert roster.of("grace@school.example")[1] == []


def test_nobody_is_appointed_where_nobody_is_named(service, roster):
    settings = dataclasses.replace(service.settings, administrator="")
    assert jobs.appoint(dataclasses.replace(service, settings=settings)) is False
