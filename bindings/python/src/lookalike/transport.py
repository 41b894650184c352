"""The calls of the control API over HTTP, with nothing but the standard library."""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import IO, Any

from .errors import RefusedError, UnreachableError

JSON, YAML, TAR = "application/json", "application/yaml", "application/x-tar"


class Transport:
    """The way to the control API of one cloud.

    `token` is that of the server's `--control-token`. `cacert` is a file with certificates that vouch for a server with TLS.
    `timeout` is in seconds, for each call.
    """

    def __init__(self, url: str, token: str | None = None, cacert: str | None = None, timeout: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.cacert = cacert
        self.timeout = timeout
        handlers: list[urllib.request.BaseHandler] = []
        if self.url.startswith("https:"):
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=cacert)))
        # A proxy of the environment cannot reach this machine.
        if is_loopback(urllib.parse.urlsplit(self.url).hostname or ""):
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def at(self, url: str) -> Transport:
        """Returns the way to another cloud of the same server."""
        return Transport(url, self.token, self.cacert, self.timeout)

    def open(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: bytes | IO[bytes] | None = None,
        kind: str = JSON, headers: Mapping[str, str] | None = None, **names: str | int,
    ) -> Any:
        """Sends a call and returns the answer, an `http.client.HTTPResponse` that is to be closed.

        `path` is that of the OpenAPI document, whose parameters are in `names`.

        Raises `RefusedError` for a status from 400, and `UnreachableError` without an answer.
        """
        url = f"{self.url}/_lookalike{filled(path, names)}"
        if given := {name: value for name, value in (query or {}).items() if value is not None}:
            url += "?" + urllib.parse.urlencode(given)
        request = urllib.request.Request(url, data=body, method=method, headers=dict(headers or {}))
        if body is not None:
            request.add_header("Content-Type", kind)
        if self.token:
            request.add_header("X-Lookalike-Token", self.token)
        return self._send(request)

    def post(self, url: str, document: Any) -> Any:
        """Sends a document to any URL of the server, without the token of the control API; returns the answer."""
        request = urllib.request.Request(url, data=json.dumps(document).encode(), headers={"Content-Type": JSON})
        return self._send(request)

    def _send(self, request: urllib.request.Request) -> Any:
        call = f"{request.get_method()} {request.full_url}"
        try:
            return self._opener.open(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(call, error.code, error.read()) from None
        except urllib.error.URLError as error:
            raise UnreachableError(f"no server answers at {self.url}: {error.reason}") from error
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(f"the server did not answer {call}: {error!r}") from error

    def call(
        self, method: str, path: str, document: Any = None, *, query: Mapping[str, Any] | None = None, **names: str | int,
    ) -> Any:
        """Sends a call with a JSON document, if any, and returns that of the answer, or None if it has none."""
        body = None if document is None else json.dumps(document).encode()
        with self.open(method, filled(path, names), query=query, body=body) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def lines(self, answer: IO[bytes]) -> Iterator[str]:
        """Yields the lines of an answer as they arrive.

        Raises `UnreachableError` if none arrives within the timeout, or the connection breaks.
        """
        try:
            for line in answer:
                yield line.decode().rstrip("\r\n")
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError(f"the server at {self.url} sends nothing more: {error!r}") from error


def filled(path: str, names: Mapping[str, str | int]) -> str:
    """Returns a path with the values of its parameters, which may have any characters."""
    return path.format(**{name: urllib.parse.quote(str(value), safe="") for name, value in names.items()})


def _refused(call: str, status: int, body: bytes) -> RefusedError:
    try:
        document = json.loads(body)
        message = str(document["error"]["message"])
    except (ValueError, KeyError, TypeError):
        document, message = None, body.decode(errors="replace").strip()[:200]
    return RefusedError(call, status, message, document)


def is_loopback(host: str) -> bool:
    """Returns whether a host is this machine by its name or address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
