"""The explorer: forms of all operations, their answers, snippets, history."""

import json
import os
import subprocess
import sys

from harness import check, eventually

SEED = {
    "images": [
        {
            "id": "0b5e55ed-0000-4000-8000-000000000001", "name": "base", "owner": "admin", "visibility": "shared", "disk_format": "raw",
            "container_format": "bare", "data": {"text": "hello"}, "members": [{"member": "demo"}], "tags": ["lts"],
        },
    ],
    "metadefs": [{"namespace": "OS::Mine", "visibility": "public", "objects": [{"name": "Disk", "properties": {}}]}],
}
IMAGE = SEED["images"][0]["id"]

# An example call of each group of Images, and what it is answered with.
EXAMPLES = {
    "Operations": ("show_image", {"image": IMAGE}, 200),
    "Sharing": ("list_members", {"image": IMAGE}, 200),
    "Tasks": ("list_tasks", {}, 200),
    "Tags": ("add_tag", {"image": IMAGE, "tag": "new"}, 204),
    "Data": ("download_image_data", {"image": IMAGE}, 200),
    "Metadata objects": (None, {"namespace": "OS::Mine"}, 200),
    "Metadata properties": (None, {"namespace": "OS::Mine"}, 200),
    "Metadata tags": (None, {"namespace": "OS::Mine"}, 200),
}
FIRST_GROUPS = ["Operations", "Sharing", "Tasks", "Tags", "Schema"]


def groups(stage, document):
    """Returns the groups of a document with their operations, as the document says: `{group: [(id, method, path, statuses)]}`."""
    found = {}
    paths = stage.server.json("GET", f"/_lookalike/openapi/{document}.json")["paths"]
    for path, item in paths.items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete", "head") and "operationId" in operation:
                entry = (operation["operationId"], method, path, operation["responses"])
                found.setdefault(operation["tags"][0], []).append(entry)
    return found


def send_example(stage, document, group, operations):
    """Sends one call of a group from its form."""
    wanted, values, status = EXAMPLES.get(group, (None, {}, None)) if document == "images" else (None, {}, None)
    reads = sorted((each for each in operations if each[1] == "get"), key=lambda each: each[2].count("{"))
    ids = [each[0] for each in operations]
    name = wanted if wanted in ids else (reads or operations)[0][0]
    declared = next(each[3] for each in operations if each[0] == name)
    stage.operation(document, name)
    for parameter in stage.page.locator("fieldset input[data-name]").all():
        given = values.get(parameter.get_attribute("data-name"))
        if given is not None:
            parameter.fill(given)
        elif not parameter.input_value() and "*" in parameter.locator("xpath=../label").inner_text():
            parameter.fill("none")
    answered = stage.send()
    assert str(answered) in declared, f"{group}: {name} was answered with {answered}, which the document does not name"
    assert answered < 500, f"{group}: {name} was answered with {answered}"
    if status:
        assert answered == status, f"{group}: {name} was answered with {answered}"


@check("one call of each group of Images is sent from its form, Pitchfork's groups first", seed=SEED)
def images_groups(stage):
    stage.open("explorer")
    found = groups(stage, "images")
    shown = [text.rsplit(" (", 1)[0] for text in stage.page.locator(".operations summary").all_inner_texts()]
    assert shown[:5] == FIRST_GROUPS, shown[:6]
    for group, operations in found.items():
        send_example(stage, "images", group, operations)


@check("one call of each group of Identity is sent from its form", seed=SEED)
def identity_groups(stage):
    stage.open("explorer")
    for group, operations in groups(stage, "identity").items():
        send_example(stage, "identity", group, operations)


@check("one call of each group of the control API is sent from its form", seed=SEED)
def control_groups(stage):
    page = stage.open("explorer")
    found = page.evaluate(
        """() => [...document.querySelectorAll('.operations a[data-operation]')]
          .filter((link) => link.hash.startsWith('#/explorer/control/'))
          .map((link) => [link.closest('details').querySelector('summary').textContent, link.dataset.operation, link.textContent])"""
    )
    chosen = {}
    for group, name, text in found:
        # A stream does not end, and reads change nothing.
        if "stream" not in text.lower() and (group not in chosen or not chosen[group][1].startswith("GET")):
            chosen[group] = (name, text)
    assert len(chosen) >= 5, chosen
    for name, text in chosen.values():
        stage.operation("control", name)
        for parameter in page.locator("fieldset input[data-name]").all():
            if not parameter.input_value() and "*" in parameter.locator("xpath=../label").inner_text():
                parameter.fill("none")
        answered = stage.send()
        assert answered < 500, f"{text} was answered with {answered}"


@check("a call of the control API is sent from its form, with a typed body")
def control_call(stage):
    page = stage.open("explorer")
    page.locator("#operation-search").fill("advance the clock")
    page.locator(".operations a[data-operation]").first.click()
    page.wait_for_selector("#operation-title")
    page.get_by_label("Body as JSON").fill('{"seconds": 3600}')
    assert stage.send() == 200
    assert stage.server.json("GET", "/_lookalike/clock")["offset_s"] > 3500


@check("the search narrows the list, and a deep link opens its form")
def search(stage):
    page = stage.open("explorer/images/list_members")
    assert page.locator("#operation-title").inner_text()
    page.locator("#operation-search").fill("deactivate")
    found = page.locator(".operations a[data-operation]")
    eventually(lambda: found.count() == 1, "one operation is left")
    assert found.get_attribute("href") == "#/explorer/images/deactivate_image"


@check("a mocked call shows the request and is not sent")
def mock(stage):
    page = stage.open("explorer/images/create_image")
    page.get_by_label("Body as JSON").fill('{"name": "mocked"}')
    page.get_by_role("button", name="Mock", exact=True).click()
    shown = page.get_by_role("region", name="Request", exact=True).locator("pre").inner_text()
    assert "POST /v2/images" in shown and '{"name": "mocked"}' in shown and "X-Auth-Token: $OS_TOKEN" in shown
    assert stage.server.requests("method=POST&path=/v2/images") == []


@check("a broken JSON body is marked at its line and not sent")
def broken(stage):
    page = stage.open("explorer/images/create_image")
    body = page.get_by_label("Body as JSON")
    body.fill('{\n  "name": "a",\n  "tags": [1,]\n}')
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("Line 3, column 14").wait_for()
    assert body.get_attribute("aria-invalid") == "true"
    assert page.locator(".editor .lines .wrong").inner_text() == "3"
    assert stage.server.requests("method=POST&path=/v2/images") == []
    body.fill('{\n  "name": "a",\n  "tags": ["one"]\n}')
    assert body.get_attribute("aria-invalid") is None
    assert stage.send() == 201


@check("a JSON patch is made of rows", seed=SEED)
def patch(stage):
    page = stage.open("explorer/images/update_image")
    page.locator("input[data-name=image]").fill(IMAGE)
    rows = page.locator(".row.patch")
    while rows.count() > 1:
        rows.last.get_by_role("button", name="Remove").click()
    rows.first.get_by_label("Operation", exact=True).select_option("replace")
    rows.first.get_by_label("Path", exact=True).fill("/name")
    rows.first.get_by_label("Value").fill("renamed")
    page.get_by_role("button", name="Add an operation").click()
    rows.last.get_by_label("Operation", exact=True).select_option("add")
    rows.last.get_by_label("Path", exact=True).fill("/min_disk")
    rows.last.get_by_label("Value").fill("3")
    assert stage.send() == 200
    image = stage.server.json("GET", f"/v2/images/{IMAGE}", token=stage.server.token())
    assert (image["name"], image["min_disk"]) == ("renamed", 3)


@check("links of an answer are followed by a click", "--seed", "demo")
def links(stage):
    page = stage.open("explorer/images/list_images")
    page.get_by_text("Query (").click()
    page.locator("input[data-name=limit]").fill("2")
    assert stage.send() == 200
    page.locator("#outcome .json button.link", has_text="marker=").click()
    page.wait_for_selector("#outcome [data-status='200']")
    eventually(lambda: page.locator("input[data-name=marker]").input_value() != "", "the marker is in the form")
    page.locator("#outcome .json button.link", has_text="/file").first.click()
    eventually(lambda: page.locator("#operation-title").inner_text().lower().startswith("download"), "the download is open")
    page.get_by_role("button", name="Download the body").wait_for()


@check("query and header fields that no document knows are sent")
def free_fields(stage):
    page = stage.open("explorer/images/list_images")
    page.get_by_text("More query and header fields").click()
    page.get_by_role("button", name="Add a row of More of the query").click()
    page.get_by_label("More of the query: name").fill("colour")
    page.get_by_label("More of the query: value").fill("a b&c")
    page.get_by_role("button", name="Add a row of More headers").click()
    page.get_by_label("More headers: name").fill("X-Thing")
    page.get_by_label("More headers: value").fill("one")
    assert stage.send() == 200
    entry = stage.server.requests("method=GET&path=/v2/images")[-1]
    assert entry["query"] == "colour=a%20b%26c" and entry["request_headers"]["x-thing"] == "one"


@check("calls are sent as the user who is acted as: a reader may not create, nobody may not list")
def acting(stage):
    stage.open("explorer/images/create_image")
    stage.act_as("demo_reader")
    assert stage.send() == 403
    stage.act_as("Anonymous")
    stage.operation("images", "list_images")
    assert stage.send() == 401
    stage.act_as("demo in demo")
    assert stage.send() == 200


@check("calls are sent with a token of one's own, and as a user who logs in by name")
def own_token(stage):
    page = stage.open("explorer/images/create_image")
    stage.act_as("A token of my own")
    page.get_by_label("Token", exact=True).fill(stage.server.token("demo"))
    page.get_by_role("button", name="Use it").click()
    page.locator("#acting-as option:checked", has_text="Token of demo in demo").wait_for(state="attached")
    assert stage.send() == 201
    stage.act_as("Another user")
    page.get_by_label("User", exact=True).fill("demo")
    page.get_by_label("Password").fill("wrong")
    page.get_by_label("Project", exact=True).fill("demo")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("dialog").locator(".error").wait_for()
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("dialog").wait_for(state="detached")
    assert stage.send() == 201
    owners = {image["owner"] for image in stage.server.json("GET", "/v2/images", token=stage.server.token("demo"))["images"]}
    assert len(owners) == 1, owners


@check("fake tokens are offered where the server takes them", "--auth", "fake")
def fake_tokens(stage):
    stage.open("explorer/images/create_image")
    assert stage.send() == 201
    stage.act_as("demo:demo:reader")
    assert stage.send() == 403
    stage.go("images")
    stage.page.get_by_text("No images.").wait_for()


@check("a call is in the journal, those of the console itself are not", "--seed", "demo")
def journal(stage):
    stage.open("")
    for name in ("images", "faults", "explorer/images/list_images"):
        stage.go(name)
    assert stage.server.requests() == []
    stage.send()
    paths = [(entry["method"], entry["path"]) for entry in stage.server.requests()]
    assert paths == [("POST", "/identity/v3/auth/tokens"), ("GET", "/v2/images")], paths


@check("a request of another client is opened from the history, edited and sent again")
def history(stage):
    stage.server.image("from a client", tags=["x"])
    page = stage.open("explorer/history")
    page.get_by_role("button", name="/v2/images", exact=True).click()
    body = page.get_by_label("Body as JSON")
    body.wait_for()
    given = json.loads(body.input_value())
    assert given["name"] == "from a client"
    body.fill(json.dumps({**given, "name": "again"}))
    assert stage.send() == 201
    stage.go("explorer/history")
    page.get_by_role("button", name="Send POST /v2/images again").first.click()
    page.wait_for_selector("#outcome [data-status='201']")
    names = [image["name"] for image in stage.server.json("GET", "/v2/images", token=stage.server.token())["images"]]
    assert sorted(names) == ["again", "again", "from a client"], names


@check("favourites stay after the page was closed")
def favourites(stage):
    page = stage.open("explorer/images/list_tasks")
    page.get_by_role("button", name="Favourite").click()
    page.reload()
    stage.drawn()
    first = page.locator(".operations details").first
    assert first.locator("summary").inner_text() == "Favourites (1)"
    assert first.locator("a").get_attribute("data-operation") == "list_tasks"


def snippet(page, tab):
    """Returns one of the snippets that are shown."""
    page.get_by_role("tab", name=tab, exact=True).click()
    return page.locator("pre[aria-label^='Snippet:']").inner_text()


@check("the snippets run as they are: curl, openstacksdk and openstack create an image each")
def snippets(stage):
    page = stage.open("explorer/images/create_image")
    page.get_by_label("Body as JSON").fill(json.dumps({"name": "it's \"one\"", "disk_format": "raw", "container_format": "bare"}))
    page.get_by_role("button", name="Snippets", exact=True).click()
    token = stage.server.token()
    texts = {tab: snippet(page, tab) for tab in ("curl", "openstacksdk", "openstack")}
    stage.operation("images", "list_images")
    page.get_by_role("button", name="Snippets", exact=True).click()
    texts["list by openstacksdk"] = snippet(page, "openstacksdk")
    path = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
    options = {"env": {**os.environ, "OS_TOKEN": token, "PATH": path}, "stdin": subprocess.DEVNULL, "text": True}
    running = {}
    for name, text in texts.items():
        command = [sys.executable, "-c", text] if text.startswith("import ") else ["bash", "-ec", text]
        running[name] = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    for name, process in running.items():
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, f"{name}: {texts[name]}\n{said}"
        assert token not in texts[name] and "OS_TOKEN" in texts[name]
    found = stage.server.json("GET", "/v2/images", token=token)["images"]
    assert [image["name"] for image in found] == ["it's \"one\""] * 3, found
