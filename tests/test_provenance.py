"""What a result is a function of is told with it."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from factories import make_spec

from job.provenance import describe_provenance


def versions_of(**sections: object) -> dict[str, str]:
    spec = make_spec(**sections).model_dump(mode="json", by_alias=True)
    return describe_provenance(spec, "digest").versions


def test_packages_of_named_classes_have_their_versions() -> None:
    """a class of any other package brings that package's version, once; a module of no package brings none"""
    plain = versions_of()
    classes = [{"class": "joblib.Parallel"}, {"class": "joblib.Memory"}, {"class": "hostile.Raises"}]
    assert {**plain, "joblib": version("joblib")} == versions_of(classifiers=classes)
    assert {**plain, "lightgbm": version("lightgbm")} == versions_of(classifiers=["lightgbm", "knn"])
    assert {**plain, "jinja2": version("jinja2")}.keys() == {
        name.lower() for name in versions_of(strategies=[{"class": "jinja2.Template"}])
    }


@pytest.mark.parametrize(
    "path", ["sklearn.svm.SVC", "imblearn.ensemble.RUSBoostClassifier", "job.samplers.AffinitySMOTE"]
)
def test_what_every_job_tells_is_told_once(path: str) -> None:
    """scikit-learn, imbalanced-learn and this package stand there anyway"""
    assert versions_of() == versions_of(classifiers=[{"class": path}])
