"""The walk, in short; `python tests/rigs/walk.py --help` has the long form."""

import pytest
from rigs.walk import walk

pytestmark = pytest.mark.servers


def test_tuimail_and_another_program_agree_with_dovecot_after_cuts_and_kills(dovecot):
    its = walk(dovecot, seed=1, operations=80)
    assert its.done["kills"] and its.done["cuts"]


def test_tuimail_and_another_program_agree_with_cyrus_after_cuts_and_kills(cyrus):
    its = walk(cyrus, seed=2, operations=80)
    assert its.done["cuts"]
