"""Every write to a customer: one function an act, one transaction, one history row a customer.

Functions are keyword-only; `by` is the person who acts, `now` the moment (read once, at the edge). What cannot be done
raises ActionError, whose text is fit for that person.
"""

from customers.actions.assignment import (
    NOBODY,
    REQUEST_LIMIT,
    SLICE,
    Shared,
    assign,
    assign_one,
    cannot_take,
    distribute,
    may_be_given,
    preview,
    share_out,
    unassign,
)
from customers.actions.bulk import (
    BULK_KINDS,
    Act,
    begin_bulk,
    bulk_slice,
    undo_bulk_slice,
)
from customers.actions.calls import UNDO_WITHIN, record_tap, set_message, skip, take_back
from customers.actions.capacity import Seat, capacities, eligible, in_play, loads, seats
from customers.actions.duplicates import not_the_same
from customers.actions.erase import KeptFile, also_erase, erase, let_in
from customers.actions.errors import ActionError, AlreadyKnown, AlreadyLookedAfter, Conflict, KeptOut
from customers.actions.events import (
    PAST_DAY,
    change_event,
    close_event,
    create_event,
    is_past,
    plan_slice,
    reopen_event,
)
from customers.actions.exports import MOST_XLSX, begin_export, end_export
from customers.actions.follow_ups import close_follow_up, put_off, replan, set_follow_up
from customers.actions.late import record_late
from customers.actions.merging import merge
from customers.actions.notes import EDIT_WITHIN, add_note, edit_note, may_edit, note_of, pin_note
from customers.actions.people import (
    Handover,
    bring_back,
    deactivate,
    hand_over,
    handed_over,
    reactivate,
    set_availability,
    why_not,
)
from customers.actions.pool import left_today, take_from_pool
from customers.actions.profile import create_customer, edit_customer
from customers.actions.saved_lists import MOST_PINNED, choose_columns, delete_view, pin_view, save_view
from customers.actions.sharing_rules import NO_RULES, delete_rule, save_rule, share_by_rules
from customers.actions.status import KEEP, record_status
from customers.actions.undo_sharing import undo_slice
from customers.actions.undoing import UNDOABLE, begin_undoing, why_not_undone
from customers.actions.unmerging import REVERSIBLE_FOR, Parting, parting, unmerge, why_not_unmerged

__all__ = [
    "BULK_KINDS",
    "EDIT_WITHIN",
    "KEEP",
    "MOST_PINNED",
    "MOST_XLSX",
    "NOBODY",
    "NO_RULES",
    "PAST_DAY",
    "REQUEST_LIMIT",
    "REVERSIBLE_FOR",
    "SLICE",
    "UNDOABLE",
    "UNDO_WITHIN",
    "Act",
    "ActionError",
    "AlreadyKnown",
    "AlreadyLookedAfter",
    "Conflict",
    "Handover",
    "KeptFile",
    "KeptOut",
    "Parting",
    "Seat",
    "Shared",
    "add_note",
    "also_erase",
    "assign",
    "assign_one",
    "begin_bulk",
    "begin_export",
    "begin_undoing",
    "bring_back",
    "bulk_slice",
    "cannot_take",
    "capacities",
    "change_event",
    "choose_columns",
    "close_event",
    "close_follow_up",
    "create_customer",
    "create_event",
    "deactivate",
    "delete_rule",
    "delete_view",
    "distribute",
    "edit_customer",
    "edit_note",
    "eligible",
    "end_export",
    "erase",
    "hand_over",
    "handed_over",
    "in_play",
    "is_past",
    "left_today",
    "let_in",
    "loads",
    "may_be_given",
    "may_edit",
    "merge",
    "not_the_same",
    "note_of",
    "parting",
    "pin_note",
    "pin_view",
    "plan_slice",
    "preview",
    "put_off",
    "reactivate",
    "record_late",
    "record_status",
    "record_tap",
    "reopen_event",
    "replan",
    "save_rule",
    "save_view",
    "seats",
    "set_availability",
    "set_follow_up",
    "set_message",
    "share_by_rules",
    "share_out",
    "skip",
    "take_back",
    "take_from_pool",
    "unassign",
    "undo_bulk_slice",
    "undo_slice",
    "unmerge",
    "why_not",
    "why_not_undone",
    "why_not_unmerged",
]
