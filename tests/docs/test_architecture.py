"""docs/architecture.md names metrics, functions and tables as the code has them."""

from __future__ import annotations

import importlib
import re

import psycopg2

from chalicelib.telemetry import Metric, name_of
from local.paths import PROJECT

TEXT = (PROJECT / "docs" / "architecture.md").read_text()


def test_every_metric_is_documented_with_its_unit_and_meaning():
    documented = re.findall(
        r"^\| `(\w+)` \| (\w+) \| (.*) \|$", TEXT.partition("## Metrics")[2], re.MULTILINE
    )
    known = [(name_of(m), m.value.unit.value, m.value.meaning) for m in Metric]
    assert documented == known


def test_every_function_that_an_event_passes_is_there():
    steps = TEXT.partition("## The walk of one event")[2].partition("Beside it")[0]
    named = re.findall(r"`((?:app|consumer|services|adapters|domain)\.[\w.]+)`", steps)
    assert {"app.post_events", "services.announce.announce"} <= set(named)
    for name in named:
        parts = name.split(".")
        for cut in range(len(parts), 0, -1):
            module = ".".join(parts[:cut])
            try:
                found = importlib.import_module(
                    module if module == "app" else f"chalicelib.{module}"
                )
            except ModuleNotFoundError:
                continue
            break
        for attribute in parts[cut:]:
            assert hasattr(found, attribute), name
            found = getattr(found, attribute)


def test_every_table_is_documented(database):
    connection = psycopg2.connect(database.dsn())
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        )
        tables = {name for (name,) in cursor.fetchall()} - {"migration", "event_partition"}
    connection.close()
    section = TEXT.partition("| table | written by | holds |")[2].partition("**Retractions.**")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == tables
