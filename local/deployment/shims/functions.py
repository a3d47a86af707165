"""Deployed functions run on the project's Python, which is the one they were packaged for."""

from __future__ import annotations

from pathlib import Path

from ministack.core import lambda_runtime

from local.deployment.surroundings import PYTHON

_PREPARATION = Path(__file__).with_name("unpacked_code.py")


def register() -> None:
    """Prepare the unpacked code before the emulator's worker imports the handler."""
    original = lambda_runtime._detect_runtime_binary

    def detect(runtime: str) -> tuple[str, str]:
        binary, script = original(runtime)
        if not runtime.startswith("python"):
            return binary, script
        prepare = f"import runpy; runpy.run_path({str(_PREPARATION)!r}, run_name='__main__')\n"
        return str(PYTHON), prepare + script

    lambda_runtime._detect_runtime_binary = detect
