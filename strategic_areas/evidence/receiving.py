"""How much of a request is read at all, before anybody looks at it."""

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from strategic_areas.evidence.limits import REQUEST_BYTES


class SizeLimitHandler(FileUploadHandler):
    """Refuses what is larger than any report with all its evidence; else passes on."""

    def handle_raw_input(
        self, input_data, META, content_length, boundary, encoding=None
    ):
        if content_length > REQUEST_BYTES:
            raise RequestDataTooBig("The request is larger than any report.")

    def receive_data_chunk(self, raw_data, start):
        return raw_data

    def file_complete(self, file_size):
        return None
