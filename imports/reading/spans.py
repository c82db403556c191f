"""Attributes that repeat or span, as XML and HTML give them: numbers from strangers."""


def count(text: str | None, default: int = 1, limit: int = 2_000_000) -> int:
    """A count of at least 1 and at most `limit`, `default` when the text is no such number."""
    text = (text or "").strip()
    if not text.isdecimal() or not text.isascii() or len(text) > 9:
        return default
    return min(max(int(text), 1), limit)
