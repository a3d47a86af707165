"""Whether each dependency answers, and how far behind the system is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from chalicelib.domain.errors import UnavailableError

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
    except UnavailableError as error:
        return {"ok": False, "detail": str(error)}
    except Exception as error:  # noqa: BLE001  # a client library's own: it did not answer
        return {"ok": False, "detail": type(error).__name__}
    return {"ok": True, "latency_ms": round((time.perf_counter() - began) * 1000, 1), **found}
