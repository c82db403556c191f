"""Keys in bulk are UUIDs of version 7 that grow, and go with those that uuid6 makes one at a time."""

import uuid
from itertools import islice

import uuid6
from uuid6 import uuid7

from crm.lib.ids import time_ordered_ids


def test_each_is_a_uuid_of_version_7_behind_the_one_before(monkeypatch):
    monkeypatch.setattr(uuid6, "_last_v7_timestamp", None)  # it may have seen a test that travelled ahead in time
    before = uuid7()
    made = list(islice(time_ordered_ids(), 1_000))
    assert made == sorted(set(made))
    assert {(uuid.UUID(one).version, uuid.UUID(one).variant) for one in made} == {(7, uuid.RFC_4122)}
    assert uuid.UUID(made[0]).int >> 80 >= before.int >> 80
    assert {len(one) for one in made} == {32}


def test_two_generators_do_not_meet():
    one, other = ({*islice(time_ordered_ids(), 1_000)} for _ in range(2))
    assert not one & other
