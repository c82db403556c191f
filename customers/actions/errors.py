"""What an action may refuse; the texts are shown to the person who asked."""

USED_TOKEN = "This form was already used for something else. Open the page again."


class ActionError(Exception):
    """The act cannot be done; `str()` says why and what to do instead."""


class Conflict(ActionError):
    """Somebody else changed the same thing in between."""


class KeptOut(ActionError):
    """The number belonged to somebody whose data was erased; a manager can let it in again."""


class AlreadyLookedAfter(ActionError):
    """The number of a new customer belongs to one whom another person looks after; the entry was passed on."""


class AlreadyKnown(ActionError):
    """The number belongs to `customer`, whom the person who asked may see."""

    def __init__(self, words: str, customer):
        super().__init__(words)
        self.customer = customer
