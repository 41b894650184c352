"""What happens to the machine of a server in scripts/abuse: kills, a disk that is full or read-only, a damaged database."""
import contextlib
import hashlib
import os
import pathlib
import random
import re
import shutil
import subprocess
import threading
import time

from attacks import IMAGE
from control import Control, Fault
from server import ADMIN, ALICE, BrokenError, Server, claim, until

MIB = 1 << 20
PATIENCE = 30


def kills(server, run, seconds):
    """Kills the server in the middle of uploads, again and again: what was acknowledged is there."""
    dice, kept, end, rounds = random.Random(run.seed), {}, time.monotonic() + seconds, 0
    while rounds < 1 or time.monotonic() < end:
        killed = threading.Event()
        workers = [threading.Thread(target=fill, args=(server, kept, killed)) for _ in range(3)]
        for worker in workers:
            worker.start()
        time.sleep(dice.uniform(0.05, 0.8))
        server.kill()
        killed.set()
        for worker in workers:
            worker.join()
        server.start()
        rounds += 1
        for key, digest in list(kept.items()):
            image = server.must(200, "GET", f"/v2/images/{key}").json()
            claim(image["status"] == "active", f"{key} was acknowledged, and is {image['status']}")
            claim(hashlib.sha256(server.check_data(image)).hexdigest() == digest, f"{key} has other data")
        for key, image in server.images().items():
            claim(image["status"] in ("active", "queued"), f"{key} is {image['status']} after a kill")
            if image["owner"] == "projA" and len(kept) > 60:
                server.must(204, "DELETE", f"/v2/images/{key}")
                kept.pop(key, None)
    return f"{rounds} kills"


def fill(server, kept, killed):
    """Creates and fills images until the server is killed, and notes what was acknowledged."""
    while not killed.is_set():
        with contextlib.suppress(Exception):
            data = os.urandom(random.choice([10, 70_000, 400_000]))
            made = server.ask("POST", "/v2/images", IMAGE, timeout=10.0)
            key = made.json()["id"]
            if server.ask("PUT", f"/v2/images/{key}/file", data, timeout=10.0).status == 204:
                kept[key] = hashlib.sha256(data).hexdigest()


def full_disk(server, run, seconds):
    """Fills the disk of images and database with data, and frees it again."""
    end, rounds = time.monotonic() + seconds, 0
    kept = server.create(name="kept")
    server.must(204, "PUT", f"/v2/images/{kept}/file", b"kept" * 1000)
    while rounds < 1 or time.monotonic() < end:
        refused = 0
        while refused < 3:
            made = server.ask("POST", "/v2/images", IMAGE | {"note": "x" * 60_000})
            claim(made.status in (201, 503), f"a create on a full disk: {made.status} {made.body[:300]}")
            if made.status != 201:
                refused += 1
                continue
            key = made.json()["id"]
            filled = server.ask("PUT", f"/v2/images/{key}/file", os.urandom(3 * MIB))
            claim(filled.status in (204, 413, 503), f"an upload on a full disk: {filled.status} {filled.body[:300]}")
            refused += filled.status != 204
            image = server.must(200, "GET", f"/v2/images/{key}").json()
            claim(filled.status != 204 or server.check_data(image), "an upload without data")
        image = server.must(200, "GET", f"/v2/images/{kept}").json()
        claim(server.check_data(image) == b"kept" * 1000, "other data on a full disk")

        for key in server.images(ALICE):
            if key != kept:
                server.must(204, "DELETE", f"/v2/images/{key}")
        key = server.create()
        until(PATIENCE, "no upload after the disk was freed",
              lambda key=key: server.ask("PUT", f"/v2/images/{key}/file", bytes(MIB)).status == 204)
        server.must(204, "DELETE", f"/v2/images/{key}")
        rounds += 1
    return f"{rounds} times full"


def read_only(server, run, seconds):
    """Lets all writes to the data directory fail, and then succeed again."""
    control, end, rounds = server.shim, time.monotonic() + seconds, 0
    kept = server.create(name="kept")
    server.must(204, "PUT", f"/v2/images/{kept}/file", b"kept" * 1000)
    while rounds < 2 or time.monotonic() < end:
        queued = server.create()
        control.arm(Fault("write" if rounds % 2 else "open", "EROFS", lasting=True), 1)
        made = server.ask("POST", "/v2/images", IMAGE)
        claim(made.status in (201, 503), f"a create on a read-only disk: {made.status} {made.body[:300]}")
        filled = server.ask("PUT", f"/v2/images/{queued}/file", bytes(MIB))
        claim(filled.status == 503, f"an upload on a read-only disk: {filled.status} {filled.body[:300]}")
        server.must(200, "GET", "/v2/images")
        control.disarm()
        image = server.must(200, "GET", f"/v2/images/{kept}").json()
        claim(server.check_data(image) == b"kept" * 1000, "other data after a read-only disk")
        until(PATIENCE, "no upload after the disk was writable again",
              lambda queued=queued: server.ask("PUT", f"/v2/images/{queued}/file", bytes(MIB)).status == 204)
        server.must(204, "DELETE", f"/v2/images/{queued}")
        rounds += 1
    return f"{rounds} times read-only"


def damaged(server, run, seconds):
    """Damages the database of a stopped server: it says so, or serves what it can."""
    dice, end = random.Random(run.seed), time.monotonic() + seconds
    keys = [server.create(name=f"image {number}", note="x" * 3000) for number in range(30)]
    for key in keys[:5]:
        server.must(204, "PUT", f"/v2/images/{key}/file", os.urandom(1000))
    server.stop()
    whole = server.home / "whole"
    shutil.copytree(server.data, whole)
    refused = served = 0
    while refused + served < 2 or time.monotonic() < end:
        shutil.rmtree(server.data)
        shutil.copytree(whole, server.data)
        damage(dice, server.data)
        one = Server(server.program, server.home, server.options, server.environment, server.prefix)
        one.log_path = server.home / "log of a damaged one"
        one.log_path.unlink(missing_ok=True)
        try:
            one.start()
        except BrokenError:
            claim(one.process.poll() not in (None, 101, -6, -11), f"it ended with {one.process.poll()}: {one.log()[-800:]}")
            claim("panicked" not in one.log(), one.log()[-1500:])
            refused += 1
            continue
        try:
            for path in ("/v2/images?limit=1000", "/v2/tasks", "/v2/info/usage", *(f"/v2/images/{key}" for key in keys)):
                one.ask("GET", path, token=ADMIN)
            for key in keys[:6]:
                one.ask("GET", f"/v2/images/{key}/file", token=ADMIN)
                one.ask("DELETE", f"/v2/images/{key}", token=ADMIN)
            one.ask("POST", "/v2/images", IMAGE)
            one.check_log()
            one.stop()
        finally:
            one.kill()
        served += 1
    shutil.rmtree(server.data)
    shutil.copytree(whole, server.data)
    server.start()
    return f"{refused + served} damaged databases: {refused} refused at the start, {served} served"


def damage(dice, data):
    """Cuts off a file of the server, mostly that of the database, blanks a page of it, or changes bytes of its schema or anywhere."""
    files = [pathlib.Path(data) / "lookalike.sqlite"] * 4
    files += [it for it in pathlib.Path(data).rglob("*") if it.is_file() and "images" not in it.parts]
    path = dice.choice(files)
    content = bytearray(path.read_bytes())
    choice = dice.randint(0, 3)
    if choice == 0 or not content:
        content = content[: dice.randint(0, len(content))]
    elif choice == 1:
        at = dice.randrange(0, len(content), 4096)
        content[at : at + 4096] = bytes(min(4096, len(content) - at))
    else:
        schema = [at + offset for at in places(content, b"CREATE ") for offset in range(100)] if choice == 2 else []
        where = [at for at in schema if at < len(content)] or range(len(content))
        for _ in range(dice.choice([1, 20, 500])):
            content[dice.choice(where)] = dice.randrange(256)
    path.write_bytes(content)


def places(content, text):
    """Returns where a text begins in some bytes."""
    return [match.start() for match in re.finditer(re.escape(text), content)]


class Disk:
    """A small disk in memory below a path, if this machine lets us mount one."""

    def __init__(self, path, size):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", str(self.path)]
        self.mounted = os.getuid() == 0 and subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.path)], check=True)


DISASTERS = [kills, full_disk, read_only, damaged]
__all__ = ["DISASTERS", "Control", "Disk"]
