"""The people room outside the CMS: one's own profile and one's own data. No address takes an id."""

from tests.access.engine import Row
from tests.access.world import PEOPLE

ROWS = [
    Row("people:profile", PEOPLE, shows="@example.com"),
    Row("people:language", PEOPLE, method="POST", data=lambda world: {"language": "en"}, status=302,
        writes=frozenset({"people_user"})),
    Row("people:theme", PEOPLE, method="POST", data=lambda world: {"theme": "dark"}, status=302),
    Row("people:my_data", PEOPLE, shows="JSON"),
    Row("people:export_my_data", PEOPLE, method="POST", shows='"product": "Doppelpass"'),
]  # fmt: skip
