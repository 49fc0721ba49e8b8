"""
Private files in an S3 store, where FILE_STORE_URL names one.

Settings name the class by its path, so that only such a portal imports boto3.
"""

from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from agencies.files import StoreUnreachableError
from agencies.library_internals import bucket_key

#: Longer than any file: a file is sent in one piece, which is stored whole or not.
ONE_PIECE = 2**30
CONFIG = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "max_attempts": 3},
    # Not every store knows the checksums that Amazon's has.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class PrivateBucket(S3Storage):
    """A folder of a bucket that is read through the portal alone."""

    def get_default_settings(self):
        whole = TransferConfig(multipart_threshold=ONE_PIECE, use_threads=False)
        own = {"client_config": CONFIG, "transfer_config": whole}
        return super().get_default_settings() | own

    def _open(self, name, mode="rb"):
        # The whole file: once its first bytes are sent an answer cannot fail any more.
        key = bucket_key(self, name)
        try:
            with answered():
                content = self.bucket.Object(key).get()["Body"].read()
        except StoreUnreachableError as error:
            if status_of(error.__cause__) == 404:
                raise FileNotFoundError(name) from None
            raise
        return ContentFile(content, name)

    def _save(self, name, content):
        with answered():
            return super()._save(name, content)

    def delete(self, name):
        with answered():
            super().delete(name)

    def exists(self, name):
        with answered():
            return super().exists(name)

    def listdir(self, name):
        with answered():
            return super().listdir(name)

    def url(self, name, **options):
        raise NotImplementedError("A private file has no address.")

    def find_weaknesses(self):
        found = []
        with answered():
            if self.bucket.Versioning().status:
                found.append("the bucket keeps versions: a purged file stays in it")
        stranger = self.unsigned_connection.meta.client
        if not is_refused(stranger.list_objects, Bucket=self.bucket_name):
            found.append("the bucket is public: anybody lists its files")
        for name in self.listdir("")[1][:1]:
            key = bucket_key(self, name)
            if not is_refused(stranger.head_object, Bucket=self.bucket_name, Key=key):
                found.append("the bucket is public: anybody reads its files")
        return found


def is_refused(request, **asked):
    """Whether the store refuses it; another error, as of a busy store, says nothing."""
    try:
        with answered():
            request(**asked)
    except StoreUnreachableError as error:
        if status_of(error.__cause__) not in {401, 403, 404}:
            raise
        return True
    return False


@contextmanager
def answered():
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise StoreUnreachableError(f"{type(error).__name__}: {error}") from error


def status_of(error):
    response = getattr(error, "response", {})
    return response.get("ResponseMetadata", {}).get("HTTPStatusCode")
