"""Pages of the reports room. Who may not, gets 404, the same for what exists and what does not."""
