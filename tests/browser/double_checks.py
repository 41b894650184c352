"""The pages that only a double has: requests, faults, pace, clock, unread input."""

import contextlib
import http.client
import json
import threading

from harness import check, eventually


@check("a fault made in the page fails the next upload of a real client, and its hits are shown")
def fault(stage):
    token = stage.server.token()
    image = stage.server.image("first", token)["id"]
    page = stage.open("faults")
    page.get_by_role("button", name="The next upload fails", exact=True).click()
    row = page.locator("tr[data-fault]")
    row.wait_for()
    upload = lambda: stage.server.call("PUT", f"/v2/images/{image}/file", b"bytes", token)[0]  # noqa: E731
    assert upload() == 503
    row.get_by_text("1 of 1").wait_for()
    row.get_by_text("used up").wait_for()
    assert upload() == 204
    row.get_by_role("button", name="Remove").click()
    page.get_by_text("No faults.").wait_for()


@check("the form of a fault makes each kind of rule that the server takes")
def fault_form(stage):
    page = stage.open("faults")
    form = page.get_by_role("form", name="New fault")
    kinds = form.get_by_label("Kind").locator("option").all()
    for kind in [option.get_attribute("value") for option in kinds]:
        form.get_by_label("Kind").select_option(kind)
        form.get_by_label("Path", exact=True).fill("/v2/never")
        for field in form.locator("input[required]").all():
            if not field.input_value():
                field.fill("10")
        form.get_by_role("button", name="Add the fault").click()
        rules = lambda: stage.server.json("GET", "/_lookalike/faults")["faults"]  # noqa: E731
        eventually(lambda wanted=kind, rules=rules: any(wanted in rule["fault"] for rule in rules()), f"the fault {kind}")
    assert page.locator(".notice.bad").count() == 0


@check("a wrong rule is refused in the server's words")
def wrong_rule(stage):
    page = stage.open("faults")
    page.get_by_role("tab", name="As JSON").click()
    page.get_by_label("Rule as JSON").fill('{"fault": {"status": 9}}')
    page.get_by_role("button", name="Add the fault").click()
    page.locator(".notice.bad").get_by_text("status").wait_for()


@check("requests appear as they come, are filtered, and become a fault")
def requests(stage):
    page = stage.open("requests")
    page.get_by_text("● live").wait_for()
    token = stage.server.token()
    image = stage.server.image("first", token)["id"]
    stage.server.call("DELETE", f"/v2/images/{image}", token=token)
    rows = page.locator("tbody tr[data-id]")
    eventually(lambda: rows.count() == 3, "three requests are shown")
    assert rows.first.locator("td").nth(2).inner_text() == "DELETE"
    page.get_by_label("Method", exact=True).select_option("POST")
    eventually(lambda: rows.count() == 2, "two of them are shown")
    page.get_by_label("Method", exact=True).select_option("DELETE")
    eventually(lambda: rows.count() == 1, "one of them is shown")
    rows.first.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(f"/v2/images/{image}").first.wait_for()
    dialog.get_by_role("link", name="Make a fault of this").click()
    page.wait_for_selector("form[aria-label='New fault']")
    assert page.get_by_label("Path", exact=True).input_value() == "/v2/images/*"
    assert page.get_by_label("Method", exact=True).input_value() == "DELETE"


@check("very many requests neither freeze the page nor are all read")
def flood(stage):
    page = stage.open("requests")
    page.get_by_text("● live").wait_for()
    done = threading.Event()

    def send():
        # One connection for all of them, or the client would be what is slow.
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", stage.server.port, timeout=30)) as connection:
            while not done.is_set():
                connection.request("GET", "/v2/images")
                connection.getresponse().read()

    clients = [threading.Thread(target=send) for _ in range(4)]
    for client in clients:
        client.start()
    try:
        page.get_by_text("very many requests").wait_for()
        eventually(lambda: page.locator("tbody tr[data-id]").count() >= 50, "many are shown")
        assert page.locator("tbody tr[data-id]").count() <= 200
    finally:
        done.set()
        for client in clients:
            client.join()
    page.get_by_text("● live").wait_for()
    stage.server.call("HEAD", "/v2/last")
    page.locator("tbody tr[data-id]", has_text="/v2/last").wait_for()


@check("an expectation is verified, and the journal is exported and emptied")
def verify(stage):
    stage.server.image("first")
    page = stage.open("requests")
    eventually(lambda: page.locator("tbody tr[data-id]").count() == 2, "the requests are shown")
    page.get_by_label("Path", exact=True).fill("/v2/images")
    page.get_by_text("Verify", exact=True).first.click()
    page.get_by_label("Text in the body").fill("first")
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("True: 1 request.").wait_for()
    page.get_by_label("Count").fill("5")
    page.get_by_role("button", name="Verify").click()
    page.get_by_text("found 1").first.wait_for()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Export as HAR").click()
    assert len(json.loads(begun.value.path().read_text())["log"]["entries"]) == 1
    page.get_by_role("button", name="Empty the journal").click()
    page.get_by_text("No requests yet.").wait_for()
    assert stage.server.requests() == []


@check("the clock is advanced by a button, set and frozen: a token expires")
def clock(stage):
    token = stage.server.token()
    page = stage.open("clock")
    page.get_by_role("button", name="1 hour").click()
    eventually(lambda: stage.server.json("GET", "/_lookalike/clock")["offset_s"] > 3500, "the clock is an hour ahead")
    stage.server.json("POST", "/_lookalike/clock/advance", {"seconds": 60})
    assert stage.server.call("GET", "/v2/images", token=token)[0] == 401
    page.get_by_role("button", name="Freeze").click()
    page.get_by_role("button", name="Let it run").wait_for()
    page.get_by_label("Time", exact=True).fill("2030-01-01T00:00:00Z")
    page.get_by_role("button", name="Set", exact=True).click()
    page.get_by_text("2030-01-01T00:00:00Z", exact=True).wait_for()
    # The console's own log-in has expired, too: it gets another one without a word.
    stage.go("images")
    page.get_by_text("No images.").wait_for()


@check("a rule of pace holds an upload of a client, and shows what waits")
def pace(stage):
    token = stage.server.token()
    image = stage.server.image("slow", token)["id"]
    page = stage.open("pace")
    page.get_by_label("Images", exact=True).fill("slow*")
    page.get_by_label("Saving", exact=True).fill("1000")
    page.get_by_label("Saving: unit").select_option("seconds")
    page.get_by_role("button", name="Add the rule").click()
    page.get_by_text("1000 s").wait_for()
    stage.server.call("PUT", f"/v2/images/{image}/file", b"bytes", token)
    page.get_by_role("table", name="Waiting now").get_by_text(image).wait_for()
    page.get_by_role("button", name="Remove the rule of slow*").click()
    eventually(lambda: stage.server.json("GET", f"/v2/images/{image}", token=token)["status"] == "active", "the upload ends")


@check("input that nothing read is shown")
def unread(stage):
    stage.server.call("GET", "/v2/schemas/image?colour=blue", token=stage.server.token())
    page = stage.open("unread")
    page.get_by_text("colour").wait_for()
