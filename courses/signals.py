"""What higher rooms may listen to. Sent inside the transaction that changes the state, so receivers join it."""

from django.dispatch import Signal

# kwargs: enrollment (courses.Enrollment of a path or module, just satisfied), tested (bool: a test was passed for it)
enrollment_satisfied = Signal()
