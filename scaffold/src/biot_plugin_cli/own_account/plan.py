"""Plans a deployment: compares what there is with what there should be, on both sides, and orders the steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from biot_plugin_cli.deploy.config_changes import Change
from biot_plugin_cli.own_account.steps.address import plan_address, plan_foreign_access, plan_permissions
from biot_plugin_cli.own_account.steps.base import Deployment, Step
from biot_plugin_cli.own_account.steps.function import code_changes, plan_function
from biot_plugin_cli.own_account.steps.image import plan_image, plan_repository
from biot_plugin_cli.own_account.steps.log_group import plan_log_group
from biot_plugin_cli.own_account.steps.role import plan_role
from biot_plugin_cli.own_account.steps.schedule import plan_schedule
from biot_plugin_cli.own_account.steps.service_user import (
    plan_secret_removal,
    plan_service_user,
    plan_service_user_removal,
)
from biot_plugin_cli.own_account.steps.subscriptions import plan_lost_address, plan_subscribing, plan_unsubscribing
from biot_plugin_cli.own_account.steps.version import plan_version

__all__ = ["Plan", "make_plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deployment will do.

    Attributes:
        deployment: The deployment, which the steps change.
        steps: The steps, in their order.
        sends_code: Whether the code is uploaded.
    """

    deployment: Deployment
    steps: tuple[Step, ...]
    sends_code: bool

    @property
    def action(self) -> Literal["create", "update", "none"]:
        """What it does on the whole."""
        if not self.steps:
            return "none"
        return "update" if self.deployment.actual.live else "create"

    @property
    def changes(self) -> Iterable[tuple[Step, Change]]:
        """Every change, and the step that makes it."""
        return ((step, change) for step in self.steps for change in step.changes)

    def is_same(self, other: Plan) -> bool:
        """Whether two plans do the same."""
        mine, others = ([(step.resource, step.action, step.changes) for step in plan.steps] for plan in (self, other))
        return mine == others


def make_plan(deployment: Deployment) -> Plan:
    """Plan a deployment.

    What the new code does not handle is unsubscribed before it is live, and what it handles is subscribed afterwards.

    Args:
        deployment: The deployment, with the desired and the actual state.

    Raises:
        CliError: It cannot be deployed, or the platform cannot be asked.
    """
    service_user = plan_service_user(deployment)
    function = plan_function(deployment)
    image = [*plan_repository(deployment), *plan_image(deployment, code_changes=code_changes(deployment))]
    version = plan_version(deployment, function_changes=bool(function))
    is_live_replaced = bool(version) and deployment.actual.live is not None
    role, role_afterwards = plan_role(deployment, is_live_replaced=is_live_replaced)
    steps = (
        *plan_log_group(deployment),
        *service_user,
        *role,
        *image,
        *function,
        *plan_lost_address(deployment.platform, deployment.actual.lost_address),
        *plan_unsubscribing(deployment),
        *version,
        *plan_permissions(deployment),
        *plan_address(deployment),
        *plan_foreign_access(deployment),
        *plan_schedule(deployment),
        *plan_subscribing(deployment),
        *role_afterwards,
        *plan_service_user_removal(deployment),
        *plan_secret_removal(deployment, is_live_replaced=is_live_replaced),
    )
    return Plan(deployment, steps, code_changes(deployment))
