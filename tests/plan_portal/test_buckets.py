"""Evidence and letters in an S3 store: the same rules as in a folder."""

from types import SimpleNamespace

import boto3
import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db.models import FileField
from django.urls import reverse
from moto.server import ThreadedMotoServer

from agencies import buckets
from agencies.files import PRIVATE_STORAGES, StoreUnreachableError, list_names
from plan_portal import environment
from plan_portal.backup import archive
from plan_portal.management.commands import restore, verify
from strategic_areas import purging, workflow
from tests import make
from tools.benchmarks.servers import free_port

pytestmark = pytest.mark.django_db

NAME = "plan-portal"


@pytest.fixture(scope="module")
def port():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


def use_store(port, settings, monkeypatch):
    """Keep the files of all records in a store, as a portal with this setting does."""
    url = f"s3+http://key:se%2Fcret@127.0.0.1:{port}/{NAME}"
    settings.STORAGES = environment.storages(
        settings.VAR_DIR, compresses_static=False, store=url
    )
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                monkeypatch.setattr(field, "storage", field._storage_callable())


@pytest.fixture
def bucket(port, settings, monkeypatch):
    """The client of a store that has the one empty bucket."""
    use_store(port, settings, monkeypatch)
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="se/cret",
        region_name="us-east-1",
        config=buckets.CONFIG,
    )
    client.create_bucket(Bucket=NAME)
    yield client
    for each in client.list_objects(Bucket=NAME).get("Contents", ()):
        client.delete_object(Bucket=NAME, Key=each["Key"])
    client.delete_bucket(Bucket=NAME)
    client.close()


def publish_file():
    update = make.submitted_update()
    item = make.file_evidence(update)
    workflow.publish(update, by=make.reviewer(), evidence=[item])
    return item


def keys(bucket):
    return [
        each["Key"] for each in bucket.list_objects(Bucket=NAME).get("Contents", ())
    ]


def ask(client, item):
    response = client.get(reverse("es:evidence", args=[item.token]))
    content = b"".join(response.streaming_content) if response.streaming else b""
    return response.status_code, content[:5]


def test_the_public_reads_a_cleared_file_until_it_is_withdrawn(bucket, client):
    item = publish_file()

    during = ask(client, item)
    workflow.withdraw(item.record, by=make.reviewer(), cause="error")

    assert keys(bucket) == [f"evidence/{item.token}"]
    assert during == (200, b"%PDF-")
    assert ask(client, item)[0] == 404


@pytest.mark.django_db(transaction=True)
def test_a_purge_closes_a_file_and_deletes_it(bucket, client):
    item = publish_file()

    purge = purging.request_purge("", [item.token], by=make.reviewer())
    asked_for = ask(client, item)[0], keys(bucket)
    purging.confirm(purge, by=make.reviewer())

    assert asked_for == (404, [f"evidence/{item.token}"])
    assert keys(bucket) == []


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_a_bucket_is_restored_into_another(bucket, tmp_path):
    storages["evidence"].save("a" * 40, ContentFile(b"photo"))
    storages["letters"].save("b" * 40, ContentFile(b"letter"))

    call_command("back_up", tmp_path, verbosity=0)

    [backup] = tmp_path.glob("plan-portal-*.tar.gz")
    (tmp_path / "unpacked").mkdir()
    archive.unpack_backup(backup, tmp_path / "unpacked")
    for name in PRIVATE_STORAGES:
        for each in list_names(storages[name]):
            storages[name].delete(each)
    restore.put_files_back(tmp_path / "unpacked")
    assert storages["evidence"].open("a" * 40).read() == b"photo"
    assert storages["letters"].open("b" * 40).read() == b"letter"


def answer_lists(status):
    """Let strangers who list the bucket get this answer; moto lists it to everybody."""
    answer = SimpleNamespace(status_code=status)
    told = {"ResponseMetadata": {"HTTPStatusCode": status}}
    for name in PRIVATE_STORAGES:
        events = storages[name].unsigned_connection.meta.client.meta.events
        events.register("before-call.s3.ListObjects", lambda **_: (answer, told))


def test_verify_finds_a_file_that_is_missing_or_was_changed(bucket):
    answer_lists(403)
    missing, changed = publish_file(), publish_file()
    bucket.delete_object(Bucket=NAME, Key=f"evidence/{missing.token}")
    bucket.put_object(Bucket=NAME, Key=f"evidence/{changed.token}", Body=b"other")

    assert verify._file_problems() == [
        f"strategic_areas.Evidence {missing.pk}: its file is missing",
        f"strategic_areas.Evidence {changed.pk}: its file was changed",
    ]


def test_verify_finds_a_bucket_that_shows_or_keeps_too_much(bucket):
    answer_lists(403)
    storages["evidence"].save("a" * 40, ContentFile(b"photo"))
    assert verify._store_problems({"a" * 40}) == []
    bucket.put_object_acl(Bucket=NAME, Key=f"evidence/{'a' * 40}", ACL="public-read")
    found = []
    for status in "Enabled", "Suspended":
        bucket.put_bucket_versioning(
            Bucket=NAME, VersioningConfiguration={"Status": status}
        )
        found.append(verify._store_problems({"a" * 40}))

    kept = "the bucket keeps versions: a purged file stays in it"
    weaknesses = [
        f"evidence: {kept}",
        "evidence: the bucket is public: anybody reads its files",
        f"letters: {kept}",
    ]
    assert found == [weaknesses, weaknesses]


def test_verify_finds_a_bucket_that_strangers_may_list(bucket):
    listed = "the bucket is public: anybody lists its files"

    found = verify._store_problems(set())

    assert [line for line in found if listed in line] == [
        f"{name}: {listed}" for name in PRIVATE_STORAGES
    ]


def test_a_busy_store_does_not_count_as_private(bucket):
    answer_lists(503)

    with pytest.raises(StoreUnreachableError):
        verify._store_problems(set())


def test_no_address_of_a_file_is_handed_out(bucket):
    with pytest.raises(NotImplementedError):
        _ = publish_file().file.url


def test_an_absent_store_leaves_no_purge_half(bucket, client, settings, monkeypatch):
    item, other = publish_file(), publish_file()
    purge = purging.request_purge("", [item.token], by=make.reviewer())
    use_store(free_port(), settings, monkeypatch)
    client.raise_request_exception = False

    assert ask(client, other)[0] == 503
    with pytest.raises(StoreUnreachableError):
        purging.confirm(purge, by=make.reviewer())

    item.refresh_from_db()
    assert item.token
