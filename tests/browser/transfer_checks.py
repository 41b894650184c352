"""Uploads and downloads: progress, cancelling, refusals, and the same bytes at the other end."""

import hashlib
import os

from harness import check, eventually

MIB = 1024 * 1024


def file_of(stage, name, size):
    """Returns a file of random bytes, and its MD5."""
    path, md5 = stage.server.home / name, hashlib.md5()
    block = os.urandom(MIB)
    with open(path, "wb") as out:
        for start in range(0, size, MIB):
            part = block[: min(MIB, size - start)]
            out.write(part)
            md5.update(part)
    return path, md5.hexdigest()


def slow_down(stage, rate):
    """Makes uploads slow, so that there is a progress to see."""
    rule = {"match": {"method": "PUT", "path": "/v2/images/*/file"}, "fault": {"bytes_per_s": rate}}
    stage.server.json("POST", "/_lookalike/faults", rule)


@check("200 MiB are uploaded from the explorer, with progress")
def upload(stage):
    token = stage.server.token()
    image = stage.server.image("big", token)["id"]
    path, md5 = file_of(stage, "big.raw", 200 * MIB)
    page = stage.open("explorer/images/upload_image_data")
    page.locator("input[data-name=image]").fill(image)
    page.get_by_label("File", exact=True).set_input_files(path)
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            const bar = document.querySelector('#outcome progress');
            if (bar && bar.hasAttribute('value')) window.seen.push(bar.value);
          }).observe(document.getElementById('outcome'), { subtree: true, childList: true, attributes: true, characterData: true });
        }"""
    )
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_selector("#outcome [data-status='204']", timeout=60_000)
    seen = page.evaluate("() => window.seen")
    assert len(set(seen)) >= 3 and seen == sorted(seen) and seen[-1] == 1, f"the bar went {seen[:5]} … {seen[-5:]}"
    found = stage.server.json("GET", f"/v2/images/{image}", token=token)
    assert (found["status"], found["size"], found["checksum"]) == ("active", 200 * MIB, md5)


@check("an upload is cancelled from the explorer, and the image is queued again")
def cancel(stage):
    token = stage.server.token()
    image = stage.server.image("big", token)["id"]
    slow_down(stage, 8 * MIB)
    path, _ = file_of(stage, "big.raw", 160 * MIB)
    page = stage.open("explorer/images/upload_image_data")
    page.locator("input[data-name=image]").fill(image)
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Send", exact=True).click()
    status = lambda: stage.server.json("GET", f"/v2/images/{image}", token=token)["status"]  # noqa: E731
    eventually(lambda: status() == "saving", "the upload begins")
    page.locator("#outcome").get_by_text("of 160 MiB sent").wait_for()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.locator("#outcome").get_by_text("Cancelled.").wait_for()
    eventually(lambda: status() == "queued", "the image is queued again")


@check("a file over the size cap shows the server's own words", "--image_size_cap", "1000")
def size_cap(stage):
    token = stage.server.token()
    image = stage.server.image("small", token)["id"]
    path, _ = file_of(stage, "big.raw", 5000)
    _, _, words = stage.server.call("PUT", f"/v2/images/{image}/file", path.read_bytes(), token, {"Accept": "application/json"})
    page = stage.open("images")
    page.locator(f"[data-image='{image}']").click()
    page.get_by_label("Data of the image").set_input_files(path)
    notice = page.locator(".notice.bad span")
    notice.wait_for()
    said = notice.inner_text()
    assert said and said.encode() in words, (said, words)
    page.locator(".notice.bad").get_by_role("button", name="Close").click()
    notice.wait_for(state="detached")


@check("the data of an image is downloaded, from the explorer and from Saved Images")
def download(stage):
    token = stage.server.token()
    image = stage.server.image("some data", token)["id"]
    data = os.urandom(300_000)
    stage.server.call("PUT", f"/v2/images/{image}/file", data, token)
    page = stage.open("explorer/images/download_image_data")
    page.locator("input[data-name=image]").fill(image)
    assert stage.send() == 200
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download the body").click()
    assert begun.value.path().read_bytes() == data
    stage.go("images")
    page.locator(f"[data-image='{image}']").click()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download", exact=True).click()
    assert begun.value.suggested_filename == "some_data.raw"
    assert begun.value.path().read_bytes() == data
