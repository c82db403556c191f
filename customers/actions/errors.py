"""What an action may refuse; the texts are shown to the person who asked."""


class ActionError(Exception):
    """The act cannot be done; `str()` says why and what to do instead."""


class Conflict(ActionError):
    """Somebody else changed the same thing in between."""


class AlreadyLookedAfter(ActionError):
    """The number of a new customer belongs to one whom another person looks after; the entry was passed on."""
