"""What outlives the stacks of a deployment, found by class and removed on request."""
