"""Holds the S3 gateway endpoint to be reachable from every subnet that functions are in."""

from collections.abc import Iterator

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, of_type, referred


def s3_reachable(template: Template) -> Iterator[Finding]:
    """Find functions in subnets whose route table has no gateway to S3.

    A migration inside the VPC answers CloudFormation through S3: without a way there the
    deployment hangs for an hour. Subnets of an existing VPC are not in the template; skipped.
    """
    served = _route_tables_with_gateway(template)
    tables = _route_tables_of_subnets(template)
    for name, function in of_type(template, "AWS::Lambda::Function"):
        for subnet in sorted(referred(function.get("VpcConfig", {}).get("SubnetIds"))):
            if subnet in tables and not tables[subnet] & served:
                message = f"has no way to S3 from {subnet}"
                yield Finding(rule="s3-reachable", resource=name, message=message)


def _route_tables_with_gateway(template: Template) -> set[str]:
    endpoints = of_type(template, "AWS::EC2::VPCEndpoint")
    gateways = (e for _, e in endpoints if e.get("VpcEndpointType", "Gateway") == "Gateway")
    to_s3 = (gateway for gateway in gateways if _leads_to_s3(gateway))
    return set().union(*(referred(gateway.get("RouteTableIds")) for gateway in to_s3))


def _leads_to_s3(endpoint: Properties) -> bool:
    service = endpoint.get("ServiceName")
    whole = service["Fn::Join"][1][-1] if isinstance(service, dict) else service
    return str(whole).endswith(".s3")


def _route_tables_of_subnets(template: Template) -> dict[str, set[str]]:
    tables: dict[str, set[str]] = {name: set() for name, _ in of_type(template, "AWS::EC2::Subnet")}
    for _, link in of_type(template, "AWS::EC2::SubnetRouteTableAssociation"):
        for subnet in referred(link["SubnetId"]):
            tables.setdefault(subnet, set()).update(referred(link["RouteTableId"]))
    return tables
