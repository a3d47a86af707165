"""`make destroy`: the end of a deployment, backups only where they are named."""
