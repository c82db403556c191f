"""What an act on many customers says it did: whom they went to, how many were left, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import localtime

from accounts.models import User
from customers.dealing import EVEN, LOAD, RULES, WEIGHTS, Scheme
from customers.models import Batch

NAMED = 4  # so many shares are told by name; more are summed up
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

# Why customers were left, in the order told: one of them, several.
LEFT = {
    "taken": ("{} already has a counsellor", "{} already have a counsellor"),
    "hers": ("{} was hers already", "{} were theirs already"),
    "do_not_call": ("{} must not be called", "{} must not be called"),
    "full": ("{} found nobody with room", "{} found nobody with room"),
    "no_rule": ("{} matches no rule", "{} match no rule"),
    "unknown": ("{} does not exist", "{} do not exist"),
}


@dataclass
class Progress:
    """How far an act is, and what to say of it."""

    text: str
    assigned: int
    left: int
    seen: int
    total: int
    good: bool  # something was given out


def progress(batch: Batch, *, viewer: User, now: datetime) -> Progress:
    """How far `batch` is; of a finished one its receipt, as `viewer` reads it."""
    assigned, left = batch.counts.get("assigned", 0), batch.counts.get("left", 0)
    total = batch.options.get("total", assigned + left)
    seen = batch.options.get("seen", assigned + left)
    if batch.undone_at:
        undo = batch.options["undo"]
        total, seen = assigned, undo["back"] + undo["stays"]
    if batch.is_under_way:
        doing = "taken back" if batch.undone_at else "shared out"
        text = f"{total:,} customers are being {doing}. You can leave this page: it goes on by itself."
    elif batch.undone_at:
        text = undone(batch)
    else:
        text = receipt(batch, viewer=viewer, now=now)
    return Progress(text, assigned, left, seen, total, good=batch.is_under_way or assigned > 0)


def undone(batch: Batch) -> str:
    """ "Undone: 80 went back. 8 stay: somebody has worked on them or given them on." """
    back, stays = batch.options["undo"]["back"], batch.options["undo"]["stays"]
    went = f"Undone: {back:,} went back." if back else "Undone, but none could go back."
    if not stays:
        return went
    stay, them = ("stays", "her") if stays == 1 else ("stay", "them")
    return f"{went} {stays:,} {stay}: somebody has worked on {them} since or given {them} on."


HOW = {
    EVEN: "In equal shares at random; odd ones went to whoever had fewer of them before.",
    LOAD: "To whoever had the fewest open customers.",
    RULES: "By the rules: each to the people of the first rule that fits, in equal shares.",
    WEIGHTS: "At random, in proportion to weights: ",
}


def how(batch: Batch) -> str:
    """How a batch was dealt, with the seed it can be repeated from; "" when it went to one."""
    if batch.kind != Batch.Kind.DISTRIBUTE or "seed" not in batch.options:
        return ""
    scheme = Scheme.from_dict(batch.options)
    said = HOW[scheme.how]
    if scheme.weights:
        people = User.objects.in_bulk(scheme.weights)
        said += ", ".join(f"{people[user_id]} {weight}" for user_id, weight in scheme.weights.items()) + "."
    return f"{said} Seed {batch.options['seed']}."


def receipt(batch: Batch, *, viewer: User, now: datetime) -> str:
    """The batch in a sentence or two, as `viewer` reads it."""
    counts = batch.counts
    shares = {int(user_id): n for user_id, n in counts.get("shares", {}).items()}
    takers = {int(user_id): taken for user_id, taken in counts.get("takers", {}).items()}
    people = User.objects.in_bulk([*shares, *takers])
    sentences = [_taken(takers, people, viewer, now), _given(batch, shares, people), _left(counts), _error(counts)]
    return " ".join(sentence for sentence in sentences if sentence)


def _taken(takers: dict, people: dict[int, User], viewer: User, now: datetime) -> str:
    """ "Vikram took 12 of these two minutes ago." """
    parts = []
    for user_id, (n, at) in sorted(takers.items(), key=lambda taker: -taker[1][0]):
        name = "You" if user_id == viewer.pk else people[user_id]
        parts.append(f"{name} took {n:,} of these {ago(datetime.fromisoformat(at), now)}")
    return f"{', '.join(parts)}." if parts else ""


def _given(batch: Batch, shares: dict[int, int], people: dict[int, User]) -> str:
    """ "88 were shared out: Asha 44, Ravi 44." """
    n = batch.counts.get("assigned", 0)
    if not n:
        return "None were given out."
    were = "was" if n == 1 else "were"
    if len(shares) == 1:
        how = "given" if batch.kind == Batch.Kind.ASSIGN else "shared out, all"
        return f"{n:,} {were} {how} to {people[next(iter(shares))]}."
    if len(shares) <= NAMED:
        told = sorted(shares, key=lambda user_id: (-shares[user_id], str(people[user_id]).casefold()))
        return f"{n:,} were shared out: {', '.join(f'{people[user_id]} {shares[user_id]:,}' for user_id in told)}."
    least, most = min(shares.values()), max(shares.values())
    each = f"{least:,} each" if least == most else f"{least:,} to {most:,} each"
    return f"{n:,} were shared out among {len(shares)} counsellors, {each}."


def _left(counts: dict) -> str:
    """ "12 left: 9 must not be called, 3 found nobody with room." Those a taker is named for are told already."""
    why = dict(counts.get("why", {}))
    why["taken"] = why.get("taken", 0) - sum(n for n, _ in counts.get("takers", {}).values())
    return left_in_words(why)


def left_in_words(why: Mapping[str, int]) -> str:
    """Reasons and how many each, in a sentence; "" when nobody is left."""
    told = [words[n != 1].format(f"{n:,}") for reason, words in LEFT.items() if (n := why.get(reason, 0)) > 0]
    if len(told) == 1:
        return f"Left: {told[0]}."
    return f"{sum(n for n in why.values() if n > 0):,} left: {', '.join(told)}." if told else ""


def _error(counts: dict) -> str:
    return f"Then it stopped. {counts['error']}" if counts.get("error") else ""


def ago(moment: datetime, now: datetime) -> str:
    """ "two minutes ago", "three hours ago", "on Wed 25 Nov"."""
    past = now - moment
    if past < timedelta(minutes=1):
        return "a moment ago"
    if past < timedelta(hours=1):
        return _ago(int(past / timedelta(minutes=1)), "minute")
    if past < timedelta(days=1):
        return _ago(int(past / timedelta(hours=1)), "hour")
    local = localtime(moment)
    return f"on {local:%a} {local.day} {local:%b}"


def _ago(n: int, unit: str) -> str:
    return f"{WORDS[n] if n < len(WORDS) else n} {unit}{'' if n == 1 else 's'} ago"
