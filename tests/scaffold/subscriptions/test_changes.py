"""What changes between the subscriptions that exist and those that are desired."""

from __future__ import annotations

from dataclasses import replace

from biot_plugin_cli.subscriptions.changes import SubscriptionChanges, compare
from biot_plugin_cli.subscriptions.hook import Subscription
from tests.scaffold.subscriptions.dispatcher import CREATE, URL

PRE = Subscription("PRE_REQUEST", URL, api_id=CREATE)
ADAPT = Subscription("ADAPT_ENTITY", URL, entity_type="patient", order=3)
NOTIFY = Subscription("NOTIFICATION", URL, entity_type="patient", action="_create")


def test_what_is_as_desired_does_not_change() -> None:
    changes = compare([PRE, NOTIFY], [replace(PRE, order=7), NOTIFY])
    assert not changes
    assert changes.unchanged == changes.desired == (replace(PRE, order=7), NOTIFY)


def test_what_is_new_old_and_moved() -> None:
    gone = replace(NOTIFY, action="_update")
    changes = compare([PRE, replace(ADAPT, order=5)], [ADAPT, gone])
    assert changes == SubscriptionChanges(added=(PRE,), removed=(gone,), changed=(replace(ADAPT, order=5),))


def test_filters_and_templates_tell_subscriptions_apart() -> None:
    limited = replace(PRE, path_filters=(("templateName", "adult"),)), replace(NOTIFY, template="adult")
    changes = compare([PRE, NOTIFY], limited)
    assert (changes.added, changes.removed) == ((PRE, NOTIFY), limited)


def test_the_spelling_of_the_url_stays() -> None:
    other = replace(ADAPT, endpoint=URL.rstrip("/"))
    assert compare([replace(ADAPT, order=9)], [other]).changed == (replace(other, order=9),)


def test_of_two_spellings_the_desired_one_stays() -> None:
    other = replace(ADAPT, endpoint=URL.rstrip("/"))
    assert compare([ADAPT], [other, ADAPT]) == SubscriptionChanges(removed=(other,), unchanged=(ADAPT,))
