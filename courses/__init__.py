"""What is learned, and how far each person got: page tree, blocks, enrolments, progress, learning events."""
