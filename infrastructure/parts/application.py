"""The runtime in AWS: Chalice's routes and handlers, with every production property of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Acknowledgment, Fn, Validations
from constructs import Construct, IConstruct

from infrastructure.parts import rights
from infrastructure.parts.api import STAGE, ApiSettings, api_name, server_errors
from infrastructure.parts.canary import Canary
from infrastructure.parts.database_access import PRIVACY, DatabaseAccess
from infrastructure.parts.deployed_function import DeployedFunction
from infrastructure.parts.erasure_list import erasure_list
from infrastructure.parts.event_mapping import event_mapping
from infrastructure.parts.functions import (
    ANNOUNCER,
    API,
    CONSUMER,
    FUNCTIONS,
    MIGRATION,
    SEALER,
    SWEEP,
    VERIFIER,
    Function,
)
from infrastructure.parts.maintenance import maintained_daily
from infrastructure.parts.metrics import emitted
from infrastructure.parts.packaging import packaged
from infrastructure.parts.pseudonym_key import pseudonym_key
from infrastructure.parts.schema_migration import SchemaMigration

if TYPE_CHECKING:
    from aws_cdk import aws_sam as sam
    from aws_cdk import aws_sns as sns

    from infrastructure.environments import Deployment
    from infrastructure.parts.database import MonitorDatabase
    from infrastructure.parts.event_stream import EventStream
    from infrastructure.parts.identity import Identity
    from infrastructure.parts.keys import Keys
    from infrastructure.parts.network import Network
    from infrastructure.stacks.recovery import RecoveryRegionStack


class Application(Construct):
    """Use `functions` (by handler), `mapping`, `api_id`, `api_name`, `stage`, `consumer_arn`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        network: Network,
        keys: Keys,
        event_stream: EventStream,
        database: MonitorDatabase,
        identity: Identity,
        alert_topic: sns.ITopic,
        operator_topic: sns.ITopic,
        recovery: RecoveryRegionStack | None,
    ) -> None:
        super().__init__(scope, id_)
        self._deployment = deployment
        self._keys = keys
        self._stream = event_stream
        self._alerts = alert_topic
        self._identity = identity
        self._access = DatabaseAccess(database=database)
        self._erasures = erasure_list(self, suffix=deployment.suffix, key=keys.messages)
        self._pseudonym_key = pseudonym_key(
            self, suffix=deployment.suffix, key=keys.messages, recovery=recovery
        )
        self.chalice = packaged(self)
        self.functions = {
            function.handler: self._function(function, network) for function in FUNCTIONS
        }
        self._let_each_do_its_own()
        self.migration = self._migrated_first(network, database)
        self._shift_traffic(operator_topic)
        self.mapping = self._mapping()
        self._api(keys)
        maintained_daily(self, suffix=deployment.suffix, function=self.functions[MIGRATION.handler])

    @property
    def consumer_concurrency(self) -> int:
        """How many consumers run at once at most: one per shard and lane of the mapping."""
        environment = self._deployment.environment
        return environment.shards * environment.parallelization_factor

    @property
    def consumer_arn(self) -> str:
        """The consumer's alias."""
        return Fn.ref(f"{CONSUMER.handler}.Alias")

    def _function(self, function: Function, network: Network) -> DeployedFunction:
        resource = cast("sam.CfnFunction", self.chalice.get_resource(function.handler))
        deployed = DeployedFunction(
            self,
            function.handler,
            function=function,
            resource=resource,
            deployment=self._deployment,
            network=network,
            key=self._keys.messages,
            settings=self._settings(function),
        )
        if function.user:
            self._access.may_sign_in(deployed.role, user=function.user)
        return deployed

    def _settings(self, function: Function) -> dict[str, str]:
        if function.user is None:
            return {
                "MONITOR_ENVIRONMENT": self._deployment.suffix,
                "MONITOR_ISSUER": self._identity.issuer,
                "MONITOR_AUDIENCE": self._identity.audience,
                "MONITOR_CLIENTS": self._identity.clients,
                "MONITOR_SUBJECT_CLAIM": self._identity.subject_claim,
            }
        return {
            **self._common(),
            **self._access.settings(user=function.user),
            **self._own(function),
        }

    def _common(self) -> dict[str, str]:
        environment = self._deployment.environment
        return {
            "MONITOR_ENVIRONMENT": self._deployment.suffix,
            "MONITOR_STREAM_NAME": self._stream.stream.stream_name,
            "MONITOR_TOPIC_ARN": self._alerts.topic_arn,
            "MONITOR_LANES": str(environment.lanes),
            "MONITOR_PARTITION_MONTHS": str(environment.partition_months),
            "MONITOR_RETENTION_DAYS": str(environment.retention_days),
            "MONITOR_ERASURE_LIST": f"s3://{self._erasures.bucket_name}",
        }

    def _own(self, function: Function) -> dict[str, str]:
        if function in (SEALER, VERIFIER):
            heads = {"MONITOR_LEDGER_HEADS": f"s3://{self._erasures.bucket_name}"}
            whole = str((VERIFIER.timeout_s - 60) * 1000)  # tables, at night
            return heads | ({"MONITOR_STATEMENT_TIMEOUT_MS": whole} if function is VERIFIER else {})
        if function not in (API, MIGRATION):
            return {}
        common = {"MONITOR_PSEUDONYM_KEY_SECRET": self._pseudonym_key.secret_arn}
        if function is MIGRATION:
            return common | {"MONITOR_ADMINISTRATOR": self._deployment.administrator}
        return common | {
            "MONITOR_PRIVACY_CONNINFO": self._access.privacy_conninfo(),
            "MONITOR_PERSON_KEY_ARN": self._keys.people.key_arn,
            "MONITOR_MACHINE_REQUESTS_PER_S": str(
                self._deployment.environment.machine_requests_per_second
            ),
        }

    def _let_each_do_its_own(self) -> None:
        roles = {handler: deployed.role for handler, deployed in self.functions.items()}
        stream, key = self._stream.stream, self._keys.messages
        rights.may_write_events(roles[API.handler], stream, self._keys.stream)
        for function in (API, MIGRATION):
            rights.may_read_secret(roles[function.handler], self._pseudonym_key)
        self._access.may_sign_in(roles[API.handler], user=PRIVACY)
        rights.may_seal(roles[API.handler], self._keys.people, suffix=self._deployment.suffix)
        rights.may_list_erasures(roles[API.handler], self._erasures, key)
        rights.may_read_erasures(roles[MIGRATION.handler], self._erasures, key)
        for function in (SEALER, VERIFIER):
            rights.may_note_heads(roles[function.handler], self._erasures, key)
        rights.may_verify(roles[VERIFIER.handler], self._erasures)
        for function in FUNCTIONS:
            if function.user:
                rights.may_read_last_erased(roles[function.handler], self._erasures, key)
        rights.may_read_events(roles[CONSUMER.handler], stream, self._keys.stream)
        rights.may_give_up(roles[CONSUMER.handler], self._stream.dead_letters, key)
        for function in (CONSUMER, SWEEP, ANNOUNCER):
            rights.may_publish(roles[function.handler], self._alerts, key)
        master = self._access.database.secret
        rights.may_read_secret(roles[MIGRATION.handler], master)

    def _migrated_first(self, network: Network, database: MonitorDatabase) -> SchemaMigration:
        """Hold back every function that expects the schema until it is there."""
        deployed = self.functions[MIGRATION.handler]
        migration = SchemaMigration(
            self,
            "SchemaMigration",
            function_arn=deployed.resource.get_att("Arn").to_string(),
            after=(deployed, network, database),
        )
        for handler, other in self.functions.items():
            if handler != MIGRATION.handler:
                other.resource.add_resource_dependency(migration.step)
        return migration

    def _shift_traffic(self, operators: sns.ITopic) -> None:
        """Move API and consumer to new code; neither need raise for its code to be wrong."""
        canary = Canary(self, "Canary", deployment=self._deployment, operators=operators)
        suffix = self._deployment.suffix
        answers = server_errors(api_name=api_name(suffix), stage=STAGE)
        canary.watch(API, self.functions[API.handler].resource, **{"server-errors": answers})
        held = emitted("BatchesHeld", suffix=suffix)
        canary.watch(CONSUMER, self.functions[CONSUMER.handler].resource, held=held)

    def _mapping(self) -> Any:
        consumer = self.functions[CONSUMER.handler].resource
        consumer.add_property_deletion_override("Events")
        consumer.add_property_override("ReservedConcurrentExecutions", self.consumer_concurrency)
        mapping = event_mapping(
            self,
            consumer=self.consumer_arn,
            stream=self._stream.stream,
            dead_letters=self._stream.dead_letters,
            parallelization_factor=self._deployment.environment.parallelization_factor,
        )
        _names_an_alias(mapping)
        return mapping

    def _api(self, keys: Keys) -> None:
        api = cast("sam.CfnApi", self.chalice.get_resource("RestAPI"))
        self.stage = STAGE
        self.api_id = api.ref
        settings = ApiSettings(self, "Api", deployment=self._deployment, api=api, key=keys.messages)
        self.api_name = settings.name
        permission = self.chalice.get_resource("APIHandlerInvokePermission")
        permission.add_property_override("FunctionName", {"Ref": f"{API.handler}.Alias"})
        _names_an_alias(permission)


def _names_an_alias(resource: IConstruct) -> None:
    """Say that a reference which the CDK does not know is made by SAM's transform."""
    Validations.of(resource).acknowledge(
        Acknowledgment(
            id="CloudFormation-Validate::F1020",
            reason="SAM makes the alias and what refers to it: <function>.Alias",
        )
    )
