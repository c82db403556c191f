class Refused(Exception):
    """A file that is not read, or not to its end.

    `code` is one of the file reasons every part of the product knows; `detail` holds the facts for the sentence that is
    written elsewhere (what kind it is, which row, which limit).
    """

    def __init__(self, code: str, **detail: str | int):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
