"""`python -m infrastructure.gates cdk.out/*`: what is about to be deployed passes every gate."""

import sys
from collections.abc import Iterator
from pathlib import Path

from infrastructure.gates.acknowledged import ACKNOWLEDGED
from infrastructure.gates.assembly import code, stacks
from infrastructure.gates.findings import unanswered
from infrastructure.gates.passing import findings


def main(folders: list[str]) -> int:
    """Print what stands against deploying; return 0 when that is nothing."""
    assemblies = [Path(folder) for folder in folders]
    against = [*_unanswered(assemblies), *_differing(assemblies)]
    print("\n".join(against) or f"Nothing against {', '.join(folders)}.")
    return int(bool(against) or not folders)


def _unanswered(assemblies: list[Path]) -> Iterator[str]:
    for assembly in assemblies:
        for stack in stacks(assembly):
            found = findings(stack.template, region=stack.region)
            yield from (f"{stack.name}: {one}" for one in unanswered(found, ACKNOWLEDGED))


def _differing(assemblies: list[Path]) -> Iterator[str]:
    """Say so when what is tried in one environment is not what runs in the next."""
    if len({frozenset(code(assembly)) for assembly in assemblies}) > 1:
        yield "The code of the functions differs from one assembly to the other."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
