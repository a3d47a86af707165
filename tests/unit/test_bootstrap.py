"""The composition root: nothing is touched before it is used, and what is missing is said."""

from __future__ import annotations

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.clock import FileClock, WallClock
from chalicelib.adapters.sns import SnsNotifier
from chalicelib.domain.errors import ConfigurationError
from chalicelib.settings import Settings


def test_building_connects_to_nothing():
    nowhere = Settings(database_conninfo="host=127.0.0.1 port=1", stream_name="none")

    assert bootstrap.build(nowhere).settings is nowhere


def test_a_replay_brings_its_own_clock(tmp_path):
    assert isinstance(bootstrap.build(Settings()).clock, WallClock)
    replay = Settings(clock_file=str(tmp_path / "clock"))
    assert isinstance(bootstrap.build(replay).clock, FileClock)


def test_without_a_topic_nobody_is_told():
    assert bootstrap.build(Settings()).notifier is None
    assert isinstance(bootstrap.build(Settings(topic_arn="arn")).notifier, SnsNotifier)


@pytest.mark.parametrize(("content", "words"), [(None, "names no file"), (b"k" * 31, "31 bytes")])
def test_a_missing_or_short_pseudonym_key_is_said_before_any_event(tmp_path, content, words):
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    settings = Settings(pseudonym_key_file=str(path) if content is not None else "")

    with pytest.raises(ConfigurationError, match=words):
        _ = bootstrap.build(settings).ingest


def test_a_chosen_service_serves_for_a_while_only():
    first, second = bootstrap.build(Settings()), bootstrap.build(Settings(lanes=16))

    with bootstrap.using(first):
        with bootstrap.using(second):
            assert bootstrap.service() is second
        assert bootstrap.service() is first
