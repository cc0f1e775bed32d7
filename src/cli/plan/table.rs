//! The table of `guidepost plan --all`: a row a guide, and below it the sum.

use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::super::count;
use crate::{
    plan::{Kind, Need, Summary},
    terminal::clean::clean,
};

/// Widest line, in columns.
const WIDEST: usize = 100;

/// Columns: a heading, and the width of the figures; the last three are texts, of which the guide takes what is left.
const FIGURES: [&str; 3] = ["decide", "undone", "steps"];
const VALUES: usize = 21;
const NEEDS: usize = 22;

/// The table for people.
pub(super) fn human(rows: &[Summary]) -> String {
    let figures: usize = FIGURES.iter().map(|name| name.len() + 2).sum();
    let guide = WIDEST - figures - VALUES - 2 - NEEDS - 2;
    let mut text = String::new();
    let mut line = |figures: [String; 3], values: &str, needs: &str, name: &str| {
        let values = wrapped(values.split(", ").map(|value| value.to_owned() + ","), " ", VALUES);
        let needs = wrapped(needs.split(' ').map(str::to_owned), " ", NEEDS);
        let name = wrapped(name.split_inclusive(['/', '-', ' ']).map(str::to_owned), "", guide);
        for at in 0..values.len().max(needs.len()).max(name.len()).max(1) {
            let of = |lines: &[String]| lines.get(at).cloned().unwrap_or_default();
            let figures = FIGURES.iter().zip(&figures).map(|(heading, figure)| {
                format!("{:>width$}  ", if at == 0 { figure } else { "" }, width = heading.len())
            });
            let figures: String = figures.collect();
            let row = format!("{figures}{}{}{}", padded(&of(&values), VALUES), padded(&of(&needs), NEEDS), of(&name));
            text.push_str(row.trim_end());
            text.push('\n');
        }
    };
    line(FIGURES.map(str::to_owned), "values", "needs", "guide");
    for row in rows {
        let figures = match (row.errors, &row.skip) {
            (0, None) => [row.to_decide, row.not_done, row.steps].map(|figure| figure.to_string()),
            (0, Some(_)) => ["-".into(), "-".into(), "skip".into()],
            _ => ["error".into(), row.not_done.to_string(), row.steps.to_string()],
        };
        let needs: Vec<&str> = row.needs.iter().map(|need| need.name()).collect();
        line(figures, &values(&row.placeholders), &needs.join(" "), &name(rows, row));
    }
    text + &sum(rows)
}

/// What stands below the table.
fn sum(rows: &[Summary]) -> String {
    let of = |figure: fn(&Summary) -> usize| figure_of(rows, figure);
    let guides: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.path.as_str()).collect();
    let mut text = format!(
        "\n{}: {}, {} not done, {} to decide\n",
        count(guides.len(), "guide"),
        count(of(|row| row.steps), "step"),
        count(of(|row| row.not_done), "block"),
        count(of(|row| row.to_decide), "block"),
    );
    let unbound = placeholders(rows);
    if !unbound.is_empty() {
        let waiting = match of(|row| row.waiting) {
            0 => String::new(),
            1 => "; 1 step waits for one".into(),
            waiting => format!("; {waiting} steps wait for one"),
        };
        text.push_str(&format!("values that are not given: {}{waiting}\n", values(&unbound)));
    }
    let needs = needs(rows).into_iter().map(|(need, guides)| format!("{} {guides}", need.name()));
    let needs: Vec<String> = needs.collect();
    if !needs.is_empty() {
        text.push_str(&format!("guides that need it: {}\n", needs.join(", ")));
    }
    let failing = rows.iter().filter(|row| row.errors > 0).count();
    let skipped = rows.iter().filter(|row| row.skip.is_some()).count();
    if failing > 0 {
        text.push_str(&format!("{} with errors: guidepost plan GUIDE shows them\n", count(failing, "plan")));
    }
    if skipped > 0 {
        text.push_str(&format!("{} skipped as a whole\n", count(skipped, "plan")));
    }
    text
}

/// The rows and their sum, for programs.
pub(super) fn json(rows: &[Summary]) -> Value {
    let figures = |figure: fn(&Summary) -> usize| figure_of(rows, figure);
    json!({
        "version": 1,
        "guides": rows,
        "sum": {
            "plans": rows.len(),
            "steps": figures(|row| row.steps),
            "not_done": figures(|row| row.not_done),
            "to_decide": figures(|row| row.to_decide),
            "waiting": figures(|row| row.waiting),
            "errors": rows.iter().map(|row| row.errors).sum::<usize>(),
            "placeholders": placeholders(rows),
            "needs": needs(rows),
        },
    })
}

/// A figure of all guides that are done: of one that is skipped as a whole, nothing is to do or to say.
fn figure_of(rows: &[Summary], figure: fn(&Summary) -> usize) -> usize {
    rows.iter().filter(|row| row.skip.is_none()).map(figure).sum()
}

fn placeholders(rows: &[Summary]) -> BTreeMap<Kind, usize> {
    let mut all = BTreeMap::new();
    let done = rows.iter().filter(|row| row.skip.is_none());
    for (kind, count) in done.flat_map(|row| &row.placeholders) {
        *all.entry(*kind).or_default() += count;
    }
    all
}

/// How many guides need it.
fn needs(rows: &[Summary]) -> BTreeMap<Need, usize> {
    let of = |need: &Need| rows.iter().filter(|row| row.skip.is_none() && row.needs.contains(need)).count();
    Need::ALL.iter().map(|need| (*need, of(need))).filter(|(_, guides)| *guides > 0).collect()
}

/// `2 domain, 1 password`.
fn values(placeholders: &BTreeMap<Kind, usize>) -> String {
    let all: Vec<String> = placeholders.iter().map(|(kind, count)| format!("{count} {}", kind.name())).collect();
    all.join(", ")
}

/// A guide without what all paths have, and with its machine if it has several.
fn name(rows: &[Summary], row: &Summary) -> String {
    let path = row.path.strip_prefix("content/").unwrap_or(&row.path);
    let path = path.strip_suffix("/index.md").unwrap_or(path);
    let several = rows.iter().filter(|other| other.path == row.path).count() > 1;
    clean(&if several { format!("{path} ({})", row.machine) } else { path.to_owned() })
}

/// Words in lines of this width, joined by `space`; a word that is longer is cut.
fn wrapped(words: impl Iterator<Item = String>, space: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        let mut rest: Vec<char> = word.chars().collect();
        if let Some(last) = lines.last_mut()
            && last.chars().count() + space.len() + rest.len() <= width
        {
            last.push_str(space);
            last.extend(rest.drain(..));
        }
        while !rest.is_empty() {
            let part = rest.len().min(width);
            lines.push(rest.drain(..part).collect());
        }
    }
    // The last of some values has no comma behind it.
    if let Some(last) = lines.last_mut()
        && last.ends_with(',')
    {
        last.pop();
    }
    lines
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat((width + 2).saturating_sub(text.chars().count())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_fits() {
        let placeholders = BTreeMap::from([(Kind::Address, 2), (Kind::Domain, 11), (Kind::Password, 3)]);
        let needs = Need::ALL.iter().copied().collect();
        let long = Summary {
            path: "content/guides/a-guide-with-a-very-long-name-that-does-not-fit-into-a-column/index.md".into(),
            steps: 12,
            not_done: 3,
            to_decide: 4,
            placeholders,
            needs,
            ..Summary::default()
        };
        let skipped = Summary { path: "content/b.md".into(), skip: Some("no".into()), ..Summary::default() };
        let wrong = Summary { path: "content/c.md".into(), errors: 2, ..Summary::default() };
        let text = human(&[wrong, long, skipped]);
        let expected = "\
decide  undone  steps  values                 needs                   guide
 error       0      0                                                 c.md
     4       3     12  2 address, 11 domain,  sudo systemd docker     guides/a-guide-with-a-very-
                       3 password             ubuntu host cloud       long-name-that-does-not-fit-
                                              network                 into-a-column
     -       -   skip                                                 b.md

3 guides: 12 steps, 3 blocks not done, 4 blocks to decide
values that are not given: 2 address, 11 domain, 3 password
guides that need it: sudo 1, systemd 1, docker 1, ubuntu 1, host 1, cloud 1, network 1
1 plan with errors: guidepost plan GUIDE shows them
1 plan skipped as a whole
";
        assert_eq!(text, expected, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDEST), "{text}");
    }
}
