"""Servers, browser pages and the list of checks, for the browser tests of the console."""

import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable

# How long a single step may take, in milliseconds: a slow machine is not a failure, a page that stands still is.
STEP_MS = 30_000
START_S = 30
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PAGES = ("", "images", "explorer", "requests", "unread", "faults", "pace", "clock", "snapshots", "sandboxes", "seeds", "settings", "policy")

CHECKS = []


@dataclasses.dataclass
class Check:
    """A check: what it states, its function, and the options, the seed and the address of its server."""

    statement: str
    function: Callable
    options: tuple
    seed: dict | None
    listen: str


def check(statement, *options, seed=None, listen="127.0.0.1:0"):
    """Registers a check: `statement` is what it states, `options` are those of its server."""

    def register(function):
        CHECKS.append(Check(statement, function, options, seed, listen))
        return function

    return register


def browser_path():
    """Returns the browser that is installed on this machine."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise SystemExit("check-console: no Chromium here; scripts/install-tools installs one")


class Server:
    """A server in memory for one check, with a client of its own that is no browser."""

    def __init__(self, program, options, seed=None, listen="127.0.0.1:0"):
        self.program, self.options, self.process = program, list(options), None
        self.host, _, self.port = listen.rpartition(":")
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="check-console-"))
        if seed is not None:
            (self.home / "seed.yaml").write_text(json.dumps(seed, ensure_ascii=False))
            self.options += ["--seed", str(self.home / "seed.yaml")]
        self.start()

    def start(self):
        """Starts the server: at first on a free port, later on the same."""
        port_file = self.home / "port"
        port_file.unlink(missing_ok=True)
        place = ["--listen", f"{self.host}:{self.port}", "--port-file", str(port_file)]
        command = [self.program, "serve", "--ephemeral", *place, *self.options]
        self.log = open(self.home / "log", "ab")  # noqa: SIM115 (the server writes on while it runs)
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, cwd=self.home)
        deadline = time.monotonic() + START_S
        while not (port_file.exists() and port_file.read_text().strip()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start: {(self.home / 'log').read_text()[-2000:]}")
            time.sleep(0.02)
        self.port = int(port_file.read_text().strip().rpartition(":")[2])
        self.url = f"http://{self.host}:{self.port}"

    def end(self):
        """Ends the process; the port stays known."""
        self.process.terminate()
        self.process.wait(timeout=START_S)
        self.log.close()

    def close(self):
        """Ends the process and removes what it wrote."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.end()
        shutil.rmtree(self.home, ignore_errors=True)

    def log_text(self):
        """Returns what the server has written."""
        return (self.home / "log").read_text()

    def call(self, method, path, body=None, token=None, headers=None):
        """Sends a request as a client that is no browser; returns status, headers and body."""
        sent = {"X-Auth-Token": token} if token else {}
        if isinstance(body, (dict, list, str)):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        elif body is not None:
            sent["Content-Type"] = "application/octet-stream"
        sent.update(headers or {})
        with contextlib.closing(http.client.HTTPConnection(self.host.strip("[]"), self.port, timeout=30)) as connection:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()

    def json(self, method, path, body=None, token=None, headers=None):
        """Sends a request that must succeed, and returns its JSON."""
        status, _, text = self.call(method, path, body, token, headers)
        assert status < 400, f"{method} {path}: {status} {text[:300]}"
        return json.loads(text) if text else None

    def token(self, user="admin", base=""):
        """Logs in as an initial user in the project of the same name, in the cloud at this path."""
        domain = {"name": "Default"}
        identity = {"methods": ["password"], "password": {"user": {"name": user, "password": "secret", "domain": domain}}}
        body = {"auth": {"identity": identity, "scope": {"project": {"name": user, "domain": domain}}}}
        status, headers, text = self.call("POST", f"{base}/identity/v3/auth/tokens", body)
        assert status == 201, text
        return {name.lower(): value for name, value in headers.items()}["x-subject-token"]

    def image(self, name="first", token=None, **fields):
        """Creates an image and returns it."""
        wanted = {"name": name, "disk_format": "raw", "container_format": "bare", **fields}
        return self.json("POST", "/v2/images", wanted, token or self.token())

    def requests(self, query=""):
        """Returns the journal."""
        return self.json("GET", f"/_lookalike/requests?{query}")["requests"]


class Stage:
    """What a check gets: its server, and pages of a browser without a past."""

    def __init__(self, browser, server):
        self.browser, self.server, self.contexts, self.problems = browser, server, [], []
        self.page = None

    def context(self, **options):
        """Opens a new browser context."""
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = self.browser.new_context(accept_downloads=True, **options)
        context.set_default_timeout(STEP_MS)
        self.contexts.append(context)
        return context

    def open(self, fragment="", base="", **options):
        """Opens a page of the console and waits until it is drawn."""
        page = self.context(**options).new_page()
        page.on("pageerror", lambda error: self.problems.append(f"an error in the page: {error}"))
        page.on("console", lambda message: self.problems.append(message.text) if "Content Security Policy" in message.text else None)
        self.page = page
        page.goto(f"{self.server.url}{base}/_lookalike/ui/#/{fragment}")
        self.drawn()
        return page

    def go(self, fragment):
        """Goes to another page of the console."""
        self.page.evaluate("fragment => { location.hash = `#/${fragment}`; }", fragment)
        self.drawn()

    def drawn(self):
        """Waits until the page is drawn."""
        self.page.wait_for_selector("main:not([aria-busy]) .page")

    def act_as(self, text):
        """Chooses the identity whose label has this text."""
        option = self.page.locator("#acting-as option", has_text=text).first
        self.page.locator("#acting-as").select_option(option.get_attribute("value"))

    def operation(self, document, operation):
        """Opens the form of an operation of the explorer."""
        self.go(f"explorer/{document}/{operation}")
        self.page.wait_for_selector("#operation-title")

    def send(self):
        """Sends the form, and returns the status of the answer."""
        self.page.get_by_role("button", name="Send", exact=True).click()
        answer = self.page.locator("#outcome [data-status]")
        answer.wait_for()
        return int(answer.get_attribute("data-status"))

    def close(self):
        """Closes all pages and the server."""
        for context in self.contexts:
            context.close()
        self.server.close()


def eventually(condition, what, seconds=10):
    """Waits until a condition outside the browser is true, and returns what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        # What a check reads meanwhile may be refused, as with a token that a reset made invalid.
        with contextlib.suppress(AssertionError):
            if found := condition():
                return found
        assert time.monotonic() < deadline, f"it did not happen: {what}"
        time.sleep(0.02)


def clean_environment():
    """Settings of the person who runs this must not reach the servers and clients of the checks."""
    for name in list(os.environ):
        if name.startswith(("OS_", "LOOKALIKE_")):
            del os.environ[name]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
