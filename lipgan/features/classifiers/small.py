"""The small classifiers whose last hidden layer gives features, and their training."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from lipgan.data import Dataset


class Classifier(nn.Module):
    """A small convolutional classifier whose last hidden layer gives the features.

    Convolutions with stride 2 double the width until 4 x 4 pixels are left; then come
    `feature_dim` ReLU units and the classes.
    """

    def __init__(
        self,
        *,
        channels: int,
        image_size: int,
        num_classes: int,
        width: int = 16,
        feature_dim: int = 64,
    ) -> None:
        """Build the network for square images of `image_size` pixels."""
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
        while image_size > 4:
            layers += [nn.Conv2d(width, 2 * width, 3, 2, padding=1), nn.ReLU()]
            width, image_size = 2 * width, (image_size + 1) // 2
        hidden = nn.Linear(width * image_size**2, feature_dim)
        self.body = nn.Sequential(*layers, nn.Flatten(), hidden, nn.ReLU())
        self.head = nn.Linear(feature_dim, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Features (N, d) of images in [0, 1], (N, C, H, W)."""
        return self.body(2.0 * x - 1.0)


def split_indices(count: int, seed: int = 0, parts: int = 5) -> tuple[Tensor, Tensor]:
    """Shuffle range(count), cut off the last of `parts`: (for training, held out)."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    return order[: count - count // parts], order[count - count // parts :]


def fit_classifier(
    dataset: "Dataset",
    network: Classifier,
    *,
    steps: int,
    seed: int,
    batch_size: int = 128,
    learning_rate: float = 2e-3,
) -> float:
    """Train `network` in place on four fifths of a labeled data set.

    AdamW with a cosine schedule; images are shifted by up to a pixel and get noise.
    The result depends on the seed, the device and the number of threads alone.

    Args:
        dataset: Images with labels.
        network: Its shapes must fit the data set.
        steps: Number of updates.
        seed: Of the initialization, order, shifts and noise.
        batch_size: Images per update.
        learning_rate: At the start.

    Returns:
        Accuracy on the held-out fifth, 0 to 1.
    """
    labels = labels_of(dataset)
    generator = torch.Generator().manual_seed(seed)
    initialize(network, generator)
    x = dataset.x.float() / 255
    train, held_out = split_indices(len(dataset))
    optimizer = torch.optim.AdamW(network.parameters(), learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        pick = train[torch.randint(len(train), (batch_size,), generator=generator)]
        top, left = torch.randint(3, (2,), generator=generator).tolist()
        padded = F.pad(x[pick], (1, 1, 1, 1))
        images = padded[..., top:, left:][..., : x.shape[-2], : x.shape[-1]]
        noise = torch.randn(images.shape, generator=generator).to(x.device)
        scores = network.head(network(images + 0.05 * noise))
        optimizer.zero_grad()
        F.cross_entropy(scores, labels[pick]).backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        predicted = network.head(network(x[held_out])).argmax(1)
    return float((predicted == labels[held_out]).float().mean())


def labels_of(dataset: "Dataset") -> Tensor:
    """Labels, int64 (N,); ValueError if the data have none."""
    if dataset.labels is None:
        raise ValueError(f"dataset: {dataset.name!r} has no labels to learn")
    return dataset.labels


def initialize(network: nn.Module, generator: torch.Generator) -> None:
    """Draw the weights of all layers anew, for ReLU, and set their biases to zero."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
