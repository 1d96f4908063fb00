"""The route table of the file service."""

from __future__ import annotations

from biot_emulator.api.health_check import health_check
from biot_emulator.api.permissions import PROTECTED_API
from biot_emulator.api.route import Route
from biot_emulator.services.files.handlers import FileHandlers

__all__ = ["FILE_ROUTES"]

_FILES = "/file/v1/files"
_PARTS = f"{_FILES}/upload/parts"
_UPLOAD = f"{_PARTS}/{{id}}"

FILE_ROUTES = (
    Route("GET", "/file/system/healthCheck", health_check, public=True),
    Route("POST", f"{_FILES}/upload", FileHandlers.upload, PROTECTED_API),
    Route("POST", _PARTS, FileHandlers.upload_in_parts, PROTECTED_API),
    Route("POST", _UPLOAD, FileHandlers.extend, PROTECTED_API),
    Route("PUT", _UPLOAD, FileHandlers.save_etags, PROTECTED_API),
    Route("POST", f"{_UPLOAD}/complete", FileHandlers.complete, PROTECTED_API),
    Route("DELETE", f"{_UPLOAD}/cancel", FileHandlers.cancel, PROTECTED_API),
    Route("GET", f"{_FILES}/{{id}}/download", FileHandlers.download, PROTECTED_API, entity_name="file"),
)
"""Every API of the file service, with the function that handles it and the permission that it requires."""
