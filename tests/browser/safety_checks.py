"""Who is refused: other hosts, other origins, frames, callers without a token; and what the pages load."""

import contextlib
import http.server
import json
import threading

from harness import Server, Stage, check, eventually
from proxy import prefix_proxy


@contextlib.contextmanager
def foreign_site(text):
    """A page of somebody else, on another origin."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def session(stage, headers=None):
    """Asks for a session of the console."""
    return stage.server.call("POST", "/_lookalike/ui/session", {}, headers=headers)


@check("a foreign Host and a foreign Origin are refused, on pages, calls and the event stream")
def foreign(stage):
    port = stage.server.port
    for path in ("/_lookalike/ui/", "/_lookalike/requests/stream", "/_lookalike/status"):
        assert stage.server.call("GET", path, headers={"Host": f"evil.example:{port}"})[0] == 403, path
    assert session(stage, {"Host": f"evil.example:{port}"})[0] == 403
    assert session(stage, {"Origin": "http://evil.example"})[0] == 403
    assert session(stage, {"Sec-Fetch-Site": "cross-site"})[0] == 403
    token = json.loads(session(stage)[2])["token"]
    for path in ("/_lookalike/requests/stream", "/_lookalike/status"):
        for header in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}, {"Host": f"evil.example:{port}"}):
            status, _, _ = stage.server.call("GET", path, headers={"X-Lookalike-Console": token, **header})
            assert status == 403, (path, header, status)


@check("a page of another origin can neither frame the console nor call it")
def framed(stage):
    with foreign_site(f"<iframe src='{stage.server.url}/_lookalike/ui/'></iframe>") as address:
        page = stage.context().new_page()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        frame = next(each for each in page.frames if each is not page.main_frame)
        assert frame.locator("#nav, header.bar").count() == 0, frame.content()
        for path, method in (("/_lookalike/ui/session", "POST"), ("/_lookalike/reset", "POST"), ("/_lookalike/status", "GET")):
            script = "async ([url, method]) => { try { return (await fetch(url, { method })).status; } catch { return 'refused'; } }"
            outcome = page.evaluate(script, [stage.server.url + path, method])
            assert outcome == "refused", (path, outcome)


@check("the pages come with a strict policy, and load nothing but this server, under 100 KB at first")
def first_page(stage):
    status, headers, _ = stage.server.call("GET", "/_lookalike/ui/")
    headers = {name.lower(): value for name, value in headers.items()}
    assert status == 200 and headers["x-frame-options"] == "DENY" and headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    page = stage.context().new_page()
    seen = {}
    page.on("response", lambda answer: seen.setdefault(answer.url, answer))
    page.goto(f"{stage.server.url}/_lookalike/ui/")
    page.wait_for_selector("main:not([aria-busy]) .page")
    assert all(url.startswith(stage.server.url + "/") for url in seen), list(seen)
    files = {url: len(answer.body()) for url, answer in seen.items() if "/_lookalike/ui/" in url and not url.endswith("/session")}
    assert sum(files.values()) < 100_000, files


@check("with a control token the page asks for it, and keeps only the token of its session", "--control-token", "letmein")
def control_token(stage):
    page = stage.context().new_page()
    page.goto(f"{stage.server.url}/_lookalike/ui/")
    page.get_by_label("Token", exact=True).fill("wrong")
    page.get_by_role("button", name="Open the console").click()
    page.get_by_role("dialog").locator(".error").wait_for()
    page.get_by_label("Token", exact=True).fill("letmein")
    page.get_by_role("button", name="Open the console").click()
    page.wait_for_selector("main:not([aria-busy]) .page .card")
    stored = page.evaluate("() => JSON.stringify({ ...sessionStorage, ...localStorage }) + document.cookie")
    assert "letmein" not in stored


@check("a link with a key opens the console once, and its key leaves the address", "--control-token", "letmein")
def one_time(stage):
    link = stage.server.json("POST", "/_lookalike/ui/key", headers={"X-Lookalike-Token": "letmein"})["url"]
    page = stage.context().new_page()
    page.goto(link)
    page.wait_for_selector("main:not([aria-busy]) .page .card")
    assert "key=" not in page.url
    page.reload()
    page.wait_for_selector("main:not([aria-busy]) .page .card")
    again = stage.context().new_page()
    again.goto(link)
    again.get_by_role("dialog", name="Control token").wait_for()


@check("a session that the server does not know any more is renewed")
def renewed(stage):
    page = stage.open("faults")
    page.evaluate("() => sessionStorage.setItem('lookalike-console-token', 'f'.repeat(64))")
    page.reload()
    stage.drawn()
    page.get_by_role("button", name="The next upload fails", exact=True).click()
    page.locator("tr[data-fault]").wait_for()


@check("without a console there are no pages", "--no-console")
def absent(stage):
    assert stage.server.call("GET", "/_lookalike/ui/")[0] == 404
    assert stage.server.call("GET", "/_lookalike/status")[0] == 200


@check("a browser at the root is led to the console, every other client gets the versions")
def root(stage):
    page = stage.context().new_page()
    page.goto(stage.server.url)
    page.wait_for_selector("main:not([aria-busy]) .page")
    assert "/_lookalike/ui/" in page.url
    assert stage.server.call("GET", "/")[0] == 300


@check("the console works on IPv6", listen="[::1]:0")
def ipv6(stage):
    page = stage.open("images")
    page.get_by_text("No images.").wait_for()


@check("the console works behind a proxy that serves the cloud below a path, with --public-url")
def prefixed(stage):
    with prefix_proxy("/cloud/one") as (url, lead_to):
        server = Server(stage.server.program, ["--public-url", url])
        lead_to(server.port)
        server.url = url
        behind = Stage(stage.browser, server)
        try:
            page = behind.open("requests")
            page.get_by_text("● live").wait_for()
            behind.operation("images", "list_images")
            assert behind.send() == 200
            behind.go("requests")
            eventually(lambda: page.locator("tbody tr[data-id]").count() == 2, "the requests are shown")
            behind.go("sandboxes")
            page.get_by_label("Name").fill("mine")
            page.get_by_role("button", name="Make it").click()
            page.get_by_role("link", name="Open the console of mine").click()
            page.locator("#cloud").get_by_text("Sandbox mine").wait_for()
            assert page.url.startswith(f"{url}/sandbox/")
            stage.problems += behind.problems
        finally:
            behind.close()
