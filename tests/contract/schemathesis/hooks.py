"""What schemathesis has to know about the APIs: media types, and how one logs in again when a token was revoked."""

import json
import os
import urllib.request

import schemathesis

for version in ("2.0", "2.1"):
    schemathesis.serializer.alias(
        f"application/openstack-images-v{version}-json-patch", "application/json"
    )


@schemathesis.auth(refresh_interval=5)
class Admin:
    """Logs in as the admin of the embedded identity."""

    def get(self, case, context):
        user = {"name": "admin", "password": "secret", "domain": {"id": "default"}}
        scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
        identity = {"methods": ["password"], "password": {"user": user}}
        body = json.dumps({"auth": {"identity": identity, "scope": scope}}).encode()
        request = urllib.request.Request(
            os.environ["OS_AUTH_URL"] + "/auth/tokens",
            data=body,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers["X-Subject-Token"]

    def set(self, case, data, context):
        case.headers["X-Auth-Token"] = data
        case.headers.setdefault("Accept", "application/json")
