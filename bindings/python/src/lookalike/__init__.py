"""A Glance for tests: the client of the control API, and servers that a test starts.

>>> with lookalike.Server() as cloud:
...     cloud.fault({"match": {"path": "/v2/images/*/file"}, "times": 1, "fault": {"store": "full"}})
...     connection = cloud.connect()
"""

from __future__ import annotations

from importlib.metadata import version

from . import documents, models
from .cloud import Cloud, SandboxCloud
from .errors import ExpectationError, LookalikeError, ProgramError, RefusedError, UnreachableError
from .faults import AddedFault
from .program import Server, find_program

__all__ = [
    "AddedFault",
    "Cloud",
    "ExpectationError",
    "LookalikeError",
    "ProgramError",
    "RefusedError",
    "SandboxCloud",
    "Server",
    "UnreachableError",
    "documents",
    "find_program",
    "models",
]
__version__ = version("lookalike")
