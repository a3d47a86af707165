"""Registers every shim with the emulator before it starts.

Its table of handlers is private; there is no other way in. Each shim has a smoke test
(tests/local/deployment/), which a new version of the emulator has to pass.
"""

from ministack.services.cloudformation import provisioners

from local.deployment.shims import (
    alarms,
    database,
    functions,
    network,
    stack_outputs,
    stand_ins,
)


def register() -> None:
    """Add every shim, in place."""
    for shim in (stand_ins, network, database, alarms):
        shim.register(provisioners._RESOURCE_HANDLERS)
    functions.register()
    stack_outputs.register()
