"""The story by python-openstackclient: each step is an `openstack` process, as in a shell script."""
import json

from checks import alt, contains, run, same


def osc(*command, **how):
    return run("openstack", *command, **how)


def asked(*command, **how):
    return json.loads(osc(*command, "-f", "json", **how))


def names(*filters, **how):
    return [row["Name"] for row in asked("image", "list", *filters, **how)]


def tell(checks, qcow2, raw):
    checks.client = "openstack"
    identity(checks)
    images = {}
    try:
        for disk in (qcow2, raw):
            images[disk.format] = upload(checks, disk)
        listing(checks)
        changes(checks, images["qcow2"])
        for disk in (qcow2, raw):
            download(checks, images[disk.format], disk)
        sharing(checks, images["raw"])
        sleeping(checks, images["raw"], raw)
        deleting(checks, images)
    finally:
        for left in names("--tag", "story-osc"):
            run("openstack", "image", "set", "--unprotected", left)
            run("openstack", "image", "delete", left)


def identity(checks):
    with checks.check("authenticate"):
        token = asked("token", "issue")
        assert token["id"] and token["project_id"]
    with checks.check("catalog has the image service"):
        types = [entry["Type"] for entry in asked("catalog", "list")]
        assert "image" in types, types
    with checks.check("a wrong password is refused as such"):
        said = osc("token", "issue", user={"OS_PASSWORD": "wrong"}, fails=True)
        contains(said, "HTTP 401")
        contains(said, "requires authentication")


def upload(checks, disk):
    """Creates an image from a file; returns its id."""
    image = {}
    with checks.check(f"create with {disk.size >> 20} MiB of {disk.format}"):
        image.update(asked("image", "create", f"story osc {disk.format}", "--file", disk.path, "--disk-format", disk.format,
                           "--container-format", "bare", "--min-disk", 1, "--min-ram", 64, "--private",
                           "--property", "os_distro=debian", "--property", f"story={disk.format}",
                           "--tag", "story-osc", "--tag", f"story-{disk.format}"))
    with checks.check(f"show tells size, hashes and all that was set of {disk.format}"):
        shown = asked("image", "show", image["id"])
        expected = {"name": f"story osc {disk.format}", "status": "active", "visibility": "private", "protected": False,
                    "disk_format": disk.format, "container_format": "bare", "min_disk": 1, "min_ram": 64,
                    "size": disk.size, "virtual_size": disk.virtual_size, "checksum": disk.md5,
                    "tags": sorted(["story-osc", f"story-{disk.format}"])}
        shown["tags"] = sorted(shown["tags"])
        same({key: shown.get(key) for key in expected}, expected, "image")
        properties = shown["properties"]
        same(properties["os_hash_algo"], "sha512", "os_hash_algo")
        same(properties["os_hash_value"], disk.sha512, "os_hash_value")
        same((properties["os_distro"], properties["story"]), ("debian", disk.format), "properties")
    return image.get("id")


def listing(checks):
    both = ["story osc qcow2", "story osc raw"]
    cases = {
        "all": ([], lambda found: set(both) <= set(found)),
        "by tag, sorted by name": (["--tag", "story-osc", "--sort", "name:asc"], lambda found: found == both),
        "by tag, sorted downwards": (["--tag", "story-osc", "--sort", "name:desc"], lambda found: found == both[::-1]),
        "by two tags": (["--tag", "story-osc", "--tag", "story-raw"], lambda found: found == both[1:]),
        "by name": (["--name", both[0]], lambda found: found == both[:1]),
        "by property": (["--property", "story=raw"], lambda found: found == both[1:]),
        "by status and visibility": (["--private", "--status", "active", "--tag", "story-osc"], lambda found: sorted(found) == both),
        "of public ones leaves private ones out": (["--public"], lambda found: not set(both) & set(found)),
        "with a limit": (["--tag", "story-osc", "--limit", "1"], lambda found: len(found) == 1 and found[0] in both),
    }
    for name, (filters, right) in cases.items():
        with checks.check(f"list {name}"):
            found = names(*filters)
            assert right(found), found
    with checks.check("list --long tells more"):
        rows = asked("image", "list", "--long", "--tag", "story-osc")
        same({row["Disk Format"] for row in rows}, {"qcow2", "raw"}, "disk formats")
    with checks.check("another project sees no private image"):
        same(set(both) & set(names(user=alt())), set(), "images seen")


def changes(checks, image):
    with checks.check("set name, properties, tags, visibility, protection"):
        osc("image", "set", image, "--name", "story osc renamed", "--property", "os_distro=ubuntu", "--property", "note=a = b, ü",
            "--tag", "story-more", "--min-ram", 128, "--public", "--protected")
        shown = asked("image", "show", image)
        same((shown["name"], shown["visibility"], shown["protected"], shown["min_ram"]), ("story osc renamed", "public", True, 128))
        same((shown["properties"]["os_distro"], shown["properties"]["note"]), ("ubuntu", "a = b, ü"), "properties")
        assert "story-more" in shown["tags"], shown["tags"]
    with checks.check("a public image is seen by another project"):
        assert "story osc renamed" in names("--public", user=alt())
    with checks.check("another project cannot change it"):
        contains(osc("image", "set", image, "--name", "mine", user=alt(), fails=True), "403")
    with checks.check("a protected image cannot be deleted"):
        contains(osc("image", "delete", image, fails=True), "is protected and cannot be deleted")
    with checks.check("unset property and tag"):
        osc("image", "unset", image, "--property", "note", "--tag", "story-more")
        shown = asked("image", "show", image)
        assert "note" not in shown["properties"] and "story-more" not in shown["tags"], shown
    with checks.check("set private and unprotected again"):
        osc("image", "set", image, "--private", "--unprotected")
        shown = asked("image", "show", image)
        same((shown["visibility"], shown["protected"]), ("private", False))


def download(checks, image, disk):
    with checks.check(f"save brings every byte of {disk.format} back"):
        osc("image", "save", image, "--file", disk.download())
        disk.came_back()


def sharing(checks, image):
    with checks.check("share with another project"):
        osc("image", "set", image, "--shared")
        member = asked("image", "add", "project", image, project_id(alt()))
        same(member["status"], "pending", "status")
    with checks.check("the other project accepts and lists it"):
        osc("image", "set", image, "--accept", user=alt())
        assert "story osc raw" in names("--shared", user=alt())
    with checks.check("member list tells that it was accepted"):
        members = asked("image", "member", "list", image)
        same([member["Status"] for member in members], ["accepted"], "statuses")


def project_id(user):
    return asked("token", "issue", user=user)["project_id"]


def sleeping(checks, image, disk):
    with checks.check("a deactivated image is not given to a member"):
        osc("image", "set", image, "--deactivate")
        same(asked("image", "show", image)["status"], "deactivated", "status")
        # The client complains of a checksum: it hashed the words of the refusal.
        osc("image", "save", image, "--file", disk.download(), user=alt(), fails=True)
        assert disk.download().stat().st_size < 10_000, "data came"
    with checks.check("activated again, it is"):
        osc("image", "set", image, "--activate")
        osc("image", "save", image, "--file", disk.download(), user=alt())
        disk.came_back()
    with checks.check("unshared, it is gone for the other project"):
        osc("image", "remove", "project", image, project_id(alt()))
        contains(osc("image", "show", image, user=alt(), fails=True), "No Image found")


def deleting(checks, images):
    with checks.check("delete both at once"):
        osc("image", "delete", *images.values())
        same(names("--tag", "story-osc"), [], "images left")
    with checks.check("a deleted image is not found"):
        contains(osc("image", "show", images["raw"], fails=True), "No Image found")
