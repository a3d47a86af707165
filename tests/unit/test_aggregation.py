from __future__ import annotations

import aws_kinesis_agg.aggregator
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.aggregation import MAGIC, split
from chalicelib.domain.errors import PoisonError


def aggregated(records):
    packer = aws_kinesis_agg.aggregator.RecordAggregator()
    for i, record in enumerate(records):
        packer.add_user_record(f"key-{i}", record)
    return packer.clear_and_get().get_contents()[2]


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=20))
def test_reads_what_the_library_of_aws_wrote(records):
    assert split(aggregated(records)) == records


def test_leaves_a_plain_record_as_it_is():
    assert split(b"plain") == [b"plain"]


@given(st.binary(max_size=60))
def test_damage_is_poison(data):
    with pytest.raises(PoisonError):
        split(MAGIC + data)


def test_a_flipped_bit_is_noticed():
    whole = bytearray(aggregated([b"one", b"two"]))
    whole[9] ^= 1
    with pytest.raises(PoisonError, match="MD5"):
        split(bytes(whole))
