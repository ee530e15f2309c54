"""Faults injected into trainings: damaged files, signals, kills, two processes, full disks."""

from __future__ import annotations

import errno
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading

import pytest
import torch

from hwcode.training import checkpoint as checkpoints
from hwcode.training import commands, engine, sealed
from hwcode.training.experiment import Outcome
from hwcode.training.progress import Progress
from hwcode.training.sealed import DamagedFileError
from tests.conftest import deep
from tests.training.kept_run import experiment
from tests.training.trainings import RECIPES, drawn_examples, net, same


def flipped(content: bytes, bit: int) -> bytes:
    """With one bit turned over."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def damages(content: bytes) -> list[bytes]:
    """The content with a bit flipped (many times over), cut, emptied, overwritten, replaced."""
    drawn = random.Random(0)
    bits = [drawn.randrange(8 * len(content)) for _ in range(deep(20, 2000))]
    cuts = [drawn.randrange(len(content)) for _ in range(deep(5, 200))]
    zeros = bytes(len(content))
    tail = content[:-4096] + zeros[-4096:]
    other = [b"", zeros, tail, content + b"\0", b"\x80\x04N.", content[sealed.LENGTH :]]
    return [flipped(content, bit) for bit in bits] + [content[:cut] for cut in cuts] + other


@pytest.fixture
def kept(tmp_path):
    """A checkpoint, with the one before it."""
    path = tmp_path / "net.pt"
    for number in (1, 2):
        checkpoints.write(path, {"done": number, "weights": torch.full((500,), float(number))})
    return path


def test_a_damaged_checkpoint_is_named_and_the_one_before_is_taken(kept, capsys):
    whole = kept.read_bytes()
    assert checkpoints.read(kept, "cpu")["done"] == 2
    for damaged in damages(whole):
        kept.write_bytes(damaged)
        state = checkpoints.read(kept, "cpu")
        assert (state["done"], state["weights"].unique().tolist()) == (1, [1.0])
        assert f"{kept} is damaged" in capsys.readouterr().err


def test_where_all_checkpoints_are_damaged_the_message_says_what_to_do(kept):
    before = sealed.before(kept)
    for damaged in damages(kept.read_bytes())[-8:]:
        kept.write_bytes(damaged)
        before.write_bytes(damaged)
        with pytest.raises(DamagedFileError, match=f"remove .*{kept}.*{before.name} to start"):
            checkpoints.read(kept, "cpu")


def test_a_kill_between_the_two_renames_leaves_the_checkpoint_before(kept):
    os.replace(kept, sealed.before(kept))
    assert checkpoints.read(kept, "cpu")["done"] == 2
    sealed.before(kept).unlink()
    assert checkpoints.read(kept, "cpu") is None


def test_a_damaged_seed_is_never_taken_up(tmp_path):
    commands.make(experiment(), tmp_path / "results", tmp_path / "scratch", seeds=(0,))
    (path,) = tmp_path.glob("scratch/*/*/0.kept")
    for damaged in damages(path.read_bytes()):
        path.write_bytes(damaged)
        with pytest.raises(DamagedFileError, match=r"0\.kept is damaged.*remove it"):
            commands.make(experiment(), tmp_path / "results", tmp_path / "scratch")
    assert not (tmp_path / "results" / "kept.json").exists()


def test_a_full_disk_is_told_with_the_path_and_loses_nothing(kept, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sealed.os, "fsync", full)
    with pytest.raises(OSError, match=rf"No space left on device: '.*{kept.name}'"):
        checkpoints.write(kept, {"done": 3})
    assert checkpoints.read(kept, "cpu")["done"] == 2
    assert not list(kept.parent.glob(".*.part"))


class Signalling(Progress):
    """Sends a signal to this process after some updates."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def __call__(self, items, total=None):
        for place, item in enumerate(items):
            if place == 5:
                os.kill(os.getpid(), self.number)
            yield item


def trained(checkpoint=None, progress=None):
    with engine.seeded(0):
        model = net()
    engine.train(
        model, RECIPES["sgd"], drawn_examples(), seed=0, checkpoint=checkpoint, progress=progress
    )
    return model


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_to_stop_loses_nothing(name, tmp_path):
    number, path = getattr(signal, name), tmp_path / "net.pt"
    # Without its protection the training would end this process: so it ends a test instead.
    heard = signal.signal(number, lambda *_: pytest.fail(f"{name} was not caught"))
    try:
        with pytest.raises(KeyboardInterrupt):
            trained(path, Signalling(number))
    finally:
        signal.signal(number, heard)
    assert checkpoints.read(path, "cpu")["done"] == 6
    assert same(trained(path), trained())


def test_a_signal_that_is_ignored_stays_ignored(tmp_path):
    heard = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        trained(tmp_path / "net.pt", Signalling(signal.SIGHUP))
    finally:
        signal.signal(signal.SIGHUP, heard)


def test_a_second_process_waits_and_takes_what_the_first_made(tmp_path, capsys):
    """The second one is a thread here; locks of the system part the two just the same."""
    calls, paths, threads = [], [], []
    asked = experiment()

    def run(config, seed, data, progress):
        calls.append(seed)
        if len(calls) == 1:
            threads.append(threading.Thread(target=make))
            threads[0].start()
            threads[0].join(timeout=1)
            assert threads[0].is_alive(), "the second does not wait"
        return Outcome({"loss": float(seed)})

    def make():
        paths.append(commands.make(both, tmp_path / "results", tmp_path / "scratch"))

    both = type(asked)(**{**vars(asked), "run": run})
    make()
    threads[0].join()
    assert sorted(calls) == [0, 1], "each seed is run once"
    assert len(set(paths)) == 1
    assert "waiting for another process that makes kept, seed 0" in capsys.readouterr().err


def test_a_record_that_cannot_be_written_is_noticed_before_anything_is_run(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match=r"nothing is run: Not a directory: '.*results'"):
        commands.make(experiment(), tmp_path / "file" / "results", tmp_path / "scratch")
    assert not (tmp_path / "scratch").exists()


def test_checkpoints_take_a_hundredth_of_the_time_at_most(tmp_path, monkeypatch):
    """By a clock that is turned by hand: an update takes 1 s, saving 5 s."""
    now, saves = [0.0], []
    monkeypatch.setattr(engine.time, "perf_counter", lambda: now[0])
    update, recipe = engine.Training.update, RECIPES["adam"]

    def ticking(self):
        now[0] += 1.0
        update(self)

    def write(path, state):
        saves.append(now[0])
        now[0] += 5.0

    monkeypatch.setattr(engine.Training, "update", ticking)
    monkeypatch.setattr(checkpoints, "write", write)
    long = type(recipe)(**{**vars(recipe), "epochs": 0, "updates": 1600})
    engine.train(
        net(), long, drawn_examples(), seed=0, checkpoint=tmp_path / "net.pt", save_every=60
    )
    assert len(saves) == 4
    assert all(later - sooner >= 500 for sooner, later in itertools.pairwise(saves))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_killed_at_any_moment_the_record_is_the_same_bit_for_bit(tmp_path):
    kills = deep(6, 1000)
    command = [sys.executable, "-m", "tests.training.kept_run", str(tmp_path), str(kills), "0"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    counts = json.loads(printed)
    assert counts["kills"] == kills
    assert counts["runs"] == counts["identical"] > 0
