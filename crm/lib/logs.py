"""What goes into the log."""

import logging


class RefusalInOneLine(logging.Filter):
    """A refused request (400, 403, 404) is a line, without the way the code took to say so: that is for our faults."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR and getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
