"""Findings whose repair is mechanical, as edits of the mapping spec: offered only where a trial shows that they help."""

from compose2qt.repair.offers import Offer, offers
from compose2qt.repair.trial import Repair, repair

__all__ = ["Offer", "Repair", "offers", "repair"]
