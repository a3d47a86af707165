"""The people and machines of a deployment that has no issuer of its own: a Cognito user pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infrastructure.names import globally_named, named

if TYPE_CHECKING:
    from infrastructure.environments import Deployment

SCOPE = "events:write"
_SESSION = Duration.hours(12)  # a working day; the access token is renewed every hour
_ACCESS = Duration.hours(1)
# Neither a password nor SRP past the hosted sign-in and its PKCE: renewing alone. Left out: both.
_HOSTED_ONLY = cognito.AuthFlow(user_srp=False)


class UserPool(Construct):
    """Use `issuer`, `resource_server`, `dashboard` and `machines` (clients by name), `sign_in_url`.

    People are invited by an administrator and named by their username, which never changes. The
    pool goes with the stack: who is who is in the roster, and can be invited again.
    """

    def __init__(self, scope: Construct, id_: str, *, deployment: Deployment) -> None:
        super().__init__(scope, id_)
        self._suffix = deployment.suffix
        self.pool = self._pool(second_factor=deployment.environment.mfa)
        self.issuer = self.pool.user_pool_provider_url
        self.resource_server = named("monitor", deployment.suffix)
        self.dashboard = self._dashboard(deployment.dashboard_url)
        self.machines = self._machines(deployment.machines)
        prefix = globally_named("monitor", deployment.suffix, account=Stack.of(self).account)
        domain = self.pool.add_domain(
            "Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix)
        )
        self.sign_in_url = domain.base_url()
        self._invite(deployment.admin_email.lower())  # as case-insensitive names are told

    def _pool(self, *, second_factor: bool) -> cognito.UserPool:
        return cognito.UserPool(
            self,
            "Pool",
            user_pool_name=named("monitor-people", self._suffix),
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True),
            sign_in_case_sensitive=False,
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=14,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            mfa=cognito.Mfa.REQUIRED if second_factor else cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _dashboard(self, url: str) -> cognito.UserPoolClient:
        """Add a client without a secret, for the authorization code with PKCE (RFC 7636)."""
        return self.pool.add_client(
            "Dashboard",
            user_pool_client_name=named("monitor-dashboard", self._suffix),
            generate_secret=False,
            auth_flows=_HOSTED_ONLY,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID],
                callback_urls=[url],
                logout_urls=[url],
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            access_token_validity=_ACCESS,
            id_token_validity=_ACCESS,
            refresh_token_validity=_SESSION,
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )

    def _machines(self, names: tuple[str, ...]) -> dict[str, cognito.UserPoolClient]:
        write = cognito.ResourceServerScope(
            scope_name=SCOPE, scope_description="Send events as the source that it is bound to"
        )
        server = self.pool.add_resource_server(
            "ResourceServer", identifier=self.resource_server, scopes=[write]
        )
        may_write = cognito.OAuthScope.resource_server(server, write)
        return {
            name: self.pool.add_client(
                f"Machine-{name}",
                user_pool_client_name=named(f"monitor-{name}", self._suffix),
                generate_secret=True,
                auth_flows=_HOSTED_ONLY,
                o_auth=cognito.OAuthSettings(
                    flows=cognito.OAuthFlows(client_credentials=True), scopes=[may_write]
                ),
                access_token_validity=_ACCESS,
                enable_token_revocation=True,
            )
            for name in names
        }

    def _invite(self, email: str) -> None:
        """Write to the deployment's administrator, with a password for the first sign-in."""
        cognito.CfnUserPoolUser(
            self,
            "Administrator",
            user_pool_id=self.pool.user_pool_id,
            username=email,
            desired_delivery_mediums=["EMAIL"],
            user_attributes=[
                cognito.CfnUserPoolUser.AttributeTypeProperty(name="email", value=email),
                cognito.CfnUserPoolUser.AttributeTypeProperty(name="email_verified", value="true"),
            ],
        )
