"""A mixin for unittest: a cloud for each test."""

from __future__ import annotations

import atexit
import functools
import inspect
import sys
import unittest
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .cloud import Dialect, SandboxCloud
from .documents import Seed
from .pool import Pool, delete
from .report import TITLE, describe
from .settings import Setting

if TYPE_CHECKING:
    Base = unittest.TestCase
else:
    Base = object


@functools.cache
def pool() -> Pool:
    """Returns the servers of this process, which stop with it."""
    servers = Pool()
    atexit.register(servers.close)
    return servers


class LookalikeMixin(Base):
    """A mixin for `unittest.TestCase` and `IsolatedAsyncioTestCase`: `self.lookalike` is a sandbox of the test's own.

    The class says how it begins: `lookalike_seed`, `lookalike_dialect`, `lookalike_options`. A test that fails tells what its
    requests were and met.
    """

    lookalike: SandboxCloud
    lookalike_seed: Seed | str | None = None
    lookalike_dialect: Dialect | None = None
    lookalike_options: Mapping[str, Setting] | None = None

    def setUp(self) -> None:
        """Makes the sandbox."""
        super().setUp()
        self.lookalike = pool().sandbox(
            self.id(), seed=self.lookalike_seed, dialect=self.lookalike_dialect, options=self.lookalike_options
        )
        self.addCleanup(delete, self.lookalike)

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Runs the test, which tells more if it fails."""
        name = self._testMethodName
        before = self.__dict__.get(name)
        setattr(self, name, self._telling(getattr(self, name)))
        try:
            return super().run(result)
        finally:
            # pytest sets the method on the object, too, and takes it away afterwards.
            if before is None:
                delattr(self, name)
            else:
                setattr(self, name, before)

    def _telling(self, test: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(test):
            @functools.wraps(test)
            async def tell() -> None:
                try:
                    await test()
                except Exception as error:
                    self._tell(error)
                    raise
        else:
            @functools.wraps(test)
            def tell() -> None:
                try:
                    test()
                except Exception as error:
                    self._tell(error)
                    raise
        return tell

    def _tell(self, error: Exception) -> None:
        if isinstance(error, unittest.SkipTest):
            return
        text = f"\n{TITLE}\n{describe(self.lookalike)}"
        if sys.version_info >= (3, 11):
            error.add_note(text)
        else:
            print(text, file=sys.stderr)
