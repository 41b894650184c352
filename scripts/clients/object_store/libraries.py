"""Objects by the libraries of python-swiftclient and Apache Libcloud, with a storage URL and a token."""
import hashlib
import io
import os

import swiftclient
from libcloud.storage.drivers import cloudfiles

URL, TOKEN = os.environ["STORAGE_URL"], os.environ["TOKEN"]


def by_swiftclient():
    swift = swiftclient.Connection(preauthurl=URL, preauthtoken=TOKEN, retries=0)
    swift.put_container("library")
    etag = swift.put_object("library", "a/ü", b"hello", headers={"X-Object-Meta-Color": "blue"})
    assert etag == hashlib.md5(b"hello").hexdigest(), etag
    headers, body = swift.get_object("library", "a/ü", headers={"Range": "bytes=1-2"})
    assert body == b"el" and headers["x-object-meta-color"] == "blue", (headers, body)
    _, listed = swift.get_container("library", delimiter="/")
    assert listed == [{"subdir": "a/"}], listed
    try:
        swift.put_object("library", "bad", b"hello", etag="0" * 32)
        raise AssertionError("a wrong ETag was taken")
    except swiftclient.ClientException as refused:
        assert refused.http_status == 422, refused
    try:
        swift.delete_container("library")
        raise AssertionError("a container with objects was deleted")
    except swiftclient.ClientException as refused:
        assert refused.http_status == 409, refused
    swift.delete_object("library", "a/ü")
    swift.delete_container("library")
    print("ok: swiftclient: put, get a range, list with a delimiter, 422, 409, delete")


def by_libcloud():
    driver = cloudfiles.OpenStackSwiftStorageDriver(
        "nobody", "nothing", region="ord", ex_force_auth_version="2.0", ex_force_auth_token=TOKEN, ex_force_base_url=URL,
        secure=URL.startswith("https:"))
    container = driver.create_container("libcloud")
    stored = driver.upload_object_via_stream(io.BytesIO(b"hello"), container, "o")
    assert stored.size == 5, stored
    assert b"".join(driver.download_object_as_stream(stored)) == b"hello"
    assert [found.name for found in container.list_objects()] == ["o"]
    assert container.delete_object(stored) and driver.delete_container(container)
    print("ok: Apache Libcloud: create, upload a stream, download, list, delete")


if __name__ == "__main__":
    by_swiftclient()
    by_libcloud()
