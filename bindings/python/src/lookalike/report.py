"""The text that the report of a failed test has: which requests its clients sent, and what they met."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .cloud import Cloud
from .errors import LookalikeError
from .models import Fault, RecordedRequest

TITLE = "lookalike: what this test's requests were and met"
MOST_REQUESTS = 60
LONGEST_BODY = 200


def describe(cloud: Cloud) -> str:
    """Returns the last requests of a cloud, its faults, its pace and its clock, a line for each."""
    try:
        return "\n".join(_lines(cloud))
    except LookalikeError as error:
        return f"the journal cannot be read: {error}"


def _lines(cloud: Cloud) -> Iterator[str]:
    requests = cloud.requests()
    yield f"{len(requests)} requests to {cloud.url}" + (f", the last {MOST_REQUESTS}:" if len(requests) > MOST_REQUESTS else ":")
    for request in requests[-MOST_REQUESTS:]:
        yield from _request(request)
    for fault in cloud.faults():
        yield _fault(fault)
    for rule in cloud.show_pace().rules:
        yield f"pace: {_short(rule)}"
    clock = cloud.clock.read()
    if clock.frozen or abs(clock.offset_s) > 1:
        yield f"clock: {clock.now.isoformat()}{', frozen' if clock.frozen else ''}"


def _request(request: RecordedRequest) -> Iterator[str]:
    query = f"?{request.query}" if request.query else ""
    line = f"  #{request.id} {request.method} {request.path}{query} -> {request.status or 'no answer'} ({request.duration_ms:.1f} ms)"
    if request.fault:
        line += f", fault {request.fault}"
    if request.aborted:
        line += ", broken off"
    yield line
    refusing = [one.rule for one in request.policy or [] if not one.allowed]
    if refusing:
        yield f"      refused by the policy: {', '.join(refusing)}"
    if request.request_body is not None and (request.status or 999) >= 400:
        yield f"      sent: {_short(request.request_body)}"


def _fault(fault: Fault) -> str:
    applied = f"applied to {fault.matched} of {fault.seen} matching requests"
    rule = {"match": fault.match, "after": fault.after, "times": fault.times, "fault": fault.fault}
    return f"fault {fault.id}: {applied}{', spent' if fault.spent else ''}: {_short({k: v for k, v in rule.items() if v is not None})}"


def _short(document: Any) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    return text if len(text) <= LONGEST_BODY else text[: LONGEST_BODY - 1] + "…"
