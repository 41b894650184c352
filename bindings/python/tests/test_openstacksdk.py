"""Recipes with openstacksdk: `lookalike.connect()` is a connection to a cloud of the test's own."""

import datetime

import openstack
import pytest


def test_an_image_is_uploaded_and_downloaded(lookalike, raw):
    cloud = lookalike.connect()
    image = cloud.image.create_image("first", data=b"some bytes", **raw)
    assert cloud.image.download_image(image).content == b"some bytes"


def test_the_store_is_full_for_one_upload(lookalike, raw):
    lookalike.fault({"match": {"path": "/v2/images/*/file"}, "times": 1, "fault": {"store": "full"}})
    cloud = lookalike.connect()
    with pytest.raises(openstack.exceptions.HttpException, match="413"):
        cloud.image.create_image("first", data=b"some bytes", **raw)
    cloud.image.create_image("second", data=b"some bytes", **raw)
    assert [image.status for image in cloud.image.images()] == ["active"]
    assert lookalike.verify({"method": "PUT", "path": "/v2/images/*/file"}, exactly=2) == 2


def test_a_client_that_retries_survives_two_bad_answers(lookalike):
    fault = lookalike.fault({"match": {"path": "/v2/images"}, "times": 2, "fault": {"status": 503, "retry_after": 0}})
    cloud = lookalike.connect(image_status_code_retries=3)
    assert list(cloud.image.images()) == []
    assert (fault.show().matched, fault.show().spent) == (2, True)


def test_a_fault_lasts_for_a_block(lookalike):
    cloud = lookalike.connect()
    broken = {"match": {"method": "GET", "path": "/v2/images"}, "fault": {"database": "broken"}}
    with lookalike.fault(broken), pytest.raises(openstack.exceptions.HttpException, match="500"):
        list(cloud.image.images())
    assert list(cloud.image.images()) == []


def test_a_slow_import_is_waited_for(lookalike, raw):
    lookalike.pace({"importing": {"polls": 2}})
    cloud = lookalike.connect()
    image = cloud.image.create_image("slow", **raw)
    cloud.image.stage_image(image, data=b"some bytes")
    cloud.image.import_image(image, method="glance-direct")
    seen = [cloud.image.get_image(image).status for _ in range(3)]
    assert seen == ["importing", "importing", "active"]


def test_an_import_fails_with_a_message(lookalike, raw):
    lookalike.fault({"match": {"path": "/v2/images/*/import"}, "fault": {"import": {"at": "convert", "message": "no qemu-img"}}})
    cloud = lookalike.connect()
    image = cloud.image.create_image("broken", **raw)
    cloud.image.stage_image(image, data=b"some bytes")
    lookalike.pace({"pending": {"polls": 1}})
    cloud.image.import_image(image, method="glance-direct")
    cloud.image.get_image(image)
    (task,) = cloud.image.get(f"/images/{image.id}/tasks").json()["tasks"]
    assert (task["status"], "no qemu-img" in task["message"]) == ("failure", True)


def test_an_expired_token_is_replaced(lookalike):
    cloud = lookalike.connect()
    assert list(cloud.image.images()) == []
    lookalike.clock.advance(datetime.timedelta(days=1))
    assert list(cloud.image.images()) == []
    lookalike.verify({"method": "POST", "path": "/identity/v3/auth/tokens"}, exactly=2)


def test_time_stands_still(lookalike):
    lookalike.clock.set(datetime.datetime(2030, 1, 1), frozen=True)
    image = lookalike.connect().image.create_image("dated", disk_format="raw", container_format="bare", validate_checksum=False)
    assert image.created_at == "2030-01-01T00:00:00Z"


def test_an_image_is_shared_between_projects(lookalike, raw):
    owner, other = lookalike.connect("demo", "demo"), lookalike.connect("alt", "alt")
    image = owner.image.create_image("shared", data=b"some bytes", visibility="shared", **raw)
    assert other.image.find_image("shared", ignore_missing=True) is None
    owner.image.add_member(image, member_id=other.current_project_id)
    other.image.update_member(other.current_project_id, image, status="accepted")
    assert other.image.find_image("shared").id == image.id


def test_a_corrupted_download_is_noticed(lookalike, raw):
    cloud = lookalike.connect()
    image = cloud.image.create_image("precious", data=b"some bytes", **raw)
    lookalike.fault({"match": {"method": "GET", "path": "/v2/images/*/file"}, "times": 1, "fault": {"corrupt_at": 0}})
    with pytest.raises(openstack.exceptions.InvalidResponse):
        cloud.image.download_image(image)


@pytest.mark.lookalike(options={"image_tag_quota": 2})
def test_a_quota_is_exceeded(lookalike, raw):
    with pytest.raises(openstack.exceptions.HttpException, match="413"):
        lookalike.connect().image.create_image("tagged", tags=["a", "b", "c"], **raw)


@pytest.mark.lookalike(seed={"images": [{"name": "cirros", "visibility": "public", "data": {"size": "1MiB"}, "disk_format": "raw",
                                         "container_format": "bare"}]})
def test_a_cloud_begins_with_images(lookalike):
    (image,) = lookalike.connect("demo").image.images()
    assert (image.name, image.size) == ("cirros", 1 << 20)


def test_a_policy_forbids_what_is_usual(lookalike, raw):
    lookalike.policy.set({"publicize_image": "!"})
    with pytest.raises(openstack.exceptions.ForbiddenException):
        lookalike.connect().image.create_image("announced", visibility="public", **raw)
    refused = [one.rule for request in lookalike.requests(status="403") for one in request.policy or [] if not one.allowed]
    assert refused == ["publicize_image"]
