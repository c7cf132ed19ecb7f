"""Many GANs as one program: members share every operation, never a number."""
