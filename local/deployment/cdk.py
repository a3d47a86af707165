"""The CDK's own command line, pointed at the emulated account and at nothing else."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from local.deployment.surroundings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from local.deployment.account import EmulatedAccount

CDK = PROJECT / "node_modules" / ".bin" / "cdk"
INFRASTRUCTURE = PROJECT / "infrastructure"
_WITHIN_S = 300
_LINES_SHOWN = 15


class CdkError(Exception):
    """The command failed; the message is what it printed last."""


class Cdk:
    """`cdk` run in the folder of the app, with a context and a folder for the assembly."""

    def __init__(
        self,
        account: EmulatedAccount,
        *,
        context: Mapping[str, str],
        assembly: Path,
        folder: Path = INFRASTRUCTURE,
    ) -> None:
        self._account = account
        self._context = context
        self._assembly = assembly
        self._folder = folder

    def bootstrap(self, *regions: str) -> str:
        """Prepare the account in each region; once is enough, and needs no app."""
        places = (f"aws://{self._account.number}/{one}" for one in regions)
        return self._run("bootstrap", *places, context={}, folder=self._account.home)

    def deploy(self, **changed: str) -> str:
        """Deploy every stack; `changed` is context that differs from what was given."""
        context = {**self._context, **changed}
        return self._run(
            "deploy", "--all", "--require-approval", "never", *self._output(), context=context
        )

    def destroy(self) -> str:
        """Destroy every stack."""
        return self._run("destroy", "--all", "--force", *self._output(), context=self._context)

    def _output(self) -> tuple[str, str]:
        return "--output", str(self._assembly)

    def _run(self, *arguments: str, context: Mapping[str, str], folder: Path | None = None) -> str:
        given = [word for pair in context.items() for word in ("-c", "=".join(pair))]
        done = subprocess.run(
            [str(CDK), *arguments, *given, "--no-notices", "--no-color", "--ci"],
            cwd=folder or self._folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_WITHIN_S,
            check=False,
        )
        if done.returncode:
            raise CdkError(_last_lines(done.stdout))
        return done.stdout

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **ours,
            **self._account.emulator.environment(),
            "AWS_REGION": "us-east-1",
            "CDK_DISABLE_CLI_TELEMETRY": "1",
            "CDK_HOME": str(self._account.home / "cdk"),  # its cache of accounts is not the user's
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "18,20",
        }


def _last_lines(printed: str) -> str:
    lines: Sequence[str] = [line for line in printed.splitlines() if line.strip()]
    return "\n".join(lines[-_LINES_SHOWN:])
