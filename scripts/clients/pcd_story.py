"""The story of Platform9 PCD by python-openstackclient: the catalogue's public and admin endpoints of images.

The server has the dialect pcd, and public uploads are unusable for the admin endpoint.
"""
import json
import os

from checks import contains, run, same

ADMIN = ("--os-interface", "admin")


def osc(*command, **how):
    return run("openstack", *command, **how)


def asked(*command, **how):
    return json.loads(osc(*command, "-f", "json", **how))


def tell(checks, qcow2, raw):
    checks.client = "openstack (pcd)"
    os.environ["OS_AUTH_URL"] = os.environ["OS_AUTH_URL"].replace("/identity/v3", "/keystone/v3")
    os.environ["OS_REGION_NAME"] = "Infra"
    try:
        catalogue(checks)
        admin_uploads(checks, qcow2)
        public_uploads(checks, raw)
    finally:
        for left in asked("image", "list", "--tag", "story-pcd"):
            osc("image", "delete", left["ID"])


def catalogue(checks):
    with checks.check("the catalogue has a public and an admin endpoint of images, below their prefixes"):
        endpoints = asked("catalog", "show", "image")["endpoints"]
        ends = {endpoint["interface"]: endpoint["url"].rsplit("/", 1)[1] for endpoint in endpoints}
        same(ends, {"public": "glance", "internal": "glance", "admin": "glance-admin"}, "endpoints")
    with checks.check("the identity answers below /keystone"):
        assert asked("token", "issue")["id"]
    with checks.check("--os-interface admin lists the images of the seed"):
        names = {row["Name"] for row in asked(*ADMIN, "image", "list")}
        assert "rocky-9-x86_64" in names, names


def create(disk, *interface):
    return asked(*interface, "image", "create", f"story pcd {disk.format}", "--file", disk.path, "--disk-format", disk.format,
                 "--container-format", "bare", "--tag", "story-pcd")["id"]


def admin_uploads(checks, disk):
    with checks.check("what comes by the admin endpoint is there for both"):
        image = create(disk, *ADMIN)
        for interface in (ADMIN, ()):
            osc(*interface, "image", "save", image, "--file", disk.download())
            disk.came_back()


def public_uploads(checks, disk):
    with checks.check("what comes by the public endpoint is not there for the admin one"):
        image = create(disk)
        same(asked(*ADMIN, "image", "show", image)["status"], "active", "status")
        # The client complains of a checksum: it hashed the words of the refusal.
        osc(*ADMIN, "image", "save", image, "--file", disk.download(), fails=True)
        contains(disk.download().read_text(), "404 Not Found")
        osc("image", "save", image, "--file", disk.download())
        disk.came_back()
