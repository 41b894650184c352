"""The client of the control API: each operation, and its errors."""

import inspect
import pathlib
import re
import threading

import pytest

import lookalike as package
from lookalike import Cloud, ExpectationError, LookalikeError, RefusedError, UnreachableError

METHODS = ("get", "put", "post", "patch", "delete")
# The console's pages and their sessions, for browsers; the same document under another name.
NOT_CALLED = {("GET", "/ui/"), ("POST", "/ui/session"), ("DELETE", "/ui/session"), ("GET", "/openapi.json")}


def test_every_operation_has_a_method(lookalike):
    sources = "".join(path.read_text() for path in pathlib.Path(inspect.getfile(package)).parent.glob("*.py"))
    called = set(re.findall(r'(?:call|open)\(\s*"([A-Z]+)", "(/[^"]*)"', sources))
    described = {(method.upper(), path) for path, methods in lookalike.openapi("control")["paths"].items()
                 for method in methods if method in METHODS}
    missing = {(method, re.sub(r"^/openapi/[\w-]+\.json$", "/openapi/{name}.json", path)) for method, path in described} - called
    assert missing == NOT_CALLED


def test_an_unmet_expectation_names_the_closest_requests(lookalike):
    lookalike.connect().image.find_image("nothing", ignore_missing=True)
    with pytest.raises(ExpectationError, match=r"found 0\n  #\d+ GET /v2/images") as caught:
        lookalike.verify({"method": "DELETE", "path": "/v2/images"}, exactly=1)
    assert isinstance(caught.value, AssertionError)
    assert caught.value.closest[0].differs


def test_a_refusal_says_what_is_wrong(lookalike):
    with pytest.raises(RefusedError, match="missing field `fault`") as caught:
        lookalike.fault({"match": {}})
    assert caught.value.status == 400
    with pytest.raises(RefusedError, match="it is no setting"):
        lookalike.config.set(nonsense=1)


def test_rules_may_be_yaml(lookalike):
    fault = lookalike.fault("match: {path: /v2/images, method: POST}\nfault: {status: 503}\n")
    assert [(one.id, one.match) for one in lookalike.faults()] == [(fault.id, {"path": "/v2/images", "method": "POST"})]
    shown = lookalike.pace("rules:\n- {image: slow-*, saving: {polls: 2}}\n")
    assert shown.rules == lookalike.show_pace().rules == [{"image": "slow-*", "saving": {"polls": 2}}]
    fault.remove()
    lookalike.clear_pace()
    assert (lookalike.faults(), lookalike.show_pace().rules) == ([], [])


def test_a_snapshot_is_carried_to_another_cloud(lookalike, lookalike_server, raw, tmp_path):
    lookalike.seed({"images": [{"name": "kept", **raw}]})
    saved = lookalike.snapshot("ready")
    assert (saved.images, [one.name for one in lookalike.snapshots()]) == (1, ["ready"])
    lookalike.reset()
    assert lookalike.status().images == 0
    lookalike.load_snapshot("ready")
    assert lookalike.status().images == 1
    lookalike.export_snapshot("ready", tmp_path / "ready.tar")
    with lookalike_server.sandbox() as other:
        other.import_snapshot("theirs", tmp_path / "ready.tar")
        other.load_snapshot("theirs")
        assert [image.name for image in other.connect().image.images()] == ["kept"]
    lookalike.remove_snapshot("ready")
    with pytest.raises(RefusedError, match="404"):
        lookalike.show_snapshot("ready")


def test_a_seed_is_a_document_a_name_a_text_or_a_file(lookalike, tmp_path):
    (tmp_path / "seed.yaml").write_text("projects: [{name: filed}]\n")
    assert lookalike.seed("demo").made.images == 10
    assert lookalike.seed({"projects": [{"name": "typed"}]}).made.projects == 1
    assert lookalike.seed("projects:\n- name: told\n").made.projects == 1
    assert lookalike.seed(tmp_path / "seed.yaml").made.projects == 1


def test_the_journal_is_searched_and_exported(lookalike):
    token = lookalike.token("demo")
    (login,) = lookalike.requests(method="POST", since=lookalike.clock.now().replace(year=2000), limit=5)
    assert (login.path, login.status, token in str(login)) == ("/identity/v3/auth/tokens", 201, False)
    assert lookalike.request(login.id) == login
    assert len(lookalike.har(status="2xx")["log"]["entries"]) == 1
    assert lookalike.unread() == []
    lookalike.clear_unread()
    lookalike.clear_requests()
    assert lookalike.requests() == []


def test_requests_are_followed_as_they_arrive(lookalike):
    stop = threading.Event()

    def ask():
        while not stop.wait(0.05):
            lookalike.token()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        assert next(lookalike.stream(path="/identity/**")).path == "/identity/v3/auth/tokens"
    finally:
        stop.set()
        asking.join()


def test_settings_and_policy_return_to_the_start(lookalike):
    assert lookalike.config.set(image_tag_quota=2)["image_tag_quota"] == 2
    lookalike.config.restart()
    assert lookalike.config.show()["image_tag_quota"] != 2
    assert lookalike.policy.set({"add_image": "!"})["add_image"] == "!"
    lookalike.policy.restart()
    assert lookalike.policy.show()["add_image"] != "!"
    assert lookalike.metadefs({"namespace": "OS::Mine"}, existing="merge").made == ["OS::Mine"]


@pytest.mark.lookalike(options={"delayed_delete": True, "scrub_time": 60})
def test_a_deleted_image_is_restored_until_its_data_is_scrubbed(lookalike):
    images = lookalike.connect().image
    image = images.create_image("kept", data=b"bytes", disk_format="raw", container_format="bare")
    images.delete_image(image.id)
    assert [one.name for one in lookalike.deletions()] == ["kept"]
    lookalike.restore_image(image.id)
    assert images.download_image(image.id).content == b"bytes"
    images.delete_image(image.id)
    assert lookalike.scrub() == []
    lookalike.clock.advance(61)
    assert lookalike.scrub() == [image.id]
    with pytest.raises(RefusedError, match="cannot restore"):
        lookalike.restore_image(image.id)


@pytest.mark.lookalike(options={"sweep": 0})
def test_rows_of_what_was_deleted_are_purged(lookalike):
    images = lookalike.connect().image
    image = images.create_image("gone")
    images.add_member(image, member_id="another")
    images.remove_member("another", image=image)
    lookalike.clock.advance(31 * 86400)
    assert lookalike.purge().image_members == 1
    images.delete_image(image.id)
    lookalike.clock.advance(181 * 86400)
    assert lookalike.purge_images_table(max_rows=-1).images == 1


def test_the_clock_is_set_frozen_and_restarted(lookalike):
    assert lookalike.clock.set("2030-01-01T00:00:00Z").now.year == 2030
    assert lookalike.clock.freeze().frozen
    before = lookalike.clock.read()
    assert (lookalike.clock.advance(1.5).now - before.now).total_seconds() == 1.5
    assert not lookalike.clock.run().frozen
    lookalike.clock.restart()
    assert abs(lookalike.clock.read().offset_s) < 1


def test_users_log_in_where_they_have_a_role(lookalike):
    assert {(user.name, user.project) for user in lookalike.users()} >= {("admin", "admin"), ("demo", "demo")}
    assert lookalike.token("demo_reader", "demo")
    with pytest.raises(LookalikeError, match="no user nobody"):
        lookalike.token("nobody")


def test_a_server_tells_of_itself_and_its_sandboxes(lookalike, lookalike_server):
    assert lookalike.id in [one.id for one in lookalike_server.sandboxes()]
    assert lookalike_server.find_sandbox(lookalike.id).url == lookalike.url
    assert (lookalike.health().status, lookalike.index().version) == ("ok", lookalike.status().version)
    assert "/ui/" in lookalike_server.console_url()
    assert lookalike.servers() == {}


def test_nobody_at_the_url_is_an_error():
    with pytest.raises(UnreachableError, match=r"not ready after 0\.1 s: no server answers at http://127\.0\.0\.1:1"):
        Cloud("http://127.0.0.1:1").wait(0.1)
