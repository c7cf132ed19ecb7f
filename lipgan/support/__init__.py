"""What every room may use: messages, paths, the caller's PyTorch."""
