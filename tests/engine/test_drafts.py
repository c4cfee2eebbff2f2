"""Drafts: on disk before `save` answers, with files that are read again at Send."""

import pytest

from tuimail.mail.errors import AttachmentError


async def test_a_new_draft_has_an_id_and_the_signature_of_its_account(world):
    engine = world.engine()
    assert engine.drafts.new().account == "work"
    draft = engine.drafts.new("home")
    assert draft.body == "\n\n-- \nof home"
    assert draft.id != engine.drafts.new("home").id


async def test_a_saved_draft_is_there_for_the_next_process(world):
    one, other = world.engine("one"), world.engine("other")
    draft = one.drafts.new()
    await one.drafts.save(draft)
    assert await other.drafts.open(draft.id) == draft
    assert [(d.id, saved) for d, saved in await other.drafts.all()] == [(draft.id, world.clock.now().wall)]
    await other.drafts.drop(draft.id)
    assert await one.drafts.open(draft.id) is None


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/home/a/見積書.pdf", "見積書.pdf", "application/pdf"),
        ("/home/a/no ending", "no ending", "application/octet-stream"),
    ],
)
async def test_an_attached_file_is_looked_at_and_not_carried(world, path, name, kind):
    engine = world.engine()
    world.files[path] = b"12345"
    draft = await engine.drafts.attach(engine.drafts.new(), path)
    (attachment,) = draft.attachments
    assert (attachment.name, attachment.type, attachment.size) == (name, kind, 5)
    assert (attachment.path, attachment.data) == (path, None)


async def test_a_file_that_is_not_there_is_not_attached(world):
    engine = world.engine()
    with pytest.raises(AttachmentError, match="/nowhere"):
        await engine.drafts.attach(engine.drafts.new(), "/nowhere")
