"""The emulator, once for the suites that hold fakes and real adapters to one promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.emulator import Emulator
from local.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(Paths(tmp_path_factory.mktemp("emulator"))) as emulator:
        yield emulator
