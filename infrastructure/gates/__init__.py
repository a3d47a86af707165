"""What a template has to pass before it may be deployed: cdk-nag, cfn-lint and the house rules."""
