"""What is refused of people and organizations, with the codes and details that BioT publishes.

ApiError
├── 400 CountryCodeMissing, EmailMissing, InvitationNotSupported, OtpMfaConflict, OtpPhoneMissing,
│       OtpPhoneUpdateDisabled
├── 401 UserIsNotAdmin
├── 403 EmailChangeNotPermitted
├── 404 InvitationNotFound
└── 409 CaregiverAssigned, EmailTaken, OrganizationNameTaken, RegistrationCodeTaken,
        UserIsOrganizationAdmin, UsernameTaken, UserTemplateMismatch
"""

from __future__ import annotations

from biot_emulator.api.errors import ApiError

__all__ = [
    "CaregiverAssigned",
    "CountryCodeMissing",
    "EmailChangeNotPermitted",
    "EmailMissing",
    "EmailTaken",
    "InvitationNotFound",
    "InvitationNotSupported",
    "OrganizationNameTaken",
    "OtpMfaConflict",
    "OtpPhoneMissing",
    "OtpPhoneUpdateDisabled",
    "RegistrationCodeTaken",
    "UserIsNotAdmin",
    "UserIsOrganizationAdmin",
    "UserTemplateMismatch",
    "UsernameTaken",
]


class CountryCodeMissing(ApiError):
    """An address has no country."""

    status_code = 400
    code = "COUNTRY_CODE_CANNOT_BE_NULL"


class EmailMissing(ApiError):
    """A patient who can log in has no mail address."""

    status_code = 400
    code = "EMAIL_CANNOT_BE_EMPTY_FOR_LOGGABLE_USER"


class InvitationNotSupported(ApiError):
    """Nobody is invited by mail who logs in by codes, or not at all."""

    status_code = 400
    code = "INVITATION_NOT_SUPPORTED"


class OtpMfaConflict(ApiError):
    """Whoever logs in by codes has no second step."""

    status_code = 400
    code = "OTP_MFA_ENABLED_CONFLICT"


class OtpPhoneMissing(ApiError):
    """Whoever logs in by codes has no phone."""

    status_code = 400
    code = "OTP_PHONE_CANNOT_BE_NULL"


class OtpPhoneUpdateDisabled(ApiError):
    """The phone that somebody logs in with stays."""

    status_code = 400
    code = "OTP_UPDATE_PHONE_DISABLED"


class UserIsNotAdmin(ApiError):
    """The caller is not the primary administrator of its organization."""

    status_code = 401
    code = "USER_IS_NOT_ADMIN"


class EmailChangeNotPermitted(ApiError):
    """Somebody logs in with this mail address."""

    status_code = 403
    code = "EMAIL_CHANGE_NOT_PERMITTED"


class InvitationNotFound(ApiError):
    """There is no invitation that could still be accepted."""

    status_code = 404
    code = "INVITATION_NOT_FOUND"


class CaregiverAssigned(ApiError):
    """A patient has this caregiver."""

    status_code = 409
    code = "CAREGIVER_ASSIGNED_TO_PATIENT"


class EmailTaken(ApiError):
    """Somebody else has this mail address."""

    status_code = 409
    code = "EMAIL_ALREADY_EXIST"


class OrganizationNameTaken(ApiError):
    """Another organization has this name."""

    status_code = 409
    code = "ORGANIZATION_ALREADY_EXIST"


class RegistrationCodeTaken(ApiError):
    """There is this registration code already."""

    status_code = 409
    code = "REGISTRATION_CODE_ALREADY_EXISTS"


class UserIsOrganizationAdmin(ApiError):
    """Somebody is the primary administrator of an organization."""

    status_code = 409
    code = "USER_IS_ORGANIZATION_ADMIN"


class UserTemplateMismatch(ApiError):
    """Somebody is no organization user, and so cannot be an organization's primary administrator."""

    status_code = 409
    code = "USER_TEMPLATE_NOT_MATCH_TO_ORGANIZATION_ADMIN"


class UsernameTaken(ApiError):
    """Somebody else logs in with this name."""

    status_code = 409
    code = "USERNAME_ALREADY_EXIST"
