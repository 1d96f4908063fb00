"""What the APIs of generic entities refuse, with the codes and details that BioT publishes.

ApiError
└── 400 InvalidGenericEntityName
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = ["InvalidGenericEntityName"]


class InvalidGenericEntityName(ApiError):
    """A generic entity would get a name that is none."""

    status_code = 400
    code = "INVALID_GENERIC_ENTITY_NAME"
