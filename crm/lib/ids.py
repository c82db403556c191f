"""Keys for many new rows at once."""

import os
import time
from collections.abc import Iterator

_AT_ONCE = 256


def time_ordered_ids() -> Iterator[str]:
    """UUIDs of version 7 (RFC 9562), as 32 hexadecimal digits, each after the one before; never ends.

    The 12 bits behind the millisecond count within it; 60 random bits follow. `uuid6.uuid7` makes single ones.
    """
    last = 0
    while True:
        last = max(time.time_ns() // 1_000_000, last + 1)
        noise = os.urandom(8 * _AT_ONCE).hex()
        for count in range(_AT_ONCE):
            yield f"{last:012x}7{count:03x}8{noise[16 * count : 16 * count + 15]}"
