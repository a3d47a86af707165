"""A deployment from an empty account to an empty account; what was seen on the way is kept.

It is the path where all goes well. The emulator's own mapping drops what fails, so what a mapping
does then is proved by `local/mapping` and by assertions on the template.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from infrastructure.destruction.destruction import Destruction
from local.checker import Identity, Verdict, check, holdings, identities
from local.deployment import instance
from local.deployment.api import DeployedApi
from local.deployment.cdk import Cdk, CdkError
from local.deployment.inventory import Inventory, inventory

if TYPE_CHECKING:
    from infrastructure.remains.search import StackName
    from local.deployment.account import EmulatedAccount

REGIONS = ("us-east-1", "us-west-2")
DATABASE = "monitor"
PLATFORM = "platform"  # the machine that sends
_PROCESSED_WITHIN_S = 60.0
_MARKS = (91, 64, 38)


@dataclasses.dataclass(kw_only=True)
class Seen:
    """What was seen, for people and tests to judge."""

    deployed: Inventory = frozenset()  # what the deployment added to the account
    outputs: dict[str, str] = dataclasses.field(default_factory=dict)
    health: tuple[int, Any] = (0, None)
    refused: tuple[int, Any] = (0, None)  # the answer to an event that is none
    strangers: list[tuple[int, Any]] = dataclasses.field(
        default_factory=list
    )  # without a token; with a bad one
    verdicts: list[Verdict] = dataclasses.field(default_factory=list)  # after each POST
    added: Inventory = frozenset()  # by the changed deployment
    gone: Inventory = frozenset()  # by the changed deployment
    failure: str = ""  # what the deployment whose migration fails printed last
    after_failure: str = ""  # the status of the stack then
    kept: bool = False  # whether the code that serves is then what it was
    left: Inventory = frozenset()  # after the end, and not before
    waiting: list[str] = dataclasses.field(default_factory=list)  # what only time removes
    databases: int = 0  # servers that still run after the end
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)


class Rehearsal:
    """The steps in order; each says what it does and how long it took."""

    def __init__(
        self,
        account: EmulatedAccount,
        cdk: Cdk,
        broken: Cdk,
        stacks: tuple[StackName, ...],
        say: Callable[[str], None],
        token: Callable[[str], str],
    ) -> None:
        self._account = account
        self._cdk = cdk
        self._broken = broken
        self._stacks = stacks
        self._say = say
        self._token = token
        self._sent: set[Identity] = set()
        self.seen = Seen()

    def run(self, change: Mapping[str, str]) -> Seen:
        """Bootstrap, deploy, use, deploy with a changed context, use again, destroy."""
        self._step("bootstrap", lambda: self._cdk.bootstrap(*REGIONS))
        before = self._inventory()
        self._step("deploy", self._cdk.deploy)
        first = self._inventory()
        self.seen.deployed, self.seen.outputs = first - before, self._outputs()
        self._step("first events", self._use)
        used = self._inventory()
        self._step("changed deploy", lambda: self._cdk.deploy(**change))
        changed = self._inventory()
        self.seen.added, self.seen.gone = changed - used, used - changed
        self._step("failing deploy", self._fail)
        self._step("more events", self._use)
        self._step("destroy", self._destroy)
        self.seen.left = self._inventory() - before
        self.seen.databases = len(self._account.instances())
        return self.seen

    def _step(self, name: str, work: Callable[[], object]) -> None:
        self._say(f"{name} ...")
        began = time.monotonic()
        work()
        self.seen.seconds[name] = time.monotonic() - began
        self._say(f"{name}: {self.seen.seconds[name]:.1f} s")

    def _fail(self) -> None:
        """Deploy code whose migration fails; what served before is to go on serving."""
        before = self._served()
        try:
            self._broken.deploy()
        except CdkError as error:
            self.seen.failure = str(error)
        name, region = self._stacks[-1]
        cloudformation = self._account.client("cloudformation", region)
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        self.seen.after_failure = stack["StackStatus"]
        self.seen.kept = bool(before) and self._served() == before

    def _served(self) -> dict[str, str]:
        """Return the hash of the code that each function's alias stands for."""
        functions = self._account.client("lambda")
        return {
            f"{one['FunctionName']}:{alias['Name']}": functions.get_function_configuration(
                FunctionName=one["FunctionName"], Qualifier=alias["Name"]
            )["CodeSha256"]
            for one in functions.list_functions()["Functions"]
            for alias in functions.list_aliases(FunctionName=one["FunctionName"])["Aliases"]
        }

    def _use(self) -> None:
        """POST events, wait until they are in the database, and hold them to what was sent."""
        api = self._api(self._token(PLATFORM))
        self.seen.health = api.call("GET", "/v1/health")
        self.seen.strangers = [self._api(t).call("GET", "/v1/courses") for t in ("", "a.b.c")]
        self._let_send(PLATFORM)
        self.seen.refused = api.call("POST", "/v1/events", {"event_id": "no event"})
        events = _events(len(self._sent))
        status, receipt = api.call("POST", "/v1/events", events)
        if status != 202:
            raise RuntimeError(f"POST /v1/events: {status} {receipt}")
        self._sent |= identities((event["event_id"], event["occurred_at"]) for event in events)
        self.seen.verdicts.append(self._verdict())

    def _let_send(self, client: str) -> None:
        administrator = self._api(self._token("administrator"))
        status, body = administrator.call("PUT", f"/v1/clients/{client}", {"source": "local"})
        if status not in {200, 201}:
            raise RuntimeError(f"PUT /v1/clients/{client}: {status} {body}")

    def _verdict(self) -> Verdict:
        [home] = self._account.instances()
        dsn = instance.dsn(home, DATABASE)
        deadline = time.monotonic() + _PROCESSED_WITHIN_S
        while True:
            verdict = check(self._sent, *holdings(dsn))
            if verdict.ok or time.monotonic() > deadline:
                return verdict
            time.sleep(0.2)

    def _destroy(self) -> None:
        self._cdk.destroy()
        destruction = Destruction(
            stacks=self._stacks, clients=self._account.client, say=self._say, pause=_soon
        )
        self.seen.waiting = [one.kind.value for one in destruction.run(including_backups=True)]

    def _outputs(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, region in self._stacks:
            [stack] = self._account.client("cloudformation", region).describe_stacks(
                StackName=name
            )["Stacks"]
            found |= {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
        return found

    def _api(self, token: str) -> DeployedApi:
        [api] = self._account.client("apigateway").get_rest_apis()["items"]
        [stage] = self._account.client("apigateway").get_stages(restApiId=api["id"])["item"]
        return DeployedApi(
            self._account.emulator.endpoint_url,
            api["id"],
            stage["stageName"],
            token=token,
        )

    def _inventory(self) -> Inventory:
        return inventory(self._account.client, *REGIONS)


def _soon(_: float) -> None:
    """Stacks of the emulator go at once: no need to wait as long as for AWS."""
    time.sleep(0.1)


def _events(sent: int) -> list[dict[str, Any]]:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return [
        {
            "event_id": f"rehearsal-{sent + number}",
            "event_type": "assessment_scored",
            "student_id": f"s-{number}",
            "course_id": "MATH-1",
            "occurred_at": (now - dt.timedelta(minutes=number)).isoformat(),
            "item_id": "quiz-1",
            "score": mark,
            "max_score": 100,
        }
        for number, mark in enumerate(_MARKS)
    ]
