"""How answers become a score beyond right and wrong: several tries, and how certain somebody was. Pure."""
