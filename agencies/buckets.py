"""
Private files in an S3 store, if FILE_STORE_URL names one.

Settings name the class by its path, so that other portals do not import boto3.
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

#: Larger than any file: each file is sent in one request and never stored in part.
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
    """A folder of a bucket that only the portal reads."""

    def get_default_settings(self):
        transfer = TransferConfig(multipart_threshold=ONE_PIECE, use_threads=False)
        changed = {"client_config": CONFIG, "transfer_config": transfer}
        return super().get_default_settings() | changed

    def _open(self, name, mode="rb"):
        # Read to the end: a response that has begun can no longer become an error.
        key = bucket_key(self, name)
        try:
            with convert_store_errors():
                content = self.bucket.Object(key).get()["Body"].read()
        except StoreUnreachableError as error:
            if status_of(error.__cause__) == 404:
                raise FileNotFoundError(name) from None
            raise
        return ContentFile(content, name)

    def _save(self, name, content):
        with convert_store_errors():
            return super()._save(name, content)

    def delete(self, name):
        with convert_store_errors():
            super().delete(name)

    def exists(self, name):
        with convert_store_errors():
            return super().exists(name)

    def listdir(self, name):
        with convert_store_errors():
            return super().listdir(name)

    def url(self, name, **options):
        raise NotImplementedError("A private file has no address.")

    def find_weaknesses(self):
        found = []
        with convert_store_errors():
            if self.bucket.Versioning().status:
                found.append("the bucket keeps versions: a purged file stays in it")
        anonymous = self.unsigned_connection.meta.client
        if not is_request_refused(anonymous.list_objects, Bucket=self.bucket_name):
            found.append("the bucket is public: anybody lists its files")
        for name in self.listdir("")[1][:1]:
            key = bucket_key(self, name)
            if not is_request_refused(
                anonymous.head_object, Bucket=self.bucket_name, Key=key
            ):
                found.append("the bucket is public: anybody reads its files")
        return found


def is_request_refused(request, **parameters):
    """Whether the store refuses the request. Raises other errors of the store."""
    try:
        with convert_store_errors():
            request(**parameters)
    except StoreUnreachableError as error:
        if status_of(error.__cause__) not in {401, 403, 404}:
            raise
        return True
    return False


@contextmanager
def convert_store_errors():
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise StoreUnreachableError(f"{type(error).__name__}: {error}") from error


def status_of(error):
    response = getattr(error, "response", {})
    return response.get("ResponseMetadata", {}).get("HTTPStatusCode")
