import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g2links.errors import ArtefactError
from g2links.storage.yaml_files import read_yaml


def parse(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("1e-3", 1e-3), ("1E5", 1e5), ("-.5", -0.5), ("1.", 1.0), ("+12", 12), ("010", 10), ("0x1F", 31)],
        *[("0o17", 15), ("no", "no"), ("on", "on"), ("y", "y"), ("12:30", "12:30"), ("1_000", "1_000")],
        *[
            ("2020-01-01", "2020-01-01"),
            ("true", True),
            ("FALSE", False),
            ("~", None),
            ("", None),
            ("null", None),
        ],
        *[
            ("'1'", "1"),
            ('"true"', "true"),
            ("=", "="),
            ("<<", "<<"),
            (".inf", float("inf")),
            ("3form", "3form"),
        ],
        *[("(0.3+0.1j)", "(0.3+0.1j)"), ("[1, [2, {a: b}]]", [1, [2, {"a": "b"}]]), ("1 # one", 1)],
    ],
)
def test_the_core_schema(tmp_path, text, value):
    result = parse(tmp_path, f"key: {text}\n").data["key"]
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: {c: 1,\n  c: 2}", r"a\.yaml:3:3: the key 'c' stands twice"),
        ("a: 1\na: 2", r"a\.yaml:2:1: the key 'a' stands twice"),
        ("a: [1, 2", r"a\.yaml:1:9: "),
        ("a: b: c", r"a\.yaml:1:5: "),
        ("1: x", r"a\.yaml:1:1: a key must be a name, found 1"),
        ("[1]: x", r"a\.yaml:1:1: a key must be a name"),
        (
            "a: !!python/object/apply:os.system ['true']",
            r"a\.yaml:1:4: the tag '.*os\.system' is not allowed",
        ),
        ("a: !!str [1]", "the tag"),
        ("a: &x [1]\nb: *x", r"a\.yaml:2:4: aliases are not used"),
        ("--- 1\n--- 2", r"a\.yaml:2:1: "),
        ("a: 1\nb: \x07", r"a\.yaml:2: the character .* is not allowed"),
        ("a: " + "9" * 5000, "not an integer that can be read"),
        ("[" * 5000, "nested too deeply"),
        (b"a: \xff", "not UTF-8 text at byte 3"),
        ("#" * (2**20 + 1), "larger than"),
    ],
)
def test_errors_name_their_place(tmp_path, text, message):
    with pytest.raises(ArtefactError, match=message):
        parse(tmp_path, text)


def test_missing(tmp_path):
    with pytest.raises(ArtefactError, match="no such file"):
        read_yaml(tmp_path / "gone")


def test_lines_of_keys_and_entries(tmp_path):
    lines = parse(tmp_path, "a: 1\nb:\n  c: 2\n  d:\n  - 3\n  - 4\n").lines
    assert lines["a",] == 1
    assert lines["b", "c"] == 3
    assert lines["b", "d", 1] == 6


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("ab:- \n[]{}#&*!|>'\"%@`?,01.e~"), max_size=40))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    try:
        parse(tmp_path_factory.getbasetemp(), text)
    except ArtefactError:
        return
