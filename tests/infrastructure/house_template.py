"""A template that passes every house rule, and ways to break it."""

import copy

TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def resource(kind, /, **properties):
    return {"Type": f"AWS::{kind}", "Properties": properties}


def arn(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def ref(name):
    return {"Ref": name}


GOOD = {
    "Resources": {
        "Stream": resource("Kinesis::Stream", RetentionPeriodHours=168),
        "StreamPolicy": resource(
            "Kinesis::ResourcePolicy",
            ResourceArn=arn("Stream"),
            ResourcePolicy={"Statement": [TLS]},
        ),
        "Queue": resource("SQS::Queue"),
        "QueuePolicy": resource(
            "SQS::QueuePolicy", Queues=[ref("Queue")], PolicyDocument={"Statement": TLS}
        ),
        "Key": resource(
            "KMS::Key",
            PendingWindowInDays=7,
            KeyPolicy={
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}, "Action": "*"}
                ]
            },
        ),
        "Log": resource("Logs::LogGroup", RetentionInDays=14),
        "Left": resource("EC2::Subnet", AvailabilityZone="us-east-1a"),
        "Right": resource("EC2::Subnet", AvailabilityZone="us-east-1b"),
        "Routes": resource("EC2::RouteTable"),
        "LeftRoutes": resource(
            "EC2::SubnetRouteTableAssociation", SubnetId=ref("Left"), RouteTableId=ref("Routes")
        ),
        "RightRoutes": resource(
            "EC2::SubnetRouteTableAssociation", SubnetId=ref("Right"), RouteTableId=ref("Routes")
        ),
        "ToS3": resource(
            "EC2::VPCEndpoint",
            ServiceName={"Fn::Join": ["", ["com.amazonaws.", ref("AWS::Region"), ".s3"]]},
            RouteTableIds=[ref("Routes")],
        ),
        "ToKms": resource(
            "EC2::VPCEndpoint",
            VpcEndpointType="Interface",
            SubnetIds=[ref("Left"), ref("Right")],
            SecurityGroupIds=[ref("Group")],
        ),
        "Group": resource(
            "EC2::SecurityGroup", SecurityGroupEgress=[{"CidrIp": "255.255.255.255/32"}]
        ),
        "Callers": resource("EC2::SecurityGroup"),
        "CallersOut": resource(
            "EC2::SecurityGroupEgress",
            GroupId={"Fn::GetAtt": ["Callers", "GroupId"]},
            DestinationSecurityGroupId=ref("Group"),
        ),
        "Subnets": resource("RDS::DBSubnetGroup", SubnetIds=[ref("Left"), ref("Right")]),
        "Database": resource("RDS::DBInstance", VPCSecurityGroups=[ref("Group")])
        | {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"},
        "Role": resource(
            "IAM::Role",
            Policies=[
                {
                    "PolicyDocument": {
                        "Statement": {
                            "Effect": "Allow",
                            "Action": "kinesis:GetRecords",
                            "Resource": arn("Stream"),
                        }
                    }
                }
            ],
        ),
        "Consumer": resource(
            "Lambda::Function",
            LoggingConfig={"LogGroup": ref("Log")},
            VpcConfig={
                "SubnetIds": [ref("Left"), ref("Right")],
                "SecurityGroupIds": [ref("Group")],
            },
        ),
        "Mapping": resource(
            "Lambda::EventSourceMapping",
            StartingPosition="TRIM_HORIZON",
            FunctionResponseTypes=["ReportBatchItemFailures"],
            BisectBatchOnFunctionError=True,
            MaximumRetryAttempts=-1,
            MaximumRecordAgeInSeconds=518_400,
            MetricsConfig={"Metrics": ["EventCount"]},
            DestinationConfig={"OnFailure": {"Destination": arn("Queue")}},
        ),
        "Api": resource(
            "ApiGateway::RestApi",
            Body={
                "securityDefinitions": {"sigv4": {"x-amazon-apigateway-authtype": "awsSigv4"}},
                "paths": {"/v1/events": {"post": {"security": [{"sigv4": []}]}}},
            },
        ),
        "Alarm": resource(
            "CloudWatch::Alarm",
            Namespace="AWS/Kinesis",
            MetricName="GetRecords.IteratorAgeMilliseconds",
            Dimensions=[{"Name": "StreamName", "Value": ref("Stream")}],
            AlarmActions=[ref("Topic")],
            OKActions=[ref("Topic")],
        ),
        "Plan": resource(
            "Backup::BackupPlan",
            BackupPlan={
                "BackupPlanRule": [
                    {
                        "RuleName": "hourly",
                        "ScheduleExpression": "cron(0 * * * ? *)",
                        "StartWindowMinutes": 60,
                        "CompletionWindowMinutes": 120,
                        "EnableContinuousBackup": True,
                        "Lifecycle": {"DeleteAfterDays": 35},
                        "CopyActions": [{"Lifecycle": {"DeleteAfterDays": 35}}],
                    }
                ]
            },
        ),
    }
}
ABSENT = object()


def changed(changes):
    template = copy.deepcopy(GOOD)
    for path, value in changes.items():
        name, *steps = path.split(".")
        where, key = template["Resources"], name
        for step in steps:
            where = where[key]["Properties"] if where is template["Resources"] else where[key]
            key = int(step) if isinstance(where, list) else step
        if value is ABSENT:
            del where[key]
        else:
            where[key] = value
    return template
