"""Whether each dependency answers, and how far behind the system is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable

Check = dict[str, Any]


def health(
    *, database: Callable[[], Check], stream: Callable[[], str], version: str
) -> tuple[bool, Check]:
    """Return whether all is well, and what each dependency says."""
    checks = {"database": _timed(database), "stream": _timed(lambda: {"status": stream()})}
    well = all(check["ok"] for check in checks.values())
    return well, {"ok": well, "version": version, "dependencies": checks}


def _timed(check: Callable[[], Check]) -> Check:
    began = time.perf_counter()
    try:
        found = check()
    except Exception as error:  # noqa: BLE001  # a client library's own: it did not answer
        logger.warning("a dependency does not answer: %s", error)  # names hosts: not for callers
        return {"ok": False, "detail": "does not answer"}
    return {"ok": True, "latency_ms": round((time.perf_counter() - began) * 1000, 1), **found}
