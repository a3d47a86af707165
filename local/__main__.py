"""`python -m local`: run, demo, import, backtest, digest, verify, status, token, deploy, reset."""

from __future__ import annotations

import argparse
import sys

from local import commands
from local.backtest import command as backtest
from local.identity import PEOPLE


def main() -> int:
    """Do what the arguments say; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parts = parser.add_subparsers(dest="command", required=True)
    run = parts.add_parser("run", help="bring everything up, play an example, serve until Ctrl-C")
    run.add_argument("--example", help="oulad, term or none")
    run.add_argument("--port", type=int, help="the API's port")
    run.add_argument("--speed", type=float, help="days per second; as fast as it goes without")
    demo = parts.add_parser("demo", help="from empty: play an example, print a report, exit")
    demo.add_argument("--example", help="oulad or term")
    imported = parts.add_parser("import", help="play courses of a data set into the system")
    imported.add_argument("format", choices=["oulad"])
    imported.add_argument("folder")
    imported.add_argument("--course", action="append", help="such as AAA-2013J; all without")
    imported.add_argument("--marking-lag-days", type=int, default=0)
    backtest.add_to(parts)
    digest = parts.add_parser("digest", help="one hash of all derived state")
    digest.add_argument("--as-of", help="RFC 3339; the clock's time without")
    verify = parts.add_parser("verify", help="the access ledger, whole; ids of events used twice")
    verify.add_argument("--noted", default="", help="BATCH:HASH, as it was printed before")
    parts.add_parser("status", help="what is stored, quarantined, open")
    token = parts.add_parser("token", help="a token of somebody ready-made, for the API")
    token.add_argument("name", choices=sorted(PEOPLE))
    parts.add_parser("deploy", help="rehearse a deployment: bootstrap, deploy, use, destroy")
    parts.add_parser("reset", help="remove all data")
    return commands.execute(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
