"""AffinitySMOTE keeps every promise that scikit-learn and imbalanced-learn ask of a sampler."""

from __future__ import annotations

import pytest
from imblearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_param_validation,
)
from imblearn.utils.estimator_checks import parametrize_with_checks as parametrize_with_sampler_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from job.samplers.affinity_smote import AffinitySMOTE

SAMPLER = AffinitySMOTE(random_state=42)


def _checks():
    """All checks but those of arrays of other libraries than numpy, which the sampler doesn't promise to take."""
    pairs = [(_name(check), estimator, check) for estimator, check in estimator_checks_generator(SAMPLER)]
    return [pytest.param(*pair, id=name) for name, *pair in pairs if "array_api" not in name]


def _name(check):
    return check.func.__name__ if hasattr(check, "func") else check.__name__


@pytest.mark.parametrize(("estimator", "check"), _checks())
def test_scikit_learn_estimator_checks(estimator, check):
    """scikit-learn's checks pass as they are, none of them expected to fail."""
    check(estimator)


@parametrize_with_sampler_checks([AffinitySMOTE(random_state=42), AffinitySMOTE(random_state=42, clip=False)])
def test_imbalanced_learn_sampler_checks(estimator, check):
    """imbalanced-learn's checks pass as they are, none of them expected to fail."""
    check(estimator)


def test_every_parameter_is_validated():
    """A parameter of a wrong type or value is refused by a message that names it."""
    check_param_validation("AffinitySMOTE", AffinitySMOTE(random_state=42))


def test_column_names_are_remembered():
    """A data frame's names become feature_names_in_."""
    check_dataframe_column_names_consistency("AffinitySMOTE", AffinitySMOTE(random_state=42))
