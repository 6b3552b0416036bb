"""The tables on the terminal and in docs/performance.md."""

import os
import pathlib
import re

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "performance.md"


def number(value):
    """Three digits that count, without an exponent."""
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.4f}"


def wanted(figure):
    goal = figure.goal
    if goal is None:
        return ""
    sign = "≥" if goal.at_least else "≤"
    return f"{sign} {number(goal.bound)}" + (f" {figure.unit}" if goal.absolute else " ×")


def verdict(figure):
    return {None: "", True: "met", False: "missed"}[figure.met]


def rows(figures):
    yield ["", "unit", "ours", "peer", "ratio", "wanted", "verdict"]
    for figure in figures:
        yield [
            figure.name + (f" ({figure.peer_name})" if figure.peer_name else ""),
            figure.unit,
            number(figure.ours_median),
            number(figure.peer_median),
            number(figure.ratio),
            wanted(figure),
            verdict(figure),
        ]


def text_table(figures):
    table = list(rows(figures))
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = []
    for row in table:
        cells = [
            cell.rjust(width) if 2 <= column <= 4 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown_table(figures):
    heading, *table = rows(figures)
    lines = ["| " + " | ".join(heading) + " |", "|---|---|--:|--:|--:|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in table]
    return "\n".join(lines)


def machine():
    """What kind of machine this is, as far as it bears on the figures."""
    model = re.search(r"^model name\s*: (.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    system = re.search(r'^PRETTY_NAME="?([^"\n]+)', pathlib.Path("/etc/os-release").read_text(), re.M)
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores of {model.group(1) if model else os.uname().machine}, "
        f"{system.group(1) if system else 'Linux'}"
    )


def section(name, comparison, figures, rounds, versions):
    """The generated text of one comparison."""
    lines = [f"## {comparison.TITLE}", ""]
    description = comparison.__doc__.split(": ", 1)[1].strip()
    lines += [f"{description[0].upper()}{description[1:]} Medians of {rounds} rounds.", ""]
    lines += ["| who | command |", "|---|---|"]
    lines += [f"| {who} | `{command}` |" for who, command in comparison.COMMANDS.items()]
    lines += ["", markdown_table(figures), ""]
    lines += [f"Machine: {machine()}. " + " ".join(f"{version}." for version in versions)]
    return block(name, "\n".join(lines))


def block(name, text):
    return f"<!-- {name}: written by scripts/compare -->\n{text}\n<!-- {name}: end -->"


def update(sections):
    """Replaces these sections of the document; adds those that it lacks. The rest stays as it is."""
    document = DOCUMENT.read_text(encoding="utf-8")
    for name, text in sections.items():
        pattern = re.compile(
            rf"<!-- {re.escape(name)}: written by scripts/compare -->.*?<!-- {re.escape(name)}: end -->",
            re.S,
        )
        if pattern.search(document):
            document = pattern.sub(lambda _, text=text: text, document)
        else:
            document = document.rstrip("\n") + f"\n\n{text}\n"
    DOCUMENT.write_text(document, encoding="utf-8")
