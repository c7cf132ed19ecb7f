"""What the command line understands, and what each command does.

``parser`` knows every command and loads none, so that ``--help`` needs no torch.
"""
