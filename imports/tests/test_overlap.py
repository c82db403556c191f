import threading

import pytest

from imports.pipeline.overlap import made_ahead


def test_the_items_come_in_their_order():
    with made_ahead(iter(range(5))) as items:
        assert list(items) == [0, 1, 2, 3, 4]


def test_the_next_item_is_made_while_the_caller_works_with_this_one():
    # Given a source whose second item is ready only when the caller is already at work with the first
    at_work, made = threading.Event(), threading.Event()

    def source():
        yield "first"
        assert at_work.wait(10), "nobody worked with the first"
        made.set()
        yield "second"

    with made_ahead(source()) as items:
        assert next(items) == "first"
        at_work.set()
        # Then it is made although the caller has not asked for it
        assert made.wait(10)
        assert list(items) == ["second"]


def test_what_the_source_raises_comes_after_the_items_before_it():
    def source():
        yield 1
        raise ValueError("the file ends here")

    with made_ahead(source()) as items:
        assert next(items) == 1
        with pytest.raises(ValueError, match="the file ends here"):
            next(items)


def test_whoever_stops_in_between_waits_for_the_item_that_is_being_made_and_no_other():
    made = []

    def source():
        for number in range(10):
            made.append(number)
            yield number

    with pytest.raises(RuntimeError, match="lost"), made_ahead(source()) as items:
        next(items)
        raise RuntimeError("lost")
    assert made == [0, 1]
