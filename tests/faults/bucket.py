"""An S3 server with one bucket, for a script: moto, which keeps its objects in memory."""
import contextlib
import http.client
import os
import socket
import subprocess
import time

from server import claim

START_SECONDS = 60


class Bucket:
    """A moto server, as long as it is not closed."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [os.environ.get("MOTO_SERVER", "moto_server"), "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while not self.make():
            claim(self.process.poll() is None, f"{command[0]} ended with {self.process.poll()}: pip install 'moto[server]'")
            claim(time.monotonic() < end, f"{command[0]} does not listen after {START_SECONDS} s")
            time.sleep(0.1)
        self.url = f"s3://images/kill-rounds?endpoint=http://127.0.0.1:{self.port}&region=us-east-1&access_key_id=me&secret_access_key=hidden"

    def make(self):
        """Creates the bucket. Returns whether the server answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10.0)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.request("PUT", "/images")
            answer = connection.getresponse()
            claim(answer.status == 200, f"no bucket: {answer.status} {answer.read()[:300]}")
            return True
        return False

    def close(self):
        self.process.kill()
        self.process.wait()
