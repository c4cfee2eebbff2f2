from pathlib import Path

from tuimail.cli import rules_page
from tuimail.mail.when.calendar import Calendar
from tuimail.rule_keys import RuleKeys, WhenKeys
from tuimail.rulebook import TomlRules

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


def test_the_page_is_the_one_made_from_the_code():
    assert PAGE.read_text() == rules_page.page()


def test_every_condition_and_action_is_on_the_page():
    names = [*WhenKeys.__struct_encode_fields__, *RuleKeys.__struct_encode_fields__]
    assert [name for name in names if f"| `{name}` |" not in PAGE.read_text()] == []


def test_the_examples_are_rules(tmp_path):
    (tmp_path / "config.toml").write_text(rules_page.examples())
    rules = TomlRules(tmp_path / "config.toml", ("work",), lambda: Calendar("JP")).read()
    assert len(rules) == len(rules_page.EXAMPLES) >= 12
