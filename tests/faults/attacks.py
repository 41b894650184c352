"""What strangers and members do to a server in scripts/abuse: each function attacks once, and is called again and again."""
import contextlib
import json
import random
import socket
import string
import time

from server import ADMIN, ALICE, BrokenError, claim

MALLORY = "mallory:projM:member,reader"
TOKENS = [ALICE, MALLORY, ADMIN, "reader:projA:reader", "", "nonsense", "a" * 5000]
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
IMAGE = {"disk_format": "raw", "container_format": "bare"}

PATHS = [
    "/", "/versions", "/healthcheck", "/v2", "/v2/images", "/v2/images?{query}", "/v2/images/{image}", "/v2/images/{image}/file",
    "/v2/images/{image}/stage", "/v2/images/{image}/import", "/v2/images/{image}/members", "/v2/images/{image}/members/{word}",
    "/v2/images/{image}/tags/{word}", "/v2/images/{image}/actions/deactivate", "/v2/images/{image}/actions/reactivate",
    "/v2/images/{image}/locations", "/v2/images/{image}/tasks", "/v2/images/{word}", "/v2/tasks", "/v2/tasks/{word}",
    "/v2/schemas/image", "/v2/info/import", "/v2/info/stores", "/v2/info/usage", "/v2/stores/{word}/{image}", "/v2/cache",
    "/v2/cache/{image}", "/v2/metadefs/namespaces", "/v2/metadefs/namespaces/{word}", "/v2/metadefs/namespaces/{word}/objects",
    "/v2/metadefs/namespaces/{word}/properties/{word}", "/v2/metadefs/resource_types", "/identity/v3", "/identity/v3/auth/tokens",
    "/identity/v3/users", "/identity/v3/projects", "/identity/v3/projects?{query}", "/identity/v3/users/{word}",
    "/identity/v3/role_assignments?{query}", "/identity/v3/registered_limits", "/identity/v3/auth/catalog", "/{word}/{word}",
]
METHODS = ["GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"]
WORDS = ["", "a", "name", "ü", "%00", "%ff", "..%2f..%2fetc%2fpasswd", "'; DROP TABLE images; --", "\u202e", "x" * 300, "9" * 40,
         "00000000-0000-0000-0000-000000000000", "-1", "1e400", "null", "true", "in:a,b,c", "gt:2020", "<script>", "{{7*7}}"]
KEYS = ["name", "visibility", "protected", "min_disk", "min_ram", "tags", "id", "owner", "status", "size", "checksum", "locations",
        "disk_format", "container_format", "method", "member", "type", "input", "namespace", "auth", "op", "path", "value", "os_hidden"]


class Attack:
    """A server, and the random choices of an attack on it."""

    def __init__(self, server, seed, source):
        self.server, self.dice, self.source = server, random.Random(seed), source
        self.images, self.statuses = [], {}

    def ask(self, method, path, body=None, token=ALICE, headers=None):
        """Asks, and fails on an answer that is the server's fault. A broken connection is none: returns None."""
        # Texts that no client could send as they are.
        path = "".join(it if 32 < ord(it) < 127 else "%" + it.encode("utf-8", "replace").hex()[:2] for it in path)
        try:
            answer = self.server.ask(method, path, body, token, headers, timeout=30.0)
        except (OSError, ValueError):
            return None
        except Exception as error:
            claim(type(error).__module__ == "http.client", f"{method} {path[:200]}: {error!r}")
            return None
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        # 501: a method that HTTP knows and nobody here; the same for what Glance says so.
        claim(answer.status < 500 or answer.status == 501, f"{method} {path[:300]} by {token[:40]}: {answer.status} {answer.body[:300]}")
        return answer

    def raw(self, data, seconds=2.0, wait=True):
        """Sends bytes on a connection of their own, and reads the first of what comes back."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.server.port), timeout=seconds) as stream:
            stream.sendall(data)
            if not wait:
                return
            answer = stream.recv(4096)
            status = answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.") else ""
            claim(not status.startswith("5") or status == "501" or status == "505", f"{data[:300]!r}: {answer[:300]!r}")

    def image(self):
        """An image of Alice's that is there, or was."""
        if len(self.images) < 5 or self.dice.random() < 0.05:
            made = self.ask("POST", "/v2/images", IMAGE | {"name": self.word()})
            if made is not None and made.status == 201:
                self.images.append(made.json()["id"])
        return self.dice.choice(self.images) if self.images else "none"

    def word(self):
        if self.dice.random() < 0.3:
            return "".join(self.dice.choices(string.printable, k=self.dice.randint(0, 40)))
        return self.dice.choice(WORDS)

    def value(self, depth=0):
        kind = self.dice.randint(0, 9 if depth < 4 else 6)
        if kind < 3:
            return self.word()
        if kind < 7:
            return self.dice.choice([0, -1, 1 << 63, 1 << 70, 1.5, True, False, None, "", "x" * 70000, "public", "raw", "bare"])
        if kind == 7:
            return [self.value(depth + 1) for _ in range(self.dice.randint(0, 4))]
        return {self.dice.choice([*KEYS, self.word()]): self.value(depth + 1) for _ in range(self.dice.randint(0, 5))}

    def clear(self):
        """Deletes what the attack made."""
        for token in (ALICE, MALLORY):
            for key, image in self.server.images(token).items():
                if image["owner"] != token.split(":")[1]:
                    continue
                if image.get("protected"):
                    self.server.ask("PATCH", f"/v2/images/{key}", json.dumps([{"op": "replace", "path": "/protected", "value": False}]),
                                    token, PATCH)
                answer = self.server.ask("DELETE", f"/v2/images/{key}", token=token)
                claim(answer.status in (204, 404, 403, 409), f"DELETE {key}: {answer.status} {answer.body[:200]}")
        self.images.clear()


def generated(attack):
    """Requests to all routes with random parts."""
    dice = attack.dice
    query = "&".join(f"{dice.choice([*KEYS, 'limit', 'marker', 'sort', 'sort_key', 'sort_dir'])}={attack.word()}" for _ in range(3))
    path = dice.choice(PATHS).format(image=attack.image(), word=attack.word(), query=query)
    headers = {}
    if dice.random() < 0.3:
        name = dice.choice(["Range", "Content-Range", "Accept", "X-Image-Meta-Store", "X-Openstack-Request-Id", "If-Match", "Forwarded"])
        headers[name] = dice.choice(["bytes=0-", "bytes=5-1", "bytes=-" + "9" * 30, "*/*;q=x", "x" * 400, "bytes 0-1/*"])
    if dice.random() < 0.3:
        headers["Content-Type"] = dice.choice([*PATCH.values(), "text/plain", "application/json; charset=utf-16", "x"])
    body = attack.value() if dice.random() < 0.6 else None
    if not isinstance(body, dict | list) and body is not None:
        body = json.dumps(body)
    method = dice.choice(METHODS)
    # Saving all of this would be an attack on the disk of the machine that tests.
    attack.ask(method, path, body, dice.choice(TOKENS), headers)


def mutated(attack):
    """Requests and data that were right until some of their bytes changed."""
    dice, image = attack.dice, attack.image()
    body = json.dumps([{"op": "add", "path": "/x", "value": "y"}]).encode()
    request = (
        f"PATCH /v2/images/{image} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Auth-Token: {ALICE}\r\nContent-Type: {PATCH['Content-Type']}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body
    if dice.random() < 0.3:
        request = request.replace(f"Content-Length: {len(body)}".encode(), b"Transfer-Encoding: chunked")
        request = request.replace(body, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
    attack.raw(mutate(dice, request), seconds=0.3)
    if dice.random() < 0.3:
        disk_format = dice.choice(list(MAGIC))
        made = attack.ask("POST", "/v2/images", {"disk_format": disk_format, "container_format": "bare"})
        if made is not None and made.status == 201:
            data = mutate(dice, MAGIC[disk_format] + dice.randbytes(2048), most=20)
            attack.ask("PUT", made.json()["file"], data)
            attack.ask("DELETE", made.json()["self"])


# How images of these formats begin, with sizes and offsets behind it.
MAGIC = {
    "qcow2": b"QFI\xfb\0\0\0\3" + bytes(12) + b"\0\0\0\x10\0\0\0\0\1\0\0\0" + bytes(80),
    "vmdk": b"KDMV\1\0\0\0\3\0\0\0" + b"\0\1\0\0\0\0\0\0" * 6 + bytes(64) + b"# Disk DescriptorFile\ncreateType=\"streamOptimized\"\n",
    "vdi": b"<<< Oracle VM VirtualBox Disk Image >>>\n" + bytes(24) + b"\x7f\x10\xda\xbe\1\0\1\0" + bytes(300),
    "vhd": b"conectix\0\0\0\2\0\1\0\0" + bytes(500),
    "vhdx": b"vhdxfile" + bytes(600) + b"head" + b"regi",
    "iso": bytes(1024) + b"\1CD001\1" + bytes(100),
}


def mutate(dice, data, most=6):
    """Changes, removes, doubles or cuts off some bytes."""
    data = bytearray(data)
    for _ in range(dice.randint(1, most)):
        at = dice.randrange(len(data) or 1)
        choice = dice.randint(0, 5)
        if choice <= 2 and data:
            data[at] = dice.choice([0, 10, 13, 32, 0xFF, dice.randrange(256)])
        elif choice == 3:
            del data[at : at + dice.randint(1, 8)]
        elif choice == 4:
            data[at:at] = data[max(at - 8, 0) : at] * dice.randint(1, 20)
        else:
            data[at:at] = dice.randbytes(dice.randint(1, 8))
    return bytes(data[: dice.randint(1, len(data))] if dice.random() < 0.1 and data else data)


def bodies(attack):
    """Documents that are too large, too deep, too many or never end."""
    dice, image = attack.dice, attack.image()
    choice = dice.randint(0, 7)
    many = [{"op": "add", "path": f"/p{number}", "value": ""} for number in range(15000)]
    texts = [
        '{"name": "%s"}' % (" " * (1 << 20)), "[%s0]" % ("0," * 400_000), "[%s0]" % ("0," * 60_000), "[" * 100_000,
        '{"a":' * 50_000, json.dumps(many), '{"auth": {"identity": "%s"}}' % ("x" * 114_688), '"' + "\\u0000" * 100_000 + '"',
    ]
    paths = ["/v2/images", f"/v2/images/{image}", "/identity/v3/auth/tokens", f"/v2/images/{image}/import", "/v2/metadefs/namespaces"]
    method, headers = dice.choice(["POST", "PATCH"]), {"Content-Type": dice.choice(["application/json", PATCH["Content-Type"]])}
    attack.ask(method, dice.choice(paths), texts[choice], dice.choice([ALICE, ADMIN]), headers)
    head = f"POST /v2/images HTTP/1.1\r\nHost: h\r\nX-Auth-Token: {MALLORY}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    attack.raw(head + b"10000\r\n" + b"[" * 65536 + b"\r\n", seconds=0.2)
    tagged = IMAGE | {"tags": [str(number) for number in range(200)], "p": "é" * 32768}
    attack.ask("POST", "/v2/images", tagged, MALLORY)


def connections(attack):
    """More connections than the server takes, with heads and bodies that do not end."""
    streams = []
    for number in range(60):
        with contextlib.suppress(OSError):
            stream = socket.create_connection(("127.0.0.1", attack.server.port), timeout=0.5)
            streams.append(stream)
            # Slower than the server answers: one that is busy cannot tell a request that waits for it from a silent client.
            time.sleep(0.05)
            part = attack.dice.choice([b"GET / HTTP/1.1\r\nHost: h\r\nX: ", b"", b"\0" * 50, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                                       b"POST /identity/v3/auth/tokens HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{"])
            stream.sendall(part)
        if number % 20 == 19:
            attack.raw(b"GET /versions HTTP/1.1\r\nHost: h\r\n\r\n" * 100, wait=False)
    for stream in streams:
        stream.close()


def queries(attack):
    """Queries and texts that would cost more than they are long."""
    dice = attack.dice

    def repeated(text, count):
        return "&".join(f"{text}{number}" for number in range(count))

    paths = [f"/v2/images?name=in:{'a,' * 1999}a", f"/v2/images?{repeated('tag=', 200)}", f"/v2/images?{repeated('p', 200)}",
             f"/v2/images?{repeated('name=', 501)}", "/v2/images?sort=" + "name:asc," * 2000 + "name:asc",
             "/v2/images?limit=1000&sort_key=name&sort_key=size", "/v2/images?name=" + "%25" * 5000,
             "/v2/tasks?limit=1000", "/identity/v3/role_assignments?include_names&effective"]
    attack.ask("GET", dice.choice(paths), token=dice.choice([ALICE, ADMIN]))
    if dice.random() < 0.1:
        fat = {f"p{number}": "x" * 60_000 for number in range(15)}
        made = attack.ask("POST", "/v2/images", IMAGE | fat)
        if made is not None and made.status == 201 and len(attack.images) < 40:
            attack.images.append(made.json()["id"])
    headers = {"Accept": "," * 7000, "Range": "bytes=" + "0-1," * 1500, "X-Openstack-Request-Id": "r" * 6000}
    name = dice.choice(list(headers))
    attack.ask("GET", "/v2/images", headers={name: headers[name]})


def shares(attack):
    """Imports from a web server that drips, never ends or leads elsewhere, by one project; uploads that are deleted."""
    dice = attack.dice
    made = attack.ask("POST", "/v2/images", IMAGE, MALLORY)
    if made is None or made.status != 201:
        return
    image = made.json()["id"]
    uri = dice.choice([attack.source.url("/drip"), attack.source.url("/endless"), attack.source.url("/redirect"),
                       "http://127.0.0.1:1/", "file:///etc/passwd", "http://169.254.169.254/latest/", attack.source.url("/cut")])
    attack.ask("POST", f"/v2/images/{image}/import", {"method": {"name": "web-download", "uri": uri}}, MALLORY)
    if dice.random() < 0.6:
        attack.ask("DELETE", f"/v2/images/{image}", token=MALLORY)
    other = attack.image()
    head = (f"PUT /v2/images/{other}/file HTTP/1.1\r\nHost: h\r\nX-Auth-Token: {ALICE}\r\nContent-Type: application/octet-stream\r\n"
            f"Content-Length: 1000000\r\n\r\n")
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", attack.server.port), timeout=1) as stream:
        stream.sendall(head.encode() + bytes(dice.randint(0, 500_000)))
        attack.ask("DELETE", f"/v2/images/{other}")
        if other in attack.images:
            attack.images.remove(other)


def pages(attack):
    """Web pages of others, secrets in all places, and the control API without its token."""
    dice = attack.dice
    headers = [("Origin", "http://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Host", "evil.example")]
    foreign = dice.choice(headers)
    path = dice.choice(["/_lookalike/reset", "/_lookalike/ui/session", "/_lookalike/faults", "/_lookalike/snapshots/x/load"])
    answer = attack.ask("POST", path, {}, token="", headers=dict([foreign]))
    claim(answer is None or answer.status in (401, 403), f"a foreign page: POST {path} {foreign}: {answer and answer.status}")
    for name in ("policy_file", "property_protection_file", "disable_by_file_path"):
        answer = attack.ask("PATCH", "/_lookalike/config", {name: "/etc/shadow"}, token="")
        claim(answer is None or answer.status == 403, f"a file of the server: {answer and answer.status}")
    mark = f"MARK-{dice.randrange(1 << 40):x}"
    header = dice.choice(["X-Auth-Token", "X-Subject-Token", "X-Service-Token", "X-Storage-Token", "Authorization", "Cookie"])
    attack.ask("GET", f"/v2/images?signature={mark}&X-Auth-Token={mark}", headers={header: mark})
    user = {"name": "demo", "password": mark, "domain": {"id": "default"}}
    attack.ask("POST", "/identity/v3/auth/tokens", {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}, "")
    attack.raw(f'POST /identity/v3/auth/tokens HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/json\r\n'
               f'Content-Length: 60\r\n\r\n{{"auth": {{"identity": {{"password": "{mark}'.encode(), seconds=0.2)
    url = f"http://me:{mark}@127.0.0.1:1/i?X-Amz-Signature={mark}"
    body = {"method": {"name": "web-download", "uri": url}}
    attack.ask("POST", f"/v2/images/{attack.image()}/import", body)


ATTACKS = [generated, mutated, bodies, connections, queries, shares, pages]
__all__ = ["ATTACKS", "Attack", "BrokenError"]
