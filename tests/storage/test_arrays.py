import io
import re
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from g2links.errors import ArtefactError, InputError
from g2links.storage.arrays import ArraySpec, read_arrays, row_count, write_arrays
from g2links.storage.files import sha256
from tests.storage.faults import FULL_DISK, flipped, hidden_files, run

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


def test_a_file_of_another_checksum_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "a.npz"
    write_arrays(path, good())
    known = sha256(path)
    assert read_arrays(path, SCHEMA, sha256=known).keys() == SCHEMA.keys()
    for name, value in {"x": 2 * good()["x"], "more": np.ones(1)}.items():
        write_arrays(path, {**good(), name: value})
        with pytest.raises(ArtefactError, match=r"a\.npz: damaged or altered"):
            read_arrays(path, SCHEMA, sha256=known)
