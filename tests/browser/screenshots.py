"""Takes the pictures of docs/console.md: each page in the light and in the dark, of a server that is always the same."""

import contextlib
import pathlib
import socket

from playwright.sync_api import sync_playwright

from harness import Server, Stage, eventually

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "console"
SIZE = {"width": 960, "height": 560}
OPTIONS = ("--deterministic", "screenshots", "--seed", "demo")


def address():
    """Returns the address that the documentation names, if it is free."""
    with contextlib.closing(socket.socket()) as found:
        return "127.0.0.1:9292" if found.connect_ex(("127.0.0.1", 9292)) else "127.0.0.1:0"


def take(program, path):
    """Takes all pictures."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            stage = Stage(browser, Server(program, OPTIONS, listen=address()))
            try:
                pictures(stage, scheme)
            finally:
                stage.close()
        browser.close()


def pictures(stage, scheme):
    """Goes through the pages as somebody would who looks at the console for the first time."""
    page = stage.open("", viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")
    page.locator(".card").first.wait_for()
    shoot(page, "overview", scheme)
    stage.operation("images", "update_image")
    page.locator("input[data-name=image]").fill("5eed0000-0000-4000-8000-000000000001")
    shoot(page, "form", scheme)
    stage.operation("images", "show_image")
    page.locator("input[data-name=image]").fill("5eed0000-0000-4000-8000-000000000001")
    stage.send()
    page.locator("#outcome").evaluate("node => node.scrollIntoView()")
    page.evaluate("scrollBy(0, -60)")
    shoot(page, "answer", scheme)
    stage.go("images")
    page.get_by_role("tab", name="All", exact=True).click()
    page.locator("[data-image]").nth(8).wait_for()
    shoot(page, "images", scheme)
    page.locator("[data-image]", has_text="cirros").first.click()
    page.get_by_role("heading", name="In the journal").wait_for()
    shoot(page, "image", scheme)
    page.keyboard.press("Escape")
    stage.go("faults")
    page.get_by_role("button", name="The next upload fails", exact=True).click()
    page.locator("tr[data-fault]").wait_for()
    page.locator(".notice").get_by_role("button", name="Close").click()
    clients(stage)
    page.get_by_text("1 of 1").wait_for()
    shoot(page, "faults", scheme)
    stage.go("requests")
    eventually(lambda: page.locator("tbody tr[data-id]").count() >= 5, "the requests are shown")
    shoot(page, "requests", scheme)


def clients(stage):
    """What other clients do meanwhile."""
    token = stage.server.token("demo")
    image = stage.server.image("nightly-build", token)["id"]
    for _ in range(2):
        stage.server.call("PUT", f"/v2/images/{image}/file", b"bytes" * 100, token)
    stage.server.call("GET", f"/v2/images/{image}", token=token)
    stage.server.call("DELETE", "/v2/images/5eed0000-0000-4000-8000-000000000001", token=token)


def shoot(page, name, scheme):
    """Takes one picture."""
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{name}-{scheme}.png", animations="disabled", caret="hide")
