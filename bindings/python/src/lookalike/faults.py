"""Faults and pace: what goes wrong, and how long it takes."""

from __future__ import annotations

import json
from types import TracebackType

from .documents import NewFault, PaceRule, PaceRules
from .models import Fault, PaceShown
from .transport import JSON, YAML, Transport


class AddedFault:
    """A fault rule of a cloud. As a context manager it is removed at the end of the block."""

    def __init__(self, transport: Transport, id: str) -> None:
        self._transport = transport
        self.id = id

    def show(self) -> Fault:
        """Returns the rule with its counters: `seen`, `matched` and `spent`."""
        return Fault.from_json(self._transport.call("GET", "/faults/{id}", id=self.id))

    def remove(self) -> None:
        """Removes the rule; what it delays or stalls continues or is broken off."""
        self._transport.call("DELETE", "/faults/{id}", id=self.id)

    def __enter__(self) -> AddedFault:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.remove()

    def __repr__(self) -> str:
        return f"<AddedFault {self.id}>"


class FaultControl:
    """The part of a cloud that makes requests fail and images slow."""

    transport: Transport

    def fault(self, rule: NewFault | str) -> AddedFault:
        """Adds a fault after all others: a rule of docs/control/faults.md, or its text in YAML."""
        body, kind = _body(rule)
        with self.transport.open("POST", "/faults", body=body, kind=kind) as answer:
            return AddedFault(self.transport, json.load(answer)["id"])

    def faults(self) -> list[Fault]:
        """Returns all faults with their counters, in the order in which they are tried."""
        return [Fault.from_json(one) for one in self.transport.call("GET", "/faults")["faults"]]

    def clear_faults(self) -> None:
        """Removes all faults."""
        self.transport.call("DELETE", "/faults")

    def pace(self, rules: PaceRule | PaceRules | str) -> PaceShown:
        """Replaces the pace rules: one or several of docs/control/pace.md, or their text in YAML."""
        body, kind = _body(rules)
        with self.transport.open("PUT", "/pace", body=body, kind=kind) as answer:
            return PaceShown.from_json(json.load(answer))

    def show_pace(self) -> PaceShown:
        """Returns the pace rules, and the work that they hold now."""
        return PaceShown.from_json(self.transport.call("GET", "/pace"))

    def clear_pace(self) -> None:
        """Removes all pace rules; work that they hold continues."""
        self.transport.call("DELETE", "/pace")


def _body(document: object) -> tuple[bytes, str]:
    """Returns the bytes and the content type of a document, which may be a text in YAML."""
    if isinstance(document, str):
        return document.encode(), YAML
    return json.dumps(document).encode(), JSON
