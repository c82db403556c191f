"""What several tests of the import need."""

import pytest

from imports.pipeline.undoing import Undoing
from imports.pipeline.writing import Writer


@pytest.fixture
def small_slices(monkeypatch):
    """Seven rows a slice, so that a small file has several."""
    before = Writer.__init__

    def init(self, *args):
        before(self, *args)
        self.size = 7

    monkeypatch.setattr(Writer, "__init__", init)


@pytest.fixture
def two_a_slice(monkeypatch):
    before = Undoing.__init__

    def init(self, *args):
        before(self, *args)
        self.size = 2

    monkeypatch.setattr(Undoing, "__init__", init)
