"""`python -m infrastructure.destruction SUFFIX`: show what would go; with --yes, let it go."""

from __future__ import annotations

import argparse
import functools
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infrastructure.destruction.destruction import Destruction, DestructionError, listed
from infrastructure.destruction.stacks import stacks_of


def main() -> int:
    """Do what the arguments say; 0 when nothing is left but what only time removes."""
    parser = argparse.ArgumentParser(
        prog="python -m infrastructure.destruction", description=__doc__
    )
    parser.add_argument("suffix", help="the environmentSuffix of the deployment")
    parser.add_argument("--yes", action="store_true", help="do it; without, only show")
    parser.add_argument(
        "--including-backups",
        action="store_true",
        help="recovery points, replicated automated backups, snapshots and waiting secrets too",
    )
    given = parser.parse_args()
    destruction = Destruction(
        stacks=stacks_of(given.suffix),
        clients=functools.cache(lambda service, region: boto3.client(service, region)),
        say=print,
    )
    try:
        return _run(destruction, yes=given.yes, including_backups=given.including_backups)
    except (DestructionError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1


def _run(destruction: Destruction, *, yes: bool, including_backups: bool) -> int:
    if not yes:
        destruction.show()
        print("Nothing was changed; YES=1 does it.")
        return 0
    left = destruction.run(including_backups=including_backups)
    print(*listed(left), sep="\n")
    return int(any(one.remove and (including_backups or not one.kind.backup) for one in left))


if __name__ == "__main__":
    sys.exit(main())
