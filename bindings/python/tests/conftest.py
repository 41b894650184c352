"""What the tests share. The package is installed from its wheel: nothing is imported from the sources."""

import pytest

pytest_plugins = ["pytester"]
RAW = {"disk_format": "raw", "container_format": "bare"}


@pytest.fixture
def raw():
    """The formats of an image whose bytes are of no format."""
    return dict(RAW)
