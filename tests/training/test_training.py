"""Divergence, determinism, every registry entry; see also test_textbook.py."""

import math
from itertools import product

import pytest
import torch

from lipgan.gan.losses import LOSSES, Loss, Term
from lipgan.gan.optimizers import OPTIMIZERS
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.training import pick_device, start, train

CPU = torch.device("cpu")


def test_rmsprop_equals_torch_with_a_rate_per_member():
    ours, lr = {"w": torch.randn(2, 3)}, torch.tensor([1e-2, 3e-1])
    theirs = [ours["w"][i].clone().requires_grad_() for i in range(2)]
    optimizers = [
        torch.optim.RMSprop([t], lr=float(lr[i])) for i, t in enumerate(theirs)
    ]
    rule = OPTIMIZERS["rmsprop"]
    state = rule.init(ours)
    for _ in range(5):
        grads = {"w": 1e-7 * torch.randn(2, 3)}  # so small that eps matters
        rule.step(ours, grads, state, lr)
        for i, (t, optimizer) in enumerate(zip(theirs, optimizers, strict=True)):
            t.grad = grads["w"][i]
            optimizer.step()
    torch.testing.assert_close(ours["w"], torch.stack(theirs).detach())


# alp is one-sided: at the start the slopes are below k and nothing is penalized
PENALTIES = {"gp", "gp0", "r1", "r2", "maxgp", "maxgp_memory"}


@pytest.mark.parametrize(("loss", "regularizer"), list(product(LOSSES, REGULARIZERS)))
def test_every_loss_trains_with_every_regularizer(loss, regularizer, tiny):
    (run,) = train([tiny(loss=loss, regularizer=regularizer)], device="cpu")
    assert run.status == "completed"
    assert run.history["step"] == [1, 2]
    finite = [v for k in ("loss_d", "loss_g", "penalty") for v in run.history[k]]
    assert all(math.isfinite(v) for v in finite)
    assert all(v > 0 for v in run.history["penalty"]) == (regularizer in PENALTIES)
    assert run.samples.shape == (32, 64)


@pytest.mark.parametrize(
    "dataset", ["toy2d", "toy2d_ring", "mnist", "cifar10", "celeba"]
)
def test_every_data_set_trains_at_smoke_scale(dataset, tiny, tmp_path):
    config = tiny(dataset=dataset, num_steps=1, eval_samples=16)
    (run,) = train([config], device="cpu", data_dir=tmp_path)
    assert run.status == "completed"
    assert any(k.startswith(("fd_", "w1_")) for k in run.metrics)


def test_a_loss_of_the_user_trains(tiny, monkeypatch):
    up = Term(lambda f: (f**2 + 1).sqrt() - f)
    down = Term(lambda f: (f**2 + 1).sqrt() + f)
    monkeypatch.setitem(LOSSES, "sqrt", Loss("SQRT", up, down, up))
    runs = train([tiny(loss="sqrt", alpha=1e-8), tiny()], device="cpu")
    assert [run.status for run in runs] == ["completed"] * 2
    assert runs[0].history["loss_d"][0] != 0


def exploding(tiny, **fields):
    return tiny(loss="exp", lipschitz_k=50.0, **fields)


def test_divergence_is_recorded_and_others_go_on(tiny):
    fields = {"num_steps": 6, "history_points": 6}
    lost, fine = train([exploding(tiny, **fields), tiny(**fields)], device="cpu")
    assert (lost.status, lost.diverged) == ("diverged", True)
    assert 1 <= lost.diverged_at <= 6
    assert lost.samples is None
    assert "fd_digits_64" not in lost.metrics
    assert lost.metrics["fd_digits_constant"] == fine.metrics["fd_digits_constant"]
    assert lost.history["step"][-1] < 6
    assert (fine.status, fine.diverged_at) == ("completed", None)
    assert fine.history["step"] == [1, 2, 3, 4, 5, 6]


def test_sigma_of_a_diverged_member_is_not_made_up(tiny):
    lost = train([exploding(tiny, num_steps=6, history_points=6)], device="cpu")[0]
    assert not any(value == 0.0 for value in lost.history["sigma"][-1])


def test_all_members_diverged_ends_the_run_early(tiny):
    lines = []
    config = exploding(tiny, num_steps=100_000, history_points=1000)
    (run,) = train([config], device="cpu", progress=lines.append)
    assert run.diverged
    assert len(lines) <= 2
    assert run.history["step"][-1] <= 101


@pytest.mark.parametrize("rate", [3e38, 1e20], ids=["infinite", "overflowing"])
def test_a_fatal_last_update_is_noticed(rate, tiny):
    """Scores are finite to the end; the generator's last update breaks the weights,
    or leaves them so large that every sample overflows. The other member stays.
    """
    broken, fine = train(
        [tiny(lr_g=rate, num_steps=1), tiny(num_steps=1)], device="cpu"
    )
    assert broken.diverged_at == 1
    assert broken.samples is None
    assert fine.status == "completed"
    assert "fd_digits_64" in fine.metrics


def test_same_config_same_history_and_metrics(tiny):
    config = tiny(num_steps=6, history_points=6)
    first, second = (train([config], device="cpu")[0] for _ in range(2))
    assert first.history == second.history
    assert first.metrics == second.metrics
    assert (first.samples == second.samples).all()
    other = train([tiny(num_steps=6, history_points=6, seed=1)], device="cpu")[0]
    assert other.history != first.history


def test_moments_are_spaced_evenly_and_include_both_ends(tiny):
    (run,) = train([tiny(num_steps=10, history_points=4)], device="cpu")
    assert run.history["step"][0] == 1
    assert run.history["step"][-1] == 10
    assert len(run.history["step"]) == 5


def test_history_holds_ranges_of_scores_and_slopes(tiny):
    (run,) = train([tiny(loss="ns", lipschitz_k=0.5)], device="cpu")
    last = {k: v[-1] for k, v in run.history.items()}
    for side in ("real", "fake"):
        ends = [last[f"score_{side}_{end}"] for end in ("min", "mean", "max")]
        assert ends == sorted(ends)
    # L' of NS on real scores is -1 / (1 + e^f), increasing in f.
    for end in ("min", "max"):
        slope = -1 / (1 + math.exp(last[f"score_real_{end}"]))
        assert last[f"slope_real_{end}"] == pytest.approx(slope, rel=1e-4)
    assert last["sigma"] == pytest.approx([0.5] * 3, rel=0.05)


def test_provenance_says_where_the_run_comes_from(tiny):
    (run,) = train([tiny()], device="cpu")
    assert run.provenance["device"].startswith("cpu: ")
    assert run.provenance["torch"] == torch.__version__
    assert run.provenance["cohort_seconds"] > 0


def test_unknown_or_missing_devices_are_refused(monkeypatch, tiny):
    with pytest.raises(ValueError, match="device: 'tpu' is not one of auto, cpu, cuda"):
        train([tiny()], device="tpu")
    monkeypatch.setattr(start.torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="device: 'cuda' .* no GPU is visible"):
        pick_device("cuda")
    assert pick_device("auto") == CPU


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_gives_the_history_of_the_cpu(tiny):
    config = tiny(num_steps=6, history_points=6)
    cpu, gpu = (train([config], device=d)[0] for d in ("cpu", "cuda"))
    assert gpu.history["loss_d"] == pytest.approx(cpu.history["loss_d"], rel=1e-2)


def test_a_frozen_generator_stays_as_it_was_initialized(tiny):
    w1 = [
        train([tiny(dataset="toy2d_ring", lr_g=0.0, num_steps=n)], device="cpu")[0]
        for n in (1, 30)
    ]
    name = "w1_64"
    assert w1[0].metrics[name] == w1[1].metrics[name]
    assert "points" not in w1[0].history
    moving = train([tiny(dataset="toy2d_ring", lr_g=0.1, num_steps=30)], device="cpu")
    assert moving[0].metrics[name] != w1[1].metrics[name]


def test_a_frozen_member_trains_apart(tiny):
    configs = [tiny(dataset="toy2d", lr_g=lr_g) for lr_g in (0.0, 0.1, 0.2)]
    sizes = [r.provenance["cohort_size"] for r in train(configs, device="cpu")]
    assert sizes == [1, 2, 2]
