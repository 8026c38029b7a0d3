"""Renderers of findings, ledger, budget and diff."""
