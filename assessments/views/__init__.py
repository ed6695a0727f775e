"""What the learner's browser calls: start, player, list before submitting, result, and the JSON of autosave."""
