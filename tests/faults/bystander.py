"""Somebody who does harmless things while others attack a server."""
import threading
import time

from server import BOB

# Between two requests.
PAUSE = 0.05


class Bystander:
    """Shows, lists and creates images, one request after the other, and keeps the slowest of each."""

    def __init__(self, server, seconds):
        self.server, self.seconds = server, seconds
        self.slowest, self.asked = {"show": 0.0, "list": 0.0, "create": 0.0}, 0
        self.failures = []
        # Where the case itself takes the server or its disk away.
        self.forgives = False
        self.stopping = threading.Event()
        self.image = None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.image = self.server.create(token=BOB, name="of the bystander")
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stopping.set()
        self.thread.join()

    def run(self):
        while not self.stopping.is_set():
            self.timed("show", 200, "GET", f"/v2/images/{self.image}")
            self.timed("list", 200, "GET", "/v2/images?limit=25")
            made = self.timed("create", 201, "POST", "/v2/images", {"name": "made by the bystander"})
            if made is not None:
                self.timed("delete", 204, "DELETE", "/v2/images/" + made.json()["id"])
            self.stopping.wait(PAUSE)

    def timed(self, what, status, method, path, body=None):
        """Asks, and returns the response if it is the one that was expected."""
        begin = time.monotonic()
        try:
            answer = self.server.ask(method, path, body, token=BOB, timeout=30.0)
            said = answer.status
        except Exception as error:
            answer, said = None, f"no answer: {error!r}"
        took = time.monotonic() - begin
        self.asked += 1
        if said == status:
            if not self.forgives and what in self.slowest:
                self.slowest[what] = max(self.slowest[what], took)
            return answer
        if not self.forgives:
            self.failures.append(f"{what} of the bystander: {said} after {took:.2f} s {answer.body[:200] if answer else ''}")
        return None

    def broken(self):
        """Returns what this client cannot accept."""
        slow = [f"{what} took {took:.2f} s" for what, took in self.slowest.items() if took > self.seconds]
        return self.failures[:5] + slow
