"""The repository for the images of plugins: its address, and credentials that are made up, as there is none here."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from biot_emulator.lambda_function.arn import ACCOUNT, REGION
from biot_emulator.state.timestamps import timestamp

__all__ = ["repository_credentials"]

_REPOSITORY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/plugins"
_VALID_FOR = timedelta(hours=1)


def repository_credentials(now: datetime) -> dict[str, Any]:
    """Return temporary credentials and the address of the repository, as the settings API does."""
    credentials = {
        "accessKeyId": f"ASIA{secrets.token_hex(8).upper()}",
        "secretAccessKey": secrets.token_urlsafe(30),
        "sessionToken": secrets.token_urlsafe(200),
        "expiration": timestamp(now + _VALID_FOR),
    }
    return {"credentials": credentials, "region": REGION, "repositoryUri": _REPOSITORY}
