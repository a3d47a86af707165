"""The network: no way out, endpoints in every zone, and rules from group to group only."""

from __future__ import annotations

from typing import Any

from aws_cdk import assertions

from tests.infrastructure.existing_network import VPC_ID

SERVICES = {"kinesis-streams", "kms", "sns", "secretsmanager"}


def zones_of(found, subnets: list[Any]) -> set[str]:
    """Return the availability zones of referenced subnets."""
    made = found.of_type("AWS::EC2::Subnet")
    return {made[subnet["Ref"]]["AvailabilityZone"] for subnet in subnets}


def errors(found) -> list[str]:
    """Return what the command line would refuse to deploy for."""
    told = assertions.Annotations.from_stack(found.stack).find_error(
        "*", assertions.Match.any_value()
    )
    return [str(one.entry.data) for one in told]


def test_it_spans_as_many_zones_as_the_environment_says(synthesized):
    subnets = synthesized.of_type("AWS::EC2::Subnet").values()
    zones = synthesized.deployment.zones

    assert len(zones) == (3 if synthesized.deployment.environment.name == "prod" else 2)
    assert sorted(subnet["AvailabilityZone"] for subnet in subnets) == sorted(zones)


def test_nothing_leads_to_the_internet(synthesized):
    types = {resource["Type"] for resource in synthesized.resources.values()}

    assert not types & {
        "AWS::EC2::InternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::EgressOnlyInternetGateway",
        "AWS::EC2::Route",
    }
    subnets = synthesized.of_type("AWS::EC2::Subnet").values()
    assert not any(subnet.get("MapPublicIpOnLaunch") for subnet in subnets)


def test_a_zone_can_go(synthesized):
    zones = set(synthesized.deployment.zones)
    endpoints = synthesized.of_type("AWS::EC2::VPCEndpoint").values()
    interfaces = [one for one in endpoints if one["VpcEndpointType"] == "Interface"]
    (gateway,) = [one for one in endpoints if one["VpcEndpointType"] == "Gateway"]

    assert {one["ServiceName"].rsplit(".", 1)[1] for one in interfaces} == SERVICES
    for one in interfaces:
        assert zones_of(synthesized, one["SubnetIds"]) == zones
        assert one["PrivateDnsEnabled"]
    assert len(gateway["RouteTableIds"]) == len(zones)
    for function in synthesized.of_type("AWS::Serverless::Function").values():
        if "VpcConfig" in function:
            assert zones_of(synthesized, function["VpcConfig"]["SubnetIds"]) == zones
    for group in synthesized.of_type("AWS::RDS::DBSubnetGroup").values():
        assert zones_of(synthesized, group["SubnetIds"]) == zones


def test_the_way_to_s3_leads_there_and_functions_may_take_it(synthesized):
    endpoints = synthesized.of_type("AWS::EC2::VPCEndpoint").values()
    [gateway] = [one for one in endpoints if one["VpcEndpointType"] == "Gateway"]
    [egress] = [
        rule
        for rule in synthesized.of_type("AWS::EC2::SecurityGroupEgress").values()
        if "DestinationPrefixListId" in rule
    ]
    groups = synthesized.of_type("AWS::EC2::SecurityGroup").items()
    suffix = synthesized.deployment.suffix
    [functions] = [id_ for id_, one in groups if one["GroupName"] == f"functions-{suffix}"]

    service = ["com.amazonaws.", {"Ref": "AWS::Region"}, ".s3"]
    assert gateway["ServiceName"] == {"Fn::Join": ["", service]}
    assert egress["GroupId"] == {"Fn::GetAtt": [functions, "GroupId"]}
    assert egress["DestinationPrefixListId"] == "pl-63a5400a"  # of S3 in us-east-1
    assert (egress["IpProtocol"], egress["FromPort"], egress["ToPort"]) == ("tcp", 443, 443)


def test_every_function_but_the_one_that_asks_the_issuer_runs_in_the_subnets(synthesized):
    functions = synthesized.of_type("AWS::Serverless::Function")

    assert functions
    assert {name for name, one in functions.items() if "VpcConfig" not in one} == {"SignIn"}


def test_no_rule_names_an_address(synthesized):
    rules = [
        *synthesized.of_type("AWS::EC2::SecurityGroupIngress").values(),
        *synthesized.of_type("AWS::EC2::SecurityGroupEgress").values(),
    ]
    for group in synthesized.of_type("AWS::EC2::SecurityGroup").values():
        rules += group.get("SecurityGroupIngress", [])
        # A group that may reach nothing has a rule to nowhere, in place of EC2's default to all.
        rules += [
            rule
            for rule in group.get("SecurityGroupEgress", [])
            if rule.get("CidrIp") != "255.255.255.255/32"
        ]

    assert rules
    for rule in rules:
        assert not {"CidrIp", "CidrIpv6"} & set(rule), rule


def test_the_database_is_reached_by_functions_and_proxy_alone(synthesize):
    for environment, sources in (("dev", {"Functions"}), ("prod", {"Functions", "Proxy"})):
        found = synthesize(environment)
        rules = found.of_type("AWS::EC2::SecurityGroupIngress").values()
        database = [r for r in rules if "NetworkDatabase" in r["GroupId"]["Fn::GetAtt"][0]]

        assert {r["FromPort"] for r in database} == {r["ToPort"] for r in database} == {5432}
        origins = {r["SourceSecurityGroupId"]["Fn::GetAtt"][0] for r in database}
        assert len(origins) == len(sources)
        assert all(any(f"Network{s}" in origin for origin in origins) for s in sources)


def test_flows_are_logged_encrypted_and_for_days(synthesized):
    (flow,) = synthesized.of_type("AWS::EC2::FlowLog").values()
    group = synthesized.of_type("AWS::Logs::LogGroup")[flow["LogGroupName"]["Ref"]]

    assert flow["TrafficType"] == "ALL"
    assert group["RetentionInDays"] == synthesized.deployment.environment.log_days
    assert "KmsKeyId" in group


def test_an_existing_network_is_used_as_it_is(synthesize):
    found = synthesize("dev", suffix="shared", vpcId=VPC_ID)

    types = {resource["Type"] for resource in found.resources.values()}
    assert not types & {"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::FlowLog"}
    assert "AWS::EC2::VPCEndpoint" in types


def test_an_existing_network_of_too_few_zones_is_refused(synthesize):
    enough = synthesize("dev", suffix="shared", vpcId=VPC_ID)
    too_few = synthesize("prod", suffix="shared", vpcId=VPC_ID)

    assert not errors(enough)
    (told,) = errors(too_few)
    assert "isolated subnets in 2 zones; prod needs 3" in told


def test_endpoints_of_an_existing_network_are_not_made_twice(synthesize):
    found = synthesize(
        "dev",
        suffix="shared",
        vpcId=VPC_ID,
        vpcEndpointSecurityGroupId="sg-0123456789abcdef0",
    )

    assert not found.of_type("AWS::EC2::VPCEndpoint")
    egress = found.of_type("AWS::EC2::SecurityGroupEgress").values()
    assert "sg-0123456789abcdef0" in [r.get("DestinationSecurityGroupId") for r in egress]
