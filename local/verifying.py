"""`python -m local verify`: the access ledger on this machine, told in a few lines."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

from chalicelib.adapters.ledger_heads import FileHeads
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.ledger import PostgresLedger
from chalicelib.services import verifying

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console


def verify(conninfo: str, noted: str, console: Console, heads: Path) -> int:
    """Print what verifying finds; return 1 when a batch does not agree, 2 for no such anchor.

    `heads` is the file in which the sealer has noted them.
    """
    try:
        expected = verifying.noted(FileHeads(heads), noted, dt.datetime.now(dt.UTC))
    except ValueError:
        console.print("[bold red]--noted is BATCH:HASH, as this command prints it.[/]")
        return 2
    with contextlib.closing(Database(conninfo, statement_timeout_ms=0)) as database:
        kept = PostgresLedger(database)
        found = verifying.verify(kept, expected)
        reused = kept.reused_event_ids(verifying.MOST_REUSED)
    console.print(f"{found.entries:,} reads in {found.batches:,} batches agree.")
    console.print(f"{found.unsealed:,} reads are not sealed yet.")
    console.print(f"{found.erased:,} names in them were erased.")
    if found.head:
        console.print(f"Head: {found.head}")
    for source, event_id, times in reused:
        console.print(f"{source} has used the id {event_id} for {times} events.", markup=False)
    if found.broken:
        console.print(f"[bold red]Batch {found.broken_batch}: {found.broken}.[/]")
        return 1
    return 0
