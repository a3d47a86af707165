"""The API as it is deployed: who gets in, what the gateway answers and writes by itself."""

from __future__ import annotations

import json

import pytest

from tests.infrastructure.deployed import logical, of_type

OPEN_ROUTES = {("/v1/health", "get")}


def test_every_route_but_the_open_ones_asks_for_a_token(dev):
    [api] = of_type(dev, "AWS::ApiGateway::RestApi").values()
    open_ = {
        (path, method)
        for path, operations in api["Body"]["paths"].items()
        for method, operation in operations.items()
        if operation.get("security") != [{"sign_in": []}]
    }
    assert open_ == OPEN_ROUTES
    scheme = api["Body"]["securityDefinitions"]["sign_in"]
    assert scheme["x-amazon-apigateway-authtype"] == "custom"
    assert (scheme["in"], scheme["name"]) == ("header", "Authorization")
    asked = scheme["x-amazon-apigateway-authorizer"]
    assert (asked["type"], asked["authorizerResultTtlInSeconds"]) == ("token", 60)
    assert "SignIn.Arn" in json.dumps(asked["authorizerUri"])


def test_what_the_gateway_answers_by_itself_is_a_problem_document_too(dev):
    [api] = of_type(dev, "AWS::ApiGateway::RestApi").values()
    answers = api["Body"]["x-amazon-apigateway-gateway-responses"]

    assert {kind: one["statusCode"] for kind, one in answers.items()} == {
        "UNAUTHORIZED": "401",
        "AUTHORIZER_FAILURE": "503",
        "THROTTLED": "429",
    }
    for one in answers.values():
        told = one["responseParameters"]
        body = json.loads(one["responseTemplates"]["application/json"])
        assert told["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert str(body["status"]) == one["statusCode"]
        assert {"type", "title", "detail", "instance"} < set(body)


def test_the_api_is_regional_has_one_stage_and_inflates_gzipped_bodies(dev):
    [api] = of_type(dev, "AWS::ApiGateway::RestApi").values()
    [stage] = of_type(dev, "AWS::ApiGateway::Stage").values()
    [deployment] = of_type(dev, "AWS::ApiGateway::Deployment").values()

    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert api["MinimumCompressionSize"] == 1024
    assert api["Name"] == api["Body"]["info"]["title"] == "monitor-api-dev"
    assert "StageName" not in deployment
    assert stage["StageName"] == "api"
    assert stage["TracingEnabled"] is True


@pytest.mark.parametrize(("name", "rate"), [("dev", 50), ("prod", 400)])
def test_the_api_is_throttled_above_the_peak(name, rate, request):
    [stage] = of_type(request.getfixturevalue(name), "AWS::ApiGateway::Stage").values()
    [settings] = stage["MethodSettings"]

    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (rate, 2 * rate)
    assert settings["DataTraceEnabled"] is False


def test_the_access_log_names_routes_and_never_students(dev):
    [stage] = of_type(dev, "AWS::ApiGateway::Stage").values()
    log = stage["AccessLogSetting"]
    group = of_type(dev, "AWS::Logs::LogGroup")[logical(log["DestinationArn"])]

    assert group["LogGroupName"] == "/aws/apigateway/monitor-api-dev"
    assert group["RetentionInDays"] == 7
    assert "$context.resourcePath" in log["Format"]
    assert "$context.path" not in log["Format"]
    assert "$context.authorizer.client" in log["Format"]
    for personal in ("principalId", "subject", "identity.user", "Authorization", "header"):
        assert personal not in log["Format"]  # whose subject may be a student's own id
    assert of_type(dev, "AWS::ApiGateway::Account")
