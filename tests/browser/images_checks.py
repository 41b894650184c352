"""Saved Images: the table, its search and pages, one image in full, and what can be done with it."""

import datetime

from harness import check, eventually

SERVER = "a0000000-0000-4000-8000-000000000001"
FIRST = datetime.datetime(2025, 1, 1)


def thousand():
    """Returns a seed with 1,000 images: sizes, times and names differ in their order."""
    images = []
    for number in range(1000):
        made = (FIRST + datetime.timedelta(hours=number)).isoformat() + "Z"
        size = (number * 7919) % 1000 + 1
        images.append({
            "id": f"00000000-0000-4000-8000-{number:012d}", "name": f"image-{number:04d}", "owner": "admin", "visibility": "private",
            "disk_format": "raw", "container_format": "bare", "created_at": made, "data": {"size": size},
        })
    return {"images": images}


def names(page):
    """Returns the names in the table, once it is drawn."""
    page.wait_for_selector("main:not([aria-busy]) div:not([aria-busy]) > .scroll table[aria-label='Saved Images']")
    return page.locator("tbody [data-image]").all_inner_texts()


def shows(page, condition, what):
    """Waits until the names in the table are as they should be."""
    return eventually(lambda: condition(names(page)), what)


@check("a table of 1,000 images is sorted by the server, paged and searched", seed=thousand())
def table(stage):
    page = stage.open("images")
    assert names(page)[:2] == ["image-0999", "image-0998"]
    page.get_by_role("button", name="Next page").click()
    shows(page, lambda found: found[0] == "image-0974", "the second page")
    page.get_by_role("button", name="Previous page").click()
    shows(page, lambda found: found[0] == "image-0999", "the first page")
    page.get_by_role("button", name="Name", exact=True).click()
    shows(page, lambda found: found[0] == "image-0000", "sorted by name")
    assert page.locator("th[aria-sort='ascending']").inner_text().strip() == "Name"
    page.get_by_role("button", name="Size", exact=True).click()
    shows(page, lambda found: len(found) == 25 and found[0] != "image-0000", "sorted by size")
    assert page.locator("tbody tr").first.locator("td").nth(3).inner_text() == "1000 B"
    search = page.get_by_role("searchbox", name="Search")
    search.fill("GE-012")
    shows(page, lambda found: sorted(found) == [f"image-{number:04d}" for number in range(120, 130)], "a part of the name")
    search.fill("00000000-0000-4000-8000-000000000777")
    shows(page, lambda found: found == ["image-0777"], "an id")
    search.fill("nothing is called so")
    page.get_by_text("0 images of 1000 read").wait_for()


@check("the column of the server says its name, a deleted server, or that there was none", seed={"images": [
    {"name": "snapshot", "owner": "admin", "properties": {"instance_uuid": SERVER, "instance_name": "web-1"}},
    {"name": "orphan", "owner": "admin", "properties": {"instance_uuid": "b0000000-0000-4000-8000-000000000002"}},
    {"name": "plain", "owner": "admin"},
]})
def servers(stage):
    page = stage.open("images")
    names(page)
    found = {row.locator("td").first.inner_text(): row.locator("td").nth(1).inner_text() for row in page.locator("tbody tr").all()}
    assert found == {"snapshot": "web-1", "orphan": "deleted server", "plain": "\u2013"}, found


@check("an image is created with its data, changed, protected and deleted")
def life(stage):
    page = stage.open("images")
    data = b"some bytes" * 1000
    (stage.server.home / "disk.raw").write_bytes(data)
    page.get_by_role("button", name="Create an image…").click()
    page.get_by_label("Name", exact=True).fill("made here")
    page.get_by_label("Tags").fill("one, two")
    page.get_by_label("Data", exact=True).set_input_files(stage.server.home / "disk.raw")
    page.get_by_role("button", name="Create", exact=True).click()
    token = stage.server.token()
    read = lambda: stage.server.json("GET", "/v2/images", token=token)["images"]  # noqa: E731
    eventually(lambda: read() and read()[0]["status"] == "active", "the image is active")
    made = read()[0]
    assert (made["name"], made["size"], sorted(made["tags"])) == ("made here", len(data), ["one", "two"])
    page.locator(f"[data-image='{made['id']}']").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_text(made["checksum"], exact=True).wait_for()
    drawer.get_by_role("button", name="Protect", exact=True).click()
    drawer.get_by_role("button", name="Unprotect").wait_for()
    drawer.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.locator(".notice.bad").get_by_text("protected").wait_for()
    drawer.get_by_role("button", name="Unprotect").click()
    drawer.get_by_role("button", name="Protect", exact=True).wait_for()
    drawer.get_by_label("Visibility").select_option("public")
    eventually(lambda: read()[0]["visibility"] == "public", "the image is public")
    drawer.get_by_role("button", name="Deactivate").click()
    drawer.get_by_role("button", name="Reactivate").click()
    drawer.get_by_role("button", name="Deactivate").wait_for()
    drawer.get_by_label("New tag").fill("three")
    drawer.get_by_role("button", name="Add", exact=True).click()
    eventually(lambda: "three" in read()[0]["tags"], "the tag is there")
    drawer.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    eventually(lambda: read() == [], "the image is deleted")
    page.get_by_text("No images.").wait_for()


@check("an image is shared with a project, which accepts it", seed={"images": [{"id": SERVER, "name": "one", "visibility": "shared"}]})
def sharing(stage):
    project = stage.server.json("GET", "/identity/v3/projects?name=demo", token=stage.server.token())["projects"][0]["id"]
    page = stage.open("images")
    page.locator(f"[data-image='{SERVER}']").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Share with the project (id)").fill(project)
    drawer.get_by_role("button", name="Share", exact=True).click()
    drawer.get_by_role("table", name="Members").get_by_text(project).wait_for()
    drawer.get_by_role("button", name="Close", exact=True).click()
    stage.act_as("demo in demo")
    page.get_by_role("tab", name="Shared with me").click()
    page.locator(f"[data-image='{SERVER}']").click()
    drawer.get_by_text("Shared with you: pending.").wait_for()
    drawer.get_by_role("button", name="Accept").click()
    drawer.get_by_text("Shared with you: accepted.").wait_for()
    member = stage.server.json("GET", f"/v2/images/{SERVER}/members/{project}", token=stage.server.token("demo"))
    assert member["status"] == "accepted"


HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=window.hacked=1>",
    "\"'><svg onload=window.hacked=1>",
    "javascript:window.hacked=1",
    "\u2603\ufe0f" * 127 + "\u2603",
    "\u202egnp.exe",
    "{{7*7}}${7*7}`",
]


@check("hostile names, properties and tags are shown as text, everywhere", seed={"images": [
    {"name": name, "disk_format": "raw", "container_format": "bare", "tags": [name[:50]], "properties": {"note": name}} for name in HOSTILE
]})
def hostile(stage):
    page = stage.open("images")
    assert sorted(names(page)) == sorted(HOSTILE)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    drawer = page.get_by_role("dialog")
    for name in HOSTILE:
        page.locator("[data-image]").get_by_text(name, exact=True).or_(page.locator("button[data-image]", has_text=name)).first.click()
        drawer.get_by_role("heading", level=2).wait_for()
        eventually(lambda wanted=name: drawer.get_by_role("heading", level=2).inner_text() == wanted, "the name is the heading")
        drawer.get_by_role("table", name="In the journal").wait_for()
        drawer.get_by_role("button", name="Close", exact=True).click()
    stage.operation("images", "list_images")
    assert stage.send() == 200
    stage.server.call("GET", "/v2/images?name=%3Cscript%3Ewindow.hacked=1%3C/script%3E", headers={"User-Agent": HOSTILE[0]})
    stage.go("requests")
    page.locator("tbody tr[data-id] button").first.click()
    page.get_by_role("dialog").get_by_text(HOSTILE[0]).first.wait_for()
    assert page.evaluate("() => window.hacked") is None
    assert page.locator("main script, main img, main svg, dialog script, dialog img").count() == 0
