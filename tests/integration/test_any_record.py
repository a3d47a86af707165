"""Whatever is on the stream, a batch is done: stored or set aside, and nobody's neighbour lost."""

from __future__ import annotations

import json
import zlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import START_US, STUDENTS, active, lambda_event, raw_record, record

GOOD = active("good", STUDENTS[0], 1)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
    st.sampled_from(
        [STUDENTS[1], START_US, "MATH-1", "present", "enrolled", "incident", "5", 36 * "0"]
    ),
)
near_events = st.builds(
    lambda tag, head, rest: [tag, *head, *rest],
    st.integers(0, 8),
    st.tuples(
        st.text(max_size=20),
        st.one_of(st.just(STUDENTS[1]), st.text(min_size=36, max_size=36)),
        st.one_of(st.just(START_US), st.integers(-(2**53), 2**53)),
        st.one_of(st.none(), st.text(max_size=10)),
        st.one_of(st.none(), st.just("{}"), st.text(max_size=10)),
    ),
    st.lists(values, max_size=8),
)


@settings(
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=st.lists(st.one_of(near_events, values), max_size=4))
def test_any_envelope_is_processed_and_its_neighbours_are_stored(monitor, events):
    monitor.empty()
    text = json.dumps(
        {"v": 1, "source": "local", "correlation_id": "c", "accepted_us": 1, "events": events}
    )
    answer = monitor.consumer.consume(
        lambda_event(raw_record(zlib.compress(text.encode()), 1), record([GOOD], 2))
    )

    assert answer == {"batchItemFailures": []}
    assert monitor.rows("SELECT count(*) FROM event WHERE event_id = 'good'") >= [(1,)]


@settings(
    max_examples=100,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_set_aside(monitor, data):
    monitor.empty()
    answer = monitor.consumer.consume(lambda_event(raw_record(data, 1), record([GOOD], 2)))

    assert answer == {"batchItemFailures": []}
    assert monitor.rows("SELECT payload = %(data)s FROM quarantine", data=data) == [(True,)]
