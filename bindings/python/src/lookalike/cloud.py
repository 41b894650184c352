"""A cloud: the way into it for clients of OpenStack, and everything that a test can do with it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from .access import AccessControl
from .clock import ClockControl
from .documents import Seed
from .errors import LookalikeError, UnreachableError
from .faults import FaultControl
from .journal import JournalControl
from .models import Health, Index, Sandbox, Status
from .settings import SettingsControl
from .snapshots import StateControl
from .transport import Transport

if TYPE_CHECKING:
    from typing_extensions import Self

DEFAULT_URL = "http://127.0.0.1:9292"
Dialect = Literal["glance", "rackspace", "pcd"]


class Cloud(AccessControl, FaultControl, JournalControl, StateControl, SettingsControl):
    """The cloud of a server, or one of its sandboxes.

    `url` is the base URL, `token` the token of `--control-token`, `cacert` a file with certificates for a server with TLS, and
    `timeout` the seconds that a call may take.
    """

    def __init__(self, url: str = DEFAULT_URL, *, token: str | None = None, cacert: str | None = None, timeout: float = 60.0) -> None:
        self.transport = Transport(url, token, cacert, timeout)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Returns the cloud of the variables that the commands of `lookalike` read.

        LOOKALIKE_URL, or the port in the file LOOKALIKE_PORT_FILE, or LOOKALIKE_LISTEN; LOOKALIKE_CONTROL_TOKEN; OS_CACERT.
        """
        url = environment.get("LOOKALIKE_URL")
        if not url and (file := environment.get("LOOKALIKE_PORT_FILE")):
            url = f"http://127.0.0.1:{read_port(file)}"
        if not url and (listen := environment.get("LOOKALIKE_LISTEN")):
            url = f"http://{listen}"
        return cls(
            url or DEFAULT_URL,
            token=environment.get("LOOKALIKE_CONTROL_TOKEN") or None,
            cacert=environment.get("OS_CACERT") or None,
        )

    @property
    def clock(self) -> ClockControl:
        """The clock of the cloud."""
        return ClockControl(self.transport)

    def status(self) -> Status:
        """Returns what runs, and how much there is of everything."""
        return Status.from_json(self.transport.call("GET", "/status"))

    def health(self) -> Health:
        """Returns that the server answers and has applied its seeds; needs no token."""
        return Health.from_json(self.transport.call("GET", "/health"))

    def index(self) -> Index:
        """Returns the version of the server, and the URLs of the control API."""
        return Index.from_json(self.transport.call("GET", "/"))

    def wait(self, seconds: float = 30.0) -> Self:
        """Waits until the server is ready, and returns the cloud.

        Raises `UnreachableError` if it is not after so many seconds.
        """
        until = time.monotonic() + seconds
        while True:
            try:
                self.health()
                return self
            except LookalikeError as error:
                if time.monotonic() > until:
                    raise UnreachableError(f"not ready after {seconds:g} s: {error}") from error
            time.sleep(0.05)

    def sandbox(
        self, *, name: str | None = None, seed: Seed | str | None = None, dialect: Dialect | None = None,
        expires_after_s: float | None = None,
    ) -> SandboxCloud:
        """Creates a sandbox, a cloud of its own in the same server: it is deleted at the end of a `with` block.

        `seed` is a document, the name of a built-in seed, or a text of several lines in YAML. A sandbox that nobody used for
        `expires_after_s` seconds, by default 3600, is deleted.
        """
        given = {"name": name, "seed": seed, "dialect": dialect, "expires_after_s": expires_after_s}
        document = {key: value for key, value in given.items() if value is not None}
        return self._open(Sandbox.from_json(self.transport.call("POST", "/sandboxes", document)))

    def sandboxes(self) -> list[SandboxCloud]:
        """Returns all sandboxes of the server."""
        return [self._open(Sandbox.from_json(one)) for one in self.transport.call("GET", "/sandboxes")["sandboxes"]]

    def find_sandbox(self, id: str) -> SandboxCloud:
        """Returns the sandbox with an id."""
        return self._open(Sandbox.from_json(self.transport.call("GET", "/sandboxes/{id}", id=id)))

    def _open(self, about: Sandbox) -> SandboxCloud:
        return SandboxCloud(self.transport, about)

    def console_url(self) -> str:
        """Returns a link that opens the console in a browser, once."""
        return str(self.transport.call("POST", "/ui/key")["url"])

    def openapi(self, name: Literal["images", "identity", "identity-v2", "object-store", "control"]) -> dict[str, Any]:
        """Returns the OpenAPI document of one API of the cloud."""
        document: dict[str, Any] = self.transport.call("GET", "/openapi/{name}.json", name=name)
        return document

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"


class SandboxCloud(Cloud):
    """A sandbox. `about` is what the server said of it."""

    def __init__(self, server: Transport, about: Sandbox) -> None:
        self._server = server
        self.transport = server.at(about.url)
        self.about = about

    @property
    def id(self) -> str:
        """The id of the sandbox."""
        return self.about.id

    def delete(self) -> None:
        """Deletes the sandbox with everything in it."""
        self._server.call("DELETE", "/sandboxes/{id}", id=self.about.id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.delete()


def read_port(file: str | os.PathLike[str]) -> int:
    """Returns the port of a file that `--port-file` wrote."""
    with open(file, encoding="ascii") as opened:
        return int(opened.read().strip().rpartition(":")[2])
