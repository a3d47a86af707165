"""A student who is erased is gone, stays gone, and leaves a proof."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import zlib
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import bootstrap, jobs
from chalicelib.adapters.erasure_list import FileErasureList
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.privacy import PostgresPrivacy
from chalicelib.adapters.postgres.quarantine import PostgresQuarantine
from chalicelib.domain import wire
from chalicelib.domain.catalogue import Enrolment
from chalicelib.domain.erasure import Erasure, verified
from chalicelib.domain.errors import ConfigurationError, ConflictError, UnavailableError
from chalicelib.services import erasure, quarantine
from chalicelib.settings import Settings
from tests.builders import (
    START,
    STUDENTS,
    active,
    attended,
    conducted,
    enrolled,
    lambda_event,
    raw_record,
    record,
    retracted,
    scored,
    submitted,
)
from tests.dumps import dumped, restore
from tests.histories import build, histories, put_catalogue, retractions, taken_back
from tests.rosters import advises, as_owner, put_roster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chalicelib.domain.wire import Event

KEY = b"a key of thirty-two bytes, or so"
ERASED, *OTHERS = STUDENTS


def _life(student: str, mark: float) -> list[Event]:
    """Return one event of each kind, and a retraction."""
    name = student[:2]
    wrong = scored(f"{name}w", student, 3, 0, item="quiz-2")
    return [
        enrolled(f"{name}e", student, 0),
        scored(f"{name}s", student, 1, mark, metadata='{"note":"private"}'),
        submitted(f"{name}h", student, 2, item="quiz-2"),
        *(attended(f"{name}a{n}", student, n, "absent", f"s{n}") for n in range(8)),
        active(f"{name}v", student, 4),
        conducted(f"{name}c", student, 5),
        wrong,
        retracted(f"{name}r", wrong),
    ]


@pytest.fixture
def privacy(database: Any) -> Iterator[PostgresPrivacy]:
    connected = Database(database.dsn("privacy"))
    yield PostgresPrivacy(connected)
    connected.close()


@pytest.fixture
def term(monitor: Any) -> Any:
    """Give a monitor with three students, alerts, and something in quarantine."""
    for n, student in enumerate(STUDENTS):
        monitor.consume(_life(student, 20 + 30 * n))
    conflict = scored(f"{ERASED[:2]}s", ERASED, 1, 99)
    monitor.consumer.consume(lambda_event(record([conflict]), raw_record(b"no record")))
    monitor.catalogue.put_enrolments("MATH-1", ERASED, [Enrolment(START, None)])
    put_roster(monitor.server, advises("ada", ERASED), advises("ada", OTHERS[0]))
    monitor.sweep()
    return monitor


def _erase(student: str, monitor: Any, privacy: PostgresPrivacy, path: Path) -> dict[str, Any]:
    return erasure.erase(
        student,
        person="registrar",
        reason="asked to",
        records=privacy,
        kept=FileErasureList(path),
        key=KEY,
        clock=monitor.clock,
    )


def test_nothing_of_an_erased_student_is_in_the_database_but_that_it_was_done(
    term, privacy, database, tmp_path
):
    assert dumped(database, "--data-only").count(ERASED) > 20

    _erase(ERASED, term, privacy, tmp_path / "list")

    lines = [line for line in dumped(database, "--data-only").splitlines() if ERASED in line]
    assert [line.split("\t")[1] for line in lines] == [ERASED]  # of the table erasure
    assert term.rows("SELECT student::text FROM erasure") == [(ERASED,)]
    assert term.rows("SELECT DISTINCT student::text FROM event ORDER BY 1") == [
        (student,) for student in OTHERS
    ]


def test_a_dry_run_tells_what_would_go_and_changes_nothing(term, privacy, database, tmp_path):
    before = dumped(database, "--data-only")

    told = erasure.would_erase(ERASED, privacy)
    assert [
        line for line in dumped(database, "--data-only").splitlines() if "restrict" not in line
    ] == [line for line in before.splitlines() if "restrict" not in line]

    assert told["rows"]["event"] == len(_life(ERASED, 20))
    assert told["rows"]["alert"] > 0
    assert told["rows"]["alert_history"] >= told["rows"]["alert"]
    assert told["rows"]["quarantine"] == 1
    assert told["rows"]["catalogue_version"] == 1
    assert told["rows"]["roster"] == 1
    proof = _erase(ERASED, term, privacy, tmp_path / "list")
    assert proof["erasure"]["deleted"] == told["rows"]


def test_what_is_left_is_as_if_the_student_had_never_been(term, privacy, tmp_path, monitor):
    _erase(ERASED, term, privacy, tmp_path / "list")
    digest = term.digest()
    contexts = term.rows("SELECT course, enrolled, mean_bp, items FROM course_context ORDER BY 1")
    assert [enrolled for course, enrolled, _, _ in contexts if course == "MATH-1"] == [2]

    term.empty()
    for n, student in enumerate(OTHERS, start=1):
        term.consume(_life(student, 20 + 30 * n))
    term.sweep()
    assert term.digest() == digest
    assert contexts == term.rows(
        "SELECT course, enrolled, mean_bp, items FROM course_context ORDER BY 1"
    )


@settings(
    max_examples=12,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=histories, taken_back=taken_back, erased=st.sampled_from(STUDENTS[1:]))
def test_any_history_is_left_as_if_one_student_had_never_been(
    monitor, privacy, drawn, taken_back, erased
):
    events = build(drawn)
    events += retractions(events, taken_back)
    others = [event for event in events if event.student != erased]
    digests = []
    for sent in (events, others):
        monitor.empty()
        _forget_erasures(monitor.server)
        put_catalogue(monitor)
        monitor.consume(sent)
        monitor.sweep()
        if sent is events:
            asked = Erasure(student=erased, erased_at=START, asked_by="p", reason="r")
            privacy.erase(asked, monitor.clock.now())
            monitor.consume(events)  # they come again
        digests.append(monitor.digest())
    assert digests[0] == digests[1]


def _forget_erasures(database: Any) -> None:
    with as_owner(database) as cursor:
        cursor.execute("DELETE FROM erasure")


def test_events_that_come_again_are_refused_into_nothing_with_a_count(term, privacy, tmp_path):
    _erase(ERASED, term, privacy, tmp_path / "list")
    before = term.rows("SELECT count(*) FROM quarantine")

    poison = b'{"student":"' + ERASED.encode() + b'"}'
    late = scored("late", ERASED, 1, 99, item="quiz-9")
    other = scored("new", OTHERS[0], 6, 50, item="quiz-9")
    answer = term.consumer.consume(lambda_event(record([late, *_life(ERASED, 20), other])))

    assert answer == {"batchItemFailures": []}
    assert term.consumer.last.erased == 1 + len(_life(ERASED, 20))
    assert term.consumer.last.new == 1
    assert term.rows("SELECT count(*) FROM event WHERE student = %(s)s", s=ERASED) == [(0,)]
    assert term.rows("SELECT count(*) FROM quarantine") == before
    for data in (poison, zlib.compress(poison)):
        term.consumer.consume(lambda_event(raw_record(data)))
        assert (term.consumer.last.erased, term.consumer.last.quarantined) == (1, 0)
    assert term.rows("SELECT count(*) FROM quarantine") == before


def test_what_an_older_consumer_set_aside_is_found_by_the_maintenance(
    term, privacy, database, tmp_path
):
    wanted = wire.pack(wire.Envelope(2, "local", "c", 1, [scored("x", ERASED, 1, 5)]))
    other = wire.pack(wire.Envelope(2, "local", "c", 1, [scored("x", OTHERS[0], 1, 5)]))
    with as_owner(database) as cursor:
        cursor.execute("TRUNCATE quarantine")
        cursor.execute(
            "INSERT INTO quarantine (quarantine_uid, reason, detail, payload)"
            " SELECT gen_random_uuid(), 'unknown_version', 'd', p FROM unnest(%s::bytea[]) AS p",
            ([wanted, other, b"nobody"],),
        )
    owner = Database(database.dsn("owner"))
    rows = PostgresQuarantine(owner)
    assert privacy.count(ERASED)["quarantine"] == 0  # it is compressed
    assert quarantine.look_into(rows) == {"found": 3, "dropped": 0}
    assert quarantine.look_into(rows) == {"found": 0, "dropped": 0}
    assert privacy.count(ERASED)["quarantine"] == 1
    proof = _erase(ERASED, term, privacy, tmp_path / "list")
    assert proof["erasure"]["deleted"]["quarantine"] == 1

    with as_owner(database) as cursor:  # an older consumer is still at work
        cursor.execute(
            "INSERT INTO quarantine (quarantine_uid, reason, detail, payload)"
            " VALUES (gen_random_uuid(), 'unknown_version', 'd', %s)",
            (wanted,),
        )
    assert quarantine.look_into(rows) == {"found": 1, "dropped": 1}
    with as_owner(database) as cursor:  # of somebody besides, who is held
        cursor.execute(
            "INSERT INTO quarantine (quarantine_uid, reason, detail, payload)"
            " VALUES (gen_random_uuid(), 'unknown_version', 'd', %s)",
            (f"neither {ERASED} nor {OTHERS[1]}".encode(),),
        )
    privacy.put_hold(student=OTHERS[1], course=None, reason="r", person="counsel", as_of=START)
    assert quarantine.look_into(rows) == {"found": 1, "dropped": 0}
    privacy.lift_hold(privacy.holds()[0]["hold_id"], person="counsel", as_of=START)
    assert quarantine.look_into(rows) == {"found": 0, "dropped": 1}
    owner.close()
    assert [bytes(p) for (p,) in term.rows("SELECT payload FROM quarantine ORDER BY 1")] == [
        b"nobody",
        other,
    ]


def test_what_was_set_aside_of_somebody_who_is_held_as_well_forbids_it(term, privacy, tmp_path):
    text = f"neither {ERASED} nor {OTHERS[0]}".encode()
    term.consumer.consume(lambda_event(raw_record(zlib.compress(text))))
    privacy.put_hold(student=OTHERS[0], course=None, reason="r", person="counsel", as_of=START)
    with pytest.raises(ConflictError):
        _erase(ERASED, term, privacy, tmp_path / "list")
    (hold,) = privacy.holds()
    privacy.lift_hold(hold["hold_id"], person="counsel", as_of=START)

    proof = _erase(ERASED, term, privacy, tmp_path / "list")
    assert proof["erasure"]["deleted"]["quarantine"] == 2


def test_the_common_batch_asks_nothing_more(term, privacy, tmp_path):
    _erase(ERASED, term, privacy, tmp_path / "list")
    asked: list[str] = []
    with term.store.unit() as unit:
        unit.begin(OTHERS)  # reads who was erased
        execute = unit._cursor.execute
        unit._cursor.execute = lambda query, values=None: (
            asked.append(query),
            execute(query, values),
        )
        unit.begin(OTHERS)
        assert unit.erased() == {ERASED}
    assert len(asked) == 2
    assert asked[1] == "COMMIT"


def test_a_hold_on_the_student_or_a_course_forbids_it(term, privacy, tmp_path):
    path = tmp_path / "list"
    for held in ({"student": ERASED, "course": None}, {"student": None, "course": "MATH-1"}):
        assert privacy.put_hold(**held, reason="case 7", person="counsel", as_of=START)
        assert not privacy.put_hold(**held, reason="case 7", person="counsel", as_of=START)
        (hold,) = privacy.holds(ERASED)
        with pytest.raises(ConflictError):
            _erase(ERASED, term, privacy, path)
        with pytest.raises(ConflictError):
            privacy.erase(_asked(ERASED), START)
        assert privacy.lift_hold(hold["hold_id"], person="counsel", as_of=START)
        assert not privacy.lift_hold(hold["hold_id"], person="counsel", as_of=START)
    assert FileErasureList(path).entries() == []
    assert term.rows("SELECT count(*) > 0 FROM event WHERE student = %(s)s", s=ERASED) == [(True,)]


def test_only_the_role_privacy_may_erase(term, database):
    for role in ("ingest", "api", "reader"):
        connection = psycopg2.connect(database.dsn(role))
        with contextlib.closing(connection), connection.cursor() as cursor:
            for call in (
                f"SELECT count_student('{ERASED}')",
                f"SELECT erase_student('{ERASED}', now(), 'me', 'why')",
                f"SELECT erase_again('{ERASED}', now(), 'me', 'why')",
            ):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(call)
                connection.rollback()
    connection = psycopg2.connect(database.dsn("privacy"))
    with (
        contextlib.closing(connection),
        connection.cursor() as cursor,
        pytest.raises(psycopg2.errors.InsufficientPrivilege),
    ):
        cursor.execute(f"SELECT erase_again('{ERASED}', now(), 'me', 'why')")


def test_the_consumer_and_analysts_cannot_read_names(database):
    allowed = set()
    for role in ("ingest", "api", "privacy", "reader"):
        connection = psycopg2.connect(database.dsn(role))
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege('person', 'SELECT')")
            if cursor.fetchone() == (True,):
                allowed.add(role)
    assert allowed == {"api", "privacy"}


def test_a_backup_from_before_the_erasure_does_not_bring_the_person_back(
    term, privacy, database, postgres, restored, tmp_path
):
    newer = wire.pack(wire.Envelope(2, "local", "c", 1, [scored("x", ERASED, 1, 5)]))
    with as_owner(database) as cursor:  # by a consumer that did not tell whose it is
        cursor.execute(
            "INSERT INTO quarantine (quarantine_uid, reason, detail, payload)"
            " VALUES (md5('x')::uuid, 'unknown_version', 'd', %s)",
            (newer,),
        )
    backup = dumped(database)
    _erase(ERASED, term, privacy, tmp_path / "list")
    restore(backup, postgres, restored)
    service = _deployed(postgres.dsn(restored), tmp_path, term.clock)
    with contextlib.closing(Database(postgres.dsn(restored))) as master:
        records = PostgresPrivacy(master)
        assert records.count(ERASED)["event"] > 0

        assert jobs.migrate(service)["erased"] == 1

        assert not any(records.count(ERASED).values())
        unread = "SELECT count(*) FROM quarantine WHERE reason = 'unknown_version'"
        assert master.ask(unread, {}) == [(0,)]
        assert records.erased() == {ERASED}
        assert jobs.migrate(service)["erased"] == 0


def _deployed(conninfo: str, folder: Path, clock: Any) -> bootstrap.Service:
    """Return the service on a database, with the list of erasures of this folder."""
    (folder / "key").write_bytes(KEY)
    told = Settings(
        database_conninfo=conninfo,
        erasure_list=str(folder / "list"),
        pseudonym_key_file=str(folder / "key"),
    )
    return dataclasses.replace(bootstrap.build(told), clock=clock)


def test_what_was_cut_off_after_the_list_is_done_by_the_next_maintenance(
    term, privacy, database, tmp_path
):
    path = tmp_path / "list"

    class Cut(PostgresPrivacy):
        def erase(self, *_: Any, **__: Any) -> dict[str, int]:
            raise UnavailableError("gone")

    with pytest.raises(UnavailableError):
        _erase(ERASED, term, Cut(Database(database.dsn("privacy"))), path)
    master = Database(database.dsn("owner"))
    records = PostgresPrivacy(master)
    assert records.erased() == frozenset()

    kept = FileErasureList(path)
    assert erasure.apply(records=records, kept=kept, key=KEY, clock=term.clock) == 1

    assert records.erased() == {ERASED}
    assert term.rows("SELECT asked_by, reason FROM erasure") == [("registrar", "asked to")]
    master.close()


def test_what_a_hold_stopped_at_the_last_moment_is_not_on_the_list(
    term, privacy, database, tmp_path
):
    path = tmp_path / "list"

    class Hurried(PostgresPrivacy):
        def holds(self, student: str | None = None) -> list[dict[str, Any]]:
            found = super().holds(student)
            self.put_hold(student=ERASED, course=None, reason="r", person="p", as_of=START)
            return found

    with pytest.raises(ConflictError):
        _erase(ERASED, term, Hurried(privacy._database), path)
    kept = FileErasureList(path)
    assert len(kept.entries()) == 2
    assert erasure.apply(records=privacy, kept=kept, key=KEY, clock=term.clock) == 0


def test_a_batch_that_is_on_its_way_meanwhile_leaves_nothing(term, privacy, tmp_path):
    outcomes = []
    ready = threading.Event()

    def consume() -> None:
        consumer = term.another_consumer()
        for n in range(40):
            batch = [scored(f"r{n}", student, 6, 50, item=f"quiz-{n}") for student in STUDENTS]
            newer = wire.pack(wire.Envelope(2, "local", f"c{n}", 1, list(batch)))
            answer = consumer.consume(lambda_event(record(batch), raw_record(newer, 2)))
            assert answer == {"batchItemFailures": []}
            outcomes.append(consumer.last)
            ready.set()

    thread = threading.Thread(target=consume)
    thread.start()
    ready.wait(10)
    _erase(ERASED, term, privacy, tmp_path / "list")
    thread.join(30)

    assert not any(privacy.count(ERASED).values())
    counted = sum(one.new + one.erased + one.quarantined for one in outcomes)
    assert counted == 40 * 2 * len(STUDENTS)  # each as an event, and set aside
    assert outcomes[0].erased == 0
    assert outcomes[-1].erased == 2


def test_nobody_who_was_erased_is_brought_back_by_hand(term, privacy, tmp_path):
    _erase(ERASED, term, privacy, tmp_path / "list")
    with pytest.raises(ConflictError, match="was erased"):
        term.catalogue.put_enrolments("MATH-1", ERASED, [Enrolment(START, None)])
    with pytest.raises(ConflictError):
        put_roster(term.server, advises("ben", ERASED))
    with pytest.raises(ConflictError):
        privacy.put_hold(student=ERASED, course=None, reason="r", person="p", as_of=START)
    assert not any(privacy.count(ERASED).values())
    assert term.catalogue.put_enrolments("MATH-1", OTHERS[0], [Enrolment(START, None)])


def test_the_proof_is_signed_and_a_forged_list_is_refused(term, privacy, tmp_path):
    path = tmp_path / "list"
    proof = _erase(ERASED, term, privacy, path)
    kept = FileErasureList(path)
    done = verified(kept.entries()[-1], KEY)
    assert done == privacy.erasure(ERASED)
    assert proof["erasure"]["asked_by"] == "registrar"

    path.write_bytes(path.read_bytes().replace(ERASED.encode(), OTHERS[0].encode()))
    with pytest.raises(ConfigurationError):
        erasure.apply(records=privacy, kept=kept, key=KEY, clock=term.clock)
    assert privacy.count(OTHERS[0])["event"] > 0


def _asked(student: str) -> Erasure:
    return Erasure(student=student, erased_at=START, asked_by="p", reason="r")
