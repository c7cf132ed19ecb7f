"""One frozen, typed, self-checking description of a run."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from lipgan.config.checks import check_key, checked_number
from lipgan.config.scales import SCALES, STEPS
from lipgan.data import dataset_spec
from lipgan.data.image_files import shape_of
from lipgan.data.sets import of_folder, of_points
from lipgan.features import FEATURES
from lipgan.gan.biases import BIASES
from lipgan.gan.losses import LOSSES
from lipgan.gan.models import IMAGE_SIZES, MODELS, Sizes
from lipgan.gan.optimizers import OPTIMIZERS
from lipgan.gan.push import BALANCES, PUSHES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.support.paths import user_path

FROM_SCALE: Any = None  # a field left at this value is filled in from the scale
# Fields that are younger than published records, with what they were before: they are
# left out of a config that does not use them, so that its id stays.
_YOUNGER: dict[str, Any] = {
    "push": "own",
    "balance": "own",
    "pinned_width": 0.0,
    "d_biases": "own",
    "second_k": 0.0,
    "second_weight": 0.0,
}
_PER_MEMBER = (
    "loss",
    "alpha",
    "lipschitz_k",
    "penalty_weight",
    "lr_d",
    "lr_g",
    "seed",
    *_YOUNGER,
)


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that decides the result of one training run, and nothing else.

    Fields left out are filled in from ``scale`` and the data set, so a finished
    config is fully explicit and hashes to its ``config_id``.

    Attributes:
        loss: key of ``LOSSES``.
        alpha: domain scaling (Eq. 8), positive.
        regularizer: key of ``REGULARIZERS``, or several joined, such as ``sn+gp``.
        lipschitz_k: k_SN per layer (Eq. 12), k_GP (Eq. 11), or what else its
            regularizer calls k, positive.
        penalty_weight: factor of a penalty, lambda of Eq. 11.
        dataset: key of ``DATASETS``; a folder of images is ``folder:PATH``, which gives
            size (the nearest that a model has) and channels unless they are stated.
        scale: ``smoke``, ``embedded`` or ``paper``.
        seed: decides initialization, data order and noise.
        model: key of ``MODELS``.
        image_size: side in pixels; 0 for points.
        channels: of an image; 0 for points.
        n_dis: discriminator updates per generator update.
        optimizer: key of ``OPTIMIZERS``.
        features: key of ``FEATURES``, on which image samples are judged; ``pixels``
            where those of the data set do not fit the images.
        push: key of ``PUSHES``: what replaces the slopes of a batch.
        balance: ``own``, or ``equal`` to give both terms of the discriminator's loss
            the same mean size of push.
        pinned_width: width W of the domain: alpha becomes W over the range of the
            scores of each batch, which are counted from its middle; 0 leaves alpha.
        d_biases: key of ``BIASES``: how fast the discriminator's biases move.
        second_k: of joined regularizers, k of all but the first that use one; 0 is
            filled in with ``lipschitz_k``.
        second_weight: likewise the factor of all penalties but the first; 0 is filled
            in with ``penalty_weight``.

    The remaining fields are described in ``Settings``.

    Raises:
        ValueError: a value is unknown, of the wrong type or out of range; the message
            names field, value and what is accepted.
    """

    loss: str = "ns"
    alpha: float = 1.0
    regularizer: str = "sn"
    lipschitz_k: float = 1.0
    penalty_weight: float = 10.0
    dataset: str = "digits"
    scale: str = "embedded"
    seed: int = 0
    model: str = FROM_SCALE
    image_size: int = FROM_SCALE
    channels: int = FROM_SCALE
    n_dis: int = 1
    optimizer: str = "rmsprop"
    features: str = FROM_SCALE
    num_steps: int = FROM_SCALE
    width: int = FROM_SCALE
    z_dim: int = FROM_SCALE
    batch_size: int = FROM_SCALE
    lr_d: float = FROM_SCALE
    lr_g: float = FROM_SCALE
    eval_samples: int = FROM_SCALE
    ema_decay: float = FROM_SCALE
    history_points: int = FROM_SCALE
    data_limit: int = FROM_SCALE
    push: str = "own"
    balance: str = "own"
    pinned_width: float = 0.0
    d_biases: str = "own"
    second_k: float = 0.0
    second_weight: float = 0.0

    def __post_init__(self) -> None:
        """Fill in what the scale decides, then check every field."""
        check_key("loss", self.loss, LOSSES)
        REGULARIZERS.check(self.regularizer)
        check_key("scale", self.scale, SCALES)
        check_key("optimizer", self.optimizer, OPTIMIZERS)
        check_key("push", self.push, PUSHES)
        check_key("balance", self.balance, BALANCES)
        check_key("d_biases", self.d_biases, BIASES)
        self._fill_in()
        for name, whole in _numbers():
            number = checked_number(name, getattr(self, name), whole)
            object.__setattr__(self, name, number)
        self._fill_in_second()
        self._check_shape()

    def _check_shape(self) -> None:
        needed = MODELS[self.model].image_size or 0
        points = of_points(self.dataset)
        if points != (self.image_size == 0):
            raise ValueError(
                f"image_size: {self.image_size} does not fit data set "
                f"{self.dataset!r}, which holds {'points' if points else 'images'}"
            )
        if self.image_size != needed:
            raise ValueError(
                f"image_size: {self.image_size} does not fit model {self.model!r}, "
                f"which needs {needed}"
            )
        if self.channels not in ((0,) if points else (1, 3)):
            wanted = "0, for points" if points else "1 or 3"
            raise ValueError(f"channels: {self.channels} is not {wanted}")
        if not points and self.eval_samples < 2:
            raise ValueError(
                f"eval_samples: {self.eval_samples} is not at least 2, without which "
                "images have no distance"
            )

    def _fill_in(self) -> None:
        spec = dataset_spec(str(self.dataset))
        shape = spec.image_size or 0, spec.channels or 0
        if of_folder(self.dataset) and FROM_SCALE in (
            self.image_size,
            self.channels,
        ):
            path = user_path(self.dataset.partition(":")[2], "dataset")
            shape = shape_of(path, IMAGE_SIZES)
        self._default("image_size", shape[0])
        self._default("channels", shape[1])
        own: Any = FEATURES[spec.features]
        sides = getattr(own, "image_size", None), getattr(own, "channels", None)
        fits = sides in ((None, None), (self.image_size, self.channels))
        self._default("features", spec.features if fits else "pixels")
        check_key("features", self.features, FEATURES)
        by_size = {m.image_size: k for k, m in MODELS.items() if m.image_size}
        toy = "toy_mlp" if self.dataset == "toy2d_ring" else "toy_point"
        if self.image_size and self.image_size not in by_size and not self.model:
            raise ValueError(
                f"image_size: {self.image_size!r} is not a multiple of 8 from "
                f"{min(by_size)} to {max(by_size)}"
            )
        self._default("model", by_size.get(self.image_size, toy))
        check_key("model", self.model, MODELS)
        self._default("num_steps", STEPS.get((self.scale, self.dataset), FROM_SCALE))
        for name, value in vars(SCALES[self.scale][self.model]).items():
            self._default(name, value)

    def _default(self, name: str, value: Any) -> None:
        if getattr(self, name) is FROM_SCALE:
            object.__setattr__(self, name, value)

    def _fill_in_second(self) -> None:
        parts = REGULARIZERS.parts(self.regularizer)
        for name, first, users in (
            ("second_k", "lipschitz_k", [p for p in parts if p.uses_k]),
            ("second_weight", "penalty_weight", [p for p in parts if p.uses_weight]),
        ):
            value = getattr(self, name)
            if value and len(users) < 2:
                raise ValueError(
                    f"{name}: {value:g} is for joined regularizers, two or more of "
                    f"which use {first}, not for {self.regularizer!r}"
                )
            if len(users) > 1:
                object.__setattr__(self, name, value or getattr(self, first))

    @property
    def sizes(self) -> Sizes:
        """What shapes the two networks."""
        return Sizes(self.image_size, self.channels, self.width, self.z_dim)

    @property
    def frozen(self) -> bool:
        """Whether the generator stays as it was initialized: its samples never move."""
        return self.lr_g == 0

    @property
    def label(self) -> str:
        """Short text for progress lines and plots."""
        scaling = "" if self.alpha == 1 else f" α={self.alpha:g}"
        regularizer = REGULARIZERS[self.regularizer]
        strength = ""
        if regularizer.uses_k:
            strength = f" k={_both(self.lipschitz_k, self.second_k)}"
        if regularizer.uses_weight and (not strength or "+" in self.regularizer):
            strength += f" λ={_both(self.penalty_weight, self.second_weight)}"
        name = f"{LOSSES[self.loss].label}-{regularizer.label}"
        others = (n for n in self._used() if not n.startswith("second_"))
        scaling += "".join(f" {k}={getattr(self, k)}" for k in others)
        return f"{name}{strength}{scaling} seed {self.seed}"

    def to_dict(self) -> dict[str, Any]:
        """All fields, ready for JSON; the younger ones only where they are used."""
        used = self._used()
        names = (n for n in self.__dataclass_fields__ if n not in _YOUNGER or n in used)
        return {name: getattr(self, name) for name in names}

    def _used(self) -> list[str]:
        """The younger fields that are not as they were before there were any."""
        return [n for n, before in _YOUNGER.items() if getattr(self, n) != before]

    @property
    def identity(self) -> dict[str, Any]:
        """The fields that make a run: all, but for the path of a folder of images."""
        return _without_path(self.to_dict())

    @cached_property
    def config_id(self) -> str:
        """Hash of ``identity``, 16 hexadecimal digits: the name of the run's record."""
        return fingerprint(self.to_dict())

    @property
    def cohort_key(self) -> tuple:
        """Equal for configs that can be trained in one cohort."""
        fields = {k: v for k, v in self.to_dict().items() if k not in _PER_MEMBER}
        return (*(v for _, v in sorted(fields.items())), self.frozen)


def fingerprint(fields: dict[str, Any]) -> str:
    """The ``config_id`` of a config with these fields, be they of another version."""
    text = json.dumps(_without_path(fields), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _without_path(fields: dict[str, Any]) -> dict[str, Any]:
    dataset = str(fields.get("dataset"))
    return fields | {"dataset": "folder"} if of_folder(dataset) else fields


def _both(first: float, second: float) -> str:
    """A strength as text, with that of further parts where there is one."""
    return f"{first:g}" if second in (0, first) else f"{first:g}/{second:g}"


@cache
def _numbers() -> list[tuple[str, bool]]:
    """Fields of a config that hold numbers, and whether these are whole."""
    fields = dataclasses.fields(Config)
    return [(f.name, f.type is int) for f in fields if f.type is not str]
