"""Calls for worker processes, some fatal; no torch here: processes start quickly."""

import os
import signal
import time


def count(folder):
    """Leave a mark of this attempt; how many there are now."""
    (folder / f"{time.time_ns()}-{os.getpid()}").touch()
    return len(list(folder.iterdir()))


def die_at_first(folder):
    """The first attempt is killed as by the kernel when memory is short."""
    if count(folder) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def die(folder):
    count(folder)
    os._exit(1)


def fail(folder):
    count(folder)
    raise OSError("no data")


def wait(folder):
    count(folder)
    time.sleep(600)


def seen_gpus():
    return os.environ["CUDA_VISIBLE_DEVICES"]


def train_but_die_once(members, options, *rest):
    """``train_in_parts``; the cohort of width 4 loses its first process."""
    if members[0].width == 4 and count(options.data_dir) == 1:
        os._exit(1)
    from lipgan.sweep import parts

    return parts.train_in_parts(members, options, *rest)


def train_but_die(members, options, *rest):
    if members[0].width == 4:
        os._exit(1)
    from lipgan.sweep import parts

    return parts.train_in_parts(members, options, *rest)
