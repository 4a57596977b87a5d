"""Records: what is written comes back, and nothing that was damaged does."""

import json
import math

import pytest

from g2links.errors import ArtefactError, InputError
from g2links.records import CheckRecord, ClaimRecord, ManifestRecord
from g2links.storage.records import read_record, write_record

CHECK: CheckRecord = {
    "check": "analytic",
    "cy_run": 1,
    "g2_run": None,
    "n": 100,
    "figures": {"d_psi": {"mean": 1.25e-14, "median": 1.0, "std": 0.5, "max": None}},
    "thresholds": {"d_psi": {"statistic": "max", "at_most": 1e-9}},
    "passed": False,
    "failures": ["d_psi: max is not finite"],
}


@pytest.fixture
def path(tmp_path):
    write_record(tmp_path / "check.json", CheckRecord, CHECK)
    return tmp_path / "check.json"


def test_a_record_comes_back_without_schema_and_checksum(path):
    assert read_record(path, CheckRecord) == CHECK
    assert json.loads(path.read_text())["schema"] == "g2links check, version 2"


def test_every_flipped_bit_is_noticed_or_changes_nothing(path, rng):
    good, found = path.read_bytes(), []
    for _ in range(400):
        flipped = bytearray(good)
        flipped[rng.integers(len(good))] ^= 1 << rng.integers(8)
        path.write_bytes(flipped)
        try:
            found.append(read_record(path, CheckRecord))
        except ArtefactError as error:
            found.append(str(error))
    sentences = [sentence for sentence in found if sentence != CHECK]
    assert all(str(path) in sentence for sentence in sentences)
    assert len(sentences) > 300, "what is left is white space, and digits beyond those of a double"


@pytest.mark.parametrize("length", [0, 1, 100])
def test_a_truncated_record_is_refused(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ArtefactError, match="not valid JSON"):
        read_record(path, CheckRecord)


def test_another_layout_of_the_same_content_is_the_same_record(path):
    content = json.loads(path.read_text())
    path.write_text(json.dumps(dict(reversed(content.items()))))
    assert read_record(path, CheckRecord) == CHECK


def test_an_altered_value_and_another_kind_are_refused(path):
    text = path.read_text()
    path.write_text(text.replace('"passed": false', '"passed": true'))
    with pytest.raises(ArtefactError, match="damaged or altered: its checksum"):
        read_record(path, CheckRecord)
    path.write_text(text)
    with pytest.raises(ArtefactError, match="its schema is 'g2links check, version 2'"):
        read_record(path, ManifestRecord)


@pytest.mark.parametrize("entry", ["schema", "checksum"])
def test_both_marks_are_needed_where_one_is(path, entry):
    content = json.loads(path.read_text())
    del content[entry]
    path.write_text(json.dumps(content))
    with pytest.raises(ArtefactError, match=entry):
        read_record(path, CheckRecord)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ({"run": 1}, "config: Field required"),
        ({"run": "1", "config": {}}, "run: Input should be a valid integer"),
        ({"config": []}, "config: Input should be a valid dictionary"),
    ],
)
def test_a_file_of_an_earlier_version_is_held_against_the_types(tmp_path, content, where):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"config": {"seed": 0}}))
    assert read_record(path, ClaimRecord) == {"config": {"seed": 0}}
    path.write_text(json.dumps(content))
    with pytest.raises(ArtefactError, match=f"not a ClaimRecord as g2links writes it: {where}"):
        read_record(path, ClaimRecord)


def test_what_json_cannot_hold_is_not_written(tmp_path):
    with pytest.raises(InputError, match="a finite number is needed"):
        write_record(tmp_path / "a.json", ClaimRecord, {"config": {"rate": math.nan}})
    assert not list(tmp_path.iterdir())
