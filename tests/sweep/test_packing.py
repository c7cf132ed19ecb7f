"""Cohorts fit into memory, and memory that runs out splits them."""

from dataclasses import replace

import torch

from lipgan import experiments
from lipgan.sweep import packing
from lipgan.sweep.packing import (
    member_bytes,
    members_that_fit,
    pack,
)

CPU = torch.device("cpu")


def sizes(cohorts):
    return [len(c) for c in cohorts]


def test_members_of_one_shape_train_together(tiny):
    configs = [tiny(seed=s, width=w) for s in range(3) for w in (3, 4)]
    cohorts = pack(configs)
    assert sizes(cohorts) == [3, 3]
    assert all(len({c.cohort_key for c in cohort}) == 1 for cohort in cohorts)
    assert {c for cohort in cohorts for c in cohort} == set(configs)


def test_cohorts_are_of_equal_size(tiny, monkeypatch):
    monkeypatch.setattr(packing, "MAX_COHORT", 4)
    configs = [tiny(seed=s) for s in range(9)]
    assert sizes(pack(configs)) == [3, 3, 3]
    assert [c for cohort in pack(configs) for c in cohort] == configs


def test_little_memory_makes_small_cohorts(tiny, monkeypatch):
    configs = [tiny(seed=s) for s in range(6)]
    room = int(2.5 * member_bytes(configs[0]) / packing.SHARE)
    monkeypatch.setattr(packing, "free_bytes", lambda device: room)
    assert sizes(pack(configs, CPU)) == [2, 2, 2]
    monkeypatch.setattr(packing, "free_bytes", lambda device: 1)
    assert sizes(pack(configs, CPU)) == [1] * 6


def test_wider_networks_take_more_memory():
    first = experiments.table3("mnist")[0]
    wider = replace(first, width=2 * first.width, eval_samples=10)
    assert member_bytes(wider) > 1.5 * member_bytes(replace(first, eval_samples=10))
    assert members_that_fit(first, 0) == 1
