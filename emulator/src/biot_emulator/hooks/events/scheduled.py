"""The event that a plugin's schedule sends (contract section 4.2)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from biot_emulator.lambda_function.arn import ACCOUNT, REGION
from biot_emulator.state.timestamps import timestamp_to_the_second

__all__ = ["scheduled_event"]


def scheduled_event(full_name: str, moment: datetime) -> dict[str, Any]:
    """Return the event of a plugin's schedule, which is not wrapped in a request.

    Args:
        full_name: The plugin's name with the prefix.
        moment: The time that it is for.
    """
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": timestamp_to_the_second(moment),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{full_name}-Schedule"],
        "detail": {},
    }
