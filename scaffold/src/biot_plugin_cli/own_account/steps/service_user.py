"""The service user on the platform, and where its key is kept. The key is never printed, and in no file."""

from __future__ import annotations

from collections.abc import Mapping

from biot_plugin_cli.aws.secret import USER_TAG, delete_secret, set_secret
from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.own_account.desired_state import KEY_VARIABLE, SECRET_VARIABLE, USER_VARIABLE
from biot_plugin_cli.own_account.steps.base import Deployment, Step

__all__ = ["plan_secret_removal", "plan_service_user"]

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
        return []
    deployment.service_variables = {USER_VARIABLE: deployment.user_id or _NEW, _key_variable(deployment): _NEW}
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


def plan_secret_removal(deployment: Deployment) -> list[Step]:
    """Plan to delete a secret that is not used any more."""
    if deployment.actual.secret is None or deployment.desired.has_secret:
        return []
    name = deployment.desired.names.secret
    return [Step(f"secret {name}", "delete", (), lambda: delete_secret(deployment.account, name))]


def _make(deployment: Deployment) -> None:
    desired, platform = deployment.desired, deployment.platform
    user_id, key = platform.make_service_key(desired.names.service_user, desired.settings.service_user_role)
    deployment.user_id = user_id
    if desired.has_secret:
        deployment.secret = set_secret(
            deployment.account, desired.names.secret, user_id, key, desired.tags, desired.settings.kms_key
        )
        deployment.service_variables = {USER_VARIABLE: user_id, SECRET_VARIABLE: deployment.secret}
    else:
        deployment.service_variables = {USER_VARIABLE: user_id, KEY_VARIABLE: key}


def _known_variables(deployment: Deployment) -> Mapping[str, str] | None:
    """Return the variables of a service user that has a key; None if a key has to be made."""
    actual, user_id = deployment.actual, deployment.user_id
    if user_id is None:
        return None
    if deployment.desired.has_secret:
        secret = actual.secret
        if secret is None or secret.tags.get(USER_TAG) != user_id:
            return None
        deployment.secret = secret.arn
        return {USER_VARIABLE: user_id, SECRET_VARIABLE: secret.arn}
    variables = actual.function.config.environment if actual.function else {}
    key = variables.get(KEY_VARIABLE)
    return {USER_VARIABLE: user_id, KEY_VARIABLE: key} if key and variables.get(USER_VARIABLE) == user_id else None


def _key_variable(deployment: Deployment) -> str:
    return SECRET_VARIABLE if deployment.desired.has_secret else KEY_VARIABLE
