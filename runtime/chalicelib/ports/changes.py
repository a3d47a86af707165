"""What people change besides: alerts, corrections, policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from chalicelib.domain.alert_changes import Case, Step
    from chalicelib.domain.correction import Correction
    from chalicelib.domain.in_force import PolicyVersion
    from chalicelib.domain.policy import Overrides


class AlertChanges(Protocol):
    """Keeps what people do with alerts."""

    def change(
        self,
        alert_id: int,
        person: str,
        as_of: dt.datetime,
        decide: Callable[[Case], Step | None],
    ) -> Case | None:
        """Make the step that `decide` returns, alone with the alert; None for no such alert."""
        ...


class Corrections(Protocol):
    """Keeps requests for correction."""

    def change(
        self, student: str, number: int, become: Callable[[Correction], Correction], *, person: str
    ) -> Correction | None:
        """Keep what a request becomes, alone with it; None when there is no such request."""
        ...


class PolicyVersions(Protocol):
    """Keeps every version of what institutions ('') and courses change of the preset policy."""

    def in_force(self) -> dict[str, Overrides]:
        """Return what is changed now, by course."""
        ...

    def versions(self, course: str) -> Sequence[PolicyVersion]:
        """Return the latest versions of one scope, newest first."""
        ...

    def put(
        self,
        course: str,
        overrides: Overrides,
        sent: str,
        *,
        person: str,
        check: Callable[[dict[str, Overrides]], None],
    ) -> bool:
        """Keep a new version unless `check` refuses all that would be in force."""
        ...
