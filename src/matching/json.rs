//! `match="json"`: the same data, however it is laid out. Strings are compared as lines are; an item or a value `"..."` stands
//! for anything, and a key `"..."` for any other keys.

use serde_json::Value;

use super::{Comparison, State, Verdict, align, line, value::Scale};

/// Compares two JSON texts.
pub(super) fn compare(documented: &str, real: &str, scale: Scale<'_>) -> Comparison {
    // How far two lines of JSON are the same says nothing.
    let lines = || {
        let mut lines = align::compare(documented, real, scale).lines;
        lines.iter_mut().filter(|line| line.state == State::Differs).for_each(|line| line.changes.clear());
        lines
    };
    let wanted: Value = match serde_json::from_str(documented) {
        Ok(value) => value,
        Err(error) => return Comparison::broken(lines(), format!("the documented output is not JSON: {error}")),
    };
    let found: Value = match serde_json::from_str(real) {
        Ok(value) => value,
        Err(error) => return Comparison::broken(lines(), format!("the real output is not JSON: {error}")),
    };
    let mut worst = (State::Same, String::new());
    values(&wanted, &found, "$", &mut worst, scale);
    let (state, at) = worst;
    match state {
        State::Same => Comparison { verdict: Verdict::Holds, lines: lines(), why: "the same JSON".to_owned() },
        State::Elided | State::Layout | State::Forgiven => {
            Comparison { verdict: Verdict::Holds, lines: lines(), why: format!("the same JSON, up to a value: {at}") }
        }
        State::Drifted => Comparison { verdict: Verdict::Drifted, lines: lines(), why: format!("a value moved: {at}") },
        State::Differs | State::Dropped | State::Missing | State::Extra => {
            Comparison::broken(lines(), format!("the JSON is not as documented: {at}"))
        }
    }
}

fn is_any(value: &Value) -> bool {
    value.as_str().is_some_and(|text| matches!(text, "..." | "[...]" | "[..]"))
}

/// Notes the worst difference; the first of its badness is named.
fn note(worst: &mut (State, String), state: State, at: String) {
    if state > worst.0 {
        *worst = (state, at);
    }
}

fn values(wanted: &Value, found: &Value, path: &str, worst: &mut (State, String), scale: Scale<'_>) {
    match (wanted, found) {
        _ if is_any(wanted) => note(worst, State::Elided, format!("{path} may be anything")),
        (Value::Object(wanted), Value::Object(found)) => {
            for (key, value) in wanted.iter().filter(|(key, _)| *key != "...") {
                match found.get(key) {
                    Some(other) => values(value, other, &format!("{path}.{key}"), worst, scale),
                    None => note(worst, State::Missing, format!("{path}.{key} is missing")),
                }
            }
            if !wanted.contains_key("...") {
                for key in found.keys().filter(|key| !wanted.contains_key(*key)) {
                    note(worst, State::Extra, format!("{path}.{key} is not documented"));
                }
            }
        }
        (Value::Array(wanted), Value::Array(found)) => items(wanted, found, path, worst, scale),
        (Value::String(a), Value::String(b)) if a != b => {
            let state = line::compare(a, b, scale).state;
            // A JSON string is data: its spacing is not layout.
            let spaced = state == State::Forgiven && a.split_whitespace().eq(b.split_whitespace());
            note(worst, if spaced { State::Differs } else { state }, format!("{path} is {found}, not {wanted}"));
        }
        _ if wanted == found => {}
        _ => note(worst, State::Differs, format!("{path} is {}, not {}", short(found), short(wanted))),
    }
}

fn items(wanted: &[Value], found: &[Value], path: &str, worst: &mut (State, String), scale: Scale<'_>) {
    let any: Vec<usize> = (0..wanted.len()).filter(|i| is_any(&wanted[*i])).collect();
    // One item "..." stands for any number of items; with more of them, each stands for one.
    let (head, tail) = match any[..] {
        [one] => (one, wanted.len() - one - 1),
        _ => (wanted.len(), 0),
    };
    let open = head < wanted.len();
    if (open && found.len() < head + tail) || (!open && found.len() != wanted.len()) {
        let why = format!("{path} has {}, not {}", super::count(found.len(), "item"), wanted.len());
        return note(worst, State::Differs, why);
    }
    for (index, (a, b)) in wanted[..head].iter().zip(found).enumerate() {
        values(a, b, &format!("{path}[{index}]"), worst, scale);
    }
    let from = found.len() - tail;
    for (index, (a, b)) in wanted[wanted.len() - tail..].iter().zip(&found[from..]).enumerate() {
        values(a, b, &format!("{path}[{}]", from + index), worst, scale);
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
