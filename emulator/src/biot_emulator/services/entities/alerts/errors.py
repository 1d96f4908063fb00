"""What the APIs of alerts refuse, with the codes and details that BioT publishes.

ApiError
└── 400 AlertParentNotFound, IncorrectParent, IllegalStateChange, ClearNotesOnOpenAlert
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = ["AlertParentNotFound", "ClearNotesOnOpenAlert", "IllegalStateChange", "IncorrectParent"]


class AlertParentNotFound(ApiError):
    """There is no patient that the alert would be about."""

    status_code = 400
    code = "ALERT_PARENT_ENTITY_NOT_FOUND"


class IncorrectParent(ApiError):
    """The alert is not one of the patient or device in the path."""

    status_code = 400
    code = "INCORRECT_PARENT"


class IllegalStateChange(ApiError):
    """An alert that was cleared stays so."""

    status_code = 400
    code = "ILLEGAL_STATE_CHANGE"


class ClearNotesOnOpenAlert(ApiError):
    """An alert that is not cleared has notes on how it was."""

    status_code = 400
    code = "CLEAR_NOTES_GIVEN_ON_OPEN_ALERT"
