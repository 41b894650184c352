"""The story by python-glanceclient's command line, which prints tables and nothing else."""
import re

from checks import alt, contains, run, same


def glance(*command, **how):
    return run("glance", *command, **how)


def shown(*command, **how):
    """The two columns of a table of properties."""
    return dict(re.findall(r"^\| (\S+)\s+\| (.*?)\s*\|$", glance(*command, **how), re.M))


def listed(*filters, **how):
    """The names in a table of images."""
    return re.findall(r"^\| [0-9a-f-]{36} \| (.*?)\s*\|$", glance("image-list", *filters, **how), re.M)


def tell(checks, qcow2, raw):
    checks.client = "glance"
    made = []
    try:
        with checks.check("a wrong password is refused as such"):
            contains(glance("image-list", user={"OS_PASSWORD": "wrong"}, fails=True), "401")
        images = {disk.format: upload(checks, disk, made) for disk in (qcow2, raw)}
        changes(checks, images["raw"])
        for disk in (qcow2, raw):
            with checks.check(f"image-download brings every byte of {disk.format} back"):
                # The client compares os_hash_value while it reads.
                glance("image-download", images[disk.format], "--file", disk.download())
                disk.came_back()
        sharing(checks, images["qcow2"])
        sleeping(checks, images["qcow2"], qcow2)
        deleting(checks, images, made)
    finally:
        for image in made:
            glance("image-update", image, "--protected", "False")
            glance("image-delete", image)


def upload(checks, disk, made):
    image = None
    name = f"story glance {disk.format}"
    with checks.check(f"image-create, then image-upload of {disk.size >> 20} MiB of {disk.format}"):
        fresh = shown("image-create", "--name", name, "--disk-format", disk.format, "--container-format", "bare",
                      "--min-disk", 1, "--property", f"story={disk.format}", "--tags", "story-glance")
        image = fresh["id"]
        made.append(image)
        same(fresh["status"], "queued", "status before the upload")
        glance("image-upload", image, "--file", disk.path)
    with checks.check(f"image-show tells size and hashes of {disk.format}"):
        expected = {"name": name, "status": "active", "size": str(disk.size), "virtual_size": str(disk.virtual_size),
                    "checksum": disk.md5, "os_hash_algo": "sha512", "os_hash_value": disk.sha512, "min_disk": "1",
                    "disk_format": disk.format, "story": disk.format, "visibility": "shared"}
        answer = shown("image-show", "--max-column-width", 200, image)
        same({key: answer.get(key) for key in expected}, expected, "image")
    with checks.check(f"image-list finds {disk.format} by property and tag"):
        same(listed("--property-filter", f"story={disk.format}", "--tag", "story-glance"), [name], "names")
    return image


def changes(checks, image):
    with checks.check("image-update sets name, property and visibility"):
        answer = shown("image-update", image, "--name", "story glance renamed", "--property", "note=x", "--visibility", "private")
        same((answer["name"], answer["note"], answer["visibility"]), ("story glance renamed", "x", "private"))
    with checks.check("image-update removes a property"):
        assert "note" not in shown("image-update", image, "--remove-property", "note")
    with checks.check("image-tag-update and image-tag-delete"):
        glance("image-tag-update", image, "story-more")
        contains(shown("image-show", image)["tags"], "story-more")
        glance("image-tag-delete", image, "story-more")
        assert "story-more" not in shown("image-show", image)["tags"]


def sharing(checks, image):
    with checks.check("member-create, accepted by the other project"):
        project = run("openstack", "token", "issue", "-f", "value", "-c", "project_id", user=alt()).strip()
        contains(glance("member-create", image, project), "pending")
        contains(glance("member-update", image, project, "accepted", user=alt()), "accepted")
        contains(glance("member-list", "--image-id", image), "accepted")
    with checks.check("image-list as the other project has it"):
        assert "story glance qcow2" in listed("--visibility", "shared", user=alt())


def sleeping(checks, image, disk):
    with checks.check("image-deactivate keeps a member from the data"):
        glance("image-deactivate", image)
        contains(glance("image-download", image, "--file", disk.download(), user=alt(), fails=True), "403")
        disk.download().unlink(missing_ok=True)
    with checks.check("image-reactivate gives it back"):
        glance("image-reactivate", image)
        glance("image-download", image, "--file", disk.download(), user=alt())
        disk.came_back()


def deleting(checks, images, made):
    with checks.check("a protected image cannot be deleted"):
        glance("image-update", images["raw"], "--protected", "True")
        contains(glance("image-delete", images["raw"], fails=True), "not permitted to delete the image")
        glance("image-update", images["raw"], "--protected", "False")
    with checks.check("image-delete, after which nothing is found"):
        glance("image-delete", *made)
        made.clear()
        contains(glance("image-show", images["raw"], fails=True), "No image found")
