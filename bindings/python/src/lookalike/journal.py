"""The journal of the requests that clients sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from .clock import written
from .documents import ExpectationMatch
from .errors import ExpectationError, RefusedError
from .models import ClosestRequest, Notification, RecordedRequest, UnreadRoute
from .transport import Transport

if TYPE_CHECKING:  # it is in `typing` from Python 3.11 on, and every type checker has the other
    from typing_extensions import Unpack


class RequestFilter(TypedDict, total=False):
    """Conditions that a request of the journal must meet, as in docs/control/journal.md; a missing one is always met."""

    method: str
    path: str
    status: int | str
    since: datetime | str
    user: str
    project: str
    region: str
    interface: Literal["public", "internal", "admin"]


class JournalControl:
    """The part of a cloud that tells which requests it got."""

    transport: Transport

    def requests(self, *, limit: int | None = None, **filter: Unpack[RequestFilter]) -> list[RecordedRequest]:
        """Returns the requests that meet all conditions, the oldest first; with a limit the last so many."""
        found = self.transport.call("GET", "/requests", query={**_query(filter), "limit": limit})
        return [RecordedRequest.from_json(one) for one in found["requests"]]

    def request(self, id: int) -> RecordedRequest:
        """Returns one request."""
        return RecordedRequest.from_json(self.transport.call("GET", "/requests/{id}", id=id))

    def clear_requests(self) -> None:
        """Empties the journal."""
        self.transport.call("DELETE", "/requests")

    def verify(
        self, match: ExpectationMatch | None = None, *,
        exactly: int | None = None, at_least: int | None = None, at_most: int | None = None,
    ) -> int:
        """Returns the number of requests that meet all conditions, if it is as expected; by default it is at least 1.

        Raises `ExpectationError`, which is an AssertionError, with the requests that come closest.
        """
        given = {"match": match, "exactly": exactly, "at_least": at_least, "at_most": at_most}
        expectation = {name: value for name, value in given.items() if value is not None}
        try:
            return int(self.transport.call("POST", "/requests/verify", expectation)["count"])
        except RefusedError as refused:
            if refused.status != 417:
                raise
            closest = [ClosestRequest.from_json(one) for one in refused.document["closest"]]
            raise ExpectationError(refused.message, refused.document["count"], closest) from None

    def stream(self, **filter: Unpack[RequestFilter]) -> Iterator[RecordedRequest]:
        """Yields new requests as they arrive, until the server stops or the cloud is reset.

        Raises `UnreachableError` if none arrives within the timeout of the cloud.
        """
        with self.transport.open("GET", "/requests/stream", query=_query(filter)) as answer:
            event = ""
            for line in self.transport.lines(answer):
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data" and event == "request":
                    yield RecordedRequest.from_json(json.loads(value))

    def notifications(self, last_id: str | None = None) -> Iterator[tuple[str, Notification]]:
        """Yields the notifications of Glance as they are sent, each with its id, until the server stops or the cloud is reset.

        With `last_id` it goes on behind the notification with this id. Raises `UnreachableError` if none is sent within the
        timeout of the cloud.
        """
        headers = {} if last_id is None else {"Last-Event-ID": last_id}
        with self.transport.open("GET", "/events", headers=headers) as answer:
            event = number = ""
            for line in self.transport.lines(answer):
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "id":
                    number = value
                elif name == "data" and event == "notification":
                    yield number, Notification.from_json(json.loads(value))

    def har(self, *, limit: int | None = None, **filter: Unpack[RequestFilter]) -> dict[str, Any]:
        """Returns the requests that meet all conditions as an HTTP archive (HAR 1.2)."""
        archive: dict[str, Any] = self.transport.call("GET", "/requests.har", query={**_query(filter), "limit": limit})
        return archive

    def unread(self) -> list[UnreadRoute]:
        """Returns what clients sent and nothing read, by route: misspelt fields, parameters and headers."""
        return [UnreadRoute.from_json(one) for one in self.transport.call("GET", "/unread")["routes"]]

    def clear_unread(self) -> None:
        """Forgets what was sent up to now and not read; the journal stays."""
        self.transport.call("DELETE", "/unread")


def _query(filter: Mapping[str, Any]) -> dict[str, Any]:
    return {name: written(value) if isinstance(value, datetime) else value for name, value in filter.items()}
