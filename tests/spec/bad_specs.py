"""Specs that are wrong, each in one way, and how the first line of the complaint begins."""

from __future__ import annotations

from collections.abc import Mapping

DATA = "data: {generate: {}}\n"

MALFORMED: Mapping[str, tuple[str | bytes, str]] = {
    "empty": ("", "1:1: is empty"),
    "only a comment": ("# nothing\n", "1:1: is empty"),
    "a list": ("- a\n- b\n", "1:1: got a list; a spec must be a mapping"),
    "a word": ("hello\n", "1:1: got 'hello'; a spec must be a mapping"),
    "a number": ("3\n", "1:1: got 3; a spec must be a mapping"),
    "null": ("null\n", "1:1: got nothing; a spec must be a mapping"),
    "a page": ("<!DOCTYPE html>\n<html></html>\n", "1:1: got '<!DOCTYPE html> <html></html>'; a spec must be"),
    "a table": ("a,b\n1,2\n", "1:1: got 'a,b 1,2'; a spec must be a mapping"),
    "a key twice": (DATA + "seed: 1\nseed: 2\n", "3:1 seed: is given twice, first on line 2"),
    "a key twice further down": (
        "data:\n  generate: {n_samples: 50, n_samples: 60}\n",
        "2:29 data.generate.n_samples: ",
    ),
    "a tag": (DATA + "seed: !!int 3\n", "2:7 seed: has the tag"),
    "a tag that runs code": (DATA + "title: !!python/object/apply:os.system [ls]\n", "2:1 title: got ['ls']"),
    "an alias without an anchor": (DATA + "title: *x\n", "2:8: refers to the anchor 'x'"),
    "an alias inside itself": ("data: &a [*a]\n", "1:11: refers to the anchor 'a' inside itself"),
    "a list as a key": (DATA + "[a]: 3\n", "2:1: got a list as a key"),
    "a mapping as a key": (DATA + "{a: b}: 3\n", "2:1: got a mapping as a key"),
    "a merge key": ("data: {generate: &x {}}\nsplit: {<<: *x}\n", "2:9 split.'<<': unknown key"),
    "two documents": (DATA + "---\nseed: 3\n", "2:1: a second document starts here"),
    "an older YAML": ("%YAML 1.1\n---\n" + DATA, "2:1: got %YAML 1.1; a spec must be YAML 1.2"),
    "a newer YAML": ("%YAML 3.0\n---\n" + DATA, "1:1: got another version of YAML"),
    "a tab": ("data:\n\tgenerate: {}\n", "2:1: got a tab; indent with spaces"),
    "a colon in text": (DATA + "title: a: b\n", "2:9: got ':' where a key isn't possible"),
    "a brace that stays open": ("data: {generate: {}\nseed: 3\n", "2:1: the mapping that opens with '{' on line 1"),
    "a bracket that stays open": (DATA + "strategies: [smote\n", "3:1: the list that opens with '[' on line 2"),
    "a quote that stays open": (DATA + 'title: "abc\n', "3:1: the quote that opens on line 2"),
    "an odd first character": (DATA + "title: @home\n", "2:8: text that starts with this character"),
    "a misplaced indentation": ("data:\n generate: {}\n  seed: 3\n", "3:3: cannot be read; check the indentation"),
    "an unknown escape": (DATA + 'title: "C:\\data"\n', r"2:12: in double quotes \ starts an escape"),
    "an escape of no character": (DATA + 'title: "\\UFFFFFFFF"\n', r"2:9: has an escape \U beyond the last character"),
    "half a character": (DATA + 'title: "\\ud800"\n', "2:1 title: got '\\ud800', must be a title without"),
    "NUL": (DATA + "title: a\0b\n", "2:9: has the control character U+0000"),
    "an escape sequence": (DATA + "title: \x1b[31m\n", "2:8: has the control character U+001B"),
    "Latin-1": (DATA.encode() + "title: é\n".encode("latin-1"), "2:8: byte 0xe9 is not UTF-8"),
    "UTF-16": (DATA.encode("utf-16"), "1:1: is UTF-16, must be UTF-8"),
    "an archive": (b"\x1f\x8b\x08\0\0", "1:2: byte 0x8b is not UTF-8"),
}

BOMBS: Mapping[str, str] = {
    "aliases": "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 20)),
    "aliases of mappings": "a0: &a0 {x: 1, y: 1}\n"
    + "".join(f"a{i}: &a{i} {{x: *a{i - 1}, y: *a{i - 1}}}\n" for i in range(1, 60)),
    "brackets": "data: " + "[" * 5000 + "]" * 5000,
    "braces": "data: " + "{a: " * 5000 + "1" + "}" * 5000,
    "indentation": "\n".join(" " * i + "a:" for i in range(500)) + " 1\n",
    "dashes": "- " * 5000 + "x\n",
    "items": DATA + "strategies: [" + ", ".join(["smote"] * 40_000) + "]\n",
}

TOO_LONG = DATA + "# " + "x" * 1_000_000

WRONG: Mapping[str, tuple[str, str]] = {
    "a misspelt key": (DATA + "sedd: 3\n", "2:1 sedd: unknown key; did you mean seed? (allowed: title, seed, data,"),
    "a misspelt key further down": (
        "data: {generate: {n_sample: 30}}\n",
        "1:19 data.generate.n_sample: unknown key; did you mean n_samples?",
    ),
    "a key in capitals": (DATA + "Seed: 3\n", "2:1 Seed: unknown key; did you mean seed?"),
    "a key of another section": (
        DATA + "test_size: 0.2\n",
        "2:1 test_size: unknown key here; test_size belongs to split",
    ),
    "a key that YAML 1.1 reads as false": (DATA + "no: 3\n", "2:1 no: unknown key (allowed:"),
    "a number as a key": (DATA + "1: 3\n", "2:1 '1': unknown key"),
    "a misspelt strategy": (
        DATA + "strategies: [smoth]\n",
        "2:14 strategies[0]: unknown strategy 'smoth'; did you mean smote?",
    ),
    "a misspelt sampler": (
        DATA + "strategies: [{name: Adasyn}]\n",
        "2:15 strategies[0].name: unknown strategy 'Adasyn'; did you mean ADASYN?",
    ),
    "a misspelt classifier": (
        DATA + "classifiers: [knnn]\n",
        "2:15 classifiers[0]: unknown classifier 'knnn'; did you mean knn?",
    ),
    "a path where a name belongs": (
        DATA + "strategies: [imblearn.x.Y]\n",
        "2:14 strategies[0]: unknown strategy 'imblearn.x.Y'; to name a class by its path, write {class: imblearn.x.Y}",
    ),
    "a gate on an unknown metric": (
        DATA + "gates: [{metric: recal, strategy: smote, min: 1}]\n",
        "2:10 gates[0].metric: unknown metric 'recal'; did you mean recall?",
    ),
    "a gate with an unknown key": (
        DATA + "gates: [{metric: recall, strategy: smote, min: 1, minn: 1}]\n",
        "2:51 gates[0].minn: unknown key; did you mean min?",
    ),
    "a gate on an unknown ranking": (
        DATA + "gates: [{ranking: [bettr], strategy: smote}]\n",
        "2:20 gates[0].ranking[0]: unknown ranking 'bettr'; did you mean better?",
    ),
    "a gate on an unknown strategy": (
        DATA + "gates:\n- {metric: recall, strategy: smot, min: 1}\n",
        "3:20 gates[0].strategy: unknown strategy label 'smot'; did you mean smote?",
    ),
    "a gate on an unknown classifier": (
        DATA + "gates: [{metric: recall, strategy: smote, classifier: knn, min: 1}]\n",
        "2:43 gates[0].classifier: unknown classifier label 'knn'",
    ),
    "a gate against an unknown strategy": (
        DATA + "gates: [{metric: recall, strategy: smote, versus: ADASYN, min_gain: 1}]\n",
        "2:43 gates[0].versus: unknown strategy label 'ADASYN' (allowed: baseline, class_weight,",
    ),
    "a gate against itself": (
        DATA + "gates: [{metric: recall, strategy: smote, versus: smote, min_gain: 1}]\n",
        "2:43 gates[0].versus: is the strategy itself",
    ),
    "a gate on nothing": (DATA + "gates: [{strategy: smote}]\n", "2:9 gates[0]: has none of its main keys"),
    "a gate on two things": (
        DATA + "gates: [{max_failed_runs: 0, metric: recall}]\n",
        "2:9 gates[0]: has metric and max_failed_runs; a rule has exactly one of",
    ),
    "a gate on no strategy": (DATA + "gates: [{metric: recall, min: 1}]\n", "2:9 gates[0]: has no strategy"),
    "a gate on failed runs of a strategy": (
        DATA + "gates: [{max_failed_runs: 0, strategy: smote}]\n",
        "2:30 gates[0].strategy: isn't allowed in a rule with max_failed_runs; leave it out",
    ),
    "a gate without a limit": (
        DATA + "gates: [{metric: recall, strategy: smote}]\n",
        "2:9 gates[0]: has no limit; write min or max",
    ),
    "a gain over nothing": (
        DATA + "gates: [{metric: recall, strategy: smote, min_gain: 1}]\n",
        "2:43 gates[0].min_gain: needs versus; add it, or leave this out",
    ),
    "a difference that is at least a level": (
        DATA + "gates: [{metric: recall, strategy: smote, versus: baseline, min: 1}]\n",
        "2:61 gates[0].min: can't be combined with versus; leave one of the two out",
    ),
    "a gain and a loss": (
        DATA + "gates: [{metric: recall, strategy: smote, versus: baseline, min_gain: 1, max_loss: 1}]\n",
        "2:74 gates[0].max_loss: can't be combined with min_gain",
    ),
    "a gate that nothing passes": (
        DATA + "gates: [{metric: recall, strategy: smote, min: 1, max: 0}]\n",
        "2:51 gates[0].max: got 0, must be at least min, which is 1",
    ),
    "a gain where neither way is better": (
        DATA + "gates: [{metric: tn, strategy: smote, versus: baseline, min_gain: 1}]\n",
        "2:39 gates[0].versus: tn has neither gain nor loss",
    ),
    "a gate that is never undecided": (
        DATA + "gates: [{metric: recall, strategy: smote, bound: mean, min: 1, on_undecided: pass}]\n",
        "2:64 gates[0].on_undecided: has no effect: with bound a rule is never undecided",
    ),
    "a gate twice": (
        DATA + "gates: [{metric: f1, strategy: smote, min: 1}, {min: 1.0, metric: f1, strategy: smote}]\n",
        "2:48 gates[1]: is listed twice",
    ),
    "no data": ("seed: 3\n", "1:1 data: is missing"),
    "nothing in data": ("data:\n", "1:1 data: has neither generate nor file"),
    "data of both kinds": (
        "data: {generate: {}, file: {path: a, target: b}}\n",
        "1:22 data.file: can't be combined with generate",
    ),
    "data that is a path": (
        "data: file.csv\n",
        "1:1 data: got 'file.csv', must be a mapping with the keys generate, file",
    ),
    "a file without target": (
        "data: {file: {path: a.csv}}\n",
        "1:8 data.file.target: is missing: The column with the labels",
    ),
    "a column of two uses": (
        "data: {file: {path: a, target: y, drop: [x, y]}}\n",
        "1:45 data.file.drop[1]: column 'y' is already listed under target",
    ),
    "a delimiter of two characters": (
        "data: {file: {path: a, target: y, delimiter: ab}}\n",
        "1:35 data.file.delimiter: got 'ab', must be one character",
    ),
    "a list without brackets": (
        "data: {file: {path: a, target: y, drop: x}}\n",
        "1:35 data.file.drop: got 'x', must be a list of column names, such as [x]",
    ),
    "too few rows": (
        "data: {generate: {n_samples: 9}}\n",
        "1:19 data.generate.n_samples: got 9, must be an integer from 10 to 10,000,000",
    ),
    "1e3 for an integer": (
        "data: {generate: {n_samples: 1e3}}\n",
        "1:19 data.generate.n_samples: got 1e3, must be an integer",
    ),
    "infinity": (
        "data: {generate: {class_sep: .inf}}\n",
        "1:19 data.generate.class_sep: got .inf, must be a finite number > 0",
    ),
    "a scale that is no number": (
        "data: {generate: {scale: wide}}\n",
        "1:19 data.generate.scale: got 'wide', must be a finite number > 0, a list of such numbers, or null",
    ),
    "a scale of one feature that is no number": (
        "data: {generate: {scale: [1, wide]}}\n",
        "1:30 data.generate.scale[1]: got 'wide', must be a finite number > 0",
    ),
    "a blank query": (
        "data: {file: {path: a, target: y, query: ' '}}\n",
        "1:35 data.file.query: got ' ', must be one SELECT statement",
    ),
    "a letter as a delimiter": (
        "data: {file: {path: a, target: y, delimiter: x}}\n",
        "1:35 data.file.delimiter: got 'x', must be one character, such as",
    ),
    "a long label": (
        DATA + f"strategies: [{{name: smote, label: {'x' * 81}}}]\n",
        "2:28 strategies[0].label: has 81 characters, must be a label of at most 80",
    ),
    "no limit": (DATA + "evaluation: {limit: {recall: null}}\n", "2:14 evaluation.limit: has none of its keys; write"),
    "two limits": (
        DATA + "evaluation: {limit: {recall: 0.9, precision: 0.9}}\n",
        "2:14 evaluation.limit: has recall and precision; write exactly one of",
    ),
    "weights that are no list": (
        "data: {generate: {weights: 0.9}}\n",
        "1:19 data.generate.weights: got 0.9, must be a list of shares of the classes, each from 0 to 1, such as [0.9]",
    ),
    "weights above one": (
        "data: {generate: {weights: [0.9, 0.9]}}\n",
        "1:19 data.generate.weights: got [0.9, 0.9], which sum to 1.8",
    ),
    "too few informative features": (
        "data: {generate: {n_informative: 1}}\n",
        "1:19 data.generate.n_informative: n_classes (2) * n_clusters_per_class (2) is 4",
    ),
    "too few features": (
        "data: {generate: {n_features: 3}}\n",
        "1:19 data.generate.n_features: n_informative (2) + n_redundant (2) + n_repeated (0) is 4",
    ),
    "a generator that isn't there": (
        "data: {generate: {kind: mixtur}}\n",
        "1:19 data.generate.kind: got 'mixtur', must be one of classification, mixture; did you mean mixture?",
    ),
    "a generator that is nothing like one": (
        "data: {generate: {kind: 7, n_samples: 30}}\n",
        "1:19 data.generate.kind: got 7, must be one of classification, mixture",
    ),
    "a misspelt key of a mixture": (
        "data: {generate: {kind: mixture, minority_shar: 0.1}}\n",
        "1:34 data.generate.minority_shar: unknown key; did you mean minority_share? (allowed: kind, preset, n_samples",
    ),
    "a key of the other generator": (
        "data: {generate: {kind: mixture, flip_y: 0.1}}\n",
        "1:34 data.generate.flip_y: unknown key here; flip_y belongs to data.generate of kind classification",
    ),
    "a mixture that doesn't say so": (
        "data: {generate: {clusters: 3}}\n",
        "1:19 data.generate.clusters: unknown key here; clusters belongs to data.generate of kind mixture",
    ),
    "a misspelt preset": (
        "data: {generate: {preset: frued}}\n",
        "1:19 data.generate.preset: got 'frued', must be one of fraud, diagnosis, churn, defects; did you mean fraud?",
    ),
    "a preset of the other generator": (
        "data: {generate: {kind: classification, preset: fraud}}\n",
        "1:41 data.generate.preset: unknown key here; preset belongs to data.generate of kind mixture",
    ),
    "a minority that is none": (
        "data: {generate: {kind: mixture, minority_share: 0.6}}\n",
        "1:34 data.generate.minority_share: got 0.6, must be a finite number > 0 and <= 0.5",
    ),
    "one minority row": (
        "data: {generate: {kind: mixture, minority_share: 0.01, n_samples: 100}}\n",
        "1:34 data.generate.minority_share: minority_share (0.01) of n_samples (100) is one minority row, must",
    ),
    "too few rows for a preset": (
        "data: {generate: {preset: fraud, n_samples: 100}}\n",
        "1:34 data.generate.n_samples: minority_share (0.005) of n_samples (100) is no minority row, must",
    ),
    "a mixture without columns": (
        "data: {generate: {kind: mixture, n_continuous: 0}}\n",
        "1:34 data.generate.n_continuous: n_continuous (0) + n_integer (0) + n_categorical (0) + n_noise (0) is 0",
    ),
    "too few shifts": (
        "data: {generate: {preset: defects, shift: [1, 2]}}\n",
        "1:36 data.generate.shift: got 2 numbers, must be one for each of the 15 informative columns: n_cont",
    ),
    "a minority in two places": (
        "data: {generate: {kind: mixture, n_continuous: 1, shift: [1], separation: 2}}\n",
        "1:63 data.generate.separation: can't be combined with shift",
    ),
    "clusters in one place": (
        "data: {generate: {kind: mixture, n_continuous: 1, shift: [1], clusters: 2}}\n",
        "1:63 data.generate.clusters: got 2, must be 1 with shift",
    ),
    "nothing but gaps": (
        "data: {generate: {preset: churn, missing: 1}}\n",
        "1:34 data.generate.missing: got 1, must be a finite number >= 0 and < 1",
    ),
    "a seed in quotes": (DATA + "seed: '42'\n", "2:1 seed: got '42', must be an integer from 0"),
    "a switch as a seed": (DATA + "seed: true\n", "2:1 seed: got true, must be an integer from 0"),
    "a negative seed": (DATA + "seed: -1\n", "2:1 seed: got -1, must be an integer from 0 to 4,294,967,295"),
    "an endless seed": (DATA + "seed: " + "9" * 5000 + "\n", "2:1 seed: got 9999999999"),
    "an underscore in a number": (DATA + "seed: 1_000\n", "2:1 seed: got '1_000', must be an integer"),
    "no seed": (DATA + "seed:\n", "2:1 seed: got nothing, must be an integer"),
    "an empty title": (DATA + "title: ''\n", "2:1 title: is empty, must be a title"),
    "a long title": (DATA + f"title: {'x' * 201}\n", "2:1 title: has 201 characters, must be a title of at most 200"),
    "a whole test part": (
        DATA + "split: {test_size: 1}\n",
        "2:9 split.test_size: got 1, must be a finite number > 0 and < 1",
    ),
    "one fold": (
        DATA + "split: {method: kfold, n_splits: 1}\n",
        "2:24 split.n_splits: got 1, must be an integer from 2",
    ),
    "a key of another method": (
        DATA + "split: {method: kfold, test_size: 0.2}\n",
        "2:24 split.test_size: is for method holdout or time",
    ),
    "a seed for a split that draws nothing": (
        "data: {file: {path: a, target: y, time: t}}\nsplit: {method: time, random_state: 2}\n",
        "2:23 split.random_state: is for method holdout or kfold, but method is time; leave it out",
    ),
    "time without a column": (DATA + "split: {method: time}\n", "2:9 split.method: time needs data.file.time"),
    "repeats of one split": (
        "data: {file: {path: a, target: y, time: t}}\nsplit: {method: time, n_repeats: 2}\n",
        "2:23 split.n_repeats: got 2, must be 1",
    ),
    "strategies that are no list": (
        DATA + "strategies: smote\n",
        "2:1 strategies: got 'smote', must be a list of strategies, such as [smote]",
    ),
    "no classifier": (
        DATA + "classifiers: []\n",
        "2:1 classifiers: is empty, must be a list of classifiers with at least one item",
    ),
    "an entry without a name": (
        DATA + "strategies: [{params: {}}]\n",
        "2:14 strategies[0]: has neither name nor class",
    ),
    "an entry with both": (
        DATA + "strategies: [{name: smote, class: a.B}]\n",
        "2:28 strategies[0].class: can't be combined with name",
    ),
    "an entry in an entry": (
        DATA + "strategies: [[smote]]\n",
        "2:14 strategies[0]: got ['smote'], must be a mapping with the keys name, class, params, label",
    ),
    "a label twice": (
        DATA + "strategies: [smote, smote]\n",
        "2:21 strategies[1]: label smote is already used by strategies[0]",
    ),
    "baseline twice": (
        DATA + "strategies: [baseline, baseline]\n",
        "2:24 strategies[1]: baseline is listed twice",
    ),
    "the label of the baseline": (
        DATA + "strategies: [{name: smote, label: baseline}]\n",
        "2:14 strategies[0]: label baseline is already used by the baseline",
    ),
    "a label that steers a terminal": (
        DATA + 'strategies: [{name: smote, label: "\\e[31m"}]\n',
        "2:28 strategies[0].label: got '\\x1b[31m', must be a label without control characters",
    ),
    "params that are a list": (
        DATA + "strategies: [{name: smote, params: [1]}]\n",
        "2:28 strategies[0].params: got [1], must be a mapping",
    ),
    "an infinite parameter": (
        DATA + "strategies: [{name: smote, params: {a: .inf}}]\n",
        "2:28 strategies[0].params: a has inf",
    ),
    "a class of another package": (
        DATA + "strategies: [{class: os.system}]\n",
        "2:15 strategies[0].class: got os.system, must be a class from one of sklearn, imblearn,",
    ),
    "a private class": (
        DATA + "strategies: [{class: sklearn._x.Y}]\n",
        "2:15 strategies[0].class: got 'sklearn._x.Y': _x is private",
    ),
    "no worker": (
        DATA + "engine: {workers: 0}\n",
        "2:10 engine.workers: got 0, must be auto or an integer from 1 to 1,024",
    ),
    "a size of no unit": (
        DATA + "engine: {memory_limit: 8 gigs}\n",
        "2:10 engine.memory_limit: got '8 gigs', must be auto or a size such as 8 GB, at least 1 MB",
    ),
    "gigabytes without their unit": (
        DATA + "engine: {memory_limit: 8}\n",
        "2:10 engine.memory_limit: got 8, must be auto or a size such as 8 GB, at least 1 MB",
    ),
    "Dask without an address": (
        DATA + "engine: {kind: dask}\n",
        "2:10 engine.kind: got dask, which needs engine.address, such as tcp://scheduler:8786",
    ),
    "an address for local workers": (
        DATA + "engine: {address: tcp://scheduler:8786}\n",
        "2:10 engine.address: is for kind: dask, but kind is local; write kind: dask, or leave it out",
    ),
    "an unknown engine": (
        DATA + "engine: {kind: dusk}\n",
        "2:10 engine.kind: got 'dusk', must be one of local, dask; did you mean dask?",
    ),
    "no time for a run": (
        DATA + "engine: {run_timeout: 0}\n",
        "2:10 engine.run_timeout: got 0, must be a finite number > 0",
    ),
    "a metric that cannot rank": (
        DATA + "evaluation: {primary: f1}\n",
        "2:14 evaluation.primary: got 'f1', must be one of average_precision, roc_auc",
    ),
    "a rope as wide as the scale": (
        DATA + "evaluation: {rope: 1}\n",
        "2:14 evaluation.rope: got 1, must be auto or a finite number >= 0 and < 1",
    ),
    "an error rate where a confidence belongs": (
        DATA + "evaluation: {confidence: 0.05}\n",
        "2:14 evaluation.confidence: got 0.05, must be a finite number > 0.5 and < 1",
    ),
    "a number as a switch": (
        DATA + "evaluation: {calibrated: 1}\n",
        "2:14 evaluation.calibrated: got 1, must be true or false",
    ),
    "a label that calibration adds": (
        DATA + "evaluation: {calibrated: true}\nstrategies: [smote, {name: smote, label: smote (calibrated)}]\n",
        "3:21 strategies[1]: label smote (calibrated) is already used by smote inside CalibratedClassifierCV",
    ),
    "weights without a sampler": (
        DATA + "strategies: [{name: threshold, weights: prevalence}]\n",
        "2:32 strategies[0].weights: is for samplers only, and threshold isn't one; leave it out",
    ),
    "weights that keep something else": (
        DATA + "strategies: [{name: smote, weights: prevalense}]\n",
        "2:28 strategies[0].weights: got 'prevalense', must be prevalence; did you mean prevalence?",
    ),
    "more than the whole weight": (
        DATA + "strategies: [{name: smote, weights: {real_share: 1.5}}]\n",
        "2:38 strategies[0].weights.real_share: got 1.5, must be proportional or a finite number >= 0 and <= 1",
    ),
    "a key that weights don't have": (
        DATA + "strategies: [{name: smote, weights: {real: 1}}]\n",
        "2:38 strategies[0].weights.real: unknown key",
    ),
    "weights of a classifier": (
        DATA + "classifiers: [{name: svc, weights: prevalence}]\n",
        "2:27 classifiers[0].weights: unknown key here; weights belongs to data.generate",
    ),
    "a label that weights make too long": (
        DATA + f"strategies: [{{name: smote, weights: prevalence, label: {'x' * 70}}}]\n",
        "2:49 strategies[0].label: has 70 characters, must be at most 69 where weights add ' (weighted)'",
    ),
    "weights twice": (
        DATA + "strategies: [{name: smote, weights: prevalence}, {name: smote, weights: {real_share: 0}}]\n",
        "2:50 strategies[1]: label smote (weighted) is already used by strategies[0]",
    ),
    "tuning where no space ships": (
        DATA + "strategies: [{name: threshold, tune: true}]\n",
        "2:32 strategies[0].tune: there is no default search space for threshold; write tune: "
        "{space: {PARAMETER: [1, 2, 3]}}, or leave tune out",
    ),
    "a class tuned without a space": (
        DATA + "classifiers: [{class: sklearn.svm.SVC, tune: true}]\n",
        "2:40 classifiers[0].tune: there is no default search space for a class by its path",
    ),
    "a tuned baseline": (
        DATA + "strategies: [{name: baseline, tune: true}]\n",
        "2:31 strategies[0].tune: there is no default search space for baseline",
    ),
    "nothing left to tune": (
        DATA + "classifiers: [{name: logistic_regression, params: {C: 3}, tune: true}]\n",
        "2:59 classifiers[0].tune: params already fix every parameter of the default search space of "
        "logistic_regression; write",
    ),
    "tuning that is no mapping": (
        DATA + "classifiers: [{name: svc, tune: 20}]\n",
        "2:27 classifiers[0].tune: got 20, must be a mapping with the keys n_candidates, inner_folds, space",
    ),
    "one candidate": (
        DATA + "classifiers: [{name: svc, tune: {n_candidates: 1}}]\n",
        "2:34 classifiers[0].tune.n_candidates: got 1, must be an integer from 2 to 1,000",
    ),
    "a key that tuning doesn't have": (
        DATA + "classifiers: [{name: svc, tune: {n_iter: 9}}]\n",
        "2:34 classifiers[0].tune.n_iter: unknown key (allowed: n_candidates, inner_folds, space)",
    ),
    "a range that is none": (
        DATA + "classifiers: [{name: svc, tune: {space: {C: {logg: [1, 2]}}}}]\n",
        "2:42 classifiers[0].tune.space.C: got {'logg': [1, 2]}, must be a list of choices, or one of",
    ),
    "no choice": (
        DATA + "classifiers: [{name: svc, tune: {space: {C: []}}}]\n",
        "2:42 classifiers[0].tune.space.C: is an empty list",
    ),
    "a range that falls": (
        DATA + "classifiers: [{name: svc, tune: {space: {C: {log: [2, 1]}}}}]\n",
        "2:42 classifiers[0].tune.space.C: got {'log': [2, 1]}, low must be below high",
    ),
    "a logarithm of nothing": (
        DATA + "classifiers: [{name: svc, tune: {space: {C: {log: [0, 1]}}}}]\n",
        "2:42 classifiers[0].tune.space.C: got {'log': [0, 1]}, low must be above 0",
    ),
    "whole numbers that aren't": (
        DATA + "classifiers: [{name: knn, tune: {space: {n_neighbors: {int: [1, 2.5]}}}}]\n",
        "2:42 classifiers[0].tune.space.n_neighbors: got {'int': [1, 2.5]}, must be {int: [low, high]} with two whole",
    ),
    "a label that tuning makes too long": (
        DATA + f"classifiers: [{{name: svc, tune: true, label: {'x' * 75}}}]\n",
        "2:39 classifiers[0].label: has 75 characters, must be at most 72 where tune adds ' (tuned)'",
    ),
    "tuned twice": (
        DATA + "classifiers: [{name: svc, tune: true}, {name: svc, tune: {n_candidates: 9}}]\n",
        "2:40 classifiers[1]: label svc (tuned) is already used by classifiers[0]",
    ),
    "a sweep of a strategy that isn't listed": (
        DATA + "evaluation: {ratio_sweep: [custm]}\n",
        "2:28 evaluation.ratio_sweep[0]: unknown strategy label 'custm'; did you mean custom? (allowed: baseline,",
    ),
    "a sweep of a strategy twice": (
        DATA + "evaluation: {ratio_sweep: [smote, smote]}\n",
        "2:35 evaluation.ratio_sweep[1]: smote is listed twice",
    ),
    "a sweep that is no list": (
        DATA + "evaluation: {ratio_sweep: smote}\n",
        "2:14 evaluation.ratio_sweep: got 'smote', must be a list of labels of strategies, such as [smote]",
    ),
    "a ratio of more minority than majority": (
        DATA + "evaluation: {imbalance_sweep: [0.5]}\n",
        "2:32 evaluation.imbalance_sweep[0]: got 0.5, must be a finite number >= 1 and <= 10,000",
    ),
    "a ratio twice": (
        DATA + "evaluation: {imbalance_sweep: [2, 2.0]}\n",
        "2:35 evaluation.imbalance_sweep[1]: 2 is listed twice",
    ),
    "no alerts to speak of": (
        DATA + "evaluation: {alerts_per_1000: 1e-300}\n",
        "2:14 evaluation.alerts_per_1000: got 1e-300, must be a finite number >= 0.001 and <= 1,000",
    ),
    "a prevalence in per cent": (
        DATA + "evaluation: {prevalence_in_use: 3}\n",
        "2:14 evaluation.prevalence_in_use: got 3, must be a finite number > 0 and < 1",
    ),
    "a prevalence of nobody": (
        DATA + "evaluation: {prevalence_in_use: 0}\n",
        "2:14 evaluation.prevalence_in_use: got 0, must be a finite number > 0 and < 1",
    ),
    "a cost without its first key": (
        DATA + "evaluation: {cost: {false_positive: 3}}\n",
        "2:14 evaluation.cost.false_negative: is missing",
    ),
    "errors that cost nothing": (
        DATA + "evaluation: {cost: {false_negative: 0, false_positive: 0}}\n",
        "2:21 evaluation.cost.false_negative: got 0 for both",
    ),
    "parents of no rows": (
        DATA + "report: {synthetic_parents: true}\n",
        "2:10 report.synthetic_parents: got true, which needs report.synthetic: true",
    ),
}
