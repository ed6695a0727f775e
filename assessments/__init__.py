"""What is asked: item bank, quizzes, attempts, grading."""
