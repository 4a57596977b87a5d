import io
import os
import re
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from g2links.errors import ArtefactError, InputError
from g2links.storage.arrays import ArraySpec, read_arrays, row_count, write_arrays
from g2links.storage.manifests import MANIFEST, new_set, read_manifest
from tests.storage.faults import FULL_DISK, flipped, hidden_files, kill, run, start

SCHEMA = {"x": ArraySpec(("n", 2)), "k": ArraySpec(("n",), "iu"), "run": ArraySpec((1,), "iu")}


def good():
    return {"x": np.linspace(0, 1, 6).reshape(3, 2), "k": np.arange(3), "run": np.array([7])}


def unchanged(path, arrays):
    """Whether the file reads as these arrays (False: it is refused); anything else is an error."""
    try:
        found = read_arrays(path)
    except ArtefactError:
        return False
    assert found.keys() == arrays.keys()
    assert all(np.array_equal(found[name], arrays[name]) for name in arrays)
    return True


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.text("abc_/", min_size=1, max_size=5).filter(lambda name: name.strip("/") == name),
        hnp.arrays(
            st.sampled_from(["<f8", ">f8", "f4", "c16", "i8", "u1", "?"]),
            hnp.array_shapes(min_dims=0, min_side=0),
        ),
        max_size=3,
    )
)
def test_round_trip(tmp_path, arrays):
    path = tmp_path / "a.npz"
    write_arrays(path, arrays)
    found = read_arrays(path)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].shape == array.shape
        assert found[name].dtype == array.dtype.newbyteorder("=")


def test_numpy_reads_what_is_written_and_is_read(tmp_path):
    write_arrays(tmp_path / "a.npz", good())
    with np.load(tmp_path / "a.npz") as data:
        assert all(np.array_equal(data[name], array) for name, array in good().items())
    np.savez(tmp_path / "b.npz", x=np.asfortranarray(good()["x"]))
    np.testing.assert_array_equal(read_arrays(tmp_path / "b.npz")["x"], good()["x"])
    read_arrays(tmp_path / "a.npz", SCHEMA)["x"][:] = 0  # what is read may be changed


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", None, r"array 'x' is missing; found: k, run"),
        ("x", np.zeros((3, 4)), r"array 'x' has shape \(3, 4\), expected \(n, 2\)"),
        ("x", np.zeros(3), r"array 'x' has shape \(3,\), expected \(n, 2\)"),
        ("x", np.zeros((3, 2), complex), "array 'x' is of type complex128, expected real numbers"),
        ("x", np.zeros((3, 2), np.float32), "array 'x' is of type float32, expected float64"),
        ("x", np.zeros((3, 2), np.longdouble), "array 'x' is of type float128, expected float64"),
        ("k", np.arange(4), r"array 'k' has 4 rows, expected 3 as in 'x'"),
        ("k", np.zeros(3), "array 'k' is of type float64, expected integers or unsigned integers"),
        ("run", np.arange(2), r"array 'run' has shape \(2,\), expected \(1,\)"),
        (
            "x",
            np.array([[0, 1], [2, np.nan], [np.inf, 3]]),
            r"array 'x' has 2 values .* .the first at \(1, 1\)",
        ),
    ],
)
def test_arrays_that_do_not_fit(tmp_path, name, value, message):
    arrays = {**good(), name: value}
    write_arrays(tmp_path / "a.npz", {name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(ArtefactError, match=r"a\.npz: " + message):
        read_arrays(tmp_path / "a.npz", SCHEMA)


def test_every_truncation_and_every_flipped_byte_is_refused_or_harmless(tmp_path):
    arrays = good()
    write_arrays(tmp_path / "a.npz", arrays)
    content = (tmp_path / "a.npz").read_bytes()
    for length in range(len(content)):
        (tmp_path / "b.npz").write_bytes(content[:length])
        assert not unchanged(tmp_path / "b.npz", arrays)
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        sizes = [member.file_size for member in archive.infolist()]
    starts = [match.start() for match in re.finditer(b"\x93NUMPY", content)]
    contents = {byte for begin, size in zip(starts, sizes, strict=True) for byte in range(begin, begin + size)}
    for byte in range(len(content)):
        accepted = unchanged(flipped(tmp_path / "a.npz", tmp_path / "b.npz", byte, byte % 8), arrays)
        assert not (accepted and byte in contents)


def test_pickles_are_never_loaded(tmp_path):
    bomb = np.array([print], dtype=object)
    np.savez(tmp_path / "a.npz", x=bomb)
    with pytest.raises(ArtefactError, match="pickled Python objects; they are never loaded"):
        read_arrays(tmp_path / "a.npz")
    with pytest.raises(InputError, match="only arrays of numbers"):
        write_arrays(tmp_path / "b.npz", {"x": bomb})
    assert not (tmp_path / "b.npz").exists()


def npz_with(path, header: bytes, data: bytes = b"", compression=zipfile.ZIP_STORED, name="x.npy"):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr(name, b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data)
    return path


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}", "expected 8000000000000"),
        (b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "damaged"),
        (b"{'descr': '<f8', 'fortran_order': False, 'shape': (2.0,)}", "damaged"),
        (b"{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}", "damaged"),
        (b"{'descr': '<M8', 'fortran_order': False, 'shape': (1,)}", "not a plain number type"),
        (b"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", "not a plain number type"),
        (b"{'descr': '<f8'}", "damaged"),
        (b"__import__('os')", "damaged"),
        (b"(" * 60000, "damaged"),
        (b"", "damaged"),
    ],
)
def test_lying_headers_are_refused_before_memory_is_asked_for(tmp_path, header, message):
    with pytest.raises(ArtefactError, match=message):
        read_arrays(npz_with(tmp_path / "a.npz", header, b"12345678"))


def test_compressed_bombs_foreign_members_and_doubles_are_refused(tmp_path):
    zeros = io.BytesIO()
    np.savez_compressed(zeros, x=np.zeros(10**6))
    (tmp_path / "bomb.npz").write_bytes(zeros.getvalue())
    with pytest.raises(ArtefactError, match="compressed"):
        read_arrays(tmp_path / "bomb.npz")
    with pytest.raises(ArtefactError, match=r"'x\.txt', which is not an array"):
        read_arrays(npz_with(tmp_path / "a.npz", b"", name="x.txt"))
    with zipfile.ZipFile(tmp_path / "c.npz", "w") as archive:
        archive.writestr("x.npy", b"")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x.npy", b"")
    with pytest.raises(ArtefactError, match="same name"):
        read_arrays(tmp_path / "c.npz")


def test_missing_and_foreign_files(tmp_path):
    with pytest.raises(ArtefactError, match="no such file"):
        read_arrays(tmp_path / "a.npz", SCHEMA)
    np.save(tmp_path / "b.npz.npy", np.zeros(3))
    with pytest.raises(ArtefactError, match="truncated or damaged"):
        read_arrays(tmp_path / "b.npz.npy", SCHEMA)


def test_row_count_reads_the_header(tmp_path):
    write_arrays(tmp_path / "a.npz", good())
    assert row_count(tmp_path / "a.npz") == 3
    assert row_count(tmp_path / "a.npz", "run") == 1
    with pytest.raises(ArtefactError, match="'y' is missing"):
        row_count(tmp_path / "a.npz", "y")


WRITE = """
import sys
import numpy as np
from g2links.errors import ArtefactError
from g2links.storage.arrays import write_arrays
try: write_arrays(sys.argv[1], {"x": np.ones(10**6), "y": np.ones(10**6)})
except ArtefactError as error: print(error)
"""


def test_full_disk(tmp_path):
    write_arrays(tmp_path / "a.npz", good())
    for limit in (100, 3_000_000, 8_100_000):
        result = run(FULL_DISK.format(limit=limit) + WRITE, tmp_path / "a.npz")
        assert "a.npz: cannot be written: File too large" in result.stdout, result.stderr
        assert result.stderr == ""
    assert unchanged(tmp_path / "a.npz", good())
    assert hidden_files(tmp_path) == []


def make_set(folder):
    with new_set(folder, ["train.npz", "test.npz"], {"seed": 3}):
        write_arrays(folder / "train.npz", good())
        write_arrays(folder / "test.npz", {"x": np.zeros((2, 2))})


def test_a_set_is_read_with_its_manifest(tmp_path):
    make_set(tmp_path / "set")
    manifest = read_manifest(tmp_path / "set")
    assert {name: entry["rows"] for name, entry in manifest.files.items()} == {"train.npz": 3, "test.npz": 2}
    assert manifest.extra == {"seed": 3}


def test_a_set_killed_while_it_is_written_again_is_refused_until_it_is_whole(tmp_path):
    make_set(tmp_path)
    code = """
        import sys, pathlib
        from g2links.storage.manifests import new_set
        with new_set(sys.argv[1], ["train.npz", "test.npz"], {}):
            (pathlib.Path(sys.argv[1]) / "train.npz").write_bytes(b"half")
            print("writing", flush=True)
            sys.stdin.read()
    """
    process = start(code, tmp_path)
    with pytest.raises(ArtefactError, match="another process is writing here"):
        make_set(tmp_path)
    kill(process)
    with pytest.raises(ArtefactError, match=r"interrupted while writing; run sampling\.py again"):
        read_manifest(tmp_path)
    make_set(tmp_path)
    assert len(read_manifest(tmp_path).files) == 2


def test_a_failure_leaves_no_manifest(tmp_path):
    make_set(tmp_path)
    with pytest.raises(KeyError), new_set(tmp_path, [], {}):
        raise KeyError
    assert not (tmp_path / MANIFEST).exists()


def test_sets_that_are_not_what_their_manifest_says(tmp_path):
    with pytest.raises(ArtefactError, match="there is nothing here yet"):
        read_manifest(tmp_path / "none")
    make_set(tmp_path)
    with pytest.raises(ArtefactError, match=r"the set has no val\.npz, only train\.npz, test\.npz"):
        read_manifest(tmp_path, ["val.npz"])
    flipped(tmp_path / "train.npz", tmp_path / "train.npz", 300, 1)
    with pytest.raises(ArtefactError, match=r"train\.npz: damaged or altered"):
        read_manifest(tmp_path)
    assert read_manifest(tmp_path, ["test.npz"]).extra == {"seed": 3}
    os.remove(tmp_path / "test.npz")
    with pytest.raises(ArtefactError, match=r"test\.npz: missing, although the manifest lists it"):
        read_manifest(tmp_path, ["test.npz"])
    (tmp_path / MANIFEST).write_text('{"format": 1, "files": {"a": 1}, "extra": {}}')
    with pytest.raises(ArtefactError, match=r"not a ManifestRecord as g2links writes it: files\.a"):
        read_manifest(tmp_path)
