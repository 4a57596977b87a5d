import numpy as np
import pytest

from g2links.errors import InputError
from g2links.training import EarlyStopping, Outcome, RowBlocks, evaluate, link_rows, train
from g2links.training.data import take_rows
from g2links.training.first_order import PreparedBlocks
from tests.training.settings import physics, schedule, settings


def split(rows):
    return rows.part(slice(300)), rows.part(slice(300, None))


@pytest.mark.parametrize(
    ("kind", "task"),
    [
        ("direct", "3form"),
        ("direct", "metric"),
        ("ambient", "4form"),
        ("ambient", "metric"),
        ("shared", "3form"),
        ("potential", "3form"),
    ],
)
def test_training_lowers_the_error_on_other_points(make_model, rows, kind, task):
    training, held_out = split(rows[task])
    model = make_model(kind, task, noise=0.0)
    before = evaluate(model, held_out).relative_error
    result = train(model, training, held_out, settings(epochs=12))
    after = evaluate(model, held_out)
    assert after.relative_error < 0.9 * before
    assert after.relative.shape == (100,)
    assert after.component_rmse.shape == (training.components.shape[1],)
    assert result.epochs == len(result.history["loss"]) <= 12
    assert result.best_loss == min(result.history["validation_loss"])
    assert result.outcome in (Outcome.LIMIT, Outcome.EARLY)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (
            "direct",
            {"schedule": schedule("plateau", 0, patience=1), "early_stopping": EarlyStopping(True, 3, 0.0)},
        ),
        ("direct", {"dropout": 0.2, "validate_every": 2}),
        ("ambient", {"l2": 1e-4}),
        ("direct", {"optimiser": "soap"}),
        pytest.param(
            "shared",
            {"physics": physics(d_phi=0.1, d_psi=0.1, volume=0.1, start_epoch=2, points=40, batch_size=4)},
            marks=pytest.mark.slow,
        ),
        ("shared", {"optimiser": "lm", "max_points": 60}),
        ("potential", {}),
        ("hermitian", {"epochs": 3}),
    ],
)
def test_a_resumed_training_ends_with_the_same_bits(make_model, rows, kind, changes):
    training, held_out = split(rows["3form"])
    network = {"dropout": changes.pop("dropout")} if "dropout" in changes else {}
    plan = settings(**changes)
    whole = make_model(kind, **network)
    expected = train(whole, training, held_out, plan)
    snapshots = []
    for _ in range(plan.epochs):
        part = make_model(kind, **network)
        result = train(
            part,
            training,
            held_out,
            plan,
            resume=snapshots[-1] if snapshots else None,
            on_epoch=lambda s: snapshots.append(s) or True,
        )
    for a, b in zip(whole.state.trainable, part.state.trainable, strict=True):
        np.testing.assert_array_equal(a, b)
    assert result.history == expected.history
    assert (result.best_loss, result.best_epoch) == (expected.best_loss, expected.best_epoch)


def in_blocks(rows, size):
    """The same rows, read block by block, and the numbers of the blocks in the order of reading."""
    starts, read = range(0, len(rows.at.z), size), []

    def block(number):
        read.append(number)
        return rows.part(slice(starts[number], starts[number] + size))

    return RowBlocks(tuple(min(size, len(rows.at.z) - start) for start in starts), block), read


@pytest.mark.parametrize("kind", ["direct", "potential"])
def test_training_on_blocks_resumes_with_the_same_bits(make_model, rows, kind):
    training, held_out = (in_blocks(part, size)[0] for part, size in zip(split(rows["3form"]), (100, 50), strict=True))
    plan = settings(batch_size=32, epochs=4)
    whole = make_model(kind)
    expected = train(whole, training, held_out, plan)
    part, snapshots = make_model(kind), []
    first = train(part, training, held_out, plan, on_epoch=lambda s: snapshots.append(s) or len(snapshots) == 2)
    assert first.epochs == 2
    again = make_model(kind)
    result = train(again, training, held_out, plan, resume=snapshots[-1])
    assert result.history == expected.history
    for a, b in zip(whole.state.trainable, again.state.trainable, strict=True):
        np.testing.assert_array_equal(a, b)
    assert expected.history["validation_loss"][-1] < expected.history["validation_loss"][0]


def test_an_epoch_reads_each_block_once_in_an_order_of_its_own(make_model, rows):
    training, held_out = split(rows["3form"])
    blocks, read = in_blocks(training, 50)
    count = len(blocks.sizes)
    train(make_model("direct"), blocks, held_out, settings(batch_size=20, epochs=2))
    assert sorted(read) == sorted([*range(count)] * 2)
    assert sorted(read[:count]) == [*range(count)]
    assert read[:count] != read[count:]


def test_blocks_are_judged_like_rows_in_memory(make_model, rows):
    """Losses and errors are means over all points, however they are divided."""
    model, data = make_model("direct"), rows["3form"]
    blocks, _ = in_blocks(data, 250)
    inside, streamed = evaluate(model, data), evaluate(model, blocks)
    np.testing.assert_allclose(streamed.relative, inside.relative, rtol=1e-12)
    np.testing.assert_allclose(streamed.component_rmse, inside.component_rmse, rtol=1e-10)
    np.testing.assert_array_equal(streamed.prediction, inside.prediction[:250])
    losses = [PreparedBlocks(model.architecture, part).loss(model.state) for part in (data, blocks)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-12)
    some = np.array([0, 5, 249, 250, 251, 399])
    np.testing.assert_array_equal(take_rows(blocks, some).at.z, data.at.z[some])


def test_least_squares_beats_adam_on_a_small_ambient_network(make_model, rows):
    training, held_out = split(rows["3form"])
    errors = {}
    for optimiser in ("adam", "lm"):
        model = make_model("shared", noise=0.0, activation="tanh")
        train(model, training, held_out, settings(optimiser=optimiser, epochs=12, max_points=200))
        errors[optimiser] = evaluate(model, held_out).relative_error
    assert errors["lm"] < 0.5 * errors["adam"]


def test_optimisers_that_do_not_fit_are_refused(make_model, rows):
    with pytest.raises(InputError, match="direct"):
        train(make_model("direct"), rows["3form"], rows["3form"], settings(optimiser="lm"))
    with pytest.raises(InputError, match="physics"):
        train(make_model("shared"), rows["3form"], rows["3form"], settings(optimiser="lm", physics=physics(d_phi=1.0)))
    with pytest.raises(InputError, match="optimiser"):
        settings(optimiser="sgd")


def test_the_best_weights_are_kept_and_patience_ends_it(make_model, rows):
    training, held_out = split(rows["3form"])
    model = make_model("direct")
    plan = settings(
        epochs=40, learning_rate=20.0, schedule=schedule("constant", 0), early_stopping=EarlyStopping(True, 4, 0.0)
    )
    result = train(model, training, held_out, plan)
    assert result.outcome is Outcome.EARLY
    assert result.epochs == result.best_epoch + 4
    again = train(model, training, held_out, plan, resume=result.snapshot)
    assert again.epochs == result.epochs
    assert again.best_loss == result.best_loss


def test_a_deadline_stops_before_the_next_epoch(make_model, rows):
    training, held_out = split(rows["3form"])
    result = train(make_model("direct"), training, held_out, settings(), deadline=0.0)
    assert (result.outcome, result.epochs) == (Outcome.STOPPED, 0)


def test_a_snapshot_of_another_model_is_refused(make_model, rows):
    training, held_out = split(rows["3form"])
    snapshot = train(make_model("direct"), training, held_out, settings(epochs=1)).snapshot
    with pytest.raises(InputError, match="another model"):
        train(make_model("ambient"), training, held_out, settings(), resume=snapshot)
    with pytest.raises(InputError, match="another model"):
        train(make_model("direct"), training, held_out, settings(optimiser="soap"), resume=snapshot)


def test_rotated_copies_are_one_row(arrays, rows):
    assert len(arrays["base_points"]) == 800
    assert len(rows["3form"].components) == 400
    np.testing.assert_array_equal(rows["3form"].components, arrays["phis"][::2])


def test_incomplete_data_are_refused(arrays):
    with pytest.raises(InputError, match="g2_metrics"):
        link_rows({k: v for k, v in arrays.items() if k != "g2_metrics"}, "3form")
    with pytest.raises(InputError, match="finite"):
        link_rows({**arrays, "phis": arrays["phis"] * np.nan}, "3form")
    with pytest.raises(InputError, match="same number"):
        link_rows({**arrays, "phis": arrays["phis"][:-1]}, "3form")


def test_schedules():
    assert schedule("constant", 2).factor(1.0, 10, 0) == 0.5
    assert schedule("cosine", 0, final_factor=0.1).factor(10, 10, 0) == pytest.approx(0.1)
    assert schedule("cosine", 0, final_factor=0.0).factor(5, 10, 0) == pytest.approx(0.5)
    assert schedule("exponential", 1, decay=0.5, final_factor=0.2).factor(2.5, 10, 0) == 0.5
    assert schedule("exponential", 1, decay=0.5, final_factor=0.2).factor(9, 10, 0) == 0.2
    assert schedule("plateau", 0, decay=0.5, final_factor=0.0).factor(3, 10, 2) == 0.25
    with pytest.raises(InputError):
        schedule("triangle")
    with pytest.raises(InputError):
        settings(batch_size=0)
