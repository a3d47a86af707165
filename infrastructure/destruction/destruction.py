"""A deployment's end: its backups if they are named, its stacks, then what outlives them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from infrastructure.remains.made import Clients
from infrastructure.remains.remain import Kind, Remain
from infrastructure.remains.search import StackName, remains

_LOOK_EVERY_S = 10.0
_GONE = {"", "DELETE_COMPLETE"}


class DestructionError(Exception):
    """The deployment stays, or a part of it; the message says what to do."""


class Destruction:
    """Takes down the stacks, the last one named first, and what CloudFormation cannot."""

    def __init__(
        self,
        *,
        stacks: Sequence[StackName],
        clients: Clients,
        say: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
        within_s: float = 5400.0,  # interfaces take up to 40 minutes, an instance up to 20
    ) -> None:
        self._stacks = stacks
        self._clients = clients
        self._say = say
        self._pause = pause
        self._looks = int(within_s / _LOOK_EVERY_S)

    def show(self) -> list[Remain]:
        """Say what there is, by class, and change nothing."""
        for name, region in self._stacks:
            self._say(f"stack {name} in {region}: {self._status(name, region) or 'not there'}")
        found = remains(self._stacks, self._clients)
        for line in listed(found):
            self._say(line)
        return found

    def run(self, *, including_backups: bool) -> list[Remain]:
        """Remove all of it; return what nobody can remove. Safe to repeat.

        Raises DestructionError, before anything is changed, where stacks hold backups that were
        not named: with the stacks would go the keys, without which a backup is noise.
        """
        found = remains(self._stacks, self._clients)
        backups = [one for one in found if one.kind.backup]
        if backups and not including_backups and self._there():
            raise DestructionError(
                f"Nothing was changed: there are {len(backups)} backups, which could not be read "
                "without the keys of the stacks. Name them (BACKUPS=1) to have all of it go."
            )
        self._sweep(including_backups=including_backups, blocking=True)
        for name, region in reversed(self._stacks):
            self._delete(name, region, including_backups=including_backups)
        self._sweep(including_backups=including_backups, blocking=False)
        return remains(self._stacks, self._clients)

    def _there(self) -> bool:
        return any(self._status(name, region) not in _GONE for name, region in self._stacks)

    def _delete(self, name: str, region: str, *, including_backups: bool) -> None:
        """Delete a stack, again when an interface or a backup made meanwhile was in its way."""
        cloudformation = self._clients("cloudformation", region)
        if self._status(name, region) not in _GONE:
            self._say(f"deleting the stack {name} in {region}")
            cloudformation.delete_stack(StackName=name)
        for _ in range(self._looks):
            status = self._status(name, region)
            if status in _GONE:
                return
            if status == "DELETE_FAILED":
                self._sweep(including_backups=including_backups, blocking=True)
                cloudformation.delete_stack(StackName=name)
            self._pause(_LOOK_EVERY_S)
        raise DestructionError(f"The stack {name} in {region} is still {status}; try again later.")

    def _sweep(self, *, including_backups: bool, blocking: bool) -> None:
        """Remove what may go: only what holds up a stack, or all of it.

        What a service will not let go now (RDS keeps the copies of an instance that is there)
        does not keep the rest: it is said, and listed at the end.
        """
        for one in remains(self._stacks, self._clients):
            allowed = including_backups or not one.kind.backup
            if one.remove is None or not allowed or (blocking and not one.kind.blocks):
                continue
            self._say(f"removing from {one.kind.value} in {one.region}: {one.name}")
            try:
                one.remove()
            except ClientError as error:
                self._say(f"  not now: {error}")

    def _status(self, name: str, region: str) -> str:
        cloudformation = self._clients("cloudformation", region)
        try:
            [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        except cloudformation.exceptions.ClientError as error:
            if "does not exist" in str(error):
                return ""
            raise
        status: Any = stack["StackStatus"]
        return str(status)


def listed(found: Iterable[Remain]) -> list[str]:
    """Return the list for people: each class with its number, then what is in it."""
    classes: dict[Kind, list[Remain]] = {}
    for one in found:
        classes.setdefault(one.kind, []).append(one)
    lines = []
    for kind, members in classes.items():
        only = " (only with BACKUPS=1)" if kind.backup else ""
        lines.append(f"{kind.value}: {len(members)}{only}")
        lines.extend(f"  {one.region}  {one.name}  {one.why}".rstrip() for one in members)
    return lines or ["nothing outlives the stacks"]
