"""Ids that are the same on every platform that this package serves."""

from __future__ import annotations

__all__ = ["ADMINISTRATOR_ROLE_ID", "PLATFORM_SERVICE_ID", "PLUGIN_ROLE_ID", "TENANT_ID"]

TENANT_ID = "00000000-0000-0000-0000-000000000000"
"""The one tenant, and its first organization too."""
ADMINISTRATOR_ROLE_ID = "00000000-0000-0000-0000-000000000001"
"""The role of service users with every permission."""
PLUGIN_ROLE_ID = "00000000-0000-0000-0000-000000000002"
"""The role of the service users that are created with plugins."""
PLATFORM_SERVICE_ID = "00000000-0000-0000-0000-000000000003"
"""The platform's own service that calls plugins. It is nobody's service user."""
