"""The plugin for pytest: a server for the session, a sandbox for each test, and a report of what a failed test sent."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from .cloud import Cloud, SandboxCloud
from .pool import Pool, delete
from .report import TITLE, describe

POOL = pytest.StashKey[Pool]()
SANDBOX = pytest.StashKey[SandboxCloud]()
ARGUMENTS = ("seed", "dialect", "options")
MARKER = (
    "lookalike(seed=None, dialect=None, options=None): the sandbox of the test begins with this seed (a document, a name or YAML), "
    "answers like this cloud (glance, rackspace or pcd) and has these settings ({'image_tag_quota': 2})"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the setting of this plugin."""
    parser.addini("lookalike_options", "settings of the server that is started, a `name = value` in each line", type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker, and prepares the servers of this process; with xdist each worker has its own."""
    config.addinivalue_line("markers", MARKER)
    config.stash[POOL] = Pool(_options(config.getini("lookalike_options")))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops all servers."""
    if POOL in config.stash:
        config.stash[POOL].close()


def _options(lines: list[str]) -> dict[str, Any]:
    options = {}
    for line in lines:
        name, separator, value = line.partition("=")
        if not separator:
            raise pytest.UsageError(f"lookalike_options: {line!r} is not `name = value`")
        options[name.strip()] = value.strip()
    return options


@pytest.fixture(scope="session")
def lookalike_server(pytestconfig: pytest.Config) -> Cloud:
    """The server of the session: that of LOOKALIKE_URL, or one that is started. All tests share its cloud."""
    return pytestconfig.stash[POOL].cloud()


@pytest.fixture
def lookalike(request: pytest.FixtureRequest, lookalike_server: Cloud) -> Iterator[SandboxCloud]:
    """A cloud of the test's own: a sandbox of the server, as the marker `lookalike` says; it is deleted after the test."""
    sandbox = request.config.stash[POOL].sandbox(request.node.nodeid, **_arguments(request.node))
    request.node.stash[SANDBOX] = sandbox
    yield sandbox
    delete(sandbox)


def _arguments(node: Any) -> dict[str, Any]:
    """Returns the arguments of all markers of a test; the closest one counts."""
    arguments: dict[str, Any] = {}
    for marker in node.iter_markers("lookalike"):
        if marker.args or set(marker.kwargs) - set(ARGUMENTS):
            raise pytest.UsageError(f"{node.nodeid}: @pytest.mark.lookalike takes {', '.join(ARGUMENTS)}, by their names")
        arguments = {**marker.kwargs, **arguments}
    return arguments


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds a section to the report of a failed test."""
    report = yield
    sandbox = item.stash.get(SANDBOX, None)
    if sandbox is not None and report.failed and report.when != "teardown":
        report.sections.append((TITLE, describe(sandbox)))
    return report
