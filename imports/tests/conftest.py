"""What several tests of the import need."""

import pytest

from imports.pipeline import checking
from imports.pipeline.undoing import Undoing


@pytest.fixture
def small_slices(monkeypatch):
    """Seven rows a slice, so that a small file has several."""
    monkeypatch.setattr(checking, "SLICE", {"sqlite": 7, "postgresql": 7})


@pytest.fixture
def two_a_slice(monkeypatch):
    before = Undoing.__init__

    def init(self, *args):
        before(self, *args)
        self.size = 2

    monkeypatch.setattr(Undoing, "__init__", init)
