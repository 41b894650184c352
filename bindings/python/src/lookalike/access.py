"""The ways into a cloud: for openstacksdk, for keystoneauth, for commands, and by a token."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .errors import LookalikeError
from .models import CloudAccess, CloudUser
from .transport import Transport

if TYPE_CHECKING:
    from keystoneauth1.session import Session
    from openstack.connection import Connection


class AccessControl:
    """The part of a cloud that clients log in by. Without a user it is the admin of the start."""

    transport: Transport

    @property
    def url(self) -> str:
        """The base URL of the cloud."""
        return self.transport.url

    @cached_property
    def access(self) -> CloudAccess:
        """The URLs of the cloud, and what clients are configured with."""
        return CloudAccess.from_json(self.transport.call("GET", "/cloud"))

    @property
    def auth_url(self) -> str:
        """The URL of Keystone."""
        return self.access.auth_url

    @property
    def image_url(self) -> str:
        """The URL of the Images API."""
        return self.access.image_url

    def users(self) -> list[CloudUser]:
        """Returns the users that can log in: once for each project that they have roles on."""
        return [CloudUser.from_json(one) for one in self.transport.call("GET", "/cloud").get("users", [])]

    def servers(self) -> dict[str, str]:
        """Returns the names of the servers that images were made from, by id."""
        names: dict[str, str] = self.transport.call("GET", "/servers")["servers"]
        return names

    def options(self, user: str | None = None, project: str | None = None) -> dict[str, Any]:
        """Returns the arguments of `openstack.connect`, as a user of the cloud in one of the user's projects.

        Raises `LookalikeError` if there is no such user, or its password is not known.
        """
        options = dict(self.access.cloud)
        if user is not None or project is not None:
            options["auth"] = self._auth(user, project)
        if self.transport.cacert:
            options["cacert"] = self.transport.cacert
        return options

    def _auth(self, user: str | None, project: str | None) -> dict[str, Any]:
        name = user if user is not None else self.access.cloud["auth"]["username"]
        for one in self.users():
            if one.name == name and one.password is not None and (project is None or one.project == project):
                found = {
                    "auth_url": self.auth_url, "username": one.name, "password": one.password, "user_domain_name": one.domain,
                    "project_name": one.project, "project_domain_name": one.project_domain,
                }
                return {key: value for key, value in found.items() if value is not None}
        role = "" if project is None else f" and a role on the project {project}"
        raise LookalikeError(f"{self.url} has no user {name} with a known password{role}")

    def connect(self, user: str | None = None, project: str | None = None, **options: Any) -> Connection:
        """Returns a connection of openstacksdk, with more options of `openstack.connect` if given.

        It reads neither `clouds.yaml` nor the environment. Raises ImportError without openstacksdk.
        """
        import openstack

        given = {**self.options(user, project), "load_yaml_config": False, "load_envvars": False, **options}
        connection: Connection = openstack.connect(**given)
        return connection

    def session(self, user: str | None = None, project: str | None = None, **options: Any) -> Session:
        """Returns a session of keystoneauth, for python-glanceclient and others, with more options of `Session` if given.

        Raises ImportError without keystoneauth.
        """
        from keystoneauth1.identity.v3 import Password
        from keystoneauth1.session import Session

        auth = Password(**self.options(user, project)["auth"])
        return Session(auth=auth, **{"verify": self.transport.cacert or True, **options})

    def environment(self, user: str | None = None, project: str | None = None) -> dict[str, str]:
        """Returns an environment for commands such as `openstack`: that of this process, with this cloud's OS_* variables."""
        options = self.options(user, project)
        variables = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
        variables |= {f"OS_{name.upper()}": str(value) for name, value in options["auth"].items()}
        variables |= {f"OS_{name.upper()}": str(value) for name, value in options.items() if name != "auth"}
        return variables

    def token(self, user: str | None = None, project: str | None = None) -> str:
        """Returns a new token of Keystone, for the header `X-Auth-Token` of requests of one's own."""
        auth = self.options(user, project)["auth"]
        who = {"name": auth["username"], "password": auth["password"], "domain": {"name": auth["user_domain_name"]}}
        document: dict[str, Any] = {"identity": {"methods": ["password"], "password": {"user": who}}}
        if "project_name" in auth:
            document["scope"] = {"project": {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}}
        with self.transport.post(f"{self.auth_url}/auth/tokens", {"auth": document}) as answer:
            return str(answer.headers["X-Subject-Token"])
