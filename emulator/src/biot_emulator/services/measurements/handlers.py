"""Handlers of the measurement service: one function for each operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Call
from biot_emulator.api.response import ApiResponse
from biot_emulator.services.entity_changes import EntityChanges
from biot_emulator.services.measurements.messages import Message, check_size, parse_message
from biot_emulator.services.measurements.records import Records
from biot_emulator.services.measurements.saving import Saved, Saving
from biot_emulator.services.measurements.searches import search_aggregated, search_raw
from biot_emulator.services.measurements.token_searches import search_aggregated_pages, search_raw_pages
from biot_emulator.state.clock import Clock

__all__ = ["MeasurementHandlers"]

_PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class MeasurementHandlers:
    """The functions of the route table, with what they use.

    Attributes:
        saving: Saves measurements.
        records: The measurements.
        clock: The platform's time.
        changes: Where each saved message is recorded, for the notifications.
    """

    saving: Saving
    records: Records
    clock: Clock
    changes: EntityChanges

    def save(self, call: Call) -> ApiResponse:
        """Save a message: all of it, or nothing."""
        check_size(call)
        message = parse_message(call.object)
        saved = self.saving.save(message, _caller_id(call))
        entity = saved.origin.complete(saved.message)
        self.changes.record(_PATIENT, "_saveMeasurement", call, entity, template_name=saved.origin.template)
        return ApiResponse(200, message.document)

    def save_bulk(self, call: Call) -> ApiResponse:
        """Save messages, each as far as it is valid."""
        check_size(call)
        messages = _messages(call.object)
        outcomes = self.saving.save_each(messages, _caller_id(call))
        self._record_bulk(call, [saved for saved, _ in outcomes if saved])
        failed = [
            {**message.document, "failureData": [failure.document for failure in failures]}
            for message, (_, failures) in zip(messages, outcomes, strict=True)
            if failures
        ]
        counts = {
            "numberOfMeasuresSaved": len(messages) - len(failed),
            "numberOfMeasuresFailed": len(failed),
        }
        return ApiResponse(206 if failed else 200, {"metadata": counts, "failedMeasures": failed})

    def search_raw(self, call: Call) -> ApiResponse:
        """Return a patient's values."""
        return ApiResponse(200, search_raw(call, self.records, self.clock.now()))

    def search_aggregated(self, call: Call) -> ApiResponse:
        """Return averages of a patient's values."""
        return ApiResponse(200, search_aggregated(call, self.records, self.saving.types, self.clock.now()))

    def search_raw_pages(self, call: Call) -> ApiResponse:
        """Return a page of measurements."""
        return ApiResponse(200, search_raw_pages(call, self.records, self.clock.now()))

    def search_aggregated_pages(self, call: Call) -> ApiResponse:
        """Return a page of averages."""
        return ApiResponse(200, search_aggregated_pages(call, self.records, self.saving.types, self.clock.now()))

    def _record_bulk(self, call: Call, saved: list[Saved]) -> None:
        """Record what was saved: once for the patients of each template, as subscriptions are by template."""
        by_template: dict[str, list[dict[str, Any]]] = {}
        for part in saved:
            by_template.setdefault(part.origin.template, []).append(part.origin.complete(part.message))
        for template, measures in by_template.items():
            self.changes.record(_PATIENT, "_saveMeasurementBulk", call, {"measures": measures}, template_name=template)


def _messages(body: dict[str, Any]) -> list[Message]:
    if body.get("measures") is None:
        return []
    list(Fields(body).each("measures"))  # reports what is no object
    return [parse_message(measure, f"measures[{index}].") for index, measure in enumerate(body["measures"])]


def _caller_id(call: Call) -> str:
    return call.caller.subject_id if call.caller else ""
