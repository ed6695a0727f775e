"""The synthetic company."""
