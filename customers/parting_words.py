"""What taking a merge apart brings back and what stays, in sentences."""

from django.utils.timezone import localtime

from customers.actions import Parting
from customers.models import Customer
from customers.models.timeline import FIELD_LABELS
from customers.values import shown


def comes_back(parts: Parting) -> list[str]:
    """ "Farah, 98765 43201, is a customer of her own again, looked after by Ravi." and what else goes back."""
    winner, loser = parts.winner, parts.loser
    number = f", {loser.spaced_number}," if loser.phone_number else ""
    hands = f"looked after by {parts.loser_owner}" if parts.loser_owner else "without a counsellor"
    lines = [f"{loser.shown_name}{number} is a customer of her own again, {hands}, with all that was recorded there."]
    lines += [_again(name, getattr(winner, name), old) for name, old in parts.fields.items()]
    lines += [_again(column, winner.extra.get(column), old) for column, old in parts.columns.items()]
    if parts.status:
        lines.append(_again("status", winner.status.label, parts.status.label))
    if parts.owner_back:
        lines.append(_again("counsellor", winner.assigned_to, parts.owner))
    if parts.numbers:
        lines.append(f"No number of {winner.shown_name} any more: {', '.join(map(shown, parts.numbers))}.")
    if parts.follow_up:
        due = localtime(parts.follow_up)
        lines.append(f"The follow-up {due:%a} {due.day} {due:%b}, {due:%H:%M} goes back to {loser.shown_name}.")
    return lines


def stays(parts: Parting) -> list[str]:
    """ "Name stays Farah K. Khan: it was changed since." """
    lines = []
    for name in parts.kept:
        value = _now(parts.winner, name)
        lines.append(f"{_label(name)} stays {f'“{value}”' if value else 'empty'}: it was changed since.")
    if parts.recorded:
        what = "call or note" if parts.recorded == 1 else "calls and notes"
        lines.append(f"{parts.recorded:,} {what} recorded since the merge: with {parts.winner.shown_name}.")
    return lines


def _again(name: str, now: object, old: object) -> str:
    now, old = (f"“{shown(value)}”" if shown(value) else "empty" for value in (now, old))
    return f"{_label(name)}: {now} is {old} again."


def _now(winner: Customer, name: str) -> str:
    if name == "owner":
        return shown(winner.assigned_to)
    if name == "status":
        return winner.status.label
    return shown(getattr(winner, name) if hasattr(winner, name) else winner.extra.get(name))


def _label(name: str) -> str:
    label = {"owner": "counsellor"}.get(name) or FIELD_LABELS.get(name, name)
    return label[:1].upper() + label[1:]
