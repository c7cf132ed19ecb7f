"""What is recorded already: which configs, and on which data they were trained."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from lipgan.config import Config
from lipgan.data import dataset_spec
from lipgan.features.inception import weights_digest
from lipgan.runs import RecordError, Run, RunStore
from lipgan.runs.evidence import Evidence, Records, evidence_store
from lipgan.runs.store import OtherDataError
from lipgan.support.paths import exists, user_path
from lipgan.training.start import data_key, load_data

Digest = Callable[[Config], str | None]


def data_digests(
    data_dir: str | Path | None = None,
    download: bool = False,
    inception_weights: str | Path | None = None,
) -> Digest:
    """A function from configs to the digests of their data, each read once.

    The digest is None where the data are not at hand or not readable: training on them
    says why, and a record of them needs none.

    Args:
        data_dir: see ``training.train``.
        download: whether missing data may be fetched.
        inception_weights: see ``training.train``; records of configs that are judged
            by other weights are records of something else.

    Raises:
        FileNotFoundError: there is no such weights file.
    """
    file = inception_weights and user_path(inception_weights, "weights")
    if file and not (exists(file, "weights") and file.is_file()):
        raise FileNotFoundError(f"weights: there is no file {str(file)!r}")
    read: dict[tuple, str | None] = {}

    def digest(config: Config) -> str | None:
        key = data_key(config)
        if key not in read:
            if dataset_spec(config.dataset).built_in:
                read[key] = _digest_of_built_in(config)
            else:
                read[key] = _digest(config, data_dir, download)
        own = read[key]
        if own is None or config.features != "inception" or not config.image_size:
            return own
        weights = weights_digest(file or None)
        return f"{own}-{weights}" if weights else None

    return digest


def _digest(config: Config, data_dir: str | Path | None, download: bool) -> str | None:
    try:
        return load_data(config, data_dir, download).digest
    except (FileNotFoundError, ImportError, ValueError):
        return None


@cache
def _digest_of_built_in(config: Config) -> str | None:
    """Of data that no file of the user's can change."""
    return _digest(config, None, False)


def load_known(
    configs: Iterable[Config],
    store: Records | str | Path | None = None,
    repair: bool = False,
    *,
    digest: Digest = lambda config: None,
    with_weights: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> list[Run]:
    """The recorded runs among these configs; trains nothing.

    Args:
        configs: any configs.
        store: see ``sweep.run_or_load``.
        repair: leave damaged records out, and move them aside in their store; those
            of another version are not damaged.
        digest: of the data of a config, None where a record of any data will do.
        with_weights: leave out completed runs whose weights were not kept.
        say: receives a line if there are records of other data.
    """
    places: list[Records]
    places = [store if isinstance(store, RunStore | Evidence) else RunStore(store)]
    if store is None:
        places = [evidence_store(), *places]
    # One listing, not a look each; a name may go on with the digest of its data.
    held = [(place, {n.partition(".")[0] for n in place.ids()}) for place in places]
    runs, others = [], []
    for config in configs:
        name = config.config_id
        for place in (place for place, names in held if name in names):
            try:
                run = _load(place, config, digest(config), repair)
            except OtherDataError as error:
                others.append(error)
                continue
            except KeyError:  # another process set it aside
                continue
            if run.weights is not None or run.diverged or not with_weights:
                runs.append(run)
                break
    if store is None and not held[0][1]:
        say(f"{held[0][0].path} holds no published records (LIPGAN_EVIDENCE=FOLDER)")
    if others:
        say(f"{len(others)} records are not used: {others[0].args[0]}")
    return runs


def _load(place: Records, config: Config, digest: str | None, repair: bool) -> Run:
    """The record of a config; what is damaged is moved aside, to look at the others.

    Raises:
        KeyError: see ``RunStore.load``.
        RecordError: it is damaged and not to be moved, or of another version.
    """
    while True:
        try:
            return place.load(config, digest)
        except RecordError as error:
            if not repair or isinstance(place, Evidence):
                raise
            if not place.set_aside(error.name):  # of another version
                raise
