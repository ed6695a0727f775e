"""How trainers see the bank in the CMS."""
