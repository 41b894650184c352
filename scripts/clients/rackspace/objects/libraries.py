"""Objects by the libraries of python-swiftclient and Apache Libcloud, the first with a token, the second by an API key."""
import hashlib
import io
import os
import pathlib
import sys

import swiftclient
from libcloud.common.types import InvalidCredsError
from libcloud.storage.providers import get_driver
from libcloud.storage.types import ContainerIsNotEmptyError, ObjectDoesNotExistError, Provider

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent))

from checks import Checks, same

URL = os.environ["LOOKALIKE_URL"]
API_KEY = "0123456789abcdef0123456789abcdef"


def refused(status, call, *given, **more):
    """Calls what Swift has to refuse with a status."""
    try:
        call(*given, **more)
    except swiftclient.ClientException as problem:
        same(problem.http_status, status, "status")
    else:
        raise AssertionError(f"it was not refused with {status}")


def by_swiftclient(checks):
    checks.client = "swiftclient"
    swift = swiftclient.Connection(preauthurl=os.environ["OS_STORAGE_URL"], preauthtoken=os.environ["OS_AUTH_TOKEN"], retries=0)
    with checks.check("it puts an object with metadata and gets a range of it"):
        swift.put_container("library")
        same(swift.put_object("library", "a/ü", b"hello", headers={"X-Object-Meta-Color": "blue"}), hashlib.md5(b"hello").hexdigest())
        headers, body = swift.get_object("library", "a/ü", headers={"Range": "bytes=1-2"})
        same((body, headers["x-object-meta-color"]), (b"el", "blue"))
    with checks.check("it lists with a delimiter"):
        same(swift.get_container("library", delimiter="/")[1], [{"subdir": "a/"}])
    with checks.check("a wrong ETag and a container with objects are refused"):
        refused(422, swift.put_object, "library", "bad", b"hello", etag="0" * 32)
        refused(409, swift.delete_container, "library")
    with checks.check("it deletes the object and the container"):
        swift.delete_object("library", "a/ü")
        swift.delete_container("library")
        same(swift.get_account()[1], [])


def by_libcloud(checks):
    checks.client = "libcloud"
    cloud_files = get_driver(Provider.CLOUDFILES)

    def driver(key=API_KEY, **more):
        return cloud_files("rackspace", key, region="ord", ex_force_auth_url=URL, **more)

    with checks.check("it logs in with an API key and finds the object store of the region"):
        files = driver()
        same(files.list_containers(), [], "containers")
        same(files.connection.get_endpoint(), f"{URL}/v1/MossoCloudFS_929418", "endpoint")
    with checks.check("it reaches the object store by ServiceNet"):
        same(driver(use_internal_url=True).list_containers(), [], "containers")
    with checks.check("it is told that a key is wrong"):
        try:
            driver("0" * 32).list_containers()
        except InvalidCredsError:
            pass
        else:
            raise AssertionError("a wrong key was taken")
    with checks.check("it uploads a stream, downloads the same bytes, and lists"):
        data = os.urandom(300_000)
        container = files.create_container("libcloud")
        stored = files.upload_object_via_stream(io.BytesIO(data), container, "o", extra={"meta_data": {"color": "blue"}})
        same(stored.size, len(data), "size")
        found = files.get_object("libcloud", "o")
        same((found.hash, found.meta_data), (hashlib.md5(data).hexdigest(), {"color": "blue"}))
        same(b"".join(files.download_object_as_stream(found)), data, "bytes")
        same(b"".join(files.download_object_range_as_stream(found, 5, 10)), data[5:10], "range")
        same([each.name for each in container.list_objects()], ["o"], "list")
    with checks.check("it is told that a container has objects, and that an object is not there"):
        for problem, call in ((ContainerIsNotEmptyError, lambda: files.delete_container(container)),
                              (ObjectDoesNotExistError, lambda: files.get_object("libcloud", "none"))):
            try:
                call()
            except problem:
                continue
            raise AssertionError(f"no {problem.__name__}")
    with checks.check("it deletes the object and the container"):
        assert container.delete_object(found) and files.delete_container(container)
        same(files.list_containers(), [], "containers")


if __name__ == "__main__":
    counted = Checks()
    by_swiftclient(counted)
    by_libcloud(counted)
    sys.exit(counted.close())
