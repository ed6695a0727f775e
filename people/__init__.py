"""Who learns: user, function, org unit, manager, duo, roles, the access log."""
