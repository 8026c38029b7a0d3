"""Rules about reliability."""
