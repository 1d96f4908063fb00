"""The table of built-in attributes: what entities of each type have, whatever their template is (contract 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from biot_emulator.services.templates.definitions import Attribute, Reference

__all__ = ["BUILT_IN", "BuiltIn"]

_GENDERS = ("MALE", "FEMALE", "UNDISCLOSED")
_DEGREES = (
    "MEDICAL_DOCTOR",
    "DOCTOR_OF_OSTEOPATHY",
    "PHYSICIAN_ASSISTANT",
    "REGISTERED_NURSE",
    "CLINICAL_NURSE_SPECIALISTS",
    "NURSE_PRACTITIONER",
    "LICENSED_PRACTICAL_NURSE",
    "MEDICAL_ASSISTANT",
    "NO_DEGREE",
    "OTHER",
)
_SESSION_STATES = ("ACTIVE", "DONE", "PAUSED", "ACTIVATING", "PAUSING", "RESUMING", "STOPPING")
_COMMAND_STATES = ("STARTING", "IN_PROGRESS", "COMPLETED", "FAILED", "TIMEOUT", "STOPPING", "ABORTED")

_REGULAR = "REGULAR"
_CONFIGURATION = "CONFIGURATION"
_STATUS = "STATUS"
_SUMMARY = "SUMMARY"
_MEASUREMENT = "MEASUREMENT"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """What all templates of an entity type have in common.

    Attributes:
        display_name: The entity type's name for people.
        attributes: The built-in attributes.
        template_attributes: The attributes that have one value for all entities of a template.
        caption: The paths of the attributes that make up the title.
        categories: The categories of custom attributes, and the object that holds those of each; empty for none.
        parent: The entity type of the parent template.
    """

    display_name: str
    attributes: tuple[Attribute, ...]
    template_attributes: tuple[Attribute, ...] = ()
    caption: tuple[str, ...] = ("_name",)
    categories: Mapping[str, str] | None = None
    parent: str | None = None

    @property
    def bases(self) -> Mapping[str, str]:
        """The objects that hold the custom attributes of each category."""
        return self.categories or {_REGULAR: ""}


def _refers(name: str, entity_type: str, back_name: str, **settings: Any) -> Attribute:
    return Attribute(name, "REFERENCE", reference=Reference(entity_type, back_name=back_name), **settings)


def _select(name: str, choices: tuple[str, ...], default: str | None = None, **settings: Any) -> Attribute:
    return Attribute(name, "SINGLE_SELECT", choices=choices, default=default, **settings)


def _owned(*attributes: Attribute) -> tuple[Attribute, ...]:
    """Return attributes with those that every entity has."""
    return (
        *attributes,
        Attribute("_id", "LABEL", read_only=True),
        _refers("_ownerOrganization", "organization", "_owned", mandatory=True),
        Attribute("_creationTime", "DATE_TIME", read_only=True),
        Attribute("_lastModifiedTime", "DATE_TIME", read_only=True),
    )


def _person(*attributes: Attribute) -> tuple[Attribute, ...]:
    return _owned(
        Attribute("_name", "NAME", mandatory=True),
        Attribute("_description", "PARAGRAPH", most=5000),
        Attribute("_email", "EMAIL"),
        Attribute("_phone", "PHONE"),
        Attribute("_locale", "LOCALE"),
        _select("_gender", _GENDERS),
        Attribute("_dateOfBirth", "DATE"),
        Attribute("_address", "ADDRESS"),
        Attribute("enabled", "BOOLEAN", "_mfa", default=False),
        Attribute("expirationInMinutes", "INTEGER", "_mfa", least=1, most=1440),
        _select("_credentialType", ("PASSWORD", "OTP"), "PASSWORD", at_creation=True),
        *attributes,
        Attribute("_invitationAccepted", "BOOLEAN", read_only=True, default=False),
        _select("_enabled", ("ENABLED", "DISABLED"), "ENABLED", read_only=True),
    )


def _alert(parent: Attribute) -> tuple[Attribute, ...]:
    return _owned(
        Attribute("_name", "LABEL", least=1, most=64),
        _select("_severity", ("CRITICAL", "MAJOR", "MINOR", "INFO"), "INFO"),
        _select("_state", ("ACTIVE", "CLEARED", "SUSPENDED"), "ACTIVE"),
        Attribute("_clearNotes", "PARAGRAPH"),
        Attribute("_setDateTime", "DATE_TIME", at_creation=True),
        Attribute("_clearDateTime", "DATE_TIME", read_only=True),
        _select("_clearTrigger", ("MANUAL", "AUTOMATIC"), read_only=True),
        _refers("_clearedBy", "organization-user", "_clearedAlerts", read_only=True),
        parent,
    )


def _status(name: str, type: str, base_path: str = "_status", default: object = None) -> Attribute:
    return Attribute(name, type, base_path, read_only=True, default=default, category=_STATUS)


BUILT_IN: Mapping[str, BuiltIn] = {
    "organization": BuiltIn(
        "Organization",
        _owned(
            Attribute("_name", "LABEL", mandatory=True, least=1, most=32),
            Attribute("_description", "PARAGRAPH", most=5000),
            Attribute("_headquarters", "ADDRESS"),
            Attribute("_phone", "PHONE"),
            Attribute("_locale", "LOCALE"),
            Attribute("_timezone", "TIMEZONE"),
            Attribute("_logo", "IMAGE", "_branding"),
            Attribute("_favicon", "IMAGE", "_branding"),
            Attribute("_theme", "FILE", "_branding"),
            _refers("_primaryAdministrator", "organization-user", "_administered", mandatory=True, at_creation=True),
        ),
    ),
    "organization-user": BuiltIn(
        "Organization User", _person(Attribute("_employeeId", "LABEL")), caption=("_name", "_employeeId")
    ),
    "caregiver": BuiltIn(
        "Caregiver",
        _person(Attribute("_employeeId", "LABEL"), _select("_degree", _DEGREES)),
        caption=("_name", "_employeeId"),
    ),
    "patient": BuiltIn(
        "Patient",
        _person(
            Attribute("_additionalPhone", "PHONE"),
            Attribute("_nationalId", "LABEL", least=1, most=50),
            _refers("_caregiver", "caregiver", "_patients"),
            Attribute("_canLogin", "BOOLEAN", default=False),
            Attribute("_username", "LABEL", read_only=True),
            Attribute("_nickname", "LABEL", read_only=True),
            Attribute("_registrationSource", "LABEL", read_only=True),
        ),
        caption=("_name", "_nationalId"),
        categories={_REGULAR: "", _MEASUREMENT: ""},
    ),
    "patient-alert": BuiltIn(
        "Patient Alert",
        _alert(_refers("_patient", "patient", "_alerts", mandatory=True, at_creation=True)),
        parent="patient",
    ),
    "device": BuiltIn(
        "Device",
        tuple(
            Attribute("_id", "LABEL", mandatory=True, at_creation=True) if attribute.name == "_id" else attribute
            for attribute in _owned(
                Attribute("_description", "PARAGRAPH", most=5000),
                Attribute("_timezone", "TIMEZONE"),
                _refers("_patient", "patient", "_devices"),
                _refers("_registrationCode", "registration-code", "_device"),
                Attribute(
                    "_certificateStatus",
                    "SINGLE_SELECT",
                    "_status",
                    choices=("NOT_INSTALLED", "BOOTSTRAP", "PERMANENT"),
                    default="NOT_INSTALLED",
                    read_only=True,
                    category=_STATUS,
                ),
                _status("_bootTime", "DATE_TIME"),
                _status("_fwVersion", "LABEL"),
                _status("_hwVersion", "LABEL"),
                _status("_connected", "BOOLEAN", "_status._connection", default=False),
                _status("_ipAddress", "LABEL", "_status._connection"),
                _status("_lastConnectedTime", "DATE_TIME", "_status._connection"),
                Attribute(
                    "_status",
                    "SINGLE_SELECT",
                    "_status._operational",
                    choices=("OK", "MINOR", "MAJOR", "CRITICAL"),
                    read_only=True,
                    category=_STATUS,
                ),
                _status("_message", "LABEL", "_status._operational"),
            )
        ),
        caption=("_id",),
        categories={_REGULAR: "", _CONFIGURATION: "_configuration", _STATUS: "_status"},
    ),
    "device-alert": BuiltIn(
        "Device Alert",
        _alert(_refers("_device", "device", "_alerts", mandatory=True, at_creation=True)),
        parent="device",
    ),
    "usage-session": BuiltIn(
        "Usage Session",
        _owned(
            Attribute("_name", "LABEL", least=1, most=64),
            _select("_state", _SESSION_STATES, mandatory=True),
            Attribute("_startTime", "DATE_TIME", mandatory=True),
            Attribute("_endTime", "DATE_TIME"),
            Attribute("_stopReason", "LABEL", "_summary", most=128, category=_SUMMARY),
            Attribute(
                "_stopReasonCode",
                "SINGLE_SELECT",
                "_summary",
                choices=("COMPLETION", "GENERAL_DEVICE_ERROR", "TIMEOUT"),
                category=_SUMMARY,
            ),
            _select("_initiator", ("REMOTE_CONTROL", "EXTERNAL"), "EXTERNAL", read_only=True),
            Attribute("_requiredMeasurementIntervalMilliseconds", "INTEGER", read_only=True, default=0),
            Attribute("_sessionContext", "LABEL", read_only=True, default=""),
            _refers("_device", "device", "_sessions", mandatory=True, at_creation=True),
            _refers("_patient", "patient", "_sessions", at_creation=True),
        ),
        template_attributes=(Attribute("_requiredMeasurementIntervalMilliseconds", "INTEGER", least=0, default=0),),
        categories={_REGULAR: "", _CONFIGURATION: "_configuration", _SUMMARY: "_summary"},
        parent="device",
    ),
    "command": BuiltIn(
        "Command",
        _owned(
            Attribute("_name", "LABEL", least=1, most=64),
            _select("_state", _COMMAND_STATES, "STARTING", read_only=True),
            Attribute("_startTime", "DATE_TIME", read_only=True),
            Attribute("_endTime", "DATE_TIME", read_only=True),
            Attribute("_errorMessage", "LABEL", most=255, read_only=True),
            Attribute("_supportStop", "BOOLEAN", read_only=True, default=True),
            Attribute("_timeoutInSeconds", "INTEGER", read_only=True, default=60),
            _refers("_device", "device", "_commands", mandatory=True, at_creation=True),
        ),
        template_attributes=(
            Attribute("_supportStop", "BOOLEAN", default=True),
            Attribute("_timeoutInSeconds", "INTEGER", least=1, default=60),
        ),
        categories={_REGULAR: "", _CONFIGURATION: "_configuration", _STATUS: "_status", _SUMMARY: "_summary"},
        parent="device",
    ),
    "generic-entity": BuiltIn("Generic Entity", _owned(Attribute("_name", "LABEL", mandatory=True, least=1, most=32))),
    "registration-code": BuiltIn(
        "Registration Code", _owned(Attribute("_code", "LABEL", mandatory=True, most=128)), caption=("_code",)
    ),
}
"""By entity type."""
