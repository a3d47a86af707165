"""Holds every way in from outside to an authorizer."""

from collections.abc import Iterator
from typing import Any

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, of_type

METHODS = {"get", "put", "post", "delete", "patch", "head", "x-amazon-apigateway-any-method"}


def open_routes(template: Template) -> Iterator[Finding]:
    """Find each route that asks nobody who they are; what may be open is acknowledged by name."""
    for name, api in of_type(template, "AWS::ApiGateway::RestApi"):
        for route in _open_in(api.get("Body", {})):
            yield Finding(rule=f"open-route[{route}]", resource=name, message="asks for no sign-in")
    yield from _open_resources(template, "AWS::ApiGateway::Method", "AuthorizationType")
    yield from _open_resources(template, "AWS::ApiGatewayV2::Route", "AuthorizationType")
    yield from _open_resources(template, "AWS::Lambda::Url", "AuthType")


def _open_in(document: Properties) -> Iterator[str]:
    schemes = _schemes(document)
    for path, operations in document.get("paths", {}).items():
        for method in METHODS & operations.keys():
            asked = operations[method].get("security", document.get("security", []))
            if not _is_closed(asked, schemes):
                yield f"{method.upper()} {path}"


def _is_closed(asked: list[dict[str, Any]], schemes: set[str]) -> bool:
    """Every alternative names a scheme that is defined: {} among them would let anyone in."""
    return bool(asked) and all(one and one.keys() <= schemes for one in asked)


def _schemes(document: Properties) -> set[str]:
    """Return the schemes that API Gateway enforces; an API key says who pays, not who asks."""
    components = document.get("components", {}).get("securitySchemes", {})
    defined = document.get("securityDefinitions", components)
    return {name for name, scheme in defined.items() if "x-amazon-apigateway-authtype" in scheme}


def _open_resources(template: Template, kind: str, key: str) -> Iterator[Finding]:
    for name, properties in of_type(template, kind):
        if properties.get(key, "NONE") == "NONE":
            yield Finding(rule="open-route", resource=name, message=f"{key} is NONE")
