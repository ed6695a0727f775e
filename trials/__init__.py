"""What is shown about the running product: a synthetic company, benchmarks and faults. Nothing imports this room."""
