"""From an uploaded file to customers, in two phases that may be interrupted at any moment:

checking   the file is read, its columns understood, every row cleaned and staged;
running    the staged rows become customers, slice by slice, each slice with its receipts in one transaction;

and back again, where somebody undoes it (undoing): slice by slice as well, from the last row to the first.
"""

from imports.pipeline.claims import STALE_AFTER, release_claim, stale
from imports.pipeline.patience import stopping
from imports.pipeline.running import give_up, run

__all__ = ["STALE_AFTER", "give_up", "release_claim", "run", "stale", "stopping"]
