"""A step of a deployment, and what steps tell each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.aws.function.lifecycle import find_versions
from biot_plugin_cli.aws.function.state import FunctionState
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.deploy.config_changes import Change, changed_fields
from biot_plugin_cli.own_account.actual_state import ActualState
from biot_plugin_cli.own_account.desired_state import DesiredState
from biot_plugin_cli.own_account.platform_side import PlatformSide
from biot_plugin_cli.publish.repository import Pushed

__all__ = ["Deployment", "Step", "compare_tags", "step_for"]


@dataclass
class Deployment:
    """A deployment under way.

    Attributes:
        account: The AWS account.
        desired: The desired state.
        actual: The actual state, as it was when the plan was made.
        platform: The platform.
        user_id: The id of the service user, once it is known.
        service_variables: The environment variables of the service user, once they are known.
        secret: The ARN of the secret, once it is known.
        version: The version that the alias calls, once it is known.
        url: The function URL, once it is known.
        pushed: What was pushed to the account's registry, once it was.
        progress: Receives a short description of what a step does.
    """

    account: Account
    desired: DesiredState
    actual: ActualState
    platform: PlatformSide
    user_id: str | None = None
    service_variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str | None = None
    version: str | None = None
    url: str | None = None
    pushed: Pushed | None = None
    progress: Callable[[str], None] = field(default=lambda _: None, repr=False)

    @property
    def role_arn(self) -> str:
        """The ARN of the execution role."""
        settings = self.desired.settings
        return settings.role or self.account.role_arn(settings.role_path, self.desired.names.role)

    @cached_property
    def versions(self) -> Sequence[FunctionState]:
        """The published versions as they are, the newest first."""
        with explained():
            name = self.desired.names.function
            return find_versions(self.account, name)[::-1] if self.actual.function else ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a deployment.

    Attributes:
        resource: What it makes or changes, such as `function biot-demo`.
        action: What it does to it.
        changes: The fields that change.
        run: Does it; may be run again after a failure.
    """

    resource: str
    action: Literal["create", "update", "delete"]
    changes: tuple[Change, ...]
    run: Callable[[], None]


def step_for(
    resource: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    create: Callable[[], None],
    update: Callable[[], None],
) -> list[Step]:
    """Plan a step that creates or updates a resource; none if nothing differs.

    Args:
        resource: What it makes or changes.
        before: Its fields; None if there is none.
        after: Its desired fields.
        create: Creates it.
        update: Updates it.
    """
    changes = changed_fields(before or {}, after)
    if before is None:
        return [Step(resource, "create", changes, create)]
    return [Step(resource, "update", changes, update)] if changes else []


def compare_tags(before: Mapping[str, str], desired: Mapping[str, str]) -> dict[str, str]:
    """Select, of the tags that a resource has, those that are compared: others are not ours."""
    return {name: before[name] for name in desired if name in before}
