"""How columns are read: by rules, from all rows, and said so."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from data_files import N, column_of, load, make_csv, note_codes, note_text, refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from job.data.quoting import quoted


def cycle(*values: object, n: int = N) -> list[str]:
    """Repeat values over n rows."""
    return [str(values[row % len(values)]) for row in range(n)]


def some(usual: list[str], *odd: str) -> list[str]:
    """Put odd values in place of the last usual ones."""
    return [*usual[: len(usual) - len(odd)], *odd]


NUMBERS = cycle("1.5", "-2", "3e2", "+4.25", ".5", "6.")
INTEGERS = cycle(*range(12))
TEXTS = cycle("red", "green", "blue")

# name: (values, kind, role, codes of the notes)
READ = {
    "numbers in every spelling": (NUMBERS, "number", "feature", set()),
    "integers": (INTEGERS, "integer", "feature", set()),
    "negative and signed integers": (cycle("-1", "+2", "0"), "integer", "feature", set()),
    "whole numbers with a point": (cycle("1.0", "2.0"), "number", "feature", set()),
    "0 and 1 are integers": (cycle("0", "1"), "integer", "feature", set()),
    "integers with gaps": (some(INTEGERS, "", "NA", "?"), "integer", "feature", set()),
    "no underscore in a number": (cycle("1_000", "2_000", "3_000"), "category", "feature", {"underscores"}),
    "two signs": (cycle("+-5", "+-6"), "category", "feature", set()),
    "hexadecimal": (cycle("0x10", "0x20"), "category", "feature", {"hexadecimal"}),
    "95 % numbers": (some(INTEGERS, "many", "few"), "integer", "feature", {"not-numbers"}),
    "less than 95 % numbers": (some(INTEGERS, "a", "b", "b"), "category", "feature", {"mostly-numbers"}),
    "95 % of the present values": (some(cycle("", "7", "8"), "many"), "integer", "feature", {"not-numbers"}),
    "a leading zero": (some(cycle("12", "45"), "07"), "category", "feature", {"leading-zeros"}),
    "zero itself": (cycle("0", "10", "0.5"), "number", "feature", set()),
    "beyond 2^53": (some(INTEGERS, "9007199254740993"), "integer", "feature", {"large-integers"}),
    "2^53": (some(INTEGERS, "9007199254740992"), "integer", "feature", set()),
    "infinities": (some(NUMBERS, "inf", "-Infinity", "nan"), "number", "feature", {"infinite"}),
    "larger than a float": (some(NUMBERS, "1e400"), "number", "feature", {"infinite"}),
    "smaller than a float": (some(NUMBERS, "1e-400"), "number", "feature", set()),
    "only infinities": (cycle("inf", "-inf"), "constant", "dropped", {"all-missing"}),
    "booleans in any case": (cycle("true", "FALSE", "True", "false"), "boolean", "feature", set()),
    "booleans with gaps": (some(cycle("true", "false"), ""), "boolean", "feature", set()),
    "yes and no are words": (cycle("yes", "no"), "category", "feature", set()),
    "a boolean and a word": (some(cycle("true", "false"), "maybe"), "category", "feature", set()),
    "words": (TEXTS, "category", "feature", set()),
    "words with gaps": (some(TEXTS, "", "null", "None"), "category", "feature", set()),
    "unicode": (cycle("été", "日本", "🙂"), "category", "feature", set()),
    "words that look missing": (some(TEXTS, "nan", "-"), "category", "feature", {"looks-missing"}),
    "all missing": (cycle("", "NA"), "constant", "dropped", {"all-missing"}),
    "one number": (cycle("7", "7.0"), "constant", "dropped", {"constant"}),
    "one number and gaps": (some(cycle("7"), ""), "constant", "dropped", {"constant"}),
    "one word": (cycle("red"), "constant", "dropped", {"constant"}),
    "one word and gaps": (cycle("red", ""), "category", "feature", set()),
    "true in two spellings": (cycle("true", "TRUE"), "constant", "dropped", {"constant"}),
    "words that all differ": ([f"id{row}" for row in range(N)], "text", "dropped", {"identifier"}),
    "95 % of words differ": (some([f"id{row}" for row in range(N)], "id0", "id1"), "text", "dropped", {"identifier"}),
    "fewer differ": (some([f"id{row}" for row in range(N)], "id0", "id1", "id2"), "category", "feature", set()),
    "integers that all differ": (list(map(str, range(N))), "integer", "feature", {"maybe-identifier"}),
    "numbers that all differ": ([f"{row}.5" for row in range(N)], "number", "feature", set()),
    "codes that all differ": ([f"{row:05d}" for row in range(N)], "text", "dropped", {"identifier", "leading-zeros"}),
    "ISO dates": (cycle("2024-02-29", "2023-12-31"), "date", "dropped", {"date"}),
    "ISO times": (cycle("2024-02-29T12:30:15Z", "2023-12-31 01:02:03.5+01:00"), "date", "dropped", {"date"}),
    "months": (cycle("2024-02", "2023-12"), "date", "dropped", {"date"}),
    "days first": (cycle("31.12.2023", "1.2.2024"), "date", "dropped", {"date"}),
    "days with slashes": (cycle("12/31/2023", "2/1/24 10:15 PM"), "date", "dropped", {"date"}),
    "months in words": (cycle("31 Dec 2023", "1-Feb-24", "February 3 2024"), "date", "dropped", {"date"}),
    "dates that all differ": (
        [f"2024-{d // 28 + 1:02d}-{d % 28 + 1:02d}" for d in range(N)],
        "date",
        "dropped",
        {"date"},
    ),
    "versions are no dates": (cycle("1.2.10", "1.3.0"), "category", "feature", set()),
    "times of day are no dates": (cycle("12:30", "13:45"), "category", "feature", {"times"}),
    "sizes are categories": (cycle("3XL", "2XL"), "category", "feature", set()),
    "bands of age are categories": (cycle("18-25", "26-35"), "category", "feature", set()),
    "numbers and dashes": (cycle("1.5", "2", "-"), "number", "feature", {"not-numbers"}),
    "numbers and errors": (some(INTEGERS, "#N/A", "#DIV/0!", "#WERT!"), "integer", "feature", {"not-numbers"}),
    "a word and errors": (some(TEXTS, "#N/A"), "category", "feature", {"looks-missing"}),
    "numbers, errors and words": (some(INTEGERS, "#N/A", "a", "b", "b"), "category", "feature", {"mostly-numbers"}),
    "percent signs": (cycle("12%", "7.5 %", "3%"), "category", "feature", {"percent-signs"}),
    "currencies": (cycle("$12", "€ 7.50", "10 EUR"), "category", "feature", {"currency-signs"}),
    "bounds": (some(cycle("1", "2", "3"), "<5", ">10", "<5"), "category", "feature", {"bounds"}),
    "thousands with points": (cycle("1.163.000", "2.500.000"), "category", "feature", {"thousands-separators"}),
    "thousands with quotes": (cycle("1'163", "2'500.50"), "category", "feature", {"thousands-separators"}),
}


@pytest.mark.parametrize(("values", "kind", "role", "codes"), READ.values(), ids=READ)
def test_values_decide_what_a_column_is(tmp_path, values, kind, role, codes):
    """Kind, use and notes of a column follow from its values alone."""
    dataset = load(tmp_path, make_csv(x=values))

    column = column_of(dataset, "x")
    assert (kind, role, codes) == (column.kind, column.role, note_codes(dataset, "x"))
    assert column.why
    assert (role == "feature") == ("x" in dataset.X)


ERRORS = "#N/A #DIV/0! #VALUE! #REF! #NAME? #NUM! #NULL! #NV #WERT! #BEZUG! #ÜBERLAUF! #VALEUR! #¡VALOR! Err:502 ####"


@pytest.mark.parametrize("error", ERRORS.split())
def test_a_spreadsheets_error_cells_are_missing_numbers(tmp_path, error):
    """They say nothing against a column of numbers, and the note says what they are."""
    dataset = load(tmp_path, make_csv(x=some(NUMBERS, *[error] * 6)))

    assert 6 == dataset.X["x"].isna().sum()
    assert f"6 of 40 values of 'x' aren't numbers ({error!r}): read as missing." == note_text(dataset, "not-numbers")


# how f"{number}" is written: (code of the note)
WRITTEN = {
    "{0:.2f} mg": "units",
    "{0:.2f}mmol/L": "units",
    "{0:.2f} km/h": "units",
    "{0:.1f} minutes": "units",
    "{0:.2f} flurbs": "text-behind-numbers",
    "{0:.2f}%": "percent-signs",
    '"$1,{0:06.2f}"': "currency-signs",
    "(${0:.2f})": "currency-signs",
    "{0:.2f} kr": "currency-signs",
    "1\xa0{0:07.3f}": "thousands-separators",
    "<{0:.2f}": "bounds",
    "> {0:.2f} mg": "bounds",
    "{0:.2f}+": "bounds",
    "ca. {0:.2f}": "approximations",
    "{0:.2f} ± 0.5": "approximations",
    "−{0:.2f}": "minus-signs",
    "{0:.2f}-": "minus-signs",
    "({0:.2f})": "minus-signs",
    '"=""{0:.2f}"""': "formulas",
    '="{0:.2f}"': "formulas",
    "={0:.2f}": "formulas",
    "'{0:.2f}": "formulas",
    "{1}:05": "times",
    "{1}:05:33": "times",
    "36:{1:02d}.5": "times",
    "{1}h30": "times",
    "{1} h 5 min": "times",
    "P1DT{1}H": "times",
    "PT{1}M3.5S": "times",
    "{1} days 02:03:04.5": "times",
    "{0:.2f}\u200b1": "invisible-characters",
    "{0:.2f}x10^3": "powers",
    "0x{1:x}": "hexadecimal",
    "{1}/7": "fractions",
    "{1}-99": "ranges",
    "{1}.2.3": "several-points",
}


@pytest.mark.parametrize("share", [1, 4], ids=["all", "some"])
@pytest.mark.parametrize(("written", "code"), WRITTEN.items(), ids=WRITTEN)
def test_numbers_written_in_another_way_are_named_for_what_they_are(tmp_path, written, code, share):
    """One note says how the values are written, and nothing is blamed that isn't there, an identifier for one."""
    values = [written.format(row % 36 + 0.125, row % 36) if row % share == 0 else f"{row}.125" for row in range(N)]
    dataset = load(tmp_path, make_csv(x=values))

    assert {code} == note_codes(dataset, "x")
    assert "no number" not in note_text(dataset, code)


def test_digits_of_other_scripts_are_named(tmp_path):
    """They are digits to people and none to programs."""
    values = [str(row % 36).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")) for row in range(N)]
    dataset = load(tmp_path, make_csv(x=values))

    assert {"other-digits"} == note_codes(dataset, "x")


def test_several_ways_of_writing_are_all_named(tmp_path):
    """The note explains each, the most frequent first."""
    dataset = load(tmp_path, make_csv(x=some(INTEGERS, "<5", "<5", "<5", "<5", "7 mg", "7 mg", "10:05")))

    text = note_text(dataset, "bounds")
    assert text.index("'<5'") < text.index("'7 mg'") < text.index("'10:05'")


def test_thousands_separators_are_blamed_only_where_cells_have_them(tmp_path):
    """1.125 has three decimals and is a number; what keeps the column from being one are other cells."""
    dataset = load(tmp_path, make_csv(x=some([f"{row % 9}.125" for row in range(N)], *["unknown"] * 6)))

    assert {"mostly-numbers"} == note_codes(dataset, "x")
    assert "'unknown'" in note_text(dataset, "mostly-numbers")
    assert " are numbers, too few to read the column as numbers; others are " in note_text(dataset, "mostly-numbers")
    assert "thousands" not in note_text(dataset, "mostly-numbers")


@pytest.mark.parametrize("mark", ["-999", "-999.00", "-9.99e2"], ids=repr)
@pytest.mark.parametrize("query", [None, "SELECT n, x, y FROM data"], ids=["file", "query"])
def test_a_number_that_stands_for_missing_may_be_written_in_any_way(tmp_path, mark, query):
    """-999 and -999.0 are one number, and so is -9.99e2."""
    spellings = ["-999", "-999.0", " -999.00 ", "-9.99e2"]
    content = make_csv(x=[spellings[row % 8] if row % 8 < 4 else f"{row}.5" for row in range(N)])
    dataset = load(tmp_path, content, na_values=[mark], query=query)

    assert 20 == column_of(dataset, "x").n_missing == dataset.X["x"].isna().sum()
    assert dataset.X["x"].min() == 4.5 if query is None else dataset.X["x"].min() > 0


def test_a_number_that_stands_for_missing_has_a_decimal_comma_too(tmp_path):
    """Both in the file and in the spec."""
    content = make_csv(";", x=some(cycle("1,5", "2", "3"), "-999", "-999,0", "-999,00")).replace(".5", ",5")
    for mark in ("-999", "-999,0"):
        dataset = load(tmp_path, content, delimiter=";", decimal=",", na_values=[mark])
        assert 3 == column_of(dataset, "x").n_missing


def test_a_number_that_stands_for_missing_is_text_where_values_are(tmp_path):
    """Codes such as 0999 and 999.0 beside words are other values."""
    words = cycle("999", "999.0", "a", "b")
    content = make_csv(code=cycle("0999", "0999", "0123"), word=words, x=cycle("999.0", "1", "2"))
    dataset = load(tmp_path, content, na_values=["999"])

    assert [0, 10, 14] == [column_of(dataset, name).n_missing for name in ("code", "word", "x")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1.5", "+4.25", "-.5", "6.", "3e2", "1E-2"], [1.5, 4.25, -0.5, 6, 300, 0.01]),
        (["", "NA", "N/A", "NaN", "null", "None", "?"], [math.nan] * 7),
        (["inf", "-inf", "nan", "1e400", "-1e400"], [math.nan] * 5),
        (["9007199254740993", "-9007199254740993"], [9007199254740992, -9007199254740992]),
    ],
    ids=["spellings", "missing", "infinite", "large"],
)
def test_a_number_has_the_value_that_it_spells(tmp_path, values, expected):
    """Spellings of numbers are read as Python reads them; missing and infinite are NaN."""
    n = 200
    dataset = load(tmp_path, make_csv(x=some(cycle("1.25", "2.25", n=n), *values)))

    np.testing.assert_array_equal(expected, dataset.X["x"].to_numpy()[n - len(values) :])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=8, max_size=30, unique=True))
def test_a_float_survives_being_written_and_read(tmp_path, numbers):
    """Whatever Python writes of a float is read as the same float."""
    values = (numbers * 5)[:40]
    dataset = load(tmp_path, make_csv(x=[repr(number) for number in values]))

    np.testing.assert_array_equal(values, dataset.X["x"])


def test_numbers_are_floats_and_categories_are_text(tmp_path):
    """The frame holds float64, and categoricals of sorted text in which True and true are one."""
    dataset = load(tmp_path, make_csv(i=INTEGERS, c=cycle("b", "a", ""), t=cycle("True", "false", "TRUE")))

    assert {"n": "float64", "i": "float64"} == {name: str(dataset.X[name].dtype) for name in ("n", "i")}
    assert (["a", "b"], ["false", "true"]) == tuple(list(dataset.X[name].cat.categories) for name in ("c", "t"))
    assert all(type(text) is str for text in dataset.X["c"].cat.categories)
    assert not dataset.X["c"].cat.ordered
    assert ["b", "a"] == list(dataset.X["c"][:2])
    assert dataset.X["c"].isna()[2]
    assert pd.RangeIndex(N).equals(dataset.X.index)


def test_a_missing_value_is_counted_where_it_becomes_one(tmp_path):
    """What is no number in a column of numbers counts as missing, as the data frame has it."""
    dataset = load(tmp_path, make_csv(x=some(cycle("1.5", "2.5", n=80), "", "many", "inf"), n=cycle("1", "2", n=80)))

    assert 3 == column_of(dataset, "x").n_missing == dataset.X["x"].isna().sum()


def test_all_rows_decide_and_not_the_first_ones(tmp_path):
    """A word far down is seen, and so is a leading zero."""
    n = 60_000
    dataset = load(tmp_path, make_csv(x=some(["1", "2"] * (n // 2), "many"), z=some(["1", "2"] * (n // 2), "01")))

    assert "'many'" in note_text(dataset, "not-numbers")
    assert "category" == column_of(dataset, "z").kind


def test_categorical_makes_categories_of_numbers_dates_and_identifiers(tmp_path):
    """The spec's word is stronger than the rules."""
    dates = [f"2024-01-{day % 28 + 1:02d}" for day in range(N)]
    content = make_csv(code=INTEGERS, day=dates, name=[f"id{row}" for row in range(N)])
    dataset = load(tmp_path, content, categorical=["code", "day", "name"])

    assert ["category"] * 3 == [column_of(dataset, name).kind for name in ("code", "day", "name")]
    assert "the spec lists it under categorical" == column_of(dataset, "code").why
    assert "10" in dataset.X["code"].cat.categories


def test_decimal_commas_are_named_and_read_when_the_spec_says_so(tmp_path):
    """28,7 is no number until decimal says so."""
    content = make_csv(";", x=cycle("28,7", "3,25", "12"))
    plain = load(tmp_path, content, delimiter=";")
    comma = load(tmp_path, content.replace(".", ","), delimiter=";", decimal=",")

    assert "'28,7'" in note_text(plain, "decimal-mark")
    assert 'set data.file.decimal to ","' in note_text(plain, "decimal-mark")
    assert [28.7, 3.25, 12] == list(comma.X["x"][:3])


def test_decimal_points_are_named_where_the_decimal_mark_is_a_comma(tmp_path):
    """The note tells the way back, too."""
    dataset = load(tmp_path, make_csv(";", x=cycle("28.7", "3.25"), z=cycle("1,5", "2")), delimiter=";", decimal=",")

    assert {"decimal-mark"} == note_codes(dataset, "x")
    assert "number" == column_of(dataset, "z").kind


def test_a_thousands_comma_is_named(tmp_path):
    """1,163.74 is no number, and the note gives it as the example."""
    dataset = load(tmp_path, make_csv(x=cycle('"1,163.74"', '"12,500.00"', '"3,000.10"')))

    assert "'1,163.74'" in note_text(dataset, "thousands-separators")


def test_an_index_without_a_name_is_left_out(tmp_path):
    """What pandas writes as its index numbers the rows and tells nothing."""
    lines = make_csv().splitlines()
    content = "\n".join(f"{'' if row == 0 else row - 1},{line}" for row, line in enumerate(lines))
    dataset = load(tmp_path, content)

    assert "dropped" == column_of(dataset, "column_1").role
    assert {"column-named", "row-numbers"} == note_codes(dataset, "column_1")


def test_an_unnamed_column_of_measurements_stays(tmp_path):
    """A column is a feature though nobody named it."""
    lines = make_csv().splitlines()
    content = "\n".join(f"{'' if row == 0 else row % 5},{line}" for row, line in enumerate(lines))

    assert "feature" == column_of(load(tmp_path, content), "column_1").role


def test_na_values_are_the_specs(tmp_path):
    """A list of one's own replaces the usual one."""
    dataset = load(tmp_path, make_csv(x=some(INTEGERS, "-99", "?")), na_values=["-99"])

    assert 2 == column_of(dataset, "x").n_missing
    assert "'?'" in note_text(dataset, "not-numbers")


def test_dropped_columns_have_no_notes(tmp_path):
    """What the spec leaves out is nobody's worry."""
    dataset = load(tmp_path, make_csv(x=[f"id{row}" for row in range(N)]), drop=["x"])

    assert ("dropped", "the spec lists it under drop") == (column_of(dataset, "x").role, column_of(dataset, "x").why)
    assert set() == note_codes(dataset)


@pytest.mark.parametrize("kind", ["numbers", "categories"])
def test_a_feature_that_tells_the_label_is_noted(tmp_path, kind):
    """A copy of the target among the features is a leak."""
    words = ["yes", "no"] if kind == "categories" else ["3", "1"]
    dataset = load(tmp_path, make_csv(x=[words[row % 4 != 0] for row in range(N)]))

    assert {"tells-the-label"} == note_codes(dataset)
    assert "'x'" in note_text(dataset, "tells-the-label")


def test_a_wide_file_is_read_whole(tmp_path):
    """Thousands of columns keep their order, names and values."""
    names = [f"x{place}" for place in range(3000)]
    dataset = load(tmp_path, make_csv(**{name: cycle(place, place + 1, n=8) for place, name in enumerate(names)}))

    assert ["n", *names] == list(dataset.X.columns)
    assert [2999, 3000] == list(dataset.X["x2999"][:2])


@pytest.mark.parametrize(
    "name",
    ["a b", "größe", 'say ""hi""', "<script>alert(1)</script>", "line\nbreak", "semi;colon", "42", "true", "SELECT"],
)
def test_any_name_names_a_column(tmp_path, name):
    """Names are text, whatever they hold."""
    content = make_csv(x=INTEGERS).replace(",x,", f',"{name}",', 1)
    dataset = load(tmp_path, content)

    assert name.replace('""', '"') in dataset.X.columns


@pytest.mark.parametrize(
    ("written", "asked", "difference"),
    [
        ("amount\u200b", "amount", "They differ in U+200B (ZERO WIDTH SPACE)."),
        ("net\u00a0amount", "net amount", "They differ in U+00A0 (NO-BREAK SPACE)."),
        ("gr\u00f6\u00dfe", "gro\u0308\u00dfe", "U+0308 (COMBINING DIAERESIS)"),
        ("\u0430mount", "amount", "They differ in U+0430 (CYRILLIC SMALL LETTER A)."),
        ("net  amount", "net amount", "They differ in blanks."),
        ("Amount", "amount", ""),
    ],
)
@pytest.mark.parametrize("key", ["target", "drop"])
def test_a_name_that_only_looks_the_same_is_named_with_the_difference(tmp_path, key, written, asked, difference):
    """What can't be seen is spelled out."""
    content = make_csv(**{written: cycle("1", "2"), "z": INTEGERS})
    message = refusal(tmp_path, content, **{key: asked if key == "target" else [asked]})

    assert f"Did you mean {quoted(written)}?" in message
    assert difference in message


@pytest.mark.parametrize("odd", ["12b", "20 kg"])
def test_texts_that_all_differ_need_no_note_to_be_left_out(tmp_path, odd):
    """One value with a mark among addresses or identifiers is no column of marked numbers."""
    values = [odd if at == 7 else f"{at} Baker Street" for at in range(N)]

    column = column_of(load(tmp_path, make_csv(x=values)), "x")

    assert column.role != "feature"


def test_a_category_that_is_mostly_none_stays_one(tmp_path):
    """Words for missing excuse half of the values at most: else none against some would be a column of gaps."""
    values = ["none" if at % 5 else str(10 * (1 + at % 3)) for at in range(N)]

    assert "category" == column_of(load(tmp_path, make_csv(x=values)), "x").kind
