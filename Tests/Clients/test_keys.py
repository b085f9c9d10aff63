"""Keys of a person: keystores both ways with eth-account, phrases, secrets that never show."""

import json
import os
import pathlib
import pty
import select
import stat
import subprocess
import time

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from harness import Node, binary
from test_cli import ask, run

Account.enable_unaudited_hdwallet_features()

PASSWORD = "canary-correct-horse-7f3a"
KEY = "0x" + "c0ffee" * 10 + "0a0b"


@pytest.fixture
def place(tmp_path):
    """A folder with a key folder to be, and a private password file."""
    private(tmp_path / "password", PASSWORD + "\n")
    return tmp_path


def private(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def keys(place, *words, code=0, password=True, **more):
    """Runs `freehold keys` on the folder; everything that it prints must be free of secrets."""
    command = [binary(), "keys", *words]
    if "phrase" not in words[:1]:
        command += ["--keys", str(place / "keys")]
    if password:
        command += ["--password-file", str(place / "password")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FREEHOLD_")}
    # A session of its own has no terminal to ask at.
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        **more,
    )
    shown = done.stdout + done.stderr
    assert done.returncode == code, f"{words}: {done.returncode}\n{shown}"
    for secret in (PASSWORD, KEY[2:]):
        assert secret.lower() not in shown.lower()
    return shown if code else done.stdout


def facts(text):
    return dict(line.split(None, 1) for line in text.strip().splitlines() if " " in line)


def test_a_new_key_opens_in_eth_account(place):
    made = json.loads(keys(place, "new", "alice", "--json"))
    path = pathlib.Path(made["file"])
    assert path.name.startswith("UTC--") and path.name.endswith(made["address"][2:].lower())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((place / "keys").stat().st_mode) == 0o700
    document = json.loads(path.read_text())
    assert list(document) == ["address", "crypto", "id", "version"]
    assert document["crypto"]["kdfparams"]["n"] == 262_144
    secret = Account.decrypt(document, PASSWORD)
    assert Account.from_key(secret).address == made["address"]
    with pytest.raises(ValueError):
        Account.decrypt(document, PASSWORD + "x")
    listed = json.loads(keys(place, "list", "-o", "json", password=False))["keys"]
    assert listed == [
        {"name": "alice", "address": made["address"], "kind": "key", "file": str(path)}
    ]
    exported = place / "alice.key"
    keys(place, "export", "alice", "--to", str(exported))
    assert exported.read_text().strip() == "0x" + secret.hex().removeprefix("0x")
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600
    assert "is there already" in keys(place, "export", "alice", "--to", str(exported), code=2)


@pytest.mark.parametrize("kdf", ["scrypt", "pbkdf2"])
def test_a_keystore_of_eth_account_opens_here(place, kdf):
    account = Account.from_key(KEY)
    document = account.encrypt(PASSWORD, kdf=kdf, iterations=4096 if kdf == "scrypt" else 10_000)
    store = private(place / "store.json", json.dumps(document))
    old = ("--old-password-file", str(place / "password"))
    words = ("import", "carol", "--keystore", store, *old, "--light")
    assert facts(keys(place, *words))["address"] == account.address
    message = "it is me"
    signed = json.loads(keys(place, "sign-message", "carol", message, "--json"))
    text = encode_defunct(text=message)
    assert Account.recover_message(text, signature=signed["signature"]) == account.address
    wanted = account.sign_message(text).signature.hex().removeprefix("0x")
    assert signed["signature"] == "0x" + wanted


def test_a_folder_of_others_works_as_it_is(place):
    """Files that geth or eth-account put into the folder are found by address."""
    account = Account.from_key(KEY)
    (place / "keys").mkdir()
    document = account.encrypt(PASSWORD, iterations=4096)
    document["Crypto"] = document.pop("crypto")
    path = place / "keys" / "UTC--2020-01-01T00-00-00.000000000Z--x"
    private(path, json.dumps(document), 0o640)
    words = ("sign-message", account.address, "x")
    assert "run chmod 600" in keys(place, *words, code=2)
    path.chmod(0o600)
    keys(place, *words)
    (place / "wrong").write_text("wrong")
    (place / "wrong").chmod(0o600)
    wrong = ("--password-file", str(place / "wrong"))
    refused = keys(place, *words, *wrong, code=1, password=False)
    assert "the password does not open the keystore" in refused
    (place / "keys" / "notes.txt").write_text("no keystore")
    assert account.address in keys(place, "list", password=False)


def test_a_password_is_changed(place):
    made = json.loads(keys(place, "new", "alice", "--light", "--json"))
    new = private(place / "new", "another canary")
    words = ("change-password", "alice", "--new-password-file", new, "--light")
    moved = json.loads(keys(place, *words, "--json"))
    assert moved["address"] == made["address"] and moved["file"] != made["file"]
    assert not pathlib.Path(made["file"]).exists()
    document = json.loads(pathlib.Path(moved["file"]).read_text())
    assert Account.from_key(Account.decrypt(document, "another canary")).address == made["address"]
    assert "does not open" in keys(place, *words, code=1)


def test_phrases(place):
    phrase = "test test test test test test test test test test test junk"
    path = private(place / "phrase", phrase + "\n")
    rows = json.loads(
        keys(place, "phrase", "check", "--phrase-file", path, "--json", password=False)
    )["accounts"]
    wanted = [Account.from_mnemonic(phrase, account_path=row["path"]).address for row in rows]
    assert [row["address"] for row in rows] == wanted
    taken = ("import", "dora", "--phrase-file", path, "--index", "2", "--light")
    assert facts(keys(place, *taken))["address"] == wanted[2]
    secret = private(place / "passphrase", "TREZOR")
    salted = ("import", "--phrase-file", path, "--passphrase-file", secret, "--light")
    assert facts(keys(place, *salted))["address"] == (
        Account.from_mnemonic(phrase, passphrase="TREZOR").address
    )
    for count in ("12", "24"):
        made = place / f"made-{count}"
        words = ("phrase", "new", "--words", count, "--to", str(made))
        assert "words" in keys(place, *words, password=False)
        assert len(made.read_text().split()) == int(count)
        assert stat.S_IMODE(made.stat().st_mode) == 0o600
        checked = keys(place, "phrase", "check", "--phrase-file", str(made), password=False)
        assert Account.from_mnemonic(made.read_text().strip()).address in checked
    for text, reason in (
        (phrase.replace("junk", "test"), "checksum is wrong"),
        (phrase.replace("junk", "junkk"), "word 12 is not in"),
        ("test test", "this one has 2"),
    ):
        wrong = private(place / "wrong", text)
        words = ("phrase", "check", "--phrase-file", wrong)
        assert reason in keys(place, *words, code=2, password=False)


def test_names(place):
    address = Account.from_key(KEY).address
    keys(place, "name", "bob", address, password=False)
    assert "is taken" in keys(place, "name", "bob", address, code=2, password=False)
    assert "name of a module" in keys(place, "name", "token", address, code=2, password=False)
    assert "cannot be a name" in keys(place, "name", "dev.1", address, code=2, password=False)
    wrong = address.swapcase().replace("0X", "0x")
    assert "checksum" in keys(place, "name", "eve", wrong, code=2, password=False)
    table = keys(place, "list", password=False).splitlines()
    assert table[0].split() == ["name", "address", "kind", "file"]
    assert table[1].split() == ["bob", address, "name"]
    assert keys(place, "list", "-o", "csv", password=False).splitlines()[1].startswith("bob,")
    assert "no key of 'bob'" in keys(place, "show", "bob", code=3, password=False)
    keys(place, "forget", "bob", password=False)
    assert "nobody is called" in keys(place, "forget", "bob", code=3, password=False)
    assert keys(place, "list", password=False).strip() == "none"


def test_where_a_password_may_come_from(place):
    key = private(place / "key", KEY)
    words = ("import", "--key-file", key, "--light")
    assert "no terminal to ask at" in keys(place, *words, code=2, password=False)
    (place / "password").chmod(0o644)
    assert "run chmod 600" in keys(place, *words, code=2)
    (place / "password").chmod(0o600)
    reading, writing = os.pipe()
    os.write(writing, PASSWORD.encode())
    os.close(writing)
    given = ("--password-fd", str(reading))
    made = facts(keys(place, *words, *given, password=False, pass_fds=[reading]))
    os.close(reading)
    assert made["address"] == Account.from_key(KEY).address
    assert "in the folder already" in keys(place, *words, code=2)
    (place / "keys").rename(place / "elsewhere")
    made["file"] = made["file"].replace("/keys/", "/elsewhere/")
    document = json.loads(pathlib.Path(made["file"]).read_text())
    assert Account.decrypt(document, PASSWORD).hex().removeprefix("0x") == KEY[2:]
    for text, reason in (("", "empty password"), ("a\nb\n", "more than one line")):
        (place / "password").write_text(text)
        assert reason in keys(place, *words, code=2)
    (place / "password").write_text("x" * 1_026)
    assert "holds more than 1024 bytes" in keys(place, *words, code=2)
    both = (*words, "--password-fd", "0")
    (place / "password").write_text(PASSWORD)
    assert "both given" in keys(place, *both, code=2)


def talk(command, answers):
    """Runs a command at a terminal, types an answer to each prompt, returns all that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    shown = b""
    deadline = time.monotonic() + 60
    for prompt, answer in answers:
        while prompt not in shown:
            assert time.monotonic() < deadline, shown
            if select.select([terminal], [], [], 1)[0]:
                shown += os.read(terminal, 4_096)
        shown = shown.replace(prompt, b"<asked>", 1)
        os.write(terminal, answer)
    try:
        while chunk := os.read(terminal, 4_096):
            shown += chunk
    except OSError:
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def test_a_person_types_without_echo(place):
    command = [binary(), "keys", "import", "--light", "--keys", str(place / "keys")]
    typed = PASSWORD.encode()
    # A backspace takes back, Ctrl-U begins anew.
    twice = [(b"new password", b"wrong\x15" + typed + b"x\x7f\r"), (b"once more", typed + b"\r")]
    code, shown = talk(command, [(b"private key", KEY.encode() + b"\r"), *twice])
    assert code == 0, shown
    assert Account.from_key(KEY).address in shown
    assert PASSWORD not in shown and KEY[2:] not in shown and "wrong" not in shown
    (path,) = (place / "keys").glob("UTC--*")
    assert Account.decrypt(json.loads(path.read_text()), PASSWORD)
    command = [*command[:-1], str(place / "other"), "--key-file", private(place / "key", KEY)]
    differing = [(b"new password", b"one\r"), (b"once more", b"two\r")]
    code, shown = talk(command, differing)
    assert code == 2 and "passwords differ" in shown
    code, shown = talk(command, [(b"new password", b"abc\x03")])
    assert code == 1 and "interrupted" in shown
    code, shown = talk([binary(), "keys", "phrase", "new", "--words", "12"], [])
    words = shown.replace("\r", "").splitlines()[0]
    assert code == 0 and Account.from_mnemonic(words)


def test_progress_is_for_terminals_that_want_it(place, monkeypatch):
    words = ["--light", "--password-file", str(place / "password"), "--keys", str(place / "keys")]
    code, shown = talk([binary(), "keys", "new", *words], [])
    assert code == 0 and "\x1b[K" in shown
    monkeypatch.setenv("NO_COLOR", "1")
    code, shown = talk([binary(), "keys", "new", *words], [])
    assert code == 0 and "\x1b" not in shown


def test_secrets_stand_in_no_process_list(place):
    """While the password is being worked on, neither arguments nor environment hold it."""
    key = private(place / "key", KEY)
    command = [binary(), "keys", "import", "--key-file", key, "--keys", str(place / "keys")]
    command += ["--password-file", str(place / "password")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    seen = 0
    while process.poll() is None:
        try:
            shown = b"".join(
                (pathlib.Path("/proc") / str(process.pid) / name).read_bytes()
                for name in ("cmdline", "environ")
            )
        except OSError:
            break
        assert PASSWORD.encode() not in shown and KEY[2:].encode() not in shown
        seen += 1
        time.sleep(0.01)
    output = process.communicate()[0]
    assert process.returncode == 0 and seen > 3, output
    assert PASSWORD.encode() not in output and KEY[2:].encode() not in output
    for path in place.rglob("*"):
        if path.is_file() and path.name not in ("key", "password"):
            text = path.read_bytes()
            assert PASSWORD.encode() not in text and KEY[2:].encode() not in text


def test_own_keys_sign_transactions(place, monkeypatch):
    key = private(place / "key", KEY)
    keys(place, "import", "carol", "--key-file", key, "--light")
    address = Account.from_key(KEY).address
    with Node() as node:
        options = ("--keys", str(place / "keys"))
        secret = ("--password-file", str(place / "password"))
        keys(place, "name", "bob", node.network()["development"]["accounts"][1]["address"],
             password=False)
        run(node, "tx", "token", "transfer", "carol", "100", *options)
        sent = ask(node, "tx", "token", "transfer", "bob", "2.5", "--from", "carol", *options,
                   *secret)
        assert sent["events"][-1]["arguments"]["from"] == address
        text = run(node, "tx", "token", "transfer", "bob", "1", "--from", address, *options,
                   *secret)
        assert f"{address} (carol)" in text and "(bob)" in text
        draft = ask(node, "tx", "token", "transfer", "bob", "1", "--from", "carol", "--dry-run",
                    *options)
        assert draft["from"] == address
        refused = run(node, "tx", "token", "transfer", "bob", "9e9", "--from", "carol", *options,
                      code=2)
        assert "no amount" in refused
        words = ("tx", "token", "transfer", "bob", "999999", "--from", "carol")
        assert "spendable balance" in run(node, *words, *options, code=4)
        assert "does not open" in run(
            node, "tx", "token", "transfer", "bob", "1", "--from", "carol", *options,
            "--password-file", private(place / "wrong", "wrong"), code=1)
        assert "no key of one's own" in run(
            node, "tx", "token", "transfer", "bob", "1", "--from", "nobody", *options, code=2)
        shown = run(node, "query", "token", "balanceOf", "carol", *options)
        assert "DTA" in shown
        command = [binary(), "tx", "token", "transfer", "bob", "1", "--node", node.url, *options]
        before = ask(node, "query", "token", "balanceOf", "bob", *options)
        code, shown = talk(command, [(b"Send it?", b"n\r")])
        assert code == 1 and "nothing was sent" in shown
        assert ask(node, "query", "token", "balanceOf", "bob", *options) == before
        code, shown = talk(command, [(b"Send it?", b"yes\r")])
        assert code == 0 and "done:" in shown
        code, shown = talk([*command, "--yes"], [])
        assert code == 0 and "done:" in shown
        assert PASSWORD not in node.log()
