"""The stories in which scripts/fail-system-calls fails each system call once.

A story prepares what it needs, does one thing while a call may fail, and then says what must hold. `begin` says whether
the server starts with data of before (a reset then returns to that).
"""
import http.server
import os
import threading
import time

from server import ADMIN, ALICE, claim, until

MIB = 1 << 20
# How long an import, or what follows a failure, may take.
PATIENCE = 20
DIRECT = {"method": {"name": "glance-direct"}}


class Story:
    """One thing that a client does."""

    name = ""
    # Of an answer to the one request that meets the fault: success, then what a failure may be.
    success = 204
    failures = (413, 500, 503)
    keeps_others = True
    uses_network = False

    def __init__(self, server, source, control):
        self.server, self.source, self.control = server, source, control
        self.image, self.data, self.answer = None, b"", None

    def prepare(self):
        pass

    def run(self):
        """Does it, and leaves the response in `answer`."""
        raise NotImplementedError

    def check(self):
        """What holds afterwards, while no call fails."""

    def ask(self, method, path, body=None):
        self.answer = self.server.ask(method, path, body)

    def new_image(self, **fields):
        self.image = self.server.create(**fields)
        self.data = os.urandom(MIB)

    def show(self):
        return self.server.must(200, "GET", f"/v2/images/{self.image}").json()

    def fill(self):
        self.new_image()
        self.server.must(204, "PUT", f"/v2/images/{self.image}/file", self.data)

    def succeeded(self):
        return self.answer.status == self.success

    def settled(self):
        """Waits until nothing works on the image, and returns it."""

        def rests():
            image = self.show()
            busy = image.get("os_glance_import_task") or image["status"] in ("saving", "importing")
            return None if busy else image

        return until(PATIENCE, f"{self.image} stays in work: {self.show()}", rests)


class Create(Story):
    name, success = "create", 201

    def run(self):
        self.ask("POST", "/v2/images", {"disk_format": "raw", "container_format": "bare", "name": "made here"})

    def check(self):
        made = [image for image in self.server.images().values() if image["name"] == "made here"]
        if self.succeeded():
            claim(self.answer.json()["id"] in {image["id"] for image in made}, "the created image is not there")
        for image in made:
            self.server.must(204, "DELETE", f"/v2/images/{image['id']}")


class Upload(Story):
    name = "upload"

    def prepare(self):
        self.new_image()

    def run(self):
        self.ask("PUT", f"/v2/images/{self.image}/file", self.data)

    def check(self):
        image = self.settled()
        if self.succeeded() or image["status"] == "active":
            claim(image["status"] == "active", f"acknowledged, but {image['status']}")
        else:
            claim(image["status"] == "queued", f"failed, but {image['status']}")
            self.server.must(204, "PUT", f"/v2/images/{self.image}/file", self.data)
        claim(self.server.check_data(self.show()) == self.data, "other data than was sent")


class Stage(Upload):
    name = "stage"

    def run(self):
        self.ask("PUT", f"/v2/images/{self.image}/stage", self.data)

    def check(self):
        if not self.succeeded():
            # It may be staged all the same; if not, it becomes `queued` as soon as the database can be written to.
            until(PATIENCE, "what could not be staged cannot be imported, nor staged again", self.staged_or_queued)
            if self.show()["status"] == "queued":
                self.server.must(204, "PUT", f"/v2/images/{self.image}/stage", self.data)
        if not self.show().get("os_glance_import_task") and self.show()["status"] == "uploading":
            self.server.must(202, "POST", f"/v2/images/{self.image}/import", DIRECT)
        claim(self.settled()["status"] == "active", f"what was staged is not imported: {self.show()}")
        claim(self.server.check_data(self.show()) == self.data, "other data than was staged")


    def staged_or_queued(self):
        if self.show()["status"] == "queued":
            return True
        return self.server.ask("POST", f"/v2/images/{self.image}/import", DIRECT).status == 202


class Import(Story):
    name, success = "import", 202
    body = DIRECT

    def prepare(self):
        self.new_image()
        self.server.must(204, "PUT", f"/v2/images/{self.image}/stage", self.data)

    def run(self):
        self.ask("POST", f"/v2/images/{self.image}/import", self.body)
        if self.succeeded():
            self.meet_the_failure()

    def meet_the_failure(self):
        """Waits until the import has ended, or has met a failure that lasts, so that it cannot."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.may_be_at_work():
            if self.control.layout.lasting and self.control.layout.fired > 2:
                break
            time.sleep(0.05)

    def may_be_at_work(self):
        """Asks after the import. It may be this request that meets the failure: then nothing is known of the import."""
        shown = self.server.ask("GET", f"/v2/images/{self.image}")
        if shown.status in self.failures and self.control.layout.fired:
            return True
        claim(shown.status == 200, f"asked after an import: {shown.status} {shown.body[:300]}")
        image = shown.json()
        return bool(image.get("os_glance_import_task")) or image["status"] == "importing"

    def check(self):
        image = self.settled()
        status, data = image["status"], self.server.check_data(image)
        claim(status in ("active", "queued", "uploading"), f"after an import: {status}")
        if status == "active":
            claim(data == self.data, "other data than was staged")
        tasks = self.server.must(200, "GET", f"/v2/images/{self.image}/tasks").json()["tasks"]
        ended = all(task["status"] in ("success", "failure") for task in tasks)
        claim(ended or not self.succeeded(), f"a task has not ended: {tasks}")
        if status == "uploading" and not self.succeeded():
            self.server.must(202, "POST", f"/v2/images/{self.image}/import", self.body)
            claim(self.settled()["status"] == "active", "what is staged cannot be imported")
        if self.show()["status"] == "uploading":
            self.server.must(204, "DELETE", f"/v2/images/{self.image}")


class Download(Import):
    name, uses_network = "web-download", True

    def prepare(self):
        self.new_image()
        self.body = {"method": {"name": "web-download", "uri": self.source.serve(self.data)}}


class Delete(Story):
    name = "delete"

    def prepare(self):
        self.fill()

    def run(self):
        self.ask("DELETE", f"/v2/images/{self.image}")

    def check(self):
        found = self.server.ask("GET", f"/v2/images/{self.image}")
        if self.succeeded():
            claim(found.status == 404, f"deleted, but {found.status}")
        elif found.status == 200:
            image = self.settled()
            if image["status"] == "active":
                claim(self.server.check_data(image) == self.data, "not deleted, and other data")
            self.server.must(204, "DELETE", f"/v2/images/{self.image}")


class Read(Story):
    name, success = "download", 200

    def prepare(self):
        self.fill()

    def run(self):
        try:
            self.ask("GET", f"/v2/images/{self.image}/file")
        except OSError:
            self.answer = None
        except Exception as error:
            # An answer that ends early is an error to its client, as it must be.
            claim(type(error).__name__ == "IncompleteRead", f"{error!r}")
            self.answer = None

    def check(self):
        if self.answer and self.succeeded():
            claim(self.answer.body == self.data, "a download has other data")
        claim(self.server.check_data(self.show()) == self.data, "the next download has other data")


class Snapshot(Story):
    """Saving one, and loading it when it was saved."""

    name, success = "snapshot", 201

    def prepare(self):
        self.fill()
        self.server.control("DELETE", "/snapshots/s")

    def run(self):
        self.answer = self.server.control("PUT", "/snapshots/s", {})

    def check(self):
        listed = [it["name"] for it in self.server.control("GET", "/snapshots").json()["snapshots"]]
        claim(not self.succeeded() or "s" in listed, "a saved snapshot is not listed")
        if "s" not in listed:
            again = self.server.control("PUT", "/snapshots/s", {})
            claim(again.status == 201, f"cannot be saved after that: {again.status} {again.body[:300]}")
        self.server.must(204, "DELETE", f"/v2/images/{self.image}")
        loaded = self.server.control("POST", "/snapshots/s/load")
        claim(loaded.status == 204, f"cannot be loaded: {loaded.status} {loaded.body[:300]}")
        claim(self.server.check_data(self.show()) == self.data, "other data after a load")


class Load(Snapshot):
    name, success = "load", 204

    def prepare(self):
        super().prepare()
        self.answer = self.server.control("PUT", "/snapshots/s", {})
        claim(self.answer.status == 201, f"{self.answer.status} {self.answer.body[:300]}")
        self.later = self.server.create(name="later")

    def run(self):
        self.answer = self.server.control("POST", "/snapshots/s/load")

    def check(self):
        later = self.server.ask("GET", f"/v2/images/{self.later}").status
        if later == 503 and not self.succeeded():
            # Neither the snapshot nor what there was could be opened: the answer says to try again.
            self.answer = self.server.control("POST", "/snapshots/s/load")
            claim(self.succeeded(), f"cannot be loaded again: {self.answer.status} {self.answer.body[:300]}")
            later = self.server.ask("GET", f"/v2/images/{self.later}").status
        claim(later == 404 if self.succeeded() else later in (200, 404), f"{self.answer.status}, and the later image: {later}")
        claim(self.server.check_data(self.show()) == self.data, "other data after a load")
        if later == 200:
            self.server.must(204, "DELETE", f"/v2/images/{self.later}")
        self.server.control("DELETE", "/snapshots/s")


class Reset(Story):
    """Of a server that started without data: all rows and data go."""

    name, keeps_others = "reset", False

    def prepare(self):
        self.fill()

    def run(self):
        self.answer = self.server.control("POST", "/reset", {})

    def check(self):
        if self.succeeded():
            claim(not self.server.images(), "images after a reset")
        else:
            again = self.server.control("POST", "/reset", {})
            claim(again.status == 204, f"cannot be reset after that: {again.status} {again.body[:300]}")


class ResetToStart(Story):
    """Of a server that started with data: it returns to that."""

    name = "reset-to-start"

    def prepare(self):
        self.fill()

    def run(self):
        self.answer = self.server.control("POST", "/reset", {})

    def check(self):
        found = self.server.ask("GET", f"/v2/images/{self.image}", token=ADMIN)
        if found.status == 503 and not self.succeeded():
            # Neither the start nor what there was could be opened: the answer says to try again.
            self.answer = self.server.control("POST", "/reset", {})
            claim(self.succeeded(), f"cannot be reset again: {self.answer.status} {self.answer.body[:300]}")
            found = self.server.ask("GET", f"/v2/images/{self.image}", token=ADMIN)
        claim(found.status == (404 if self.succeeded() else 200), f"reset: {self.answer.status}, and the image: {found.status}")
        if not self.succeeded():
            claim(self.server.check_data(self.show()) == self.data, "other data after a reset that failed")
            again = self.server.control("POST", "/reset", {})
            claim(again.status == 204, f"cannot be reset after that: {again.status} {again.body[:300]}")


ALL = [Create, Upload, Stage, Import, Download, Read, Delete, Snapshot, Load, Reset, ResetToStart]


class Source:
    """A web server that images are downloaded from."""

    def __init__(self):
        source = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(source.data)))
                self.end_headers()
                self.wfile.write(source.data)

            def log_message(self, *arguments):
                pass

        self.data = b""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, data):
        self.data = data
        return f"http://127.0.0.1:{self.server.server_address[1]}/image"


def usage(server):
    """Returns what the project of Alice uses, by the name of the limit."""
    answer = server.must(200, "GET", "/v2/info/usage", token=ALICE).json()["usage"]
    return {name: entry["usage"] for name, entry in answer.items()}
