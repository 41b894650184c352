"""The clock of a cloud."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from .models import Clock
from .transport import Transport


class ClockControl:
    """The clock of a cloud: timestamps, expiry times and pace rules follow it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def read(self) -> Clock:
        """Returns the time, whether the clock is frozen, and its offset from the system clock."""
        return Clock.from_json(self._transport.call("GET", "/clock"))

    def now(self) -> datetime:
        """Returns the time, in UTC."""
        return self.read().now

    def set(self, now: datetime | str, frozen: bool | None = None) -> Clock:
        """Sets the time; a datetime without a zone is in UTC. The clock runs on from there, unless it is frozen."""
        document: dict[str, object] = {"now": written(now)}
        if frozen is not None:
            document["frozen"] = frozen
        return Clock.from_json(self._transport.call("PUT", "/clock", document))

    def freeze(self) -> Clock:
        """Stops the clock at the time that it shows."""
        return Clock.from_json(self._transport.call("PUT", "/clock", {"frozen": True}))

    def run(self) -> Clock:
        """Lets a frozen clock run on from the time that it shows."""
        return Clock.from_json(self._transport.call("PUT", "/clock", {"frozen": False}))

    def advance(self, by: float | timedelta) -> Clock:
        """Advances the clock by so many seconds, frozen or not; a negative number sets it back."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return Clock.from_json(self._transport.call("POST", "/clock/advance", {"seconds": seconds}))

    def restart(self) -> None:
        """Restores the clock to the one at start."""
        self._transport.call("DELETE", "/clock")


def written(time: datetime | str) -> str:
    """Returns a time as the control API reads it."""
    if isinstance(time, str):
        return time
    aware = time if time.tzinfo else time.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
