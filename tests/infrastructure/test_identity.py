"""Who may sign in to a deployment: a user pool of its own, unless the institution has an issuer."""

from __future__ import annotations

import json

import pytest

from infrastructure.context import ContextError, from_context

POOL = "AWS::Cognito::UserPool"
CLIENT = "AWS::Cognito::UserPoolClient"


def clients(found):
    """Return the machines' and the dashboard's client."""
    known = found.of_type(CLIENT).values()
    machines = [one for one in known if one["GenerateSecret"]]
    [dashboard] = [one for one in known if not one["GenerateSecret"]]
    return machines, dashboard


def test_nobody_signs_herself_up_and_passwords_are_long(synthesize):
    [pool] = synthesize("prod").of_type(POOL).values()

    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] == 14
    assert all(
        policy[f"Require{what}"] for what in ("Lowercase", "Uppercase", "Numbers", "Symbols")
    )
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [
        {"Name": "verified_email", "Priority": 1}
    ]


@pytest.mark.parametrize(("environment", "mfa"), [("dev", "OPTIONAL"), ("prod", "ON")])
def test_a_second_factor_is_possible_and_in_prod_required(synthesize, environment, mfa):
    [pool] = synthesize(environment).of_type(POOL).values()

    assert pool["MfaConfiguration"] == mfa
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_the_dashboard_has_no_secret_and_takes_codes_only(synthesize):
    found = synthesize("dev", dashboardUrl="https://monitor.school.example/")
    _, dashboard = clients(found)

    assert dashboard["AllowedOAuthFlows"] == ["code"]
    assert dashboard["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert dashboard["AllowedOAuthScopes"] == ["openid"]
    assert dashboard["CallbackURLs"] == ["https://monitor.school.example/"]
    assert dashboard["EnableTokenRevocation"] is True
    assert dashboard["PreventUserExistenceErrors"] == "ENABLED"


def test_each_machine_has_a_client_that_may_send_events_and_no_more(synthesize):
    found = synthesize("dev", machines="canvas,student-system")
    machines, _ = clients(found)
    [server] = found.of_type("AWS::Cognito::UserPoolResourceServer").values()

    assert [scope["ScopeName"] for scope in server["Scopes"]] == ["events:write"]
    assert server["Identifier"] == "monitor-dev"
    assert len(machines) == 2
    for machine in machines:
        assert machine["AllowedOAuthFlows"] == ["client_credentials"]
        assert machine["GenerateSecret"] is True
        assert machine["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
        [scope] = machine["AllowedOAuthScopes"]
        assert json.dumps(scope).endswith('"/events:write"]]}')
    assert {"MachineCanvasClientId", "MachineStudentSystemClientId"} <= set(
        found.template.to_json()["Outputs"]
    )


def test_the_authorizer_takes_the_pools_tokens_for_its_own_clients_only(synthesize):
    found = synthesize("dev")
    variables = found.resources["SignIn"]["Properties"]["Environment"]["Variables"]
    [pool] = found.of_type(POOL)

    assert f'["{pool}", "ProviderURL"]' in json.dumps(variables["MONITOR_ISSUER"])
    assert variables["MONITOR_AUDIENCE"] == "monitor-dev"
    assert variables["MONITOR_SUBJECT_CLAIM"] == "username"
    named = variables["MONITOR_CLIENTS"]["Fn::Join"]
    assert named[0] == ","
    assert {one["Ref"] for one in named[1]} == set(found.of_type(CLIENT))


def test_the_deployments_administrator_is_invited_and_becomes_one(synthesize):
    found = synthesize("dev")
    [invited] = found.of_type("AWS::Cognito::UserPoolUser").values()
    migration = found.resources["MigrateDatabase"]["Properties"]["Environment"]["Variables"]

    assert invited["Username"] == "operator@example.org"
    assert invited["DesiredDeliveryMediums"] == ["EMAIL"]
    assert migration["MONITOR_ADMINISTRATOR"] == invited["Username"]


def test_an_institution_with_an_issuer_of_its_own_gets_no_pool(synthesize):
    found = synthesize("dev", issuer="https://login.school.example", audience="monitor")

    assert not [r for r in found.resources.values() if r["Type"].startswith("AWS::Cognito")]
    assert found.template.to_json()["Outputs"]["Issuer"]["Value"] == "https://login.school.example"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"issuer": "http://login.school.example", "audience": "a"}, "begins with https://"),
        ({"issuer": "https://login.school.example"}, "audience or clients is missing"),
        ({"audience": "monitor"}, "issuer is missing"),
        ({"machines": "Canvas"}, "a-z, 0-9"),
        ({"machines": "canvas-"}, "single -"),
        ({"machines": "a--b,a-b"}, "single -"),
        ({"dashboardUrl": "http://monitor.school.example"}, "https:// address"),
    ],
)
def test_what_would_let_the_wrong_ones_in_is_refused(given, words):
    with pytest.raises(ContextError, match=words):
        from_context({"adminEmail": "operator@example.org", **given})
