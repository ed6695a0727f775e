"""What knows no app: environment readers, claimable rows, errors, verification, shared template parts."""
