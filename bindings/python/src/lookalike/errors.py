"""The errors of this package."""

from __future__ import annotations

from typing import Any

from .models import ClosestRequest


class LookalikeError(Exception):
    """The base of all errors of this package."""


class RefusedError(LookalikeError):
    """The control API refused a call. `status` is that of the answer, `message` says what is wrong.

    `document` is the whole document of the answer, if it has one.
    """

    def __init__(self, call: str, status: int, message: str, document: Any = None) -> None:
        super().__init__(f"{call}: {status}: {message}")
        self.status = status
        self.message = message
        self.document = document


class UnreachableError(LookalikeError):
    """No server answers at the URL."""


class ProgramError(LookalikeError):
    """The program `lookalike` was not found, or did not start."""


class ExpectationError(LookalikeError, AssertionError):
    """The requests that arrived are not those that a test expects. It is an AssertionError: the test fails."""

    def __init__(self, message: str, count: int, closest: list[ClosestRequest]) -> None:
        super().__init__("\n".join([message, *map(_line, closest)]))
        self.message = message
        self.count = count
        self.closest = closest


def _line(closest: ClosestRequest) -> str:
    request = closest.request
    differs = "; ".join(closest.differs) or "matches"
    return f"  #{request.id} {request.method} {request.path} {request.status}: {differs}"
