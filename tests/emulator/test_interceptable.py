from __future__ import annotations

from biot_emulator.interceptable import published_interceptions
from biot_emulator.testing import Emulator


def test_what_is_published_is_what_a_running_platform_lists(emulator: Emulator) -> None:
    listed = emulator.search("/settings/v1/interceptions", {"limit": 1000})

    assert sorted(published_interceptions(), key=str) == sorted(listed, key=str)
    assert {"apiId": "GET/file/v1/files/{id}/download", "entityTypeName": "file", "servicePrefix": "/file"} in listed
