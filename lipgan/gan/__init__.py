"""One GAN as the papers write it: losses, networks, regularizers, updates."""
