"""What schemathesis has to know about the APIs: media types, and how one logs in again when a token was revoked."""

import json
import os
import urllib.request

import schemathesis

for version in ("2.0", "2.1"):
    schemathesis.serializer.alias(
        f"application/openstack-images-v{version}-json-patch", "application/json"
    )

# What the log-in needs: the ids of the admin, of his project and of his roles, and the domain.
OWN = {"default"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Keeps requests from changing what the log-in needs."""
    # It may have met the admin's id in a list, and his password in an example.
    is_password = case.path.endswith("/password")
    if is_password or case.method.upper() in ("PATCH", "DELETE"):
        for name, value in (case.path_parameters or {}).items():
            if value in OWN:
                case.path_parameters[name] = "none"


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
            token = json.load(answer)["token"]
            OWN.update(token[kind]["id"] for kind in ("user", "project"))
            OWN.update(role["id"] for role in token["roles"])
            return answer.headers["X-Subject-Token"]

    def set(self, case, data, context):
        case.headers["X-Auth-Token"] = data
        case.headers.setdefault("Accept", "application/json")
