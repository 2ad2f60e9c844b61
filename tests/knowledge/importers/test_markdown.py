"""HTML as Markdown."""

import pytest
from lxml.html import document_fromstring

from aisle.knowledge.importers.markdown import markdown_of


def _markdown(body: str) -> str:
    root = document_fromstring(f"<body>{body}</body>")
    return markdown_of(root.find("body"), "https://shop.example/help/sizes")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>In <b>two</b> to\n  <em>four </em>days.</p>", "In **two** to *four* days."),
        ("<p>One.<br>Two.</p>", "One.\nTwo."),
        ("<div>Loose <p>In it</p> after</div>", "Loose\n\nIn it\n\nafter"),
        ("<ul><li>A<ol><li>B</li><li>C</li></ol></li><li> </li></ul>", "- A\n  1. B\n  2. C"),
        ("<ol><li><p>A</p><p>B</p></li></ol>", "1. A\n   B"),
        ("<blockquote><p>A</p><p>B</p></blockquote>", "> A\n>\n> B"),
        ("<pre><code># no heading\n  b</code></pre>", "```\n# no heading\n  b\n```"),
        ("<p>Use <code>A_1</code><b> </b></p>", "Use `A_1`"),
        ("<p># 1 in oak<br>#1 in pine</p>", "\\# 1 in oak\n#1 in pine"),
        ("<p></p><ul></ul><table></table><h2> </h2>", ""),
    ],
)
def test_each_kind_of_element_has_its_markdown(html: str, expected: str) -> None:
    assert _markdown(html) == expected


def test_a_table_of_data_stays_a_table() -> None:
    rows = "<tr><th>Size</th><th>cm</th></tr><tr><td><p>S|M</p></td><td>40<br>42</td></tr>"
    assert _markdown(f"<table><tbody>{rows}</tbody></table>") == (
        "| Size | cm |\n| --- | --- |\n| S\\|M | 40 42 |"
    )


def test_a_table_that_only_lays_a_page_out_is_text() -> None:
    assert _markdown("<table><tr><td><h2>Why?</h2>So.</td></tr></table>") == "## Why?\n\nSo."


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h2>A</h2><h3>B</h3>", "## A\n\n### B"),
        ("<h1>A</h1><h2>B</h2>", "## A\n\n### B"),
        ("<h3>A</h3><h4>B</h4>", "## A\n\n### B"),
        ("<h1>A</h1><h6>B</h6>", "## A\n\n###### B"),
        ("<h2>What <em>is</em><br>it?</h2>", "## What is it?"),
    ],
)
def test_the_highest_heading_is_of_the_second_level(html: str, expected: str) -> None:
    assert _markdown(html.replace("<br>", "<br>\n")) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("chart", "[here](https://shop.example/help/chart)"),
        ("//cdn.example/a", "[here](https://cdn.example/a)"),
        ("javascript:alert(1)", "here"),
        ("mailto:help@shop.example", "here"),
        ("http://[broken", "here"),
        ("https://shop.example/a (b)", "here"),
        ("", "here"),
    ],
)
def test_only_links_to_web_pages_are_links(target: str, expected: str) -> None:
    assert _markdown(f'<p><a href="{target}">here</a></p>') == expected
