"""Who can use the pages: screen readers, keyboards, narrow screens, both colour schemes."""

from importlib import resources

from harness import PAGES, check

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
SERIOUS = ("serious", "critical")


def complaints(page):
    """Returns what axe finds serious."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found if each["impact"] in SERIOUS]


def look(stage, where):
    """Refuses a page that axe finds something serious in."""
    found = complaints(stage.page)
    assert not found, f"{where}: {found}"


@check("axe finds nothing serious on any page, in the light", "--seed", "demo")
def light(stage):
    stage.open("")
    for name in PAGES:
        stage.go(name)
        look(stage, name or "overview")


@check("axe finds nothing serious in the dark, in forms, answers and drawers", "--seed", "demo")
def dark(stage):
    page = stage.open("", color_scheme="dark")
    look(stage, "overview")
    stage.operation("images", "update_image")
    look(stage, "the form of a patch")
    stage.operation("images", "list_images")
    stage.send()
    look(stage, "an answer")
    stage.operation("images", "create_image")
    page.get_by_label("Body as JSON").fill("{")
    page.get_by_role("button", name="Send", exact=True).click()
    look(stage, "a broken body")
    stage.go("explorer/history")
    page.get_by_role("button", name="Send GET /v2/images again").wait_for()
    look(stage, "the history")
    stage.go("images")
    page.locator("[data-image]").first.click()
    page.get_by_role("heading", name="In the journal").wait_for()
    look(stage, "the drawer of an image")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Create an image…").click()
    look(stage, "the form of an image")
    page.keyboard.press("Escape")
    stage.go("faults")
    page.get_by_role("button", name="The next upload fails").click()
    page.locator("tr[data-fault]").wait_for()
    look(stage, "faults with a rule")


@check("no page is wider than a screen of 360 pixels", "--seed", "demo")
def narrow(stage):
    page = stage.open("", viewport={"width": 360, "height": 740})
    places = [*PAGES, "explorer/images/list_images", "explorer/images/update_image", "explorer/history"]
    for name in places:
        stage.go(name)
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 360, f"{name or 'overview'} is {width} pixels wide"
    stage.go("images")
    page.locator("[data-image]").first.click()
    page.get_by_role("heading", name="In the journal").wait_for()
    width = page.evaluate("() => document.querySelector('dialog[open]').scrollWidth")
    assert width <= 360, f"the drawer is {width} pixels wide"


@check("a call is found, sent and its answer read by the keyboard alone", "--seed", "demo")
def keyboard(stage):
    page = stage.open("")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.reload()
    stage.drawn()
    reach(page, "() => document.activeElement.dataset.page === 'explorer'")
    page.keyboard.press("Enter")
    page.wait_for_selector("#operation-search")
    reach(page, "() => document.activeElement.id === 'operation-search'")
    page.keyboard.type("list images")
    page.keyboard.press("Enter")
    page.wait_for_selector("#operation-title")
    reach(page, "() => document.activeElement.textContent === 'Send'")
    page.keyboard.press("Enter")
    page.wait_for_selector("#outcome [data-status='200']")
    reach(page, "() => document.activeElement.getAttribute('role') === 'tab' && document.activeElement.dataset.name === 'pretty'")
    page.keyboard.press("ArrowRight")
    page.get_by_role("region", name="Body as it came").wait_for()


def reach(page, condition):
    """Presses Tab until the focus is where it should be."""
    for _ in range(250):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"the keyboard does not get there: {condition}")


@check("a dialog keeps the focus and gives it back")
def focus(stage):
    page = stage.open("")
    reset = page.get_by_role("button", name="Reset the cloud…")
    reset.focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    assert page.evaluate("() => document.querySelector('dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert page.evaluate("() => document.activeElement.textContent") == "Reset the cloud…"
