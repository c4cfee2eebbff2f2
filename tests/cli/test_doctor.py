import json
import socket

from tuimail.cli.main import main

SECRET = "correct-horse-battery"


def findings(capsys, *args):
    code = main(["doctor", "--json", *args])
    said = json.loads(capsys.readouterr().out)
    return code, {finding["about"]: (finding["state"], finding["line"]) for finding in said}


def use(here, line):
    here.config.write_text(here.config.read_text().replace('auth = "none"', line, 1))


def test_what_is_well_is_said_to_be(here, capsys):
    code, found = findings(capsys, "--offline")
    assert code == 0
    assert found["config"] == ("ok", str(here.config))
    assert found["outbox"] == ("ok", "empty, nothing was queued yet")
    assert found["sender"] == ("ok", "nobody sends now; mail leaves when tuimail or its agent runs")
    assert found["permissions"][0] == "ok"
    assert not any(about.endswith((" in", " out")) for about in found)


def test_a_server_that_is_not_there_makes_the_exit_code_1(here, capsys):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    here.config.write_text(here.config.read_text().replace("port = 9,", f"port = {port},"))
    code, found = findings(capsys)
    assert code == 1
    assert found["work out"][0] == "wrong"
    assert "refused" in found["work out"][1]
    assert found["work in"][0] == "ok"


def test_a_wrong_configuration_is_a_finding_with_its_line(here, capsys):
    here.config.write_text("[outbox]\nundo = 3\n")
    code, found = findings(capsys)
    assert code == 1
    assert "config.toml:2: outbox.undo" in found["config"][1]


def test_a_file_that_others_can_read_is_noted_with_the_command_that_mends_it(here, capsys):
    here.config.chmod(0o644)
    code, found = findings(capsys, "--offline")
    assert (code, found["permissions"][0]) == (0, "note")
    assert f"chmod 600 {here.config}" in found["permissions"][1]


def test_a_damaged_outbox_is_found(here, capsys):
    folder = here.home / ".local" / "share" / "tuimail"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "outbox.db").write_bytes(b"this is no database, whatever its name says" * 100)
    (folder / "outbox.db").chmod(0o600)
    code, found = findings(capsys, "--offline")
    assert code == 1
    assert found["outbox"][0] == "wrong"


def test_the_process_that_sends_is_named(here, capsys):
    from tuimail.store.lock import SenderLockFile

    lock = SenderLockFile(here.home / ".local" / "share" / "tuimail" / "sender.lock", "the other window")
    assert lock.take()
    try:
        _, found = findings(capsys, "--offline")
    finally:
        lock.release()
    assert found["sender"][1].startswith("the other window")


def test_no_secret_is_ever_printed(here, capsys):
    use(here, f'password_command = "echo {SECRET}"')
    assert main(["doctor"]) == 1
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err


def test_a_password_command_that_fails_is_said(here, capsys):
    use(here, 'password_command = "false"\nuser = "x"')
    _, found = findings(capsys)
    assert found["work login"] == ("ok", "comes from a command")
    assert found["work out"][0] == "wrong"
