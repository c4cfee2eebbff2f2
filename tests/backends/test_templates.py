"""Templates are the text files of a folder."""

from tuimail.backends.templates import TemplateFolder


async def test_the_text_files_of_the_folder_are_the_templates(tmp_path):
    (tmp_path / "見積.txt").write_text("Subject: 見積\n\n{name}様\n", "utf-8")
    (tmp_path / "notes.md").write_text("no")
    (tmp_path / "broken.txt").write_bytes(b"\xff\xfe")
    found = await TemplateFolder(tmp_path).all()
    assert [one.name for one in found] == ["broken", "見積"]
    assert found[1].subject == "見積"
    assert await TemplateFolder(tmp_path / "none").all() == ()
