"""What ADAPT_ENTITY receives where a response has no body."""

from __future__ import annotations

from collections.abc import Sequence

from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import GENERIC, Laboratory

__all__ = ["observe_deletion"]

_SETTING = "interceptors.entitiesWithoutBody"


def observe_deletion(laboratory: Laboratory, findings: Findings, hooks: Sequence[str]) -> None:
    """Observe it by deleting an entity of the run, where ADAPT_ENTITY is among the kinds of interceptors."""
    if "adaptEntity" not in hooks:
        return
    created = laboratory.create("to-delete")
    id = created.body.get("_id") if isinstance(created.body, dict) else None
    deleted = laboratory.connection.call("DELETE", f"{GENERIC}/{laboratory.names.template}/{id}")
    if deleted.status_code != 204:
        findings.missed(_SETTING, f"the deletion of an entity got {deleted.status_code}, which may have a body")
        return
    records = [record for record in laboratory.report() if (record["kind"], record["method"]) == ("ADAPT", "DELETE")]
    values = {0: "empty", None: "null"}
    if not records:
        findings.saw(_SETTING, "not-called", "an entity was deleted, and the probe was not called")
    elif records[-1]["entities"] in values:
        findings.saw(_SETTING, values[records[-1]["entities"]], "an entity was deleted")
    else:
        findings.missed(_SETTING, "there was an entity, although the response to a deletion has none")
