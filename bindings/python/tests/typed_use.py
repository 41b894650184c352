"""What a type checker says of a test that uses the package: scripts/check-python checks this file with the installed wheel.

Each ignored line is a mistake that has to be found: an ignore that is not needed is an error, too.
"""

from __future__ import annotations

import datetime

from lookalike import Cloud, Server
from lookalike.models import RecordedRequest


def rules(cloud: Cloud) -> None:
    cloud.fault({"match": {"method": "PUT", "path": "/v2/images/*/file"}, "times": 1, "fault": {"store": "full"}})
    cloud.fault({"fault": {"import": {"at": "convert", "message": "no qemu-img"}}})
    cloud.fault({"match": {"methud": "PUT"}, "fault": {"status": 503}})  # type: ignore[arg-type]
    cloud.fault({"fault": {"store": "empty"}})  # type: ignore[arg-type]
    cloud.fault({"match": {}})  # type: ignore[arg-type]
    cloud.pace({"saving": {"polls": 2}, "outcome": {"failure": "no space left"}})


def answers(cloud: Cloud) -> list[RecordedRequest]:
    later: datetime.datetime = cloud.clock.advance(datetime.timedelta(hours=1)).now
    count: int = cloud.verify({"path": "/v2/images"}, at_least=1)
    print(later, count, cloud.status().nothing)  # type: ignore[attr-defined]
    return cloud.requests(method="GET", since=later, limit=3)


def sandboxes() -> str:
    with Server({"image_tag_quota": 2}) as cloud, cloud.sandbox(seed="demo", dialect="pcd") as sandbox:
        cloud.sandbox(dialect="aws")  # type: ignore[arg-type]
        return sandbox.id
