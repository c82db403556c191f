"""Customers and all that happens to them."""

from customers.models.calling import CallingRules, CallTap, Skip
from customers.models.customer import ContactNumber, Customer, CustomerQuerySet, Enquiry, Merge
from customers.models.duplicates import DuplicateSearch, LikelyDuplicate
from customers.models.erasure import ErasedNumber, Erasure
from customers.models.events import Event
from customers.models.exports import Export
from customers.models.saved_lists import ListSetting, Pin, SavedView
from customers.models.sharing import SharingRule, SharingSettings
from customers.models.timeline import (
    AssignmentChange,
    Batch,
    FieldChange,
    FollowUp,
    Note,
    StatusChange,
)
from customers.models.vocabulary import Alias, Course, LostReason, Origin, Source, Stage, Status

__all__ = [
    "Alias",
    "AssignmentChange",
    "Batch",
    "CallTap",
    "CallingRules",
    "ContactNumber",
    "Course",
    "Customer",
    "CustomerQuerySet",
    "DuplicateSearch",
    "Enquiry",
    "ErasedNumber",
    "Erasure",
    "Event",
    "Export",
    "FieldChange",
    "FollowUp",
    "ListSetting",
    "LikelyDuplicate",
    "LostReason",
    "Merge",
    "Note",
    "Origin",
    "SharingRule",
    "SharingSettings",
    "Skip",
    "Pin",
    "SavedView",
    "Source",
    "Stage",
    "Status",
    "StatusChange",
]
