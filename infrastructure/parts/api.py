"""What Chalice leaves open of its API: names, throttling, logs, compression, where calls go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws_cdk import Fn, Stack
from constructs import Construct

from infrastructure.names import named
from infrastructure.parts.api_log_writer import api_log_writer
from infrastructure.parts.functions import API
from infrastructure.parts.gateway_responses import gateway_responses
from infrastructure.parts.log_group import log_group
from infrastructure.parts.metrics import measured

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sam as sam

    from infrastructure.environments import Deployment

STAGE = "api"  # Chalice's name for it; part of the address
NAME = "monitor-api"
# Above the peak of POSTs (events of the peak / events of a POST) as much again is let through,
# for reads; and at least this much.
_LEAST_REQUESTS_PER_SECOND = 50
_BURST = 2
_METHODS = ("get", "put", "post", "delete")
_LOGGED = {
    "at": "$context.requestTime",
    "request_id": "$context.requestId",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",  # not the path: it names students
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "client": "$context.authorizer.client",  # not the subject: it may be a student's own id
    "error": "$context.error.message",
}


def api_name(suffix: str) -> str:
    """Return the name under which API Gateway publishes the API's metrics."""
    return named(NAME, suffix)


def server_errors(*, api_name: str, stage: str) -> cloudwatch.Metric:
    """Return which share of the answers are errors of ours: Chalice turns what is raised into 500.

    API Gateway knows no versions of functions: the running code's errors count as well.
    """
    dimensions = {"ApiName": api_name, "Stage": stage}
    return measured("AWS/ApiGateway", "5XXError", dimensions, statistic="Average")


class ApiSettings(Construct):
    """Settles the API of a Chalice application."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        api: sam.CfnApi,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, id_)
        self._api = api
        self.name = api_name(deployment.suffix)
        settings = {
            "Name": self.name,
            "DefinitionBody.info.title": self.name,  # it would win over the name
            "DefinitionBody.x-amazon-apigateway-gateway-responses": gateway_responses(),
            "OpenApiVersion": "2.0",  # otherwise SAM adds a second stage, open and unwatched
            "MinimumCompressionSize": 1024,  # also what makes it inflate bodies that come gzipped
            "TracingEnabled": True,
            "MethodSettings": [_method_settings(deployment)],
            "AccessLogSetting": self._access_log(deployment, key),
        }
        for name, value in settings.items():
            api.add_property_override(name, value)
        self._call_the_alias()

    def _access_log(self, deployment: Deployment, key: kms.IKey) -> dict[str, str]:
        group = log_group(
            self,
            "AccessLog",
            name=f"/aws/apigateway/{self.name}",
            days=deployment.environment.log_days,
            key=key,
        )
        self._api.add_resource_dependency(api_log_writer(self, suffix=deployment.suffix))
        return {"DestinationArn": group.log_group_arn, "Format": json.dumps(_LOGGED)}

    def _call_the_alias(self) -> None:
        """Point every route at the alias; Chalice points them at the newest code."""
        uri = Fn.sub(
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31"
            f"/functions/${{{API.handler}.Alias}}/invocations"
        )
        for path, operations in self._document()["paths"].items():
            for method in operations.keys() & set(_METHODS):
                route = ".".join(("paths", path.replace(".", r"\."), method))
                self._api.add_property_override(
                    f"DefinitionBody.{route}.x-amazon-apigateway-integration.uri", uri
                )

    def _document(self) -> dict[str, Any]:
        document: dict[str, Any] = Stack.of(self).resolve(self._api.definition_body)
        return document


def _method_settings(deployment: Deployment) -> dict[str, Any]:
    rate = max(_LEAST_REQUESTS_PER_SECOND, round(2 * deployment.environment.posts_per_second))
    return {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "ThrottlingRateLimit": rate,
        "ThrottlingBurstLimit": _BURST * rate,
        "MetricsEnabled": True,
        # Its own log goes to a group that API Gateway makes, and that nothing removes.
        "LoggingLevel": "OFF",
        "DataTraceEnabled": False,  # it would log bodies: records of students
    }
