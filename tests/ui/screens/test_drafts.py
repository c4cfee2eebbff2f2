from tuimail.mail.letter.draft import Draft


async def test_local_drafts_are_listed_opened_and_thrown_away(open_app, press, seen, world):
    world.drafts.kept = {n: Draft(n, "work", to="a@b.example", subject=f"draft {n}") for n in ("one", "two")}
    pilot = await open_app()
    await press(pilot, "D")
    assert "draft one" in seen(pilot)
    await press(pilot, "j", "enter")
    assert pilot.app.screen.draft.subject == "draft two"
    await press(pilot, "escape", "d", "n")
    assert len(world.drafts.kept) == 2
    await press(pilot, "d", "y")
    assert list(world.drafts.kept) == ["one"]
    assert "draft two" not in seen(pilot)


async def test_without_drafts_it_says_so(open_app, press, seen):
    pilot = await open_app()
    await press(pilot, "D")
    assert "No drafts on this computer." in seen(pilot)
