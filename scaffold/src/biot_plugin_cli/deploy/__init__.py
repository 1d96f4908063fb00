"""Deployments: configuration, plan, execution, history and rollback."""
