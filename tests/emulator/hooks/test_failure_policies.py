from __future__ import annotations

from biot_emulator.behaviour.settings import Failures, Interceptors, Refusal
from biot_emulator.event_kind import EventKind
from biot_emulator.hooks.failure_policies import FailurePolicies

SILENT = Failures(crash="ignore", timeout="ignore", no_answer="ignore", bad_reply=Refusal(500, "BAD"))
STRICT = Failures(refusal=Refusal(403, "NO"), crash="relay")


def test_by_default_calls_fail_as_ever() -> None:
    policies = FailurePolicies()
    assert policies.all() == {"crash": "fail", "timeout": "fail", "bad-reply": "fail"}
    for kind in (EventKind.PRE_REQUEST, EventKind.ADAPT_ENTITY, EventKind.POST_REQUEST):
        assert policies.outcome(kind, "crash") == Refusal(502, "BAD_GATEWAY")
        assert policies.outcome(kind, "refusal") == "relay"


def test_what_the_platform_does_depends_on_the_kind_until_somebody_says_more() -> None:
    policies = FailurePolicies(behaviour=Interceptors(pre_request=SILENT, post_request=STRICT))
    assert policies.outcome(EventKind.PRE_REQUEST, "crash") == "ignore"
    assert policies.outcome(EventKind.POST_REQUEST, "crash") == "relay"
    assert policies.outcome(EventKind.ADAPT_ENTITY, "crash") == Refusal()
    # It is ignored of one kind alone.
    assert policies.all()["crash"] == "fail"

    policies.set("crash", "fail")
    assert policies.outcome(EventKind.PRE_REQUEST, "crash") == Refusal()
    assert policies.outcome(EventKind.POST_REQUEST, "crash") == "relay"
    policies.set("crash", "ignore")
    assert policies.outcome(EventKind.POST_REQUEST, "crash") == "ignore"
    policies.reset()
    assert policies.outcome(EventKind.POST_REQUEST, "crash") == "relay"


def test_a_platform_that_stops_waiting_falls_under_the_timeout() -> None:
    policies = FailurePolicies({"timeout": "ignore"})
    assert policies.outcome(EventKind.PRE_REQUEST, "no_answer") == "ignore"
    assert policies.outcome(EventKind.PRE_REQUEST, "timeout") == "ignore"
    # What a plugin itself responds with is no failure that can be ignored.
    assert FailurePolicies({"crash": "ignore"}).outcome(EventKind.PRE_REQUEST, "bad_gateway") == "relay"


def test_a_failure_that_the_platform_ignores_of_every_kind_is_said_to_be_ignored() -> None:
    everywhere = Interceptors(pre_request=SILENT, adapt_entity=SILENT, post_request=SILENT)
    assert FailurePolicies(behaviour=everywhere).all() == {"crash": "ignore", "timeout": "ignore", "bad-reply": "fail"}
