"""The service user on the platform, and where its key is kept. The key is never printed, and in no file."""

from __future__ import annotations

from collections.abc import Mapping

from biot_plugin_cli.aws.log_group import tag_log_group
from biot_plugin_cli.aws.secret import SecretKey, delete_secret, set_secret, update_secret
from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.own_account.actual_state import DELETED, MADE, SECRET_TAG, USER_TAG
from biot_plugin_cli.own_account.desired_state import KEY_ID_VARIABLE, KEY_VARIABLE, SECRET_VARIABLE, USER_VARIABLE
from biot_plugin_cli.own_account.steps.base import Deployment, Step, compare_tags, step_for
from biot_plugin_cli.own_account.steps.service_keys import find_stored_key, is_secret_used, used_keys

__all__ = ["plan_secret_removal", "plan_service_user", "plan_service_user_removal"]

_NEW = "(new)"


def plan_service_user(deployment: Deployment) -> list[Step]:
    """Plan the service user; also determines its environment variables, as far as they are known.

    Raises:
        OperationFailed: There is one of this name that was not made for the plugin.
    """
    desired = deployment.desired
    if not desired.settings.service_user:
        return []
    name = desired.names.service_user
    deployment.user_id = deployment.platform.find_service_user(name)
    if deployment.user_id and deployment.actual.log_group is None and deployment.actual.function is None:
        # A deployment makes it after the log group, and deletes it before.
        raise OperationFailed(
            f"The service user {name} exists on the platform, and was not made for this plugin: delete it, or set "
            "function-name in [tool.biot-plugin.aws]"
        )
    variables = _known_variables(deployment)
    if variables:
        deployment.service_variables = variables
        return _plan_secret(deployment)
    deployment.service_variables = _new_variables(deployment)
    place = f"secret {desired.names.secret}" if desired.has_secret else "encrypted variable"
    changes = (Change("secretKey", None, f"new, in the {place}"),)
    return [
        Step(
            f"service user {name} on the platform",
            "update" if deployment.user_id else "create",
            changes,
            lambda: _make(deployment),
        )
    ]


def plan_service_user_removal(deployment: Deployment) -> list[Step]:
    """Plan to delete a service user that the manifest no longer has, once no version that logs in as it is called."""
    desired, platform = deployment.desired, deployment.platform
    name = desired.names.service_user
    # Whoever has no service user may not be allowed to search for one.
    if (
        desired.settings.service_user
        or not deployment.actual.may_have_service_user
        or not platform.has_service_user(name)
    ):
        return []

    def run() -> None:
        platform.delete_service_user(name)
        tag_log_group(deployment.account, desired.names.log_group, {USER_TAG: DELETED})

    return [Step(f"service user {name} on the platform", "delete", (), run)]


def plan_secret_removal(deployment: Deployment, *, is_live_replaced: bool) -> list[Step]:
    """Plan to delete a secret that no version reads any more.

    Args:
        deployment: The deployment.
        is_live_replaced: Whether another version will be live afterwards.
    """
    account, desired = deployment.account, deployment.desired
    if (
        deployment.actual.secret is None
        or desired.has_secret
        or is_secret_used(deployment, is_live_replaced=is_live_replaced)
    ):
        return []

    def run() -> None:
        delete_secret(account, desired.names.secret)
        tag_log_group(account, desired.names.log_group, {SECRET_TAG: DELETED})

    return [Step(f"secret {desired.names.secret}", "delete", (), run)]


def _plan_secret(deployment: Deployment) -> list[Step]:
    """Plan the settings of a secret that has the key already."""
    desired, before = deployment.desired, deployment.actual.secret
    if not desired.has_secret or before is None:
        return []
    name, kms_key = desired.names.secret, desired.settings.kms_key or ""
    return step_for(
        f"secret {name}",
        {"kmsKey": before.kms_key, "tags": compare_tags(before.tags, desired.tags)},
        {"kmsKey": kms_key, "tags": desired.tags},
        lambda: None,
        lambda: update_secret(deployment.account, name, desired.tags, kms_key, before),
    )


def _make(deployment: Deployment) -> None:
    desired, platform, account = deployment.desired, deployment.platform, deployment.account
    keys = platform.find_service_keys(deployment.user_id) if deployment.user_id else ()
    name, role = desired.names.service_user, desired.settings.service_user_role
    # Before they are made, so that they are found in whatever way this ends.
    secret_tag = {SECRET_TAG: MADE} if desired.has_secret else {}
    tag_log_group(account, desired.names.log_group, {USER_TAG: MADE, **secret_tag})
    key = platform.make_service_key(name, role, used_keys(deployment, keys))
    deployment.user_id = key.user_id
    if desired.has_secret:
        deployment.secret = set_secret(
            account,
            desired.names.secret,
            SecretKey(key.user_id, key.id, key.value),
            desired.tags,
            desired.settings.kms_key,
        )
        deployment.service_variables = {USER_VARIABLE: key.user_id, SECRET_VARIABLE: deployment.secret}
    else:
        deployment.service_variables = {
            USER_VARIABLE: key.user_id,
            KEY_ID_VARIABLE: key.id,
            KEY_VARIABLE: key.value,
        }


def _known_variables(deployment: Deployment) -> Mapping[str, str] | None:
    """Return the variables of a service user that has a key; None if a key has to be made."""
    user_id, secret = deployment.user_id, deployment.actual.secret
    if user_id is None:
        return None
    keys = deployment.platform.find_service_keys(user_id)
    if not deployment.desired.has_secret:
        return find_stored_key(deployment, keys)
    if secret is None or not any(secret.has_key(key) for key in keys):
        return None
    deployment.secret = secret.arn
    return {USER_VARIABLE: user_id, SECRET_VARIABLE: secret.arn}


def _new_variables(deployment: Deployment) -> dict[str, str]:
    names = (SECRET_VARIABLE,) if deployment.desired.has_secret else (KEY_ID_VARIABLE, KEY_VARIABLE)
    return {USER_VARIABLE: deployment.user_id or _NEW, **dict.fromkeys(names, _NEW)}
