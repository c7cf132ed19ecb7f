"""The paper's tables on its own images, MNIST and CIFAR-10."""
