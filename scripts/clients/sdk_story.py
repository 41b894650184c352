"""The story by openstacksdk, as programs use it: connections, resources, exceptions."""
import hashlib
import json
import os
import urllib.request

import openstack
from openstack import exceptions

from checks import alt, contains, same


def connect(user=None):
    """A connection of the user in OS_*, changed by `user`; from the variables alone, never from a clouds.yaml."""
    have = {**os.environ, **(user or {})}
    return openstack.connect(load_yaml_config=False, load_envvars=False, region_name=have.get("OS_REGION_NAME"), auth={
        key: have["OS_" + key.upper()] for key in
        ("auth_url", "username", "password", "project_name", "user_domain_name", "project_domain_name")})


def tell(checks, qcow2, raw):
    checks.client = "sdk"
    admin = None
    with checks.check("authenticate and find the image endpoint"):
        admin = connect()
        assert admin.authorize()
        assert admin.image.get_endpoint()
    with checks.check("a wrong password raises an error that says 401"):
        problem = raises(exceptions.SDKException, lambda: connect({"OS_PASSWORD": "wrong"}).authorize())
        contains(str(problem), "HTTP 401")
    if url := os.environ.get("LOOKALIKE_URL"):
        doubles(checks, url)
    try:
        images = {disk.format: upload(checks, admin, disk) for disk in (qcow2, raw)}
        listing(checks, admin, images, raw)
        changes(checks, admin, images["qcow2"])
        for disk in (qcow2, raw):
            download(checks, admin, images[disk.format], disk)
        sharing(checks, admin, images["raw"], raw)
        deleting(checks, admin, images)
    finally:
        for image in admin.image.images(tag="story-sdk"):
            admin.image.update_image(image, is_protected=False)
            admin.image.delete_image(image)


def doubles(checks, url):
    """What only a double has: arguments for the connection, of the cloud and of each sandbox."""
    with checks.check("the cloud's own arguments connect to it, and a sandbox's to the sandbox"):
        with urllib.request.urlopen(f"{url}/_lookalike/cloud") as answer:
            cloud = json.load(answer)
        with urllib.request.urlopen(urllib.request.Request(f"{url}/_lookalike/sandboxes", method="POST")) as answer:
            sandbox = json.load(answer)
        here, there = (openstack.connect(load_yaml_config=False, load_envvars=False, **answered["cloud"])
                       for answered in (cloud, sandbox))
        try:
            image = there.image.create_image("only there", container_format="bare", disk_format="raw")
            same([known.id for known in there.image.images()], [image.id])
            assert image.id not in [known.id for known in here.image.images()]
        finally:
            gone = f"{url}/_lookalike/sandboxes/{sandbox['id']}"
            urllib.request.urlopen(urllib.request.Request(gone, method="DELETE")).close()


def raises(kind, call):
    """What `call` raises, which must be of a kind."""
    try:
        call()
    except kind as problem:
        return problem
    raise AssertionError(f"no {kind.__name__} was raised")


def upload(checks, admin, disk):
    image = None
    with checks.check(f"create_image uploads {disk.size >> 20} MiB of {disk.format}"):
        image = admin.image.create_image(f"story sdk {disk.format}", filename=str(disk.path), disk_format=disk.format,
                                         container_format="bare", visibility="private", tags=["story-sdk"],
                                         min_disk=1, story=disk.format, wait=True, timeout=120)
    with checks.check(f"get_image tells size and hashes of {disk.format}"):
        shown = admin.image.get_image(image.id)
        same((shown.status, shown.size, shown.virtual_size, shown.checksum, shown.hash_algo, shown.hash_value),
             ("active", disk.size, disk.virtual_size, disk.md5, "sha512", disk.sha512))
        same((shown.visibility, shown.min_disk, shown.properties["story"], shown.is_protected), ("private", 1, disk.format, False))
    return image


def listing(checks, admin, images, raw):
    ids = {image.id for image in images.values()}
    cases = {
        "tag": ({"tag": "story-sdk"}, ids),
        "tag, page by page": ({"tag": "story-sdk", "limit": 1}, ids),
        "disk format": ({"tag": "story-sdk", "disk_format": "raw"}, {images["raw"].id}),
        "name": ({"name": "story sdk qcow2"}, {images["qcow2"].id}),
        "several names": ({"tag": "story-sdk", "name": "in:story sdk qcow2,story sdk raw"}, ids),
        "size": ({"tag": "story-sdk", "size_min": raw.size + 1}, {images["qcow2"].id}),
        "visibility": ({"tag": "story-sdk", "visibility": "public"}, set()),
    }
    for name, (query, expected) in cases.items():
        with checks.check(f"images() by {name}"):
            same({image.id for image in admin.image.images(**query)}, expected, "ids")
    with checks.check("find_image by name"):
        same(admin.image.find_image("story sdk raw").id, images["raw"].id, "id")


def changes(checks, admin, image):
    with checks.check("update_image sets name, property and visibility"):
        changed = admin.image.update_image(image.id, name="story sdk renamed", visibility="public", note="größer")
        same((changed.name, changed.visibility, changed.properties["note"]), ("story sdk renamed", "public", "größer"))
    with checks.check("a patch removes a property"):
        media = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
        answer = admin.image.patch(f"/images/{image.id}", headers=media, json=[{"op": "remove", "path": "/note"}])
        same((answer.status_code, "note" in answer.json()), (200, False), "answer")
    with checks.check("add_tag and remove_tag"):
        admin.image.add_tag(image.id, "more")
        same(sorted(admin.image.get_image(image.id).tags), ["more", "story-sdk"], "tags")
        admin.image.remove_tag(image.id, "more")
        same(admin.image.get_image(image.id).tags, ["story-sdk"], "tags")
    with checks.check("a stranger's update raises Forbidden"):
        raises(exceptions.ForbiddenException, lambda: connect(alt()).image.update_image(image.id, name="mine"))


def download(checks, admin, image, disk):
    with checks.check(f"download_image streams every byte of {disk.format}"):
        md5, sha512, size = hashlib.md5(), hashlib.sha512(), 0
        with open(disk.download(), "wb") as file:
            for chunk in admin.image.download_image(image.id, stream=True).iter_content(1 << 20):
                file.write(chunk)
                md5.update(chunk)
                sha512.update(chunk)
                size += len(chunk)
        same((size, md5.hexdigest(), sha512.hexdigest()), (disk.size, disk.md5, disk.sha512), "what came")
        disk.came_back()


def sharing(checks, admin, image, disk):
    other, project = connect(alt()), None
    with checks.check("a private image is NotFound to another project"):
        project = other.current_project_id
        raises(exceptions.NotFoundException, lambda: other.image.get_image(image.id))
    with checks.check("add_member, and the member accepts"):
        admin.image.update_image(image.id, visibility="shared")
        same(admin.image.add_member(image.id, member_id=project).status, "pending", "status")
        same(other.image.update_member(project, image.id, status="accepted").status, "accepted", "status")
        same([member.status for member in admin.image.members(image.id)], ["accepted"], "statuses")
        assert image.id in {seen.id for seen in other.image.images(visibility="shared")}
    with checks.check("deactivate_image keeps a member out, reactivate_image lets them in"):
        admin.image.deactivate_image(image.id)
        # The stream is handed out whatever the status: without stream, the client hashes the refusal as if it were the image.
        same(other.image.download_image(image.id, stream=True).status_code, 403, "status code")
        admin.image.reactivate_image(image.id)
        same(other.image.download_image(image.id, stream=True).headers["Content-Length"], str(disk.size), "Content-Length")
    with checks.check("remove_member"):
        admin.image.remove_member(project, image.id)
        raises(exceptions.NotFoundException, lambda: other.image.get_image(image.id))


def deleting(checks, admin, images):
    with checks.check("deleting a protected image raises Forbidden"):
        admin.image.update_image(images["raw"].id, is_protected=True)
        problem = raises(exceptions.ForbiddenException, lambda: admin.image.delete_image(images["raw"].id, ignore_missing=False))
        contains(str(problem), "is protected and cannot be deleted")
        admin.image.update_image(images["raw"].id, is_protected=False)
    with checks.check("delete_image, after which there is nothing"):
        for image in images.values():
            admin.image.delete_image(image.id, ignore_missing=False)
        raises(exceptions.NotFoundException, lambda: admin.image.get_image(images["raw"].id))
        same(list(admin.image.images(tag="story-sdk")), [], "images left")
