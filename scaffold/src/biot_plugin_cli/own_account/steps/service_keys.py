"""Which versions of the function use which key of the service user, so that no version that is called loses its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from biot_plugin_cli.aws.function.alias import MAX_VERSIONS
from biot_plugin_cli.aws.function.state import FunctionState
from biot_plugin_cli.aws.secret import StoredSecret
from biot_plugin_cli.own_account.desired_state import KEY_ID_VARIABLE, KEY_VARIABLE, SECRET_VARIABLE, USER_VARIABLE
from biot_plugin_cli.own_account.steps.base import Deployment

__all__ = ["find_stored_key", "has_valid_key", "is_secret_used", "used_keys"]


def has_valid_key(version: FunctionState, secret: StoredSecret | None, keys: Sequence[str]) -> bool:
    """Whether a version can log in to the platform, or has no service user at all.

    Args:
        version: The version.
        secret: The secret as it is.
        keys: The ids of the service user's keys.
    """
    return USER_VARIABLE not in version.config.environment or _key_of(version, secret, keys) is not None


def used_keys(deployment: Deployment, keys: Sequence[str]) -> list[str]:
    """List the keys that versions use, that of the live one first."""
    used = (_key_of(state, deployment.actual.secret, keys) for state in _states(deployment))
    return list(dict.fromkeys(key for key in used if key))


def find_stored_key(deployment: Deployment, keys: Sequence[str]) -> Mapping[str, str] | None:
    """Find the variables with a key that the platform accepts, in the function or in one of its versions."""
    names = (USER_VARIABLE, KEY_ID_VARIABLE, KEY_VARIABLE)
    for state in _states(deployment):
        variables = state.config.environment
        if variables.get(KEY_ID_VARIABLE) in keys and all(variables.get(name) for name in names):
            return {name: variables[name] for name in names}
    return None


def is_secret_used(deployment: Deployment, *, is_live_replaced: bool) -> bool:
    """Whether a version that stays reads the secret, as it can be rolled back to.

    Args:
        deployment: The deployment.
        is_live_replaced: Whether another version will be published, and the oldest one deleted.
    """
    secret, number = deployment.actual.secret, MAX_VERSIONS - 1 if is_live_replaced else MAX_VERSIONS
    if not deployment.desired.settings.service_user:
        # There is nobody any more who could log in with it.
        return False
    return secret is not None and any(
        state.config.environment.get(SECRET_VARIABLE) == secret.arn for state in deployment.versions[:number]
    )


def _states(deployment: Deployment) -> Iterator[FunctionState]:
    actual = deployment.actual
    yield from (state for state in (actual.live, actual.function) if state)
    yield from deployment.versions


def _key_of(state: FunctionState, secret: StoredSecret | None, keys: Sequence[str]) -> str | None:
    variables = state.config.environment
    if SECRET_VARIABLE not in variables:
        return next((key for key in keys if key == variables.get(KEY_ID_VARIABLE)), None)
    if secret is None or variables[SECRET_VARIABLE] != secret.arn:
        return None
    return next((key for key in keys if secret.has_key(key)), None)
