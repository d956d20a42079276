"""Any spec that is right, as plain data."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from job.names import CLASSIFIERS, STRATEGIES
from job.spec.strategy_entries import NO_SAMPLERS

TEXT = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=12)
ODD_WORDS = st.sampled_from(
    ("no", "yes", "null", "~", "true", "1", "01", "1e3", ".nan", "0x1F", "2024-01-01", "a: b", "- a", "#a", "*a", "<<")
)
COLUMN = TEXT | ODD_WORDS | st.text(min_size=1, max_size=8).filter(lambda text: text.isprintable())
LABEL = TEXT.map(str.strip).filter(lambda label: label and label == " ".join(label.split()))
SEED = st.integers(0, 2**32 - 1)
SHARE = st.floats(0.01, 0.99)
PARAMS = st.dictionaries(
    st.from_regex(r"[a-z_]{1,8}", fullmatch=True),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | TEXT,
        lambda inside: (
            st.lists(inside, max_size=3)
            | st.dictionaries(st.integers(0, 9) | st.from_regex("[a-z]{2,5}", fullmatch=True), inside, max_size=3)
        ),
        max_leaves=5,
    ),
    max_size=3,
)


def section(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


GENERATE = section(
    {"n_samples": st.integers(10, 10_000_000)},
    kind=st.just("classification"),
    weights=st.none() | SHARE.map(lambda share: [share]),
    flip_y=SHARE,
    class_sep=st.floats(0.01, 100),
    hypercube=st.booleans(),
    shift=st.none() | st.floats(-100, 100),
    random_state=SEED,
)


MIXTURE = section(
    {"kind": st.just("mixture"), "n_continuous": st.just(2)},
    n_samples=st.integers(100, 10_000_000),
    minority_share=st.floats(0.05, 0.5),
    n_noise=st.integers(0, 9),
    cluster_spread=st.floats(0.001, 100),
    outliers=st.floats(0, 1),
    label_noise=st.floats(0, 0.5),
    missing=st.floats(0, 0.99),
    random_state=SEED,
)
PLACE = section(
    {}, clusters=st.integers(1, 1000), separation=st.none() | st.floats(0, 1000), shift=st.none()
) | section(
    {"shift": st.lists(st.floats(-1000, 1000), min_size=2, max_size=2)}, clusters=st.just(1), separation=st.none()
)
PRESET = section(
    {"preset": st.sampled_from(["fraud", "diagnosis", "churn", "defects"])},
    kind=st.just("mixture"),
    n_samples=st.integers(1000, 100_000),
    separation=st.floats(0, 10),
    missing=st.floats(0, 0.99),
    clusters=st.integers(1, 1000),
) | section({"preset": st.just("churn"), "shift": st.just([0.5] * 13)}, outliers=st.floats(0, 1))
ANY_GENERATE = GENERATE | st.builds(lambda a, b: {**a, **b}, MIXTURE, PLACE) | PRESET


@st.composite
def files(draw) -> dict[str, Any]:
    """A file section; each column has one use."""
    columns = draw(st.lists(COLUMN, min_size=6, max_size=6, unique=True))
    return {
        "path": draw(TEXT),
        "target": columns[0],
        **draw(
            section(
                {},
                positive=st.none() | TEXT | ODD_WORDS,
                drop=st.just([columns[1]]),
                groups=st.just(columns[2]),
                time=st.just(columns[3]),
                split=st.just(columns[4]),
                categorical=st.just([columns[5]]),
                delimiter=st.sampled_from([";", "\t", "|"]),
                decimal=st.sampled_from([".", ","]),
                na_values=st.lists(TEXT | ODD_WORDS | st.just(""), max_size=3),
                query_timeout=st.floats(1e-3, 1e9),
                max_rows=st.integers(10, 10**9),
            )
        ),
    }


SPLIT = section({"method": st.just("holdout")}, test_size=SHARE, n_repeats=st.integers(1, 10_000)) | section(
    {"method": st.just("kfold")}, n_splits=st.integers(2, 1000), n_repeats=st.integers(1, 10_000), random_state=SEED
)


WEIGHTS = st.just("prevalence") | section(
    {}, keep=st.just("prevalence"), real_share=st.floats(0, 1) | st.just("proportional")
)


RANGE = st.lists(st.integers(1, 9) | st.none(), min_size=1, max_size=3) | st.builds(
    lambda kind, low, more: {kind: [low, low + more]},
    st.sampled_from(["log", "uniform", "int", "log_int"]),
    st.integers(1, 9),
    st.integers(1, 9),
)
TUNE = section(
    {"space": st.dictionaries(st.sampled_from(["a", "b", "c d"]), RANGE, min_size=1, max_size=2)},
    n_candidates=st.integers(2, 1000),
    inner_folds=st.integers(2, 20),
)


def entries(names: Any, least: int, samplers: Any = ()) -> st.SearchStrategy[list[Any]]:
    """Entries of unlike labels."""
    long = section({"name": st.sampled_from(sorted(names))}, params=PARAMS, label=LABEL)
    dotted = section({"class": st.sampled_from(["imblearn.over_sampling.SVMSMOTE", "sklearn.x.Y"])}, params=PARAMS)
    weighted = (
        section({"name": st.sampled_from(sorted(samplers)), "weights": WEIGHTS}, label=LABEL) if samplers else long
    )
    tuned = section({"name": st.sampled_from(sorted(names)), "tune": TUNE}, label=LABEL)
    return st.lists(
        st.sampled_from(sorted(names)) | long | dotted | weighted | tuned,
        min_size=least,
        max_size=4,
        unique_by=lambda entry: label_of(entry),
    )


GATES = st.lists(
    section(
        {"metric": st.sampled_from(["recall", "brier"]), "strategy": st.just("baseline"), "min": st.floats(-1, 1)},
        max=st.floats(1, 2),
        bound=st.sampled_from(["lower", "mean", "upper"]),
    )
    | section(
        {
            "metric": st.just("f1"),
            "strategy": st.just("baseline"),
            "versus": st.just("previous"),
            "max_loss": st.floats(0, 9),
        },
        on_undecided=st.sampled_from(["fail", "pass"]),
    )
    | section({"ranking": st.just(["better", "open"]), "strategy": st.just("baseline")})
    | section({"max_failed_runs": st.integers(0, 99)}),
    max_size=3,
    unique_by=lambda rule: str(sorted(rule.items(), key=str)),
)


def label_of(entry: Any) -> str:
    if isinstance(entry, str):
        return entry
    label = entry.get("label") or entry.get("name") or entry["class"].rpartition(".")[2]
    return f"{label}{' (weighted)' if 'weights' in entry else ''}{' (tuned)' if 'tune' in entry else ''}"


SPECS = section(
    {"data": section({"generate": ANY_GENERATE}) | section({"file": files()})},
    title=LABEL,
    seed=SEED,
    split=SPLIT,
    preparation=section(
        {},
        scale=st.sampled_from(["standard", "robust", "none"]),
        impute=st.just("mean"),
        max_categories=st.integers(2, 99),
    ),
    strategies=entries(set(STRATEGIES) - {"baseline"}, 0, set(STRATEGIES) - set(NO_SAMPLERS)),
    classifiers=entries(CLASSIFIERS, 1),
    report=section({}, timings=st.booleans(), model=st.booleans(), synthetic=st.booleans())
    | section({"synthetic": st.just(True)}, synthetic_parents=st.booleans()),
    evaluation=section(
        {},
        primary=st.sampled_from(["average_precision", "roc_auc"]),
        rope=st.floats(0, 0.9),
        calibrated=st.booleans(),
        ratio_sweep=st.just([]) | st.just(["baseline"]),
        imbalance_sweep=st.lists(st.integers(1, 100), unique=True, max_size=4),
        confidence=st.floats(0.51, 0.99),
        alerts_per_1000=st.none() | st.floats(0.1, 1000),
        prevalence_in_use=st.none() | st.floats(0, 1, exclude_min=True, exclude_max=True),
        cost=section({"false_negative": st.floats(0.1, 1e6)}, false_positive=st.floats(0, 1e6)),
    ),
    gates=GATES,
    engine=section(
        {},
        workers=st.just("auto") | st.integers(1, 1024),
        store=st.booleans(),
        store_size=st.integers(10**6, 10**15) | st.sampled_from(["1 GB", "500 MB"]),
        memory_limit=st.just("auto") | st.integers(10**6, 10**15) | st.sampled_from(["8 GB", "0.5GB", "750 MB"]),
        run_timeout=st.none() | st.floats(0, 1e9, exclude_min=True),
        kind=st.just("local"),
    )
    | section({"kind": st.just("dask"), "address": st.just("tcp://scheduler:8786")}, workers=st.integers(1, 1024)),
)
