"""Every name that a spec may use, and where what it names is found.

Only strings, so that a spec can be checked, and ``--help`` shown, without importing scikit-learn.
Adding a strategy, classifier or metric starts with one line here; the contract suites then test it.
"""

from collections.abc import Mapping

_OVER_SAMPLERS = (
    "ADASYN",
    "BorderlineSMOTE",
    "KMeansSMOTE",
    "RandomOverSampler",
    "SMOTE",
    "SMOTEN",
    "SMOTENC",
    "SVMSMOTE",
)
_UNDER_SAMPLERS = (
    *("AllKNN", "ClusterCentroids", "CondensedNearestNeighbour", "EditedNearestNeighbours"),
    *("InstanceHardnessThreshold", "NearMiss", "NeighbourhoodCleaningRule", "OneSidedSelection"),
    *("RandomUnderSampler", "RepeatedEditedNearestNeighbours", "TomekLinks"),
)
IMBALANCED_LEARN_SAMPLERS: Mapping[str, str] = {
    **{name: f"imblearn.over_sampling.{name}" for name in _OVER_SAMPLERS},
    **{name: f"imblearn.under_sampling.{name}" for name in _UNDER_SAMPLERS},
    **{name: f"imblearn.combine.{name}" for name in ("SMOTEENN", "SMOTETomek")},
}
"""Class name -> dotted path of every sampler of imbalanced-learn."""

STRATEGIES: Mapping[str, str] = {
    "baseline": "job.strategies.recipe.Recipe",
    "class_weight": "job.strategies.class_weight.ClassWeight",
    "threshold": "job.strategies.inner_folds.Threshold",
    "smote": "job.strategies.resampling.Smote",
    "custom": "job.strategies.resampling.Custom",
    "under": "job.strategies.resampling.Resample",
    "under_bagging": "job.strategies.under_bagging.UnderBagging",
    **dict.fromkeys(IMBALANCED_LEARN_SAMPLERS, "job.strategies.resampling.Resample"),
    **dict.fromkeys(("SMOTENC", "SMOTEN"), "job.strategies.resampling.CategorySmote"),
}
"""Strategy name -> the recipe that carries it out."""

CLASSIFIERS: Mapping[str, str] = {
    "logistic_regression": "sklearn.linear_model.LogisticRegression",
    "random_forest": "sklearn.ensemble.RandomForestClassifier",
    "extra_trees": "sklearn.ensemble.ExtraTreesClassifier",
    "hist_gradient_boosting": "sklearn.ensemble.HistGradientBoostingClassifier",
    "decision_tree": "sklearn.tree.DecisionTreeClassifier",
    "knn": "sklearn.neighbors.KNeighborsClassifier",
    "svc": "sklearn.svm.SVC",
    "gaussian_nb": "sklearn.naive_bayes.GaussianNB",
    "mlp": "sklearn.neural_network.MLPClassifier",
    "xgboost": "xgboost.XGBClassifier",
    "lightgbm": "lightgbm.LGBMClassifier",
    "catboost": "catboost.CatBoostClassifier",
}
"""Classifier name -> its class; parameters keep the defaults they have there, but for `job.strategies.recipes`."""

EXTRAS: Mapping[str, str] = dict.fromkeys(("xgboost", "lightgbm", "catboost"), "boost")
"""Package -> the extra of this one that installs it."""

METRICS: tuple[str, ...] = (
    *("tn", "fp", "fn", "tp", "recall", "specificity", "precision", "f1", "mcc", "balanced_accuracy"),
    *("geometric_mean", "accuracy", "false_alarms_per_1000", "expected_cost_per_1000"),
    *("roc_auc", "average_precision", "brier", "log_loss", "mean_predicted"),
    *("calibration_slope", "calibration_intercept", "brier_corrected", "log_loss_corrected"),
    *("mean_predicted_corrected", "recall_at_baseline_fpr", "rank_gain_at_own_fpr"),
    *("precision_at_baseline_recall", "recall_at_alerts"),
)
"""Every metric, in the order of tables and files."""

PRIMARY_METRICS: tuple[str, ...] = ("average_precision", "roc_auc")
"""The metrics that may rank strategies: they read the whole ranking, whatever the decision threshold."""

UNDIRECTED_METRICS: tuple[str, ...] = (
    *("tn", "tp", "mean_predicted", "calibration_slope", "calibration_intercept", "mean_predicted_corrected"),
)
"""The metrics of which neither higher nor lower is better, so that a difference is neither a gain nor a loss."""

RANKINGS: tuple[str, ...] = (
    *("better", "probably_better", "equivalent", "open", "probably_worse", "worse", "untested"),
)
"""The codes of the answer whether a strategy ranks better than baseline."""

ALLOWED_PACKAGES: tuple[str, ...] = ("sklearn", "imblearn", "job", "xgboost", "lightgbm", "catboost", "smote_variants")
"""Packages from which a spec may name a class; only the command line can add one."""
