"""Services of which the emulator keeps nothing, each as far as a destruction asks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Pages:
    """A paginator whose one page is asked for when it is read, as botocore's are."""

    def __init__(self, page: Callable[..., dict[str, Any]]) -> None:
        self._page = page

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        yield self._page(**asked)


class Interfaces:
    """EC2 with one interface in one security group."""

    def __init__(self, group: str, status: str, freed: Callable[[], None] = lambda: None) -> None:
        self.status = status
        self._group = group
        self._freed = freed

    def get_paginator(self, _: str) -> Pages:
        return Pages(self._describe)

    def delete_network_interface(self, **_: str) -> None:
        self.status = "deleted"
        self._freed()

    def _describe(self, *, Filters: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        [only] = Filters
        there = self._group in only["Values"] and self.status != "deleted"
        one = {"NetworkInterfaceId": "eni-1", "Status": self.status}
        return {"NetworkInterfaces": [one] if there else []}


class HeldUp:
    """CloudFormation with a stack that cannot be deleted before `free` was called."""

    class exceptions:  # noqa: N801  # as botocore has it
        ClientError = ClientError

    def __init__(
        self, name: str, resource: tuple[str, str] = ("AWS::EC2::SecurityGroup", "sg-1")
    ) -> None:
        self.deletions = 0
        self.refused: Callable[[], object] = lambda: None
        self._name = name
        self._resource = resource
        self._free = False
        self._status = "CREATE_COMPLETE"

    def free(self) -> None:
        self._free = True

    def delete_stack(self, **_: str) -> None:
        self.deletions += 1
        self._status = "DELETE_COMPLETE" if self._free else "DELETE_FAILED"
        if not self._free:
            self.refused()

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": self._status}]}

    def get_paginator(self, asked: str) -> Pages:
        resource = {
            "ResourceType": self._resource[0],
            "PhysicalResourceId": self._resource[1],
            "ResourceStatus": self._status,
        }
        stack = {"StackName": self._name, "StackId": "id", "StackStatus": self._status}
        pages = {
            "list_stacks": {"StackSummaries": [stack]},
            "list_stack_resources": {"StackResourceSummaries": [resource]},
            "describe_stack_events": {"StackEvents": []},
        }
        return Pages(lambda **_: pages[asked])


class Backup:
    """AWS Backup with one vault; the emulator's makes no recovery points."""

    def __init__(
        self,
        *points: str,
        refuses: bool = False,
        keeps: bool = False,
        emptied: Callable[[], None] = lambda: None,
    ) -> None:
        self.points = list(points)
        self.status = "COMPLETED"
        self._refuses = refuses
        self._keeps = keeps
        self._emptied = emptied

    def get_paginator(self, _: str) -> Pages:
        return Pages(self._list)

    def delete_recovery_point(self, *, BackupVaultName: str, RecoveryPointArn: str) -> None:  # noqa: N803
        assert BackupVaultName == "vault-dev"
        if self._keeps:
            raise _refusal("InvalidResourceStateException")
        self.points.remove(RecoveryPointArn)
        self._emptied()

    def _list(self, **_: str) -> dict[str, Any]:
        if self._refuses:
            raise _refusal("AccessDeniedException")
        return {
            "RecoveryPoints": [
                {"RecoveryPointArn": arn, "Status": self.status} for arn in self.points
            ]
        }


def _refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "AccessDenied"}}, "AnyOperation")  # type: ignore[typeddict-item]


class Rds:
    """RDS with backups beside the instance, none of which the emulator makes."""

    def __init__(
        self,
        *,
        automated: dict[str, list[str]] | None = None,
        snapshots: dict[str, list[str]] | None = None,
    ) -> None:
        self.automated = automated or {}
        self.snapshots = snapshots or {}

    class exceptions:  # noqa: N801  # as botocore has it
        class DBInstanceAutomatedBackupNotFoundFault(Exception):  # noqa: N818
            pass

    def get_paginator(self, asked: str) -> Pages:
        return Pages(self._automated if "automated" in asked else self._snapshots)

    def delete_db_instance_automated_backup(self, *, DBInstanceAutomatedBackupsArn: str) -> None:  # noqa: N803
        self.automated["db-dev"].remove(DBInstanceAutomatedBackupsArn)

    def delete_db_snapshot(self, *, DBSnapshotIdentifier: str) -> None:  # noqa: N803
        self.snapshots["db-dev"].remove(DBSnapshotIdentifier)

    def _automated(self, *, DBInstanceIdentifier: str) -> dict[str, Any]:  # noqa: N803
        if DBInstanceIdentifier not in self.automated:
            raise self.exceptions.DBInstanceAutomatedBackupNotFoundFault
        kept = self.automated[DBInstanceIdentifier]
        return {
            "DBInstanceAutomatedBackups": [{"DBInstanceAutomatedBackupsArn": arn} for arn in kept]
        }

    def _snapshots(self, *, DBInstanceIdentifier: str, SnapshotType: str) -> dict[str, Any]:  # noqa: N803
        assert SnapshotType == "manual"
        kept = self.snapshots.get(DBInstanceIdentifier, [])
        return {"DBSnapshots": [{"DBSnapshotIdentifier": name} for name in kept]}
