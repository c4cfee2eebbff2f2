from tuimail.ui.files import suggest, whole


def test_a_path_is_completed_from_its_folder(tmp_path):
    (tmp_path / "invoice.pdf").touch()
    (tmp_path / "inner").mkdir()
    (tmp_path / ".hidden").touch()
    assert suggest(f"{tmp_path}/inv") == f"{tmp_path}/invoice.pdf"
    assert suggest(f"{tmp_path}/inn") == f"{tmp_path}/inner/"
    assert suggest(f"{tmp_path}/") == f"{tmp_path}/inner/"
    assert suggest(f"{tmp_path}/zzz") is None
    assert suggest(f"{tmp_path}/none/x") is None
    assert suggest("~nobody-of-that-name/x") is None


def test_a_name_with_escapes_is_never_offered(tmp_path):
    (tmp_path / "a\x1b[31m.pdf").touch()
    assert suggest(f"{tmp_path}/a") is None


def test_a_path_is_made_whole(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert whole(" ~/x.pdf ") == f"{tmp_path}/x.pdf"
    assert whole("/a/b") == "/a/b"
