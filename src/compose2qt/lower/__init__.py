"""Project and plan to workloads: one declared unit per Compose attribute, and the engine that records origins."""

from compose2qt.lower.exposures import exposures
from compose2qt.lower.lowering import Lowered, lower
from compose2qt.lower.registry import UNITS, Fidelity, Lost, Unit
from compose2qt.lower.sections import document_leaves

__all__ = ["UNITS", "Fidelity", "Lost", "Lowered", "Unit", "document_leaves", "exposures", "lower"]
