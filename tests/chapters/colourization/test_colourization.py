"""Chapters on colourization, A2-4 and A2-5: data, training, records."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from hwcode.chapters import question
from hwcode.chapters.colourization import colours
from hwcode.chapters.colourization import nets as co
from hwcode.chapters.colourization.experiments import runs as experiments
from hwcode.chapters.colourization.experiments import speed as timed
from hwcode.chapters.colourization.questions.pooling import net as pooling_net
from hwcode.chapters.colourization.questions.transposed import net as transposed_net
from hwcode.data import embedded_cifar10
from hwcode.sizes import Counting
from hwcode.training import engine
from hwcode.training.definition import definition, digest
from hwcode.training.device import Placement
from hwcode.training.experiment import load
from hwcode.training.progress import Progress
from hwcode.training.recipe import Examples

PLAIN = Counting(biases=False, normalisation=False)
MEASURED = ("loss", "accuracy")
LISTS = {
    "pool": pooling_net.layers_of,
    "transpose": lambda kernel, *rest: transposed_net.layers_of(kernel, 1, *rest),
}


@pytest.fixture(scope="module")
def task():
    return co.task_of(embedded_cifar10(40, 10), [0, 1], colours=24)


# --- data ---------------------------------------------------------------------------------------


def test_a2_4_2_labels_are_the_nearest_colours():
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (3, 5, 4, 3), dtype=np.uint8)
    palette = generator.integers(0, 256, (7, 3), dtype=np.uint8)
    gaps = np.linalg.norm(images[..., None, :].astype(float) - palette, axis=-1)
    assert np.array_equal(colours.nearest(images, palette), gaps.argmin(axis=-1))


def test_a2_4_2_the_palette_is_near_a_fixed_point_of_k_means(task):
    images = embedded_cifar10(40, 10).train.of_classes(0, 1).images
    labels = task.train.targets.numpy()
    for colour, centre in enumerate(task.palette.astype(float)):
        assert np.abs(images[labels == colour].mean(axis=0) - centre).max() < 3


def test_a2_4_2_errors_come_apart():
    generator = np.random.default_rng(1)
    shown, true = generator.integers(0, 256, (2, 3, 4, 4, 3), dtype=np.uint8)
    found = colours.colour_errors(shown, true)
    assert found["rgb"] ** 2 == pytest.approx(3 * found["brightness"] ** 2 + found["chroma"] ** 2)
    assert colours.colour_errors(true, true)["rgb"] == 0


def test_a2_4_2_the_confusion_counts_every_pixel():
    generator = np.random.default_rng(2)
    given, true = generator.integers(0, 5, (2, 3, 4, 4), dtype=np.uint8)
    table = colours.confusion(given, true, 5)
    assert table.sum() == given.size
    assert np.trace(table) == (given == true).sum()
    assert table[1, 2] == ((true == 1) & (given == 2)).sum()


# --- training -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pool", "transpose"])
@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_a2_4_2_loop_and_engine_take_the_same_steps(name, layout, task):
    def make():
        return co.NETS[name](3, 1, 4, 24)

    grey, labels = task.train.inputs.numpy(), task.train.targets.numpy()
    order = engine.epoch_order(0, 0, len(grey)).numpy()
    with engine.seeded(0):
        loop = co.course_loop(make(), [(grey[order], labels[order])], batch=8, rate=1e-3)
    theirs = np.array(list(islice(loop, 10)))
    with engine.seeded(0):
        model = make()
    recipe = co.recipe(1e-3, 8, updates=10)
    ours = engine.train(model, recipe, task.train, seed=0, placement=Placement(layout=layout))
    assert np.max(np.abs(ours.losses - theirs) / theirs) < 1e-4
    # It can fail: another order of the examples is another run.
    other = engine.first_losses(make, recipe, task.train, seed=1)
    assert np.max(np.abs(np.array(other) - theirs) / theirs) > 1e-4


def test_a2_5_2_a_net_that_knows_nothing_has_the_loss_log_24():
    labels = torch.randint(0, 24, (2, 4, 4), generator=torch.Generator().manual_seed(0))
    assert co.pixel_loss(torch.zeros(2, 24, 4, 4), labels).item() == pytest.approx(np.log(24))


def test_a2_4_2_loss_and_accuracy_by_hand():
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(2, 5, 3, 4, generator=generator)
    labels = torch.randint(0, 5, (2, 3, 4), generator=generator)
    chances = logits.softmax(dim=1).gather(1, labels[:, None])[:, 0]
    assert co.pixel_loss(logits, labels).item() == pytest.approx(-chances.log().mean().item())
    right = (logits.argmax(1) == labels).float().mean()
    assert co.pixel_accuracy(logits, labels) == right


def test_a2_5_5_updates_of_the_arms_are_equal():
    config = experiments.BATCH_SIZES.config
    arms = list(experiments._arms(config))
    assert {recipe.total(config["images"]) for arm, _, recipe in arms if arm == "updates"} == {250}
    (largest,) = (r for arm, batch, r in arms if arm == "epochs" and batch == 512)
    assert largest.total(config["images"]) == config["updates"]


def test_a2_5_5_no_arm_goes_on_from_the_checkpoint_of_another(monkeypatch, tmp_path):
    """Two arms differ in the rate alone, which the names of their checkpoints do not tell."""
    config = {
        **experiments.BATCH_SIZES.config,
        **{"class": 0, "images": 24, "filters": 2, "epochs": 2},
        **{"batches": [8, 12], "updates": 4, "scaled": [12]},
    }
    files, train = [], engine.train

    def saving(*given, checkpoint, **named):
        files.append(checkpoint)
        return train(*given, checkpoint=checkpoint, save_every=0.0, **named)

    monkeypatch.setattr(engine, "train", saving)
    monkeypatch.setattr(experiments, "placement", Placement)
    images = embedded_cifar10(40, 10)
    found = experiments.run_batch_sizes(config, 0, images, Progress(folder=tmp_path))
    assert len(files) == len(set(files)) == 4
    assert all(file.is_file() for file in files)
    assert found.curves["scaled_12_train_loss"] != found.curves["epochs_12_train_loss"]
    again = experiments.run_batch_sizes(config, 0, images, Progress(folder=tmp_path))
    assert again.metrics == found.metrics  # taken up from the files, each by its own arm


# --- records ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*experiments.EXPERIMENTS, *timed.EXPERIMENTS])
def test_records_are_up_to_date_and_say_what_the_pixels_are(name):
    record = load({**experiments.EXPERIMENTS, **timed.EXPERIMENTS}[name])
    assert "JPEG" in record.source
    assert record.stamp["data"]["exact"] is False
    least = {"colourization": 5, "colourization_course": 5, "colourization_speed": 1}.get(name, 3)
    assert len(record.runs) >= least


def test_a2_4_2_the_recorded_loop_and_engine_agree():
    """The first ten losses within 1e-4 in float32, the end within the spread over the seeds."""
    speed, record, loop = load(timed.SPEED), load(experiments.COMPARISON), load(timed.COURSE)
    alike = set(loop.stamp["config"]) - {"nets"}
    assert all(loop.stamp["config"][key] == record.stamp["config"][key] for key in alike)
    assert loop.stamp["seeds"] == record.stamp["seeds"]
    for name in speed.stamp["config"]["nets"]:
        for layout in ("contiguous", "channels_last"):
            assert speed.metric(f"{name}_first_steps_float32_{layout}").max() < 1e-4
        ours, theirs = record.metric(f"{name}_val_loss"), loop.metric(f"{name}_val_loss")
        assert abs(ours.mean() - theirs.mean()) <= ours.std(ddof=1)


def test_a2_5_5_the_recorded_arms_are_different_runs():
    for run in load(experiments.BATCH_SIZES).runs:
        losses = {tuple(c) for name, c in run["curves"].items() if name.endswith("train_loss")}
        assert len(losses) == 10


def test_numbers_in_the_texts_are_the_recorded_ones():
    """Statements, model answers and reasons are plain text; no page glues their numbers."""
    record = load(experiments.COMPARISON)
    pool, transpose = question("A2-4.2"), question("A2-5.2")
    texts = {
        "pool": [pool.model_answer, question("A2-5.3").model_answer],
        "transpose": [transpose.model_answer, question("A2-5.3").model_answer],
    }
    for name, told in texts.items():
        loss, accuracy = (record.metric(f"{name}_val_{kind}").mean() for kind in MEASURED)
        for text in told:
            assert f"{loss:.2f}" in text
            assert f"{100 * accuracy:.0f} %" in text
    reasons = [m.why for part in question("A2-5.3").parts for m in part.mistakes]
    means = [record.metric(f"{name}_val_loss").mean() for name in ("transpose", "pool")]
    assert f"it is about {means[0]:.2f} against {means[1]:.2f}" in reasons
    table = f"{100 * record.metric('table_accuracy')[0]:.0f} %"
    assert table in pool.model_answer
    assert any(table in m.why for part in pool.parts for m in part.mistakes)
    for asked, name in ((pool, "pool"), (transpose, "transpose")):
        for kind in MEASURED:
            given = float(asked.part(kind).reference)
            assert given == pytest.approx(record.metric(f"{name}_val_{kind}").mean(), rel=0.02)


@pytest.mark.parametrize("thing", experiments.NET_CLASSES, ids=lambda thing: thing.__name__)
def test_nets_are_part_of_what_a_record_belongs_to(thing):
    """They are looked up in a table of lambdas, which the digest does not follow by itself."""
    for asked in experiments.EXPERIMENTS.values():
        assert thing.__qualname__ in definition(*asked.defines)
        assert asked.digest() != digest(asked.defines, {**asked.config, "rate": 2e-3})


def test_fewer_images_are_the_first_ones(task):
    images = embedded_cifar10(40, 10)
    config = {"class": 0, "colours": 24, "images": 30}
    few = experiments.task_of(config, images)
    whole = co.task_of(images, [0], 24)
    assert isinstance(few.train, Examples)
    assert len(few.train) == 30
    assert torch.equal(few.train.targets, whole.train.targets[:30])
    assert np.array_equal(few.palette, whole.palette)
