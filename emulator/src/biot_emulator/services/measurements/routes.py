"""The route table of the measurement service."""

from __future__ import annotations

from biot_emulator.api.health_check import health_check
from biot_emulator.api.permissions import PROTECTED_API
from biot_emulator.api.route import Route
from biot_emulator.services.measurements.handlers import MeasurementHandlers

__all__ = ["MEASUREMENT_ROUTES"]

_V1 = "/measurement/v1/measurements"
_V2 = "/measurement/v2/measurements"
_NAME = "measurement"

MEASUREMENT_ROUTES = (
    Route("GET", "/measurement/system/healthCheck", health_check, public=True),
    Route("POST", _V1, MeasurementHandlers.save, PROTECTED_API, entity_name=_NAME),
    Route("POST", f"{_V1}/bulk", MeasurementHandlers.save_bulk, PROTECTED_API, entity_name=_NAME),
    Route("GET", f"{_V1}/raw", MeasurementHandlers.search_raw, PROTECTED_API, entity_name=_NAME),
    Route("GET", f"{_V1}/aggregated", MeasurementHandlers.search_aggregated, PROTECTED_API, entity_name=_NAME),
    Route("GET", f"{_V2}/raw", MeasurementHandlers.search_raw_pages, PROTECTED_API, entity_name=_NAME),
    # Not among the APIs that the platform lists as interceptable.
    Route("GET", f"{_V2}/aggregated", MeasurementHandlers.search_aggregated_pages, PROTECTED_API),
)
"""Every API of the measurement service, with the function that handles it and the permission that it requires."""
