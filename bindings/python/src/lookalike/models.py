"""The objects that the control API answers with.

Made by scripts/make-python-models from openapi/control: change these documents instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from . import documents

_FRACTION = re.compile(r"\.(\d+)")


def _time(text: str) -> datetime:
    """Returns the time of an RFC 3339 text in UTC; Python 3.10 reads neither `Z` nor a fraction of another length."""
    fraction = _FRACTION.sub(lambda found: "." + found[1][:6].ljust(6, "0"), text)
    return datetime.fromisoformat(fraction.removesuffix("Z") + ("+00:00" if text.endswith("Z") else ""))

@dataclass(frozen=True)
class Index:
    """An object `Index` of the control API."""

    version: str
    """The version of the server."""
    openapi: str
    """The URL of this document."""
    links: dict[str, str]
    """The URL of each feature, by its name."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Index:
        return cls(version=value["version"], openapi=value["openapi"], links=value["links"])


@dataclass(frozen=True)
class Status:
    """An object `Status` of the control API."""

    url: str
    """The URL of the cloud."""
    version: str
    """The version of the server."""
    dialect: str
    """The cloud that is emulated."""
    regions: list[str]
    """The names of its regions, the first first."""
    uptime_s: int
    """Seconds since the cloud was opened."""
    database: Literal["sqlite", "postgres"]
    images: int
    """Images of all projects, without deleted ones."""
    users: int | None
    """Users of the embedded identity; null with an external Keystone."""
    uploads: int
    """Uploads that run now."""
    faults: int
    """Fault rules."""
    snapshots: int
    """Saved states."""
    sandboxes: int | None = None
    """Sandboxes; a sandbox itself has none."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Status:
        return cls(
            url=value["url"], version=value["version"], dialect=value["dialect"], regions=value["regions"],
            uptime_s=value["uptime_s"], database=value["database"], images=value["images"], users=value["users"],
            uploads=value["uploads"], faults=value["faults"], snapshots=value["snapshots"],
            sandboxes=value.get("sandboxes"),
        )


@dataclass(frozen=True)
class HealthStore:
    """An object `HealthStore` of the control API."""

    id: str | None = None
    type: str | None = None

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> HealthStore:
        return cls(id=value.get("id"), type=value.get("type"))


@dataclass(frozen=True)
class Health:
    """An object `Health` of the control API."""

    status: Literal["ok"] | None = None
    version: str | None = None
    database: Literal["sqlite", "postgres"] | None = None
    stores: list[HealthStore] | None = None

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Health:
        return cls(
            status=value.get("status"), version=value.get("version"), database=value.get("database"),
            stores=None if value.get("stores") is None else [HealthStore.from_json(item) for item in value["stores"]],
        )


@dataclass(frozen=True)
class Clock:
    """An object `Clock` of the control API."""

    now: datetime
    frozen: bool
    """Whether the clock is frozen."""
    offset_s: float
    """The offset from the system clock, in seconds; negative: behind."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Clock:
        return cls(now=_time(value["now"]), frozen=value["frozen"], offset_s=value["offset_s"])


@dataclass(frozen=True)
class CloudAccessIdentityV2:
    """The way in by Identity v2.0 with the API key of the dialect's user, for clients with rackspaceauth; absent in
    clouds that have none.
    """

    auth_url: str
    """The URL of Identity v2.0."""
    cloud: dict[str, Any]
    """The arguments of `openstack.connect(**cloud)`."""
    clouds_yaml: str
    """The same as a clouds.yaml."""
    openrc: str
    """The same as lines for a shell; for pyrax, too."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> CloudAccessIdentityV2:
        return cls(auth_url=value["auth_url"], cloud=value["cloud"], clouds_yaml=value["clouds_yaml"], openrc=value["openrc"])


@dataclass(frozen=True)
class CloudAccess:
    """An object `CloudAccess` of the control API."""

    url: str
    """The base URL of the cloud."""
    auth_url: str
    """The URL of Keystone."""
    image_url: str
    """The URL of the Images API."""
    control_url: str
    """The URL of this API."""
    cloud: dict[str, Any]
    """The arguments of `openstack.connect(**cloud)`, as the admin of the start."""
    clouds_yaml: str
    """The same as a clouds.yaml."""
    openrc: str
    """The same as lines for a shell."""
    identity_v2: CloudAccessIdentityV2 | None = None
    """The way in by Identity v2.0 with the API key of the dialect's user, for clients with rackspaceauth; absent in
    clouds that have none.
    """

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> CloudAccess:
        return cls(
            url=value["url"], auth_url=value["auth_url"], image_url=value["image_url"],
            control_url=value["control_url"], cloud=value["cloud"], clouds_yaml=value["clouds_yaml"],
            openrc=value["openrc"],
            identity_v2=None if value.get("identity_v2") is None else CloudAccessIdentityV2.from_json(value["identity_v2"]),
        )


@dataclass(frozen=True)
class CloudUser:
    """A user that can log in, with the roles on one project: a user with roles on several is there several times."""

    name: str
    password: str | None
    """The password, if it is that of the initial users or of a seed."""
    domain: str
    """The name of the domain."""
    project: str | None
    """The name of the project; null if the user has no role on any."""
    project_domain: str | None
    """The name of the domain of the project."""
    roles: list[str]
    """The roles on the project, without those that they imply."""
    system_roles: list[str] | None = None
    """The roles on the system; absent if there are none."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> CloudUser:
        return cls(
            name=value["name"], password=value["password"], domain=value["domain"], project=value["project"],
            project_domain=value["project_domain"], roles=value["roles"], system_roles=value.get("system_roles"),
        )


@dataclass(frozen=True)
class Loaded:
    """An object `Loaded` of the control API."""

    made: list[str]
    """New namespaces."""
    merged: list[str]
    """Existing namespaces that were changed."""
    skipped: list[str]
    """Existing namespaces that were not changed."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Loaded:
        return cls(made=value["made"], merged=value["merged"], skipped=value["skipped"])


@dataclass(frozen=True)
class PendingDeletionsDeletion:
    """An object `PendingDeletionsDeletion` of the control API."""

    id: str
    name: str | None
    owner: str | None
    deleted_at: datetime
    scrub_at: datetime
    """The time from which the data may be removed."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PendingDeletionsDeletion:
        return cls(
            id=value["id"], name=value["name"], owner=value["owner"], deleted_at=_time(value["deleted_at"]),
            scrub_at=_time(value["scrub_at"]),
        )


@dataclass(frozen=True)
class PendingDeletions:
    """An object `PendingDeletions` of the control API."""

    deletions: list[PendingDeletionsDeletion]

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PendingDeletions:
        return cls(deletions=[PendingDeletionsDeletion.from_json(item) for item in value["deletions"]])


@dataclass(frozen=True)
class PurgedRowsPurged:
    """An object `PurgedRowsPurged` of the control API."""

    images: int
    image_members: int
    tasks: int

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PurgedRowsPurged:
        return cls(images=value["images"], image_members=value["image_members"], tasks=value["tasks"])


@dataclass(frozen=True)
class PurgedRows:
    """An object `PurgedRows` of the control API."""

    purged: PurgedRowsPurged

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PurgedRows:
        return cls(purged=PurgedRowsPurged.from_json(value["purged"]))


@dataclass(frozen=True)
class ScrubbedImages:
    """An object `ScrubbedImages` of the control API."""

    scrubbed: list[str]

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> ScrubbedImages:
        return cls(scrubbed=value["scrubbed"])


@dataclass(frozen=True)
class Notification:
    """An object `Notification` of the control API."""

    message_id: str
    """A UUID."""
    publisher_id: str
    """The setting default_publisher_id."""
    event_type: str
    """Such as image.create."""
    priority: Literal["INFO", "ERROR"]
    payload: Any
    """An object; of an upload that failed, a text."""
    timestamp: str
    """UTC, such as 2026-01-31 12:00:00.000000."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Notification:
        return cls(
            message_id=value["message_id"], publisher_id=value["publisher_id"], event_type=value["event_type"],
            priority=value["priority"], payload=value["payload"], timestamp=value["timestamp"],
        )


@dataclass(frozen=True)
class Fault:
    """An object `Fault` of the control API."""

    id: str
    fault: documents.FaultEffect
    seen: int
    """The number of requests that matched."""
    matched: int
    """The number of these requests that the fault was applied to."""
    spent: bool
    """Whether `times` is reached: the fault is no longer applied."""
    match: documents.FaultMatch | None = None
    after: int | None = None
    times: int | None = None

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Fault:
        return cls(
            id=value["id"], fault=value["fault"], seen=value["seen"], matched=value["matched"], spent=value["spent"],
            match=value.get("match"), after=value.get("after"), times=value.get("times"),
        )


@dataclass(frozen=True)
class UnreadName:
    """An object `UnreadName` of the control API."""

    name: str
    """The name; within a document, the names on the way to it, with dots between."""
    count: int
    """The number of requests that had it."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> UnreadName:
        return cls(name=value["name"], count=value["count"])


@dataclass(frozen=True)
class RecordedRequestPolicy:
    """An object `RecordedRequestPolicy` of the control API."""

    rule: str
    """The name of the rule; `/policy` shows its check."""
    allowed: bool
    """Whether it let the request pass; one that was asked about several objects may be there with both."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RecordedRequestPolicy:
        return cls(rule=value["rule"], allowed=value["allowed"])


@dataclass(frozen=True)
class RecordedRequest:
    """A request and its response. Secrets are replaced by ***."""

    id: int
    """A number from 1, in the order of the responses."""
    at: datetime
    """The time of arrival, by the clock of the cloud."""
    method: str
    path: str
    query: str
    """Without the question mark."""
    status: int | None
    """Null if the client left before a response was sent."""
    duration_ms: float
    """Milliseconds until the end of the response; while its body is being sent: until its head."""
    user: str | None
    """The id of the user."""
    project: str | None
    """The id of the project."""
    request_headers: dict[str, str]
    request_bytes: int
    """The number of bytes of the request body that arrived."""
    response_headers: dict[str, str]
    response_bytes: int | None
    """The number of bytes of the response body that were sent; null while it is being sent."""
    region: str | None = None
    """The region that the request was to; absent in a cloud with one region."""
    interface: Literal["public", "internal", "admin"] | None = None
    """The interface of the catalogue whose prefix, such as `/glance-admin`, stood before the path; absent if there was
    none.
    """
    policy: list[RecordedRequestPolicy] | None = None
    """The policy rules that were asked about the request, and what they said; absent if none was."""
    fault: str | None = None
    """The id of the fault that was applied."""
    aborted: Literal[True] | None = None
    """The exchange did not end normally: the client left, or a fault broke the connection."""
    request_body: Any | None = None
    """JSON, or text if it is not JSON; never image data, and nothing over 64 KiB."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RecordedRequest:
        return cls(
            id=value["id"], at=_time(value["at"]), method=value["method"], path=value["path"], query=value["query"],
            status=value["status"], duration_ms=value["duration_ms"], user=value["user"], project=value["project"],
            request_headers=value["request_headers"], request_bytes=value["request_bytes"],
            response_headers=value["response_headers"], response_bytes=value["response_bytes"],
            region=value.get("region"), interface=value.get("interface"),
            policy=None if value.get("policy") is None else [RecordedRequestPolicy.from_json(item) for item in value["policy"]],
            fault=value.get("fault"), aborted=value.get("aborted"), request_body=value.get("request_body"),
        )


@dataclass(frozen=True)
class PaceShownResting:
    """An object `PaceShownResting` of the control API."""

    ids: list[str]
    """How the task ends, and what becomes of its image."""
    state: Literal["saving", "pending", "importing"]
    polls_left: int | None = None
    until: datetime | None = None

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PaceShownResting:
        return cls(
            ids=value["ids"], state=value["state"], polls_left=value.get("polls_left"),
            until=None if value.get("until") is None else _time(value["until"]),
        )


@dataclass(frozen=True)
class PaceShown:
    """An object `PaceShown` of the control API."""

    rules: list[documents.PaceRule]
    resting: list[PaceShownResting]

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PaceShown:
        return cls(rules=value["rules"], resting=[PaceShownResting.from_json(item) for item in value["resting"]])


@dataclass(frozen=True)
class Sandbox:
    """An object `Sandbox` of the control API."""

    url: str
    """The base URL of the cloud."""
    auth_url: str
    """The URL of Keystone."""
    image_url: str
    """The URL of the Images API."""
    control_url: str
    """The URL of this API."""
    cloud: dict[str, Any]
    """The arguments of `openstack.connect(**cloud)`, as the admin of the start."""
    clouds_yaml: str
    """The same as a clouds.yaml."""
    openrc: str
    """The same as lines for a shell."""
    id: str
    name: str | None
    dialect: str
    created_at: datetime
    """The system time, whatever the clock of the cloud shows."""
    expires_after_s: float
    identity_v2: CloudAccessIdentityV2 | None = None
    """The way in by Identity v2.0 with the API key of the dialect's user, for clients with rackspaceauth; absent in
    clouds that have none.
    """
    users: list[CloudUser] | None = None
    """The users; a list of sandboxes leaves them out."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Sandbox:
        return cls(
            url=value["url"], auth_url=value["auth_url"], image_url=value["image_url"],
            control_url=value["control_url"], cloud=value["cloud"], clouds_yaml=value["clouds_yaml"],
            openrc=value["openrc"], id=value["id"], name=value["name"], dialect=value["dialect"],
            created_at=_time(value["created_at"]), expires_after_s=value["expires_after_s"],
            identity_v2=None if value.get("identity_v2") is None else CloudAccessIdentityV2.from_json(value["identity_v2"]),
            users=None if value.get("users") is None else [CloudUser.from_json(item) for item in value["users"]],
        )


@dataclass(frozen=True)
class Counts:
    """An object `Counts` of the control API."""

    domains: int
    projects: int
    roles: int
    users: int
    limits: int
    images: int
    metadefs: int
    tasks: int

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Counts:
        return cls(
            domains=value["domains"], projects=value["projects"], roles=value["roles"], users=value["users"],
            limits=value["limits"], images=value["images"], metadefs=value["metadefs"], tasks=value["tasks"],
        )


@dataclass(frozen=True)
class Planted:
    """An object `Planted` of the control API."""

    made: Counts
    kept: Counts

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Planted:
        return cls(made=Counts.from_json(value["made"]), kept=Counts.from_json(value["kept"]))


@dataclass(frozen=True)
class Snapshot:
    """An object `Snapshot` of the control API."""

    name: str
    created_at: datetime
    """The system time, whatever the clock of the cloud shows."""
    bytes: bool
    images: int
    """The number of images."""
    size: int
    """The size of the image data, in bytes."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Snapshot:
        return cls(
            name=value["name"], created_at=_time(value["created_at"]), bytes=value["bytes"], images=value["images"],
            size=value["size"],
        )


@dataclass(frozen=True)
class ClosestRequest:
    """An object `ClosestRequest` of the control API."""

    differs: list[str]
    """The differences from the expectation; empty if the request matches, and there were too many."""
    request: RecordedRequest

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> ClosestRequest:
        return cls(differs=value["differs"], request=RecordedRequest.from_json(value["request"]))


@dataclass(frozen=True)
class UnreadRoute:
    """An object `UnreadRoute` of the control API."""

    method: str
    route: str
    """The path, with parameters in braces."""
    fields: list[UnreadName]
    """Members of the document."""
    query: list[UnreadName]
    """Parameters of the query."""
    headers: list[UnreadName]
    """Headers, in lower case."""

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> UnreadRoute:
        return cls(
            method=value["method"], route=value["route"],
            fields=[UnreadName.from_json(item) for item in value["fields"]],
            query=[UnreadName.from_json(item) for item in value["query"]],
            headers=[UnreadName.from_json(item) for item in value["headers"]],
        )
