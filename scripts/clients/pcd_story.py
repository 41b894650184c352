"""The story of Platform9 PCD by python-openstackclient: the catalogue's public and admin endpoints of images.

The server has the dialect pcd, and public uploads are unusable for the admin endpoint.
"""
import json
import os

from checks import contains, run, same
from openstack_shell import commands, expect

# The option as a variable, for the shell takes no options.
ADMIN = {"OS_INTERFACE": "admin"}


def tell(checks, qcow2, raw):
    checks.client = "openstack (pcd)"
    os.environ["OS_AUTH_URL"] = os.environ["OS_AUTH_URL"].replace("/identity/v3", "/keystone/v3")
    os.environ["OS_REGION_NAME"] = "Infra"
    try:
        by_admin(checks, qcow2)
        by_public(checks, qcow2, raw)
        by_admin_again(checks, raw)
    finally:
        (left,) = expect(1, "image list --tag story-pcd -f json")
        if left:
            expect(0, f"image delete {' '.join(row['ID'] for row in left)}")


def create(disk):
    return (f"image create {disk.format} --file {disk.path} --disk-format {disk.format} --container-format bare --tag story-pcd"
            " -f json")


def save(disk):
    return f"image save {disk.format} --file {disk.download()}"


def by_admin(checks, disk):
    with checks.check("--os-interface admin lists the images of the seed"):
        names = {row["Name"] for row in json.loads(run("openstack", "--os-interface", "admin", "image", "list", "-f", "json"))}
        assert "rocky-9-x86_64" in names, names
    with checks.check("the admin endpoint saves what it uploads"):
        expect(1, create(disk), save(disk), **ADMIN)
        disk.came_back()


def by_public(checks, theirs, disk):
    with checks.check("the public endpoint carries out all commands"):
        token, catalogue, _ = expect(3, "token issue -f json", "catalog show image -f json", save(theirs), create(disk), save(disk))
    with checks.check("the identity answers below /keystone"):
        assert token["id"]
    with checks.check("the catalogue has a public and an admin endpoint of images, below their prefixes"):
        ends = {endpoint["interface"]: endpoint["url"].rsplit("/", 1)[1] for endpoint in catalogue["endpoints"]}
        same(ends, {"public": "glance", "internal": "glance", "admin": "glance-admin"}, "endpoints")
    with checks.check("what came by the admin endpoint is there for the public one, too"):
        theirs.came_back()
    with checks.check("what comes by the public endpoint is there for it"):
        disk.came_back()


def by_admin_again(checks, disk):
    with checks.check("what came by the public endpoint is not there for the admin one"):
        # The client complains of a checksum: it hashed the words of the refusal.
        answers, complaints = commands(f"image show {disk.format} -f json", save(disk), **ADMIN)
        same([answer["status"] for answer in answers], ["active"], "status")
        assert complaints, "the client did not complain"
        contains(disk.download().read_text(), "404 Not Found")
        disk.download().unlink()
