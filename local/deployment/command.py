"""`python -m local deploy`: the deployment rehearsed from bootstrap to destruction."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from infrastructure.destruction.stacks import stacks_of
from local.deployment.account import EmulatedAccount
from local.deployment.broken_copy import broken_copy
from local.deployment.cdk import Cdk, CdkError
from local.deployment.gaps import GAPS
from local.deployment.rehearsal import Rehearsal, Seen
from local.identity import AUDIENCE, named
from local.identity.issuer import Issuer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUFFIX = "rehearsal"
CONTEXT = {
    "environmentSuffix": SUFFIX,
    "environment": "dev",
    "adminEmail": "first@example.org",
    "secondRegion": "true",
}
CHANGE = {"adminEmail": "second@example.org"}


def rehearse(home: Path, say: Callable[[str], None]) -> Seen:
    """Run every step in an account of its own below `home`, which is empty afterwards."""
    with EmulatedAccount(home) as account, _issuer() as issuer:
        context = {
            **CONTEXT,
            "issuer": issuer.signer.issuer,
            "audience": AUDIENCE,
            "administrator": "administrator",
        }
        cdk = Cdk(account, context=context, assembly=home / "cdk.out")
        broken = Cdk(
            account,
            context={**context, **CHANGE},
            assembly=home / "broken.out",
            folder=broken_copy(home / "broken"),
        )
        return Rehearsal(
            account,
            cdk,
            broken,
            stacks_of(SUFFIX),
            say,
            lambda name: issuer.signer.token(named(name)),
        ).run(CHANGE)


@contextlib.contextmanager
def _issuer() -> Iterator[Issuer]:
    """Serve an issuer that the deployed functions, processes of this machine, can ask for keys."""
    server = Issuer(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def deploy(say: Callable[[str], None]) -> int:
    """Rehearse, and say what came of it; 0 when all is as it should be."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            seen = rehearse(Path(folder), say)
    except CdkError as error:
        say(str(error))
        return 1
    say(f"deployed: {len(seen.deployed)} things; {len(GAPS)} types cannot be made here (gaps.py)")
    for name, value in sorted(seen.outputs.items()):
        say(f"  {name:32} {value}")
    for number, verdict in enumerate(seen.verdicts, 1):
        say(f"events of POST {number}: {verdict}")
    say(f"left after the end: {sorted(seen.left) or 'nothing'}")
    good = all(verdict.ok for verdict in seen.verdicts) and not seen.left and not seen.databases
    return 0 if good else 1
