"""Lets the alias call an older version again: at once, and from any machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.function.alias import set_alias
from biot_plugin_cli.aws.function.lifecycle import find_versions, untag_function
from biot_plugin_cli.aws.function.state import FunctionState
from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.deploy.older.commit_build import building_commit
from biot_plugin_cli.deploy.older.package_file import read_package_file
from biot_plugin_cli.deploy.older.selection import RollbackChoice, match_version
from biot_plugin_cli.deploy.versions.known import KnownVersion
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.image.inspection import inspect
from biot_plugin_cli.manifest.environment_variables import COMMIT_VARIABLE, HASH_VARIABLE
from biot_plugin_cli.own_account.actual_state import PREVIOUS_TAG, ActualState
from biot_plugin_cli.own_account.apply import run_steps
from biot_plugin_cli.own_account.desired_state import USER_VARIABLE
from biot_plugin_cli.own_account.place import Place
from biot_plugin_cli.own_account.publications.listing import known_versions, previous_number
from biot_plugin_cli.own_account.publications.republication import plan_republication, variables_with_others
from biot_plugin_cli.own_account.report import print_steps, print_title
from biot_plugin_cli.own_account.status import require_deployed
from biot_plugin_cli.own_account.steps.base import Deployment, Step
from biot_plugin_cli.own_account.steps.schedule import plan_schedule
from biot_plugin_cli.own_account.steps.service_keys import has_valid_key
from biot_plugin_cli.own_account.steps.subscriptions import plan_subscribing, plan_unsubscribing
from biot_plugin_cli.own_account.switch import deployment_of_version
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.terminal.confirmation import confirm

__all__ = ["roll_back"]


def roll_back(place: Place, choice: RollbackChoice, *, yes: bool) -> dict[str, Any]:
    """Let the alias call an older version, with its subscriptions and schedule; return the document of `--json`.

    Where a version was made without the framework, its hooks are unknown, and subscriptions and schedule stay. If
    variables that live in the account alone are not the same in it, a new version has its code and today's variables.

    Args:
        place: The plugin, and where it is deployed.
        choice: Which version; the one before the last deployment if nothing is chosen.
        yes: Whether to skip the confirmation.

    Raises:
        OperationFailed: There is no such plugin, or no such version.
        CliError: It cannot be changed.
    """
    choice.require_one()
    actual = require_deployed(place)
    with explained():
        versions = find_versions(place.account, place.names.function)
    current = actual.alias.version if actual.alias else ""
    number = _chosen(place, actual, versions, choice)
    target = _select(versions, number, current)
    deployment = deployment_of_version(place, actual, target.config.environment, needs_hooks=False)
    variables = _variables(place, actual, target)
    is_republished = variables != target.config.environment
    if is_republished:
        move = plan_republication(deployment, target, variables, is_rollback=True)
    else:
        move = _plan_alias(deployment, current, target.version)
    steps = _around(deployment, move)
    document = {
        "action": "update" if steps else "none",
        "target": "aws",
        "name": place.names.plugin,
        "version": int(target.version),
        "versionBefore": int(current),
        "codeOf": int(target.version),
        "contentHash": target.config.environment.get(HASH_VARIABLE),
        "commit": target.config.environment.get(COMMIT_VARIABLE),
        "endpointUrl": actual.address,
    }
    if not steps:
        return document
    _require_key(place, actual, target)
    print_title(("Update", "yellow"), place.names.plugin, place.account, place.base_url)
    print_steps(steps, place.plugin.manifest.environment)
    confirm(f"Let {place.names.function} run the code of version {target.version} again?", yes=yes)
    with showing_progress() as progress:
        run_steps(steps, progress, f"rollback --to {target.version}")
    return {**document, "version": int(deployment.version or target.version)}


def _chosen(place: Place, actual: ActualState, versions: Sequence[FunctionState], choice: RollbackChoice) -> str | None:
    """Return the number of the version that was chosen; None for none."""
    if choice.version is not None:
        return str(choice.version)
    live = actual.alias.version if actual.alias else ""
    known = known_versions(versions, live)
    if choice.commit is not None:
        with building_commit(place.plugin, choice.commit, choice.builder) as build:
            manifest = build.plugin.manifest
            what, runtime = f"The build of the commit {build.commit[:12]}", manifest.runtime
            runtime_of_zip = None if manifest.package == "image" else runtime
            return str(match_version(known, build.content_hash, what, runtime_of_zip, commit=build.commit).version)
    if choice.package is not None:
        return _version_of_file(place, versions, known, choice.package)
    return previous_number(actual, versions)


def _version_of_file(place: Place, versions: Sequence[FunctionState], known: Sequence[KnownVersion], file: Path) -> str:
    """Find the version with the code in a file, of which nothing is sent."""
    if place.plugin.manifest.package != "image":
        package = read_package_file(file)
        return str(match_version(known, package.content_hash, f"The package {file.name}", package.runtime).version)
    if not file.exists():
        raise OperationFailed(f"There is no image at {file}: pass what biot-plugin image build -o has written")
    digest = inspect(str(file)).manifest.digest
    for state in reversed(versions):
        if f"sha256:{state.code_sha256}" == digest:
            return state.version
    raise OperationFailed(
        f"The image {file.name} is not what was deployed: its digest is {digest}, and no version has it; see "
        "biot-plugin versions, or check it out and deploy it as a new version"
    )


def _variables(place: Place, actual: ActualState, target: FunctionState) -> Mapping[str, str]:
    """Return the variables that the older version should have."""
    before = target.config.environment
    live = actual.live
    if live is None or live.version == target.version:
        return before
    return variables_with_others(before, live.config.environment, place.plugin.manifest.environment)


def _plan_alias(deployment: Deployment, current: str, version: str) -> list[Step]:
    def move() -> None:
        account, names = deployment.account, deployment.desired.names
        set_alias(account, names.function, deployment.desired.alias, version)
        # What was live before is no version to go back to once more.
        untag_function(account, names.function_arn(account), PREVIOUS_TAG)

    if current == version:
        return []
    return [Step(f"alias {deployment.desired.alias}", "update", (Change("version", current, version),), move)]


def _around(deployment: Deployment, move: Sequence[Step]) -> tuple[Step, ...]:
    return (
        *plan_unsubscribing(deployment),
        *move,
        *plan_schedule(deployment),
        *plan_subscribing(deployment),
    )


def _require_key(place: Place, actual: ActualState, version: FunctionState) -> None:
    """Require that a version can log in to the platform, if it has a service user.

    Raises:
        OperationFailed: Its key is gone.
    """
    if USER_VARIABLE not in version.config.environment:
        return
    user_id = place.platform.find_service_user(place.names.service_user)
    keys = place.platform.find_service_keys(user_id) if user_id else ()
    if not has_valid_key(version, actual.secret, keys):
        raise OperationFailed(
            f"Version {version.version} has a key of the service user that the platform does not accept any more, so "
            "its event.biot could not log in: check out the older code and deploy it instead, which uses a valid key"
        )


def _select(versions: Sequence[FunctionState], requested: str | None, current: str) -> FunctionState:
    known = ", ".join(f"{state.version} (live)" if state.version == current else state.version for state in versions)
    if requested is None and not [state for state in versions if state.version != current]:
        raise OperationFailed(
            f"Version {current} is the only one that there is, so there is nothing to roll back to: check out the "
            "older code and deploy it"
        )
    # One that is live already is left from an interrupted deployment.
    if requested is None or (requested == current and requested not in known):
        raise OperationFailed(f"No version before the live one is known: choose one with --to, of {known}")
    for state in versions:
        if state.version == requested:
            return state
    raise OperationFailed(f"There is no version {requested} any more: choose one with --to, of {known or 'none'}")
