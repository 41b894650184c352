"""The cloud as a whole: overview, snapshots, sandboxes, seeds, settings, policy, reset, and a server that goes away."""

from harness import check, eventually


def image_names(stage, base=""):
    """Returns the names of all images, as an admin sees them."""
    token = stage.server.token(base=base)
    return sorted(image["name"] for image in stage.server.json("GET", f"{base}/v2/images", token=token)["images"])


@check("the overview shows addresses, users with passwords, clouds.yaml and openrc to copy")
def overview(stage):
    page = stage.open("", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the password of demo", exact=True).click()
    assert page.evaluate("() => navigator.clipboard.readText()") == "secret"
    page.get_by_role("button", name="Copy: openrc").click()
    eventually(lambda: "OS_AUTH_URL" in page.evaluate("() => navigator.clipboard.readText()"), "openrc is copied")
    page.get_by_role("region", name="clouds.yaml").get_by_text("clouds:").wait_for()
    assert stage.server.url in page.locator("main dl").first.inner_text()


@check("the images of a region are shown where that is chosen, and at no other", "--regions", "ORD,DFW")
def regions(stage):
    stage.server.image("in ORD")
    stage.server.json("POST", "/region/DFW/v2/images", {"name": "in DFW"}, stage.server.token())
    page = stage.open("images")
    page.get_by_text("in ORD", exact=True).wait_for()
    page.get_by_label("Region").select_option("DFW")
    page.wait_for_url("**/region/DFW/_lookalike/ui/#/images")
    stage.drawn()
    page.get_by_text("in DFW", exact=True).wait_for()
    assert page.get_by_text("in ORD", exact=True).count() == 0
    assert image_names(stage, "/region/DFW") == ["in DFW"]


@check("a reset asks first, and the console goes on after it")
def reset(stage):
    stage.server.image("first")
    page = stage.open("images")
    page.locator("[data-image]").wait_for()
    stage.go("")
    page.get_by_role("button", name="Reset the cloud…").click()
    page.get_by_role("button", name="Cancel").click()
    assert image_names(stage) == ["first"]
    page.get_by_role("button", name="Reset the cloud…").click()
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_text("The cloud is as it was at its start.").wait_for()
    assert image_names(stage) == []
    stage.go("images")
    page.get_by_text("No images.").wait_for()


@check("a snapshot is saved, exported, deleted, imported and loaded")
def snapshots(stage):
    stage.server.image("before")
    page = stage.open("snapshots")
    page.get_by_label("Name").first.fill("ready")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("cell", name="ready", exact=True).wait_for()
    stage.server.image("after")
    with page.expect_download() as begun:
        page.get_by_role("button", name="Export ready").click()
    saved = stage.server.home / "ready.tar"
    begun.value.save_as(saved)
    page.get_by_role("button", name="Delete ready").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("No snapshots.").wait_for()
    page.get_by_label("Name").last.fill("theirs")
    page.get_by_label("File").set_input_files(saved)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Load theirs").click()
    page.get_by_role("button", name="Load", exact=True).click()
    eventually(lambda: image_names(stage) == ["before"], "the snapshot is loaded")


@check("the console is switched to a sandbox, which it names, and back")
def sandboxes(stage):
    page = stage.open("sandboxes")
    page.get_by_label("Name").fill("mine")
    page.get_by_label("Begins with").select_option("own")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("link", name="Open the console of mine").click()
    page.wait_for_url("**/sandbox/*/_lookalike/ui/**")
    stage.drawn()
    page.locator("#cloud").get_by_text("Sandbox mine").wait_for()
    base = "/sandbox/" + page.url.split("/sandbox/")[1].split("/")[0]
    stage.go("images")
    page.get_by_role("tab", name="All", exact=True).click()
    page.locator("[data-image]", has_text="first").wait_for()
    assert image_names(stage) == [] and image_names(stage, base) == ["first"]
    stage.operation("images", "list_images")
    assert stage.send() == 200
    assert len(stage.server.json("GET", f"{base}/_lookalike/requests")["requests"]) >= 2
    page.get_by_role("link", name="back to the server").click()
    page.wait_for_url(f"{stage.server.url}/_lookalike/ui/**")
    stage.drawn()
    stage.go("sandboxes")
    page.get_by_role("button", name="Delete mine").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("No sandboxes.").wait_for()


@check("a seed is applied, and a wrong one is marked at its line")
def seeds(stage):
    page = stage.open("seeds")
    text = page.get_by_label("Seed as YAML or JSON")
    text.fill("images:\n  - {name: one}\n  - {name: two, colour: red}\n")
    page.get_by_role("button", name="Apply", exact=True).click()
    page.locator(".error", has_text="colour").wait_for()
    assert page.locator(".editor .lines .wrong").inner_text() == "3"
    mine = "images:\n  - {name: one, visibility: public}\nusers:\n  - {name: ann, roles: {demo: [reader]}}\n"
    (stage.server.home / "mine.yaml").write_text(mine)
    page.get_by_label("File").set_input_files(stage.server.home / "mine.yaml")
    eventually(lambda: "ann" in text.input_value(), "the file is in the text")
    page.get_by_role("button", name="Apply", exact=True).click()
    page.get_by_role("table", name="Result").wait_for()
    assert image_names(stage) == ["one"]
    # Who came with it can be acted as.
    eventually(lambda: page.locator("#acting-as option", has_text="ann in demo: reader").count() == 1, "ann can be acted as")
    stage.act_as("ann in demo")
    stage.operation("images", "list_images")
    assert stage.send() == 200


@check("settings and policy change while the server runs")
def settings(stage):
    page = stage.open("settings")
    page.get_by_role("searchbox", name="Search").fill("image_tag_quota")
    page.get_by_role("button", name="Change image_tag_quota").click()
    page.get_by_label("Value of image_tag_quota").fill("2")
    page.get_by_role("button", name="Change", exact=True).click()
    eventually(lambda: stage.server.json("GET", "/_lookalike/config")["image_tag_quota"] == 2, "the setting is changed")
    page.get_by_role("searchbox", name="Search").fill("listen")
    page.get_by_role("button", name="Change listen", exact=True).click()
    page.get_by_label("Value of listen", exact=True).fill('"127.0.0.1:1"')
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_role("dialog").locator(".error", has_text="listen").wait_for()
    page.get_by_role("button", name="Cancel").click()
    stage.go("policy")
    page.get_by_role("searchbox", name="Search").fill("add_image")
    page.get_by_role("button", name="Override add_image", exact=True).click()
    page.get_by_label("Rules as JSON").fill('{"add_image": "!"}')
    page.get_by_role("button", name="Put in force").click()
    page.get_by_text("The rules are in force.").wait_for()
    status, _, _ = stage.server.call("POST", "/v2/images", {"name": "no"}, stage.server.token())
    assert status == 403


@check("a server that goes away is shown as away, and the page goes on when it is back, without a reload")
def away(stage):
    page = stage.open("requests")
    page.get_by_text("● live").wait_for()
    page.evaluate("() => { window.kept = true; }")
    stage.server.end()
    page.get_by_text("The server does not answer.").first.wait_for()
    stage.server.start()
    page.locator("#away").wait_for(state="hidden")
    page.get_by_text("● live").wait_for()
    stage.server.image("after the start")
    eventually(lambda: page.locator("tbody tr[data-id]").count() == 2, "the new requests are shown")
    stage.go("images")
    page.locator("[data-image]", has_text="after the start").wait_for()
    stage.operation("images", "list_images")
    assert stage.send() == 200
    assert page.evaluate("() => window.kept")
