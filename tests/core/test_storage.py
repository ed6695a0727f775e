from pathlib import Path

import pytest

from enablement.core.storage import HashedStorage


def test_a_module_imports_its_neighbour_by_its_hashed_name(tmp_path: Path) -> None:
    """Else a browser could run the new player with the outbox of last month, and lose answers."""
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "player.js").write_text('import { Outbox } from "./outbox.js";\nnew Outbox();\n')
    (tmp_path / "js" / "outbox.js").write_text("export class Outbox {}\n")
    storage = HashedStorage(location=tmp_path, base_url="/static/")
    paths = {name: (storage, name) for name in ("js/player.js", "js/outbox.js")}

    list(storage.post_process(paths))

    player = (tmp_path / storage.stored_name("js/player.js")).read_text()
    assert Path(storage.stored_name("js/outbox.js")).name in player
    assert '"./outbox.js"' not in player


def test_the_address_of_a_file_is_worked_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page names a dozen files, and every reader's page the same ones."""
    (tmp_path / "mark.svg").write_text("<svg/>")
    storage = HashedStorage(location=tmp_path, base_url="/static/")
    list(storage.post_process({"mark.svg": (storage, "mark.svg")}))
    address = storage.url("mark.svg")
    assert address.startswith("/static/mark.")
    monkeypatch.setattr(HashedStorage, "stored_name", lambda *_: pytest.fail("asks again"))
    assert storage.url("mark.svg") == address
