"""What a check showed and what then became otherwise, in sentences."""

from imports.models import Import, Outcome
from imports.pipeline.counting import OTHER_NAME

EXACTLY = "Exactly as the check had shown."
SHOWN = {
    Outcome.CREATED.value: "new",
    Outcome.UPDATED.value: "updates",
    Outcome.UNCHANGED.value: "unchanged",
    OTHER_NAME: "another name at a known number",
    Outcome.DUPLICATE_IN_FILE.value: "twice in the file",
    Outcome.REJECTED.value: "not to be imported",
}
_BECAME = {
    Outcome.CREATED.value: "were added",
    Outcome.UPDATED.value: "were updated",
    Outcome.UNCHANGED.value: "were left unchanged",
    OTHER_NAME: "now have another name at their number",
    Outcome.DUPLICATE_IN_FILE.value: "repeat another row",
    Outcome.REJECTED.value: "were not imported",
}
_ADDED = "{n} of the rows shown as new {were} added by somebody else meanwhile"
_TOLD = {
    ("created", "unchanged"): _ADDED,
    ("created", "updated"): f"{_ADDED}, and got what else the file says",
    ("created", OTHER_NAME): (
        "{n} of the rows shown as new: somebody else has added the number under another name meanwhile"
    ),
    ("updated", "unchanged"): "{n} of the rows shown as updates had nothing new any more: somebody was quicker",
    ("updated", "updated"): "{n} of the rows shown as updates met other values than shown: somebody was quicker",
    ("unchanged", "updated"): "{n} of the rows shown as unchanged had something new: somebody changed the customer",
}


def otherwise_in_words(import_: Import) -> str:
    """Whether an import came out as its check had shown, and if not, what was else; "" without a check."""
    if not import_.was_checked:
        return ""
    otherwise = import_.check_result.get("otherwise", {})
    if not otherwise:
        return EXACTLY
    said = "; ".join(_told(key, n) for key, n in sorted(otherwise.items(), key=lambda pair: -pair[1]))
    return f"{said}: {_sum(import_)}."


def _told(key: str, n: int) -> str:
    was, _, now = key.partition(">")
    default = f"{{n}} of the rows shown as {SHOWN.get(was, was)} {_BECAME.get(now, now)}"
    return _TOLD.get((was, now), default).format(n=f"{n:,}", were="was" if n == 1 else "were")


def _sum(import_: Import) -> str:
    parts = [(import_.created, "added"), (import_.updated, "updated"), (import_.unchanged, "unchanged")]
    return ", ".join(f"{count:,} {word}" for count, word in parts if count) or "nothing was added or changed"
