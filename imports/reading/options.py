from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Options:
    """What a person may decide about a file instead of letting us find out."""

    sheets: tuple[str, ...] | None = None  # None: every visible sheet
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Past a limit the file is refused, with the limit in the refusal's detail."""

    seconds: int = 300  # of the child's processor, and of the parent's waiting for it
    memory_bytes: int = 1536 * MIB  # address space of the child
    max_rows: int = 1_048_576  # rows with something in them, all sheets together
    max_columns: int = 1_000  # what stands further right is left out, with a note
    max_cells: int = 50_000_000
    max_inflated: int = 2048 * MIB  # all members of the zip together
    max_member: int = 10 * MIB  # a member may be larger, but then not inflate more than max_ratio times
    max_ratio: int = 100
