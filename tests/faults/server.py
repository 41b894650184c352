"""A server that the scripts of tests/faults start, ask, kill and look at."""
import hashlib
import http.client
import json
import os
import pathlib
import signal
import subprocess
import time
import typing

ALICE = "alice:projA:member,reader"
BOB = "bob:projB:member,reader"
ADMIN = "admin:admin:admin,member,reader"

# Longer than a server ever needs on a machine that is busy with builds.
START_SECONDS = 60


class BrokenError(Exception):
    """A promise of the server that it does not keep."""


def claim(holds, words):
    """Fails unless something holds. (An `assert` could be switched off.)"""
    if not holds:
        raise BrokenError(words)


class Answer(typing.NamedTuple):
    """A response."""

    status: int
    headers: typing.Any
    body: bytes

    def json(self):
        return json.loads(self.body)


class Server:
    """The program on a data directory."""

    def __init__(self, program, home, options=(), environment=None, prefix=()):
        self.program, self.home, self.options = str(program), pathlib.Path(home), list(options)
        self.data = self.home / "data"
        self.log_path = self.home / "log"
        self.environment, self.prefix = environment or {}, list(prefix)
        self.process, self.port = None, 0

    def start(self):
        port_file = self.home / "port"
        port_file.unlink(missing_ok=True)
        command = [*self.prefix, self.program, "serve", "--listen", "127.0.0.1:0", "--port-file", str(port_file)]
        command += ["--data", str(self.data), *self.options]
        environment = {"PATH": os.environ["PATH"]} | self.environment
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)
        end = time.monotonic() + START_SECONDS
        while not (port_file.exists() and port_file.read_text().strip()):
            ended = self.process.poll()
            claim(ended is None, f"the server ended with {ended} before it listened:\n{self.log()[-1500:]}")
            claim(time.monotonic() < end, f"the server does not listen after {START_SECONDS} s:\n{self.log()[-1500:]}")
            time.sleep(0.01)
        self.port = int(port_file.read_text().strip().rsplit(":", 1)[-1])
        return self

    def stop(self, seconds=5.0):
        """Ends it by SIGTERM, within some seconds."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise BrokenError(f"SIGTERM did not stop it within {seconds:.0f} s") from None
        claim(status in (0, -signal.SIGTERM, 143), f"it ended with {status}:\n{self.log()[-1500:]}")

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def check_log(self):
        """No part of it panicked, and it still runs."""
        log = self.log()
        for word in ("panicked at", "stack overflow", "SIGSEGV"):
            at = log.find(word)
            claim(at < 0, f"the log has {word!r}: {log[max(at - 300, 0) : at + 700]}")
        claim(self.process.poll() is None, f"the server ended with {self.process.poll()}: {log[-1500:]}")

    def status_kib(self, name):
        """Returns a value of /proc/PID/status, such as VmHWM, in KiB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))

    def ask(self, method, path, body=None, token=ALICE, headers=None, timeout=60.0):
        """Sends a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        all_headers = {"X-Auth-Token": token} if token else {}
        if isinstance(body, dict | list):
            body = json.dumps(body)
            all_headers["Content-Type"] = "application/json"
        elif body is not None:
            all_headers["Content-Type"] = "application/octet-stream"
        try:
            connection.request(method, path, body, all_headers | (headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def must(self, status, method, path, body=None, token=ALICE, headers=None):
        answer = self.ask(method, path, body, token, headers)
        claim(answer.status == status, f"{method} {path}: {answer.status}, not {status}: {answer.body[:300]}")
        return answer

    def create(self, token=ALICE, **fields):
        body = {"disk_format": "raw", "container_format": "bare"} | fields
        return self.must(201, "POST", "/v2/images", body, token).json()["id"]

    def images(self, token=ADMIN):
        """Returns all images by their ids."""
        found, path = {}, "/v2/images?limit=1000"
        while path:
            page = self.must(200, "GET", path, token=token).json()
            found |= {image["id"]: image for image in page["images"]}
            path = page.get("next")
        return found

    def control(self, method, path, body=None):
        return self.ask(method, "/_lookalike" + path, body, token=None)

    def check_data(self, image, token=ADMIN):
        """Reads the data of an image: all of it, or none. Returns its bytes or None."""
        answer = self.ask("GET", f"/v2/images/{image['id']}/file", token=token)
        if image["status"] != "active":
            claim(answer.status in (204, 403, 404, 409), f"{image['id']} is {image['status']}, but its data: {answer.status}")
            return None
        claim(answer.status == 200, f"{image['id']} is active, but its data: {answer.status} {answer.body[:300]}")
        data = answer.body
        claim(len(data) == image["size"], f"{image['id']} has {len(data)} bytes, not {image['size']}")
        claim(hashlib.md5(data).hexdigest() == image["checksum"], f"{image['id']}: wrong MD5")
        if image.get("os_hash_algo"):
            found = hashlib.new(image["os_hash_algo"], data).hexdigest()
            claim(found == image["os_hash_value"], f"{image['id']}: wrong os_hash_value")
        return data


def until(seconds, words, ready):
    """Waits until a function returns something true, and returns that."""
    end = time.monotonic() + seconds
    while True:
        result = ready()
        if result:
            return result
        claim(time.monotonic() < end, f"{words} (after {seconds} s)")
        time.sleep(0.02)
