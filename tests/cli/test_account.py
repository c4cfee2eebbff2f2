"""`tuimail account`: what is configured, and a password that never is an argument."""


def test_the_accounts_are_listed_with_their_way_to_log_in(shell):
    done = shell.run("account", "list")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines() == [
        "work  hanako@example.jp  none",
        "home  hana@home.example  none",
    ]


def test_without_a_keyring_a_password_is_refused_in_one_line_that_does_not_hold_it(shell):
    shell.env["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    done = shell.run("account", "password", "work", stdin=b"hunter2\n")
    assert done.returncode == 77
    assert len(done.stderr.splitlines()) == 1
    assert b"hunter2" not in done.stdout + done.stderr


def test_a_misspelt_account_is_named_with_the_one_meant(shell):
    done = shell.run("account", "password", "wrok", stdin=b"hunter2\n")
    assert done.returncode == 64
    assert b"did you mean work?" in done.stderr
