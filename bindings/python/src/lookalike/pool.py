"""The servers of a test run, and the sandboxes that its tests get."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from .cloud import Cloud, Dialect, SandboxCloud
from .documents import Seed
from .errors import RefusedError
from .program import Server
from .settings import Setting

LONGEST_NAME = 255


class Pool:
    """The servers of a test run: the one of LOOKALIKE_URL or one that is started, and one for each set of options that needs it."""

    def __init__(self, options: Mapping[str, Setting] | None = None) -> None:
        self._options = dict(options or {})
        self._clouds: dict[str, Cloud] = {}
        self._servers: list[Server] = []

    def cloud(self, options: Mapping[str, Setting] | None = None) -> Cloud:
        """Returns the cloud of a server that has these options; it is started if there is none yet."""
        key = json.dumps(options or {}, sort_keys=True)
        if key not in self._clouds:
            if not options and os.environ.get("LOOKALIKE_URL"):
                self._clouds[key] = Cloud.from_environment().wait()
            else:
                server = Server({**self._options, **(options or {})})
                self._servers.append(server)
                self._clouds[key] = server.cloud
        return self._clouds[key]

    def sandbox(
        self, name: str, *, seed: Seed | str | None = None, dialect: Dialect | None = None, options: Mapping[str, Setting] | None = None,
    ) -> SandboxCloud:
        """Returns a new sandbox. Options that cannot change while a server runs are those of a server of their own.

        Raises `RefusedError` for an option or a seed that is wrong.
        """
        given: dict[str, Any] = {"name": name[-LONGEST_NAME:], "seed": seed, "dialect": dialect}
        sandbox = self.cloud().sandbox(**given)
        if not options:
            return sandbox
        try:
            sandbox.config.set(**options)
            return sandbox
        except RefusedError as refused:
            sandbox.delete()
            if refused.status != 409:
                raise
        return self.cloud(options).sandbox(**given)

    def close(self) -> None:
        """Stops the servers that were started."""
        for server in reversed(self._servers):
            server.stop()
        self._servers.clear()
        self._clouds.clear()


def delete(sandbox: SandboxCloud) -> None:
    """Deletes a sandbox, unless the test did."""
    try:
        sandbox.delete()
    except RefusedError as refused:
        if refused.status != 404:
            raise
