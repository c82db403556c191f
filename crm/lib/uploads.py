"""Files on their way in: never more of one on the disk than the product takes."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest


class BoundedUpload(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: drops a file beyond MAX_UPLOAD_BYTES while it arrives, and notes it down."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD_BYTES:
            self.request.upload_too_large = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None


def too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was dropped for its size."""
    return getattr(request, "upload_too_large", False)
