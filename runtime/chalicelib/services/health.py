"""Whether each dependency answers, and how far behind the system is."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable

Check = dict[str, Any]
KEPT_S = 1.0


def health(
    *, database: Callable[[], Check], stream: Callable[[], str], version: str
) -> tuple[bool, Check]:
    """Return whether all is well, and what each dependency says."""
    checks = {"database": _timed(database), "stream": _timed(lambda: {"status": stream()})}
    well = all(check["ok"] for check in checks.values())
    return well, {"ok": well, "version": version, "dependencies": checks}


class Pulse:
    """Whether every dependency answers, asked at most once a second: anybody may ask for it."""

    def __init__(
        self, *checks: Callable[[], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._checks = checks
        self._clock = clock
        self._last: tuple[float, bool] = (-math.inf, False)

    def well(self) -> bool:
        """Return what was found within the last second, or is found now."""
        if self._clock() - self._last[0] >= KEPT_S:
            self._last = self._clock(), all(map(_answers, self._checks))
        return self._last[1]


def _answers(check: Callable[[], object]) -> bool:
    return bool(_timed(lambda: {"found": check()})["ok"])


def _timed(check: Callable[[], Check]) -> Check:
    began = time.perf_counter()
    try:
        found = check()
    except Exception as error:  # noqa: BLE001  # a client library's own: it did not answer
        logger.warning("a dependency does not answer: %s", error)  # names hosts: not for callers
        return {"ok": False, "detail": "does not answer"}
    return {"ok": True, "latency_ms": round((time.perf_counter() - began) * 1000, 1), **found}
