"""Over-samplers that are usable without the job: they need numpy, scikit-learn and imbalanced-learn only."""

from job.samplers.affinity_smote import AffinitySMOTE, affinity_oversample

__all__ = ["AffinitySMOTE", "affinity_oversample"]
