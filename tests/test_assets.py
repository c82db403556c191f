"""Bootstrap comes from a small package: its files must be the ones that Bootstrap's own authors published."""

import hashlib
from pathlib import Path

import bootstrap_wrapper
import pytest

# Of Bootstrap 5.3.8, whose `dist` folder as published by its authors is byte for byte the package's.
BOOTSTRAP = {
    "css/bootstrap.min.css": "d85327d99c7a3ee1f9b5d0500d1370acea3ad2db39c163c2f51f232baedbdede",
    "js/bootstrap.bundle.min.js": "e4fd49181388c48ec5040bd3fe66f57c29c8e67fcd8502b3354b96ec7ab47cc7",
}


@pytest.mark.parametrize(("name", "expected"), BOOTSTRAP.items())
def test_bootstrap_is_the_published_one(name, expected):
    content = (Path(bootstrap_wrapper.get_bootstrap_dir()) / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == expected
