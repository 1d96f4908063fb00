"""Deletes all that was made for a plugin, on both sides, and only that: what has not its tags is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from biot_plugin_cli.aws.ecr.repository import delete_repository
from biot_plugin_cli.aws.function.lifecycle import delete_function
from biot_plugin_cli.aws.function.url import delete_url
from biot_plugin_cli.aws.log_group import delete_log_group
from biot_plugin_cli.aws.names import ALIAS, ResourceNames, is_owned
from biot_plugin_cli.aws.role import delete_role
from biot_plugin_cli.aws.schedule import delete_schedule
from biot_plugin_cli.aws.secret import delete_secret
from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.own_account.actual_state import ActualState, read_actual_state
from biot_plugin_cli.own_account.apply import run_steps
from biot_plugin_cli.own_account.code.repository import is_used_by_others
from biot_plugin_cli.own_account.place import Place
from biot_plugin_cli.own_account.report import print_steps, print_title
from biot_plugin_cli.own_account.steps.base import Step
from biot_plugin_cli.own_account.steps.subscriptions import NO_HOOKS, plan_lost_address
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.platform.plugin_names import NAME_FORM, is_name
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["delete"]


def delete(place: Place, name: str | None, *, yes: bool) -> str:
    """Delete a plugin; return its name.

    The log group goes last: as long as it is there, it says whose the rest is.

    Args:
        place: Where it is deployed.
        name: Its name; None for the plugin of this repository.
        yes: Whether to skip the confirmation.

    Raises:
        UsageError: The name is not that of a plugin.
        OperationFailed: There is no such plugin.
        CliError: It cannot be deleted.
    """
    names = _names(place, name)
    actual = read_actual_state(place.account, names, place.settings)
    steps = tuple(_steps(place, names, actual))
    if not steps:
        raise OperationFailed(
            f"There is no plugin {names.plugin} in the AWS account {place.account.id}, {place.account.region_name}: "
            "see biot-plugin list --target aws"
        )
    print_title(("Delete", "red"), names.plugin, place.account, place.base_url)
    print_steps(steps, {})
    confirm(f"Delete {names.plugin} from the AWS account {place.account.id}, with its logs?", yes=yes)
    with showing_progress() as progress:
        run_steps(steps, progress, "delete")
    return names.plugin


def _names(place: Place, name: str | None) -> ResourceNames:
    if name is None or name == place.names.plugin:
        return place.names
    if not is_name(name):
        raise UsageError(f"{name!r} is not the name of a plugin: make it {NAME_FORM}, see biot-plugin list")
    return ResourceNames.of(name, place.plugin.environment, None)


def _steps(place: Place, names: ResourceNames, actual: ActualState) -> Iterator[Step]:
    account, function = place.account, actual.function
    is_own_function = function is not None and is_owned(function.tags, names)
    if is_own_function:
        yield from _calls(place, names, actual)
    if actual.log_group and is_owned(actual.log_group.tags, names):
        yield from plan_lost_address(place.platform, actual.lost_address)
    if actual.schedule and is_owned(actual.schedule.tags, names):
        yield _deletion(f"schedule {names.rule}", lambda: delete_schedule(account, names.rule))
    if _has_service_user(place, names, actual):
        user = names.service_user
        yield _deletion(f"service user {user} on the platform", lambda: place.platform.delete_service_user(user))
    if is_own_function:
        yield _deletion(f"function {names.function}", lambda: delete_function(account, names.function))
    yield from _surroundings(place, names, actual)
    if actual.log_group and _is_own_log_group(actual.log_group.tags, names, is_own_function=is_own_function):
        yield _deletion(f"log group {names.log_group}", lambda: delete_log_group(account, names.log_group))


def _calls(place: Place, names: ResourceNames, actual: ActualState) -> Iterator[Step]:
    """Plan to delete how the function is called."""
    url = actual.address
    if url is None:
        return
    if place.platform.compare_subscriptions(NO_HOOKS, url).removed:
        yield _deletion("subscriptions", lambda: place.platform.subscribe(NO_HOOKS, url, parts=["removed"]))
    yield _deletion("function URL", lambda: delete_url(place.account, names.function, ALIAS))


def _surroundings(place: Place, names: ResourceNames, actual: ActualState) -> Iterator[Step]:
    """Plan to delete what the function has needed."""
    if actual.role and is_owned(actual.role.tags, names):
        yield _deletion(f"role {names.role}", lambda: delete_role(place.account, names.role))
    if actual.secret and is_owned(actual.secret.tags, names):
        yield _deletion(f"secret {names.secret}", lambda: delete_secret(place.account, names.secret))
    repository = place.settings.repository
    is_ours = actual.repository is not None and is_owned(actual.repository.tags, names)
    # Another environment of the plugin, or another plugin, may have its images there too.
    if repository and is_ours and not is_used_by_others(place.account, repository, names.function):
        yield _deletion(f"repository {repository}", lambda: delete_repository(place.account, repository))


def _has_service_user(place: Place, names: ResourceNames, actual: ActualState) -> bool:
    """Whether there is a service user that was made for the plugin, as the log group was before it."""
    group = actual.log_group
    is_ours = group is not None and is_owned(group.tags, names)
    may_have = place.settings.service_user or actual.may_have_service_user
    return is_ours and may_have and place.platform.has_service_user(names.service_user)


def _is_own_log_group(tags: Mapping[str, str], names: ResourceNames, *, is_own_function: bool) -> bool:
    # Lambda makes one without tags, if somebody has deleted it.
    return is_owned(tags, names) or (is_own_function and not tags)


def _deletion(resource: str, run: Callable[[], None]) -> Step:
    return Step(resource, "delete", (), run)
