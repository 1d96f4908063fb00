"""Calls a function URL after a deployment, as whoever has no token: does it answer as a plugin does?"""

from __future__ import annotations

import time
from collections.abc import Callable

from biot_plugin_cli.aws import waiting
from biot_plugin_cli.own_account.steps.base import Deployment
from biot_plugin_cli.own_url.address import find_problem

__all__ = ["find_problem_of_url"]

_ATTEMPTS = 5
# AWS does not know permissions and names of new URLs everywhere at once.
_PASSING = (None, 403)


def find_problem_of_url(deployment: Deployment, progress: Callable[[str], None]) -> str | None:
    """Find out why the function URL does not answer as a plugin does.

    What stands in for AWS is not called, as its URLs are AWS's, and neither is a plugin without the framework, whose
    answer nobody knows.

    Args:
        deployment: The deployment, after its steps.
        progress: Receives a short description.

    Returns:
        A sentence that says what is wrong and what to do; None if nothing is.
    """
    url = deployment.url or deployment.actual.address
    if url is None or deployment.desired.hooks is None or deployment.account.is_stand_in:
        return None
    progress("Calling the function URL")
    problem = find_problem(url)
    for _ in range(_ATTEMPTS - 1):
        if problem is None or problem.status not in _PASSING:
            break
        time.sleep(waiting.PAUSE)
        problem = find_problem(url)
    if problem is None:
        return None
    if problem.is_open:
        return f"{problem.message}: {problem.advice}"
    hint = ", and whether a policy of the organization forbids public function URLs" if problem.status == 403 else ""
    return f"The deployment is done, but {problem.message}: see biot-plugin logs{hint}"
