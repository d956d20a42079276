"""What the page says of how hard the minority is."""

from __future__ import annotations

from typing import Any

from evidence_factories import make_diagnosis, make_finding
from html_page import Page
from report_factories import make_dataset, make_results, render_sections


def page_of(diagnosis: dict[str, Any]) -> Page:
    dataset = make_dataset(diagnosis=diagnosis)
    return Page(
        render_sections(
            make_results(("baseline", "smote"), ("svc",), dataset=dataset), "data.diagnosis", "data.columns"
        )
    )


def words_of(page: Page) -> list[str]:
    return [element.words for element in page.inside(page.by_id("diagnosis"), "p")]


def rows_of(page: Page, key: str) -> list[list[str]]:
    return [[cell.words for cell in row] for row in page.rows(key)[1:]]


def test_findings_stand_with_level_advice_and_columns() -> None:
    """each finding is a row, in the order of the results, its columns named up to six"""
    names = [f"column {place}" for place in range(9)]
    findings = [
        make_finding("gives-the-answer-away", "problem", columns=["branch"]),
        make_finding("missing-values", "note", columns=names, found="nine columns lack values"),
    ]
    assert [
        ["Problem", "gives-the-answer-away was found. (branch)", "Do this.", "gives-the-answer-away"],
        [
            "Note",
            "Nine columns lack values. (column 0, column 1, column 2, column 3, column 4, column 5 and 3 more)",
            "Do this.",
            "missing-values",
        ],
    ] == rows_of(page_of(make_diagnosis(findings=findings)), "findings")


def test_measures_stand_with_their_meaning() -> None:
    """F1, N1 and N3, the latter two also among the minority rows alone, and on how many rows they were measured"""
    rows = rows_of(page_of(make_diagnosis()), "measures")
    assert [["F1", "0.858", ""], ["N1", "0.128", "0.565"], ["N3", "0.072", "0.474"]] == [row[:3] for row in rows]
    assert rows[0][3].endswith("Best: feature_14.")
    assert not any("sample" in row[3] for row in rows)
    overlap = {**make_diagnosis()["overlap"], "n1_rows": 1000}
    sampled = rows_of(page_of(make_diagnosis(overlap=overlap)), "measures")
    assert sampled[1][3].endswith("in a stratified sample of 1,000 rows.")
    large = {**make_diagnosis(n_rows=30_000)["overlap"], "n3_rows": 20_000}
    *_, n3 = rows_of(page_of(make_diagnosis(n_rows=30_000, overlap=large)), "measures")
    of_class = "Rows (at most 5,000 of each class) whose nearest other row is of another class"
    expected = f"{of_class}, in a stratified sample of 20,000 rows."
    assert n3[3] == expected


def test_clusters_are_told_by_their_sizes() -> None:
    """many, one and no cluster have their sentence"""
    for clusters, expected in (
        (
            {"n": 3, "sizes": [120, 40, 25], "n_alone": 24},
            "falls into three clusters, of 120, 40 and 25 rows; minority rows in no cluster: 24.",
        ),
        (
            {"n": 20, "sizes": [9] * 20, "n_alone": 0},
            "9 and 9 rows and eight smaller ones; minority rows in no cluster: 0.",
        ),
        ({"n": 1, "sizes": [185], "n_alone": 1}, "has one cluster, of 185 rows; minority rows in no cluster: 1."),
        ({"n": 0, "sizes": [], "n_alone": 5}, "has no cluster of three rows or more: minority rows in no cluster: 5."),
    ):
        (text,) = [
            one for one in words_of(page_of(make_diagnosis(clusters=clusters))) if one.startswith("The minority")
        ]
        assert expected in text


def test_columns_are_scored_alone() -> None:
    """the ten columns that tell most stand with their AUC; without any there is a sentence"""
    rows = rows_of(page_of(make_diagnosis()), "column-scores")
    assert 10 == len(rows)
    assert ["feature_0", "0.840"] == rows[0]
    assert any(
        text.startswith("No column could be scored alone") for text in words_of(page_of(make_diagnosis(scores=[])))
    )


def test_what_is_missing_has_its_sentence() -> None:
    """no finding, no distances: each says so"""
    assert any(text.startswith("Nothing was found") for text in words_of(page_of(make_diagnosis(findings=[]))))
    nothing = make_diagnosis(overlap=None, clusters=None, types=None, reason="column 'x' holds values too large")
    page = page_of(nothing)
    assert "Distances could not be measured: column 'x' holds values too large." in words_of(page)
