"""What a deployment tells: outputs, exported under names that carry the suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnOutput

from infrastructure.names import exported, named
from infrastructure.parts.functions import ALIAS, CONSUMER

if TYPE_CHECKING:
    from infrastructure.stacks.monitor import MonitorStack


def tell(stack: MonitorStack, suffix: str) -> None:
    """Add every output to the stack."""
    for name, (value, description) in _outputs(stack, suffix).items():
        CfnOutput(
            stack,
            name,
            value=value,
            description=description,
            export_name=exported(name, suffix),
        )


def _alias_arn(stack: MonitorStack, function: str, suffix: str) -> str:
    """Return the ARN by name: the alias is made by SAM, and not in the template to refer to."""
    place = f"{stack.partition}:lambda:{stack.region}:{stack.account}"
    return f"arn:{place}:function:{named(function, suffix)}:{ALIAS}"


def _outputs(stack: MonitorStack, suffix: str) -> dict[str, tuple[str, str]]:
    application, database, events = stack.application, stack.database, stack.event_stream
    api_url = (
        f"https://{application.api_id}.execute-api.{stack.region}.{stack.url_suffix}"
        f"/{application.stage}/"
    )
    outputs = {
        "ApiUrl": (api_url, "Where events are POSTed: v1/events below it"),
        "StreamName": (events.stream.stream_name, "The stream of events"),
        "StreamArn": (events.stream.stream_arn, "The stream of events"),
        "DatabaseEndpoint": (database.endpoint, "What functions connect to"),
        "DatabaseSecretArn": (database.secret.secret_arn, "The master's password, rotated"),
        "ConsumerFunctionArn": (_alias_arn(stack, CONSUMER.name, suffix), "The consumer's alias"),
        "DeadLetterQueueUrl": (events.dead_letters.queue_url, "What the consumer gave up"),
        "OperatorTopicArn": (stack.notifications.operators.topic_arn, "Alarms"),
        "AlertTopicArn": (stack.notifications.alerts.topic_arn, "Alerts about students"),
    }
    if database.replica:
        endpoint = database.replica.db_instance_endpoint_address
        outputs["ReplicaEndpoint"] = (endpoint, "For analysts and reports")
    if pool := stack.identity.pool:
        outputs |= {
            "SignInUrl": (pool.sign_in_url, "Where people sign in; oauth2/token is below it"),
            "DashboardClientId": (pool.dashboard.user_pool_client_id, "The dashboard's client"),
            "UserPoolId": (pool.pool.user_pool_id, "Who may sign in"),
        }
        for name, client in pool.machines.items():
            title = "".join(part.capitalize() for part in name.split("-"))
            outputs[f"Machine{title}ClientId"] = (client.user_pool_client_id, "Sends events")
    outputs["Issuer"] = (stack.identity.issuer, "Whose tokens are taken")
    return outputs
