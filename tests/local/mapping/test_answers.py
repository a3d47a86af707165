"""What a handler may answer, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mapping.answers import first_not_done

NUMBERS = ["10", "11", "12", "13"]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"batchItemFailures": None},
        {"batchItemFailures": []},
        {"other": 1},
    ],
)
def test_an_empty_answer_means_that_all_is_done(answer):
    assert first_not_done(answer, NUMBERS, reports=True) == 4


@pytest.mark.parametrize("named", [[""], [None], ["99"], [12], ["12", "99"], ["12", ""]])
def test_an_unknown_or_empty_identifier_means_that_the_whole_batch_failed(named):
    answer = {"batchItemFailures": [{"itemIdentifier": number} for number in named]}

    assert first_not_done(answer, NUMBERS, reports=True) == 0


@pytest.mark.parametrize(
    "answer",
    [
        "no",
        [],
        7,
        {"batchItemFailures": "12"},
        {"batchItemFailures": ["12"]},
        {"batchItemFailures": [{}]},
    ],
)
def test_an_answer_that_cannot_be_understood_means_that_the_whole_batch_failed(answer):
    assert first_not_done(answer, NUMBERS, reports=True) == 0


def test_the_answer_is_ignored_unless_the_settings_ask_for_it():
    answer = {"batchItemFailures": [{"itemIdentifier": "11"}]}

    assert first_not_done(answer, NUMBERS, reports=False) == 4


@given(st.permutations(NUMBERS), st.integers(1, 4))
def test_the_lowest_number_named_is_the_checkpoint(order, count):
    answer = {"batchItemFailures": [{"itemIdentifier": number} for number in order[:count]]}

    assert NUMBERS[first_not_done(answer, NUMBERS, reports=True)] == min(order[:count])
