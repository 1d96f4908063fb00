"""What a user of the official SDKs does about people; run by an interpreter that has them.

    sdk_people.py URL USERNAME PASSWORD

It writes one JSON document of what came back.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from typing import Any
from uuid import UUID

import biotmed_organization_sdk as organization
import biotmed_ums_sdk as ums

FIRST = "00000000-0000-0000-0000-000000000000"
PASSWORD, NEW = "Correct7horse", "Another8password"
PHONE, OTHER_PHONE = "+4915112345678", "+4915187654321"


class Platform:
    """The platform, as one user after the other sees it."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self.token = self.log_in(username, password).access_jwt.token

    def log_in(self, username: str, password: str) -> Any:
        return self.ums("LoginAPIApi", None).login(ums.LoginRequestV2(username=username, password=password))

    def ums(self, api: str, token: str | None = "") -> Any:
        return self._api(ums, api, token)

    def organization(self, api: str, token: str | None = "") -> Any:
        return self._api(organization, api, token)

    def outbox(self, to: str) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}/_emulator/outbox?limit=100")
        request.add_header("authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request) as response:
            messages = json.load(response)["data"]
        return next(one for one in messages if to in (*one.get("addressesTo", ()), one.get("phoneNumber")))

    def accept(self, email: str, password: str = PASSWORD) -> Any:
        mail = self.outbox(email)
        sent = ums.TokenOperationRequest(operationData={"password": password})
        api = self.ums("TemporaryTokenOperationAPIApi", None)
        api.validate_token_operation(mail["token"], mail["operation"], mail["entityId"])
        api.execute_token_operation(sent, mail["token"], mail["operation"], mail["entityId"])
        return self.log_in(email, password)

    def code(self, phone: str) -> str:
        found = re.search("[0-9]{6}", self.outbox(phone)["message"])
        assert found
        return found.group()

    def _api(self, sdk: Any, api: str, token: str | None) -> Any:
        access_token = None if token is None else token or self.token
        return getattr(sdk, api)(
            sdk.ApiClient(sdk.Configuration(host=self.url + PREFIX[sdk], access_token=access_token))
        )


PREFIX = {ums: "/ums", organization: ""}


def main(url: str, username: str, password: str) -> None:
    platform = Platform(url, username, password)
    seen = {
        "self": own(platform),
        "users": users(platform),
        "codes": codes(platform),
        "steps": steps(platform),
        "passwords": passwords(platform),
        "registration codes": registration_codes(platform),
        "organizations": organizations(platform),
    }
    sys.stdout.write(json.dumps(seen))


def caregiver(platform: Platform, name: str, **more: Any) -> str:
    request = organization.CreateCaregiverRequest(
        _name={"firstName": name, "lastName": "Example"},
        _templateId=template(platform, "caregiver"),
        _ownerOrganization={"id": FIRST},
        **{"_email": f"{name}@example.com", **more},
    )
    return str(platform.organization("CaregiverAPIApi").create_caregiver(request)["_id"])


def template(platform: Platform, kind: str) -> str:
    """The id of a template; where any id is one, it does not matter which."""
    request = urllib.request.Request(f"{platform.url}/settings/v1/templates/minimized")
    request.add_header("authorization", f"Bearer {platform.token}")
    try:
        with urllib.request.urlopen(request) as response:
            found = json.load(response)["data"]
    except OSError:
        return "00000000-0000-4000-8000-000000000001"
    return next(str(one["id"]) for one in found if one.get("entityTypeName") == kind)


def status_of(error: Any) -> list[Any]:
    return [error.status, json.loads(error.body)["code"]]


def own(platform: Platform) -> dict[str, Any]:
    id = caregiver(platform, "own")
    login = platform.accept("own@example.com")
    api = platform.ums("SelfUserAPIApi", login.access_jwt.token)
    found = api.self_get_user()
    change = ums.SelfUpdateUserRequest(password=ums.Password(current=PASSWORD, new=NEW))
    api.self_update_user(change)
    again = platform.log_in("own@example.com", NEW)
    platform.ums("LoginAPIApi", None).logout(ums.LogoutRequest(refreshToken=again.refresh_jwt.token))
    try:
        platform.ums("SelfUserAPIApi", again.access_jwt.token).self_get_user()
    except ums.ApiException as error:
        logged_out = status_of(error)
    person = platform.organization("UserAPIApi", login.access_jwt.token).get_self()
    api.self_delete_user()
    request = ums.SelfRegisterUserRequest(username="stranger", password=PASSWORD)
    registered = platform.ums("SelfUserAPIApi", None).self_register_user(request, UUID(FIRST))
    return {
        "found": [str(found.id) == id, found.username, found.credential_type],
        "logged out": logged_out,
        "person": str(person.to_dict()["_id"]) == id,
        "registered": registered.username,
    }


def users(platform: Platform) -> dict[str, Any]:
    id = UUID(caregiver(platform, "managed"))
    platform.accept("managed@example.com")
    api = platform.ums("UserAPIApi")
    found = api.search(ums.SearchRequestV2(filter={"username": {"eq": "managed@example.com"}}))
    changed = api.update_user(ums.UpdateUserRequest(username="renamed", locked=True), id)
    read = api.get_user(id)
    api.delete(id)
    try:
        api.get_user(id)
    except ums.ApiException as error:
        gone = status_of(error)
    return {
        "found": [str(one.id) == str(id) for one in found.data],
        "changed": [changed.username, changed.locked, read == changed],
        "gone": gone,
    }


def codes(platform: Platform) -> dict[str, Any]:
    id = caregiver(platform, "texting", _credentialType="OTP", _phone=PHONE)
    api = platform.ums("LoginAPIApi", None)
    asked = api.generate_otp(ums.GenerateOtpRequest(phone=PHONE))
    request = ums.OtpLoginRequest(requestId=asked.request_id, code=platform.code(PHONE))
    login = api.otp_login(request)
    again = api.token_login(ums.LoginWithTokenRequest(refreshToken=login.refresh_jwt.token))
    return {"phone": asked.phone, "same": str(login.user_id) == str(again.user_id) == id}


def steps(platform: Platform) -> dict[str, Any]:
    caregiver(platform, "careful", _phone=OTHER_PHONE, _mfa={"enabled": True})
    first = platform.accept("careful@example.com")
    api = platform.ums("MFALoginAPIApi", first.access_jwt.token)
    resent = api.mfa_resend()
    login = api.mfa_login(ums.MfaLoginRequestV2(code=platform.code(OTHER_PHONE)))
    return {
        "required": [first.mfa_required, first.phone, first.refresh_jwt is None],
        "resent": resent.mfa_expiration is not None,
        "done": [login.mfa_required, login.refresh_jwt is not None],
    }


def passwords(platform: Platform) -> dict[str, Any]:
    id = UUID(caregiver(platform, "forgets"))
    invitation = platform.organization("InvitationAPIApi").resend_invitation(id)
    platform.accept("forgets@example.com")
    platform.ums("SelfUserAPIApi", None).forgot_password(ums.ForgotPasswordRequestV2(username="forgets@example.com"))
    reset = platform.accept("forgets@example.com", NEW)
    made = platform.ums("UserAPIApi").generate_user_password(id)
    request = ums.ValidateUserCredentialsRequest(username="somebody", password="weak")
    rated = platform.ums("UserAPIApi", None).validate_user_credentials(request)
    return {
        "invited": str(invitation.user_id) == str(id),
        "reset": str(reset.user_id) == str(id),
        "generated": str(platform.log_in("forgets@example.com", made.user_password).user_id) == str(id),
        "rated": [rated.success, rated.code],
    }


def registration_codes(platform: Platform) -> dict[str, Any]:
    api = platform.organization("RegistrationCodeAPIApi")
    owner = {"id": FIRST}
    request = organization.CreateRegistrationCodeRequest(
        _code="Registration1", _templateId=template(platform, "registration-code"), _ownerOrganization=owner
    )
    made = api.create_registration_code(request).to_dict()
    id = UUID(str(made["_id"]))
    changed = api.update_registration_code(organization.UpdateRegistrationCodeRequest(_code="Registration2"), id)
    found = api.search_registration_codes(organization.SearchRequestV2(filter={"_id": {"eq": str(id)}}))
    read = api.get_registration_code(id)
    api.delete_registration_code(id)
    try:
        api.get_registration_code(id)
    except organization.ApiException as error:
        gone = status_of(error)
    codes = [made["_code"], changed.to_dict()["_code"], read.to_dict()["_code"]]
    return {"codes": codes, "found": len(found.data), "gone": gone}


def organizations(platform: Platform) -> dict[str, Any]:
    api = platform.organization("OrganizationAPIApi")
    person = organization.CreateOrganizationUserRequest(
        _name={"firstName": "Second", "lastName": "Example"},
        _email="second@example.com",
        _templateId=template(platform, "organization-user"),
        _ownerOrganization={"id": FIRST},
    )
    second = UUID(str(platform.organization("OrganizationUserAPIApi").create_organization_user(person)["_id"]))
    changed = api.change_organization_admin(second).to_dict()
    brands = [api.get_branding_for_default_organization(), api.get_branding_for_current_organization()]
    return {
        "administrator": str(changed["_primaryAdministrator"]["id"]) == str(second),
        "brands": [brand.to_dict() for brand in brands],
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
