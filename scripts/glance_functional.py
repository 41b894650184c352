"""A pytest plugin that runs Glance's own functional tests against lookalike.

The tests call Glance's WSGI application in their process. This replaces that application by one that starts a server
with the settings of the test and sends it each request over HTTP. What a test changes in Glance itself (a mocked
function, a row in its database) has no effect on that server: such a test fails.

Settings: GLANCE_FUNCTIONAL_PROGRAM, the program; GLANCE_FUNCTIONAL_LOG, the file that takes the logs of the servers.
"""

import atexit
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import glance.common.wsgi_app  # registers the options
import glance.db.sqlalchemy.api  # noqa: F401 # likewise
import webob
from glance.tests import functional
from oslo_config import cfg
from oslo_db import options as database_options

CONF = cfg.CONF
database_options.set_defaults(CONF)
PROGRAM = os.environ["GLANCE_FUNCTIONAL_PROGRAM"]
LOG = open(os.environ.get("GLANCE_FUNCTIONAL_LOG", os.devnull), "ab")  # noqa: SIM115 # for all servers, until the end

# The options that both have, by their group in Glance.
OPTIONS = {
    None: [
        "limit_param_default", "api_limit_max", "image_location_quota", "image_property_quota", "image_tag_quota",
        "image_member_quota", "image_size_cap", "user_storage_quota", "hashing_algorithm", "show_multiple_locations",
        "show_image_direct_url", "allow_anonymous_access", "enabled_import_methods", "worker_self_reference_url",
        "image_cache_dir", "image_cache_driver", "image_cache_max_size", "image_cache_stall_time", "do_secure_hash",
        "http_retries", "property_protection_file", "property_protection_rule_format", "public_endpoint",
        "require_image_format_match",
    ],
    "import_filtering_opts": [
        "allowed_schemes", "disallowed_schemes", "allowed_hosts", "disallowed_hosts", "allowed_ports", "disallowed_ports",
    ],
    "image_import_opts": ["image_import_plugins"],
    "inject_metadata_properties": ["inject", "ignore_user_roles"],
    "image_conversion": ["output_format"],
    "task": ["task_time_to_live"],
    "oslo_policy": ["enforce_new_defaults"],
}
# Settings that a running server takes.
LIVE = set(OPTIONS[None]) | set(OPTIONS["import_filtering_opts"])


def text_of(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ",".join(f"{name}:{item}" for name, item in value.items())
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)


def settings():
    """Returns what differs from Glance's defaults in the configuration of the running test."""
    found = {}
    for group, names in OPTIONS.items():
        place = CONF[group] if group and group in CONF else CONF
        for name in names:
            value = getattr(place, name, None)
            if value is not None and (value != [] or group == "import_filtering_opts"):
                found[name] = text_of(value)
    return found


class Server:
    """One lookalike, started at the first request of a test."""

    def __init__(self, test, extra, cache, fake_auth):
        self.test, self.extra, self.cache, self.fake_auth = test, extra, cache, fake_auth
        self.process = self.port = None
        self.settings, self.rules = {}, {}

    def start(self):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=self.test.test_dir))
        self.settings = settings()
        options = [part for name, value in self.settings.items() if self.takes(name) for part in (f"--{name}={value}",)]
        port_file = self.home / "port"
        stores = [f"--store={each}" for each in self.stores()]
        policy_file = getattr(self.test, "policy_file", None)
        if policy_file:
            options.append(f"--policy_file={policy_file}")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--listen=127.0.0.1:0", f"--port-file={port_file}", f"--data={self.home}/data", "--auth=fake",
             "--disable_by_file_path=/tmp/test_path", *stores, *options, *self.extra],
            stdout=LOG, stderr=LOG)
        self.test.addCleanup(self.stop)
        atexit.register(self.stop)
        until = time.monotonic() + 20
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start: {self.settings}")
            time.sleep(0.01)
        self.port = int(port_file.read_text())

    def takes(self, name):
        return self.cache or not name.startswith("image_cache")

    def stores(self):
        if not CONF.enabled_backends:
            return [f"file://{self.test._store_dir('store1')}"]
        found = []
        for name, kind in CONF.enabled_backends.items():
            if name.startswith("os_glance_"):
                continue
            weight = getattr(CONF[name], "weight", 0) if name in CONF else 0
            url = "http:" if kind == "http" else f"file://{self.test._store_dir(name)}"
            found.append(f"{name}={url}?weight={weight}")
        default = CONF.glance_store.default_backend
        return sorted(found, key=lambda store: not store.startswith(f"{default}="))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.home, ignore_errors=True)

    def send(self, method, path, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers, encode_chunked=headers.get("Transfer-Encoding") == "chunked")
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def follow(self):
        """Tells the server which settings and rules the test has changed since the last request."""
        now = settings()
        changed = {name: value for name, value in now.items() if self.settings.get(name) != value and name in LIVE}
        if changed:
            self.send("PATCH", "/_lookalike/config", {"Content-Type": "application/json"}, json.dumps(changed))
        self.settings = now
        enforcer = getattr(self.test, "policy", None)
        rules = {name: str(check) for name, check in enforcer.rules.items()} if enforcer is not None else {}
        if rules != self.rules:
            sent = {name: "" if rule == "@" else rule for name, rule in rules.items()}
            known = json.loads(self.send("GET", "/_lookalike/policy", {}, None)[1])
            if not enforcer.use_conf:
                # A rule that the test leaves out does not exist then: the rule `default` decides, or it refuses.
                sent = dict.fromkeys(known, sent.pop("default", "!")) | sent
            sent = {name: rule for name, rule in sent.items() if name in known}
            self.send("PUT", "/_lookalike/policy", {"Content-Type": "application/json"}, json.dumps(sent))
            self.rules = rules

    def __call__(self, request):
        """Answers a request as Glance's application would."""
        if self.process is None:
            self.start()
        self.follow()
        headers = {name: value for name, value in request.headers.items() if not name.lower().startswith("x-auth")}
        given = request.headers
        if self.fake_auth and given.get("X-Auth-Token", "").count(":") == 2:
            headers["X-Auth-Token"] = given["X-Auth-Token"]
        elif given.get("X-Identity-Status", "") == "Confirmed":
            project = given.get("X-Project-Id") or given.get("X-Tenant-Id") or "none"
            headers["X-Auth-Token"] = f"{given.get('X-User-Id') or 'nobody'}:{project}:{given.get('X-Roles', '')}"
        headers.setdefault("Host", "localhost")
        # A body whose length the test does not tell is sent in chunks, as its client would.
        if request.content_length is None:
            stream = request.environ["wsgi.input"]
            body = stream.read() if hasattr(stream, "read") else b"".join(stream)
        else:
            body = request.body
        if body and request.content_length is None:
            headers["Transfer-Encoding"], body = "chunked", [body]
        if not body and "Content-Length" in headers and request.method in ("GET", "HEAD", "DELETE"):
            del headers["Content-Length"]
        answer, data = self.send(request.method, request.path_qs, headers, body or None)
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() != "transfer-encoding"]
        return webob.Response(body=data, status=f"{answer.status} {answer.reason}", headerlist=kept)


def start_server(test, enable_cache=True, set_worker_url=True, use_fake_auth=False, run_staging_cleaner=False,
                 enable_cors=False, enable_version_negotiation=False):
    """Takes the place of SynchronousAPIBase.start_server."""
    if isinstance(getattr(test, "api", None), Server):
        test.api.stop()
    CONF.set_override("enforce_new_defaults", True, group="oslo_policy")
    cache = (enable_cache or enable_version_negotiation) and not enable_cors and not use_fake_auth
    extra = []
    if cache:
        test.config(image_cache_dir=test._store_dir("cache"))
        extra.append("--cachemanage")
    if enable_cors:
        extra.append("--allowed_origin=http://valid.example.com")
    if set_worker_url:
        test.config(worker_self_reference_url="http://workerx")
    test.api = Server(test, extra, cache, use_fake_auth)


functional.SynchronousAPIBase.start_server = start_server
# Its database is the server's own: migrations of another one would take most of the time.
functional.SynchronousAPIBase.setup_database = lambda test: None


def pytest_pycollect_makeitem(collector, name, obj):
    """Leaves a helper of the tests alone that pytest would take for a test case."""
    return [] if name == "ImageAPIHelper" else None
