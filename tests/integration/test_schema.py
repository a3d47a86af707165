from __future__ import annotations

import threading

from chalicelib.adapters.migrations import files, migrate
from local.schema import SCHEMA, dump


def test_the_schema_is_the_sum_of_the_migrations(postgres):
    assert dump(postgres) == SCHEMA.read_text(), "run: python -m local.schema"


def test_migrations_are_numbered_without_a_gap():
    assert [int(path.stem[:4]) for path in files()] == list(range(1, len(files()) + 1))


def test_migrating_again_changes_nothing(database):
    assert migrate(database.dsn()) == []


def test_two_migrations_at_once_apply_each_file_once(postgres):
    name = "migrated_twice"
    postgres.create_database(name)
    applied: list[str] = []
    try:
        threads = [
            threading.Thread(target=lambda: applied.extend(migrate(postgres.dsn(name))))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    finally:
        postgres.drop_database(name)
    assert sorted(applied) == [path.stem for path in files()]


def test_partitions_are_made_once_and_take_strays_in(database):
    import psycopg2

    connection = psycopg2.connect(database.dsn("owner"))
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO event SELECT gen_random_uuid(), '2027-02-03', gen_random_uuid(),"
            " gen_random_uuid(), now(), 1, 's', 'e', 'c', 'x', '{}', NULL"
        )
        cursor.execute("SELECT ensure_event_partitions('2027-01-01', '2027-05-01', 3)")
        assert cursor.fetchone() == (2,)
        cursor.execute("SELECT ensure_event_partitions('2027-01-01', '2027-05-01', 3)")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT tableoid::regclass::text FROM event")
        assert cursor.fetchall() == [("event_202701",)]
        cursor.execute("SELECT drop_event_partitions('2027-04-01')")
        cursor.execute("SELECT count(*) FROM event")
        assert cursor.fetchone() == (0,)
    connection.close()
