"""Files on their way in: never more of one on the disk than the product takes, or than there is room for."""

import logging

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

logger = logging.getLogger(__name__)


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


class TemporaryUpload(TemporaryFileUploadHandler):
    """Last in FILE_UPLOAD_HANDLERS: drops a file that the disk has no room for, and notes it down."""

    def new_file(self, *args, **kwargs):
        try:
            super().new_file(*args, **kwargs)
        except OSError:
            self._drop()

    def receive_data_chunk(self, raw_data, start):
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            self._drop()

    def file_complete(self, file_size):
        try:
            return super().file_complete(file_size)
        except OSError:  # the last of it was still to be written
            self._note()
            return None

    def _drop(self):
        self._note()
        raise SkipFile

    def _note(self):
        logger.error("An uploaded file could not be put aside", exc_info=True)
        self.request.upload_without_room = True


def without_room(request: HttpRequest) -> bool:
    """Whether a file of this request was dropped because the disk would not take it."""
    return getattr(request, "upload_without_room", False)


def too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was dropped for its size."""
    return getattr(request, "upload_too_large", False)
