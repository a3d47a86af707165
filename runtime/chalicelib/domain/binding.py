"""As which source a client sends events, as it is put."""

from __future__ import annotations

from typing import Annotated

import msgspec

from chalicelib.domain.events import NO_CONTROLS


class Binding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client's source; null: it may send no more."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=NO_CONTROLS)] | None
