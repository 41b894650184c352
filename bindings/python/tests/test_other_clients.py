"""Recipes with other clients: glanceclient by a session, `openstack` by an environment, requests and urllib by a token."""

import io
import json
import subprocess
import urllib.error
import urllib.request

import glanceclient
import pytest
import requests


def test_glanceclient_uploads_and_downloads(lookalike, raw):
    glance = glanceclient.Client("2", session=lookalike.session("demo"))
    image = glance.images.create(name="first", **raw)
    glance.images.upload(image["id"], io.BytesIO(b"some bytes"))
    assert b"".join(glance.images.data(image["id"])) == b"some bytes"


def test_glanceclient_notices_a_wrong_byte(lookalike, raw):
    glance = glanceclient.Client("2", session=lookalike.session())
    image = glance.images.create(name="first", **raw)
    glance.images.upload(image["id"], io.BytesIO(b"some bytes"))
    lookalike.fault({"match": {"method": "GET", "path": "/v2/images/*/file"}, "fault": {"corrupt_at": 3}})
    with pytest.raises(OSError, match="Corrupt image download"):
        b"".join(glance.images.data(image["id"]))


def test_openstackclient_lists_images(lookalike, raw):
    lookalike.seed({"images": [{"name": "cirros", "visibility": "public", **raw}]})
    command = ["openstack", "image", "list", "-f", "json"]
    done = subprocess.run(command, env=lookalike.environment("demo"), capture_output=True, check=True, timeout=60)
    assert [image["Name"] for image in json.loads(done.stdout)] == ["cirros"]


def test_requests_creates_an_image(lookalike):
    headers = {"X-Auth-Token": lookalike.token("demo")}
    answer = requests.post(f"{lookalike.image_url}/v2/images", json={"name": "first"}, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")


def test_requests_meets_a_broken_connection(lookalike):
    lookalike.fault({"match": {"method": "POST", "path": "/v2/images"}, "fault": {"reset": "before_headers", "carry_out": True}})
    headers = {"X-Auth-Token": lookalike.token()}
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{lookalike.image_url}/v2/images", json={"name": "first"}, headers=headers, timeout=10)
    lookalike.clear_faults()
    found = requests.get(f"{lookalike.image_url}/v2/images", headers=headers, timeout=10).json()["images"]
    assert [image["name"] for image in found] == ["first"], "the request was carried out all the same"


def test_requests_gives_up_on_a_slow_server(lookalike):
    lookalike.fault({"match": {"path": "/v2/images"}, "fault": {"stall": "forever"}})
    headers = {"X-Auth-Token": lookalike.token()}
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{lookalike.image_url}/v2/images", headers=headers, timeout=0.3)


def test_urllib_sees_when_to_come_back(lookalike):
    lookalike.fault({"match": {"path": "/v2/images"}, "fault": {"status": 503, "retry_after": 7}})
    request = urllib.request.Request(f"{lookalike.image_url}/v2/images", headers={"X-Auth-Token": lookalike.token()})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    assert (caught.value.code, caught.value.headers["Retry-After"]) == (503, "7")


@pytest.mark.lookalike(dialect="pcd")
def test_a_sandbox_answers_like_another_cloud(lookalike):
    assert lookalike.status().dialect == "pcd"
    assert lookalike.session().get_endpoint(service_type="image").startswith(lookalike.url)


@pytest.mark.lookalike(options={"regions": ["ORD", "DFW"]})
def test_what_counts_from_the_start_gets_a_server_of_its_own(lookalike, lookalike_server, raw):
    assert lookalike.status().regions == ["ORD", "DFW"]
    assert not lookalike.url.startswith(lookalike_server.url)
    lookalike.connect(region_name="DFW").image.create_image("there", **raw)
    assert list(lookalike.connect(region_name="ORD").image.images()) == []
