"""The documents that a client sends to the control API, as typed dictionaries.

Made by scripts/make-python-models from openapi/control: change these documents instead.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Settings = dict[str, str | float | bool | list[Any] | None]


Policy = dict[str, str]


class PurgeBounds(TypedDict, total=False):
    """A document `PurgeBounds` of the control API."""

    age_in_days: int
    """Rows of what was deleted less than so many days ago stay; 30 by default, 180 for the table of images."""
    max_rows: int
    """The greatest number of rows to remove from each table, 100 by default; -1: all."""


class FaultMatch(TypedDict, total=False):
    """Conditions that a request must meet; a missing condition is always met."""

    method: str
    path: str
    """A pattern of the path without its query: * within a segment, ** across segments."""
    project: str
    """Id or name."""
    user: str
    """Id or name."""
    region: str
    """The name of the region that the request is to; default: any."""
    header: dict[str, str]
    """Patterns of header values, by header name."""
    nth: int
    """Only the n-th matching request, counted from 1."""
    probability: float


class FaultEffectDelayMs(TypedDict):
    """A document `FaultEffectDelayMs` of the control API."""

    min: int
    max: int


class FaultEffectStall(TypedDict, total=False):
    """A document `FaultEffectStall` of the control API."""

    after_bytes: int
    ms: int


class FaultEffectImport(TypedDict, total=False):
    """A document `FaultEffectImport` of the control API."""

    at: Literal["begin", "fetch", "convert", "store", "end"]
    message: str
    vhd: Literal[111, 396, 413, 523, 609, 614, 721]
    """Instead of a message: the code of a VHD that cannot be imported, for the message that goes with it."""


class _FaultEffectStoreRequired(TypedDict):
    fails: Literal["full", "away", "denied"]


class FaultEffectStore(_FaultEffectStoreRequired, total=False):
    """A document `FaultEffectStore` of the control API."""

    on: Literal["read", "write"]
    name: str
    """One of the stores there are, or staging."""
    after_bytes: int


class _FaultEffectDatabaseRequired(TypedDict):
    fails: Literal["away", "broken"]


class FaultEffectDatabase(_FaultEffectDatabaseRequired, total=False):
    """A document `FaultEffectDatabase` of the control API."""

    on: Literal["read", "write"]


FaultEffect = TypedDict(
    "FaultEffect",
    {
        "status": int,
        "message": str,  # With status: the error message
        "body": Any,  # With status: the response body, as text or as any other JSON
        "headers": dict[str, str],  # With status: response headers
        "retry_after": int,  # With status: the value of Retry-After, in seconds
        "carry_out": bool,  # With status, or reset before_headers: the request is carried out nevertheless
        "delay_ms": int | FaultEffectDelayMs,
        "reset": Literal["before_headers", "after_headers"] | int,
        "truncate_after": int,  # Bytes
        "corrupt_at": int,  # The offset of the byte that is inverted
        "bytes_per_s": int,
        "stall": Literal["forever"] | FaultEffectStall,
        "of": Literal["request", "answer"],  # Which body to change; default: the request body of a PUT, else the response body
        "import": str | FaultEffectImport,
        "store": Literal["full", "away", "denied"] | FaultEffectStore,
        "database": Literal["away", "broken"] | FaultEffectDatabase,
    },
    total=False,
)
"""Exactly one of status, delay_ms, reset, truncate_after, corrupt_at, bytes_per_s, stall, import, store, database."""


class _NewFaultRequired(TypedDict):
    fault: FaultEffect


class NewFault(_NewFaultRequired, total=False):
    """A document `NewFault` of the control API."""

    match: FaultMatch
    after: int
    """The number of matching requests to let pass first."""
    times: int
    """The maximum number of requests to apply the fault to; default: all."""


class ExpectationMatch(TypedDict, total=False):
    """A document `ExpectationMatch` of the control API."""

    method: str
    path: str
    """A pattern: * is any text without a slash, ** any text."""
    status: int | str
    """A status, or a class such as 4xx."""
    since: str
    user: str
    project: str
    region: str
    interface: Literal["public", "internal", "admin"]
    body_contains: str
    body: Any
    """JSON that the body must contain: objects may have more fields, lists more items in any order."""


class Expectation(TypedDict, total=False):
    """Default: at_least 1."""

    match: ExpectationMatch
    at_least: int
    at_most: int
    exactly: int
    """Not together with at_least or at_most."""


class PaceStayPolls(TypedDict):
    """A document `PaceStayPolls` of the control API."""

    polls: int


class PaceStaySeconds(TypedDict):
    """A document `PaceStaySeconds` of the control API."""

    seconds: float


PaceStay = PaceStayPolls | PaceStaySeconds


class PaceRuleOutcome(TypedDict):
    """A document `PaceRuleOutcome` of the control API."""

    failure: str


class PaceRule(TypedDict, total=False):
    """A document `PaceRule` of the control API."""

    image: str
    """A pattern of ids or names; default: all images."""
    region: str
    """The name of the region that the image is in; default: any."""
    saving: PaceStay
    pending: PaceStay
    importing: PaceStay
    processing: PaceStay
    """Another name of importing."""
    outcome: Literal["success"] | PaceRuleOutcome


class PaceRules(TypedDict):
    """A document `PaceRules` of the control API."""

    rules: list[PaceRule]
    """The first rule that matches an image is used."""


class Seed(TypedDict, total=False):
    """See docs/control/seeds.md."""

    region: str
    """The name of the region that the images and tasks are in; default: the first."""
    domains: list[dict[str, Any]]
    projects: list[dict[str, Any]]
    roles: list[dict[str, Any]]
    users: list[dict[str, Any]]
    role_assignments: list[dict[str, Any]]
    registered_limits: list[dict[str, Any]]
    limits: list[dict[str, Any]]
    images: list[dict[str, Any]]
    metadefs: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
