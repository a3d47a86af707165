"""`python -m local.oulad extract FOLDER --course AAA-2013J --into examples/oulad-AAA-2013J`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.oulad.extract import extract
from local.oulad.files import OuladError


def main(arguments: list[str] | None = None) -> int:
    """Cut one course run out of a folder of OULAD's files and say how large it is."""
    parser = argparse.ArgumentParser(prog="python -m local.oulad", description=main.__doc__)
    command = parser.add_subparsers(required=True).add_parser("extract", help=main.__doc__)
    command.add_argument("folder", type=Path, help="where the CSV files of OULAD are")
    command.add_argument("--course", required=True, help="the course run, such as AAA-2013J")
    command.add_argument("--into", required=True, type=Path, help="the folder to write")
    options = parser.parse_args(arguments)
    try:
        sizes = extract(options.folder, options.course, options.into)
    except OuladError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, size in sizes.items():
        sys.stdout.write(f"{size:>9,} bytes  {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
