//! Programs that read commands.

use super::{Test, have, names};
use guidepost::session::{End, Step};

#[test]
fn python() {
    if !have(&["python3"]) {
        return;
    }
    let mut t = Test::bash();
    let outcome = t.check("python3 -q", None, "");
    assert_eq!(names(&outcome), ["bash", "python3"]);
    assert_eq!(outcome.after[1].to_string(), "python3 at >>>");
    t.check("1+1", None, "2");
    t.check("x = 5", None, "");
    t.check("for i in range(2):\n    print(i)", None, "0\n1");
    let outcome = t.check("exit()", 0, "");
    assert!(outcome.left);
    assert_eq!(names(&outcome), ["bash"]);
}

#[test]
fn python_asks() {
    if !have(&["python3"]) {
        return;
    }
    let mut t = Test::bash();
    t.check("python3 -q", None, "");
    let outcome = t.step(Step::new("input('Name: ')").answer("Name", "Ann"));
    assert_eq!((outcome.output.as_str(), outcome.answered.len()), ("Name: Ann\n'Ann'", 1));
    let outcome = t.step(Step::new("input('Name: ')"));
    assert_eq!(outcome.end, End::Question { text: "Name:".into() });
    assert!(outcome.ready);
    t.check("2+2", None, "4");
    let outcome = t.step(Step::new("import time; time.sleep(50)").timeout(std::time::Duration::from_millis(700)));
    assert_eq!((outcome.end, outcome.ready), (End::TimedOut, true));
    t.check("exit()", 0, "");
}

#[test]
fn node() {
    if !have(&["node"]) {
        return;
    }
    let mut t = Test::bash();
    let outcome = t.run("node");
    assert_eq!(names(&outcome), ["bash", "node"], "{outcome:#?}");
    assert!(outcome.output.starts_with("Welcome to Node.js"), "{outcome:#?}");
    t.check("1 + 1", None, "2");
    t.check("console.log('hi')", None, "hi\nundefined");
    t.check("[1, 2].map(\nx => x * 2)", None, "[ 2, 4 ]");
    let outcome = t.check(".exit", 0, "");
    assert!(outcome.left);
}

#[test]
fn sqlite() {
    if !have(&["sqlite3"]) {
        return;
    }
    let mut t = Test::bash();
    let outcome = t.run("sqlite3 test.db");
    assert_eq!(names(&outcome), ["bash", "sqlite3"], "{outcome:#?}");
    t.check("CREATE TABLE hello (message varchar);", None, "");
    t.check("INSERT INTO hello\nVALUES ('Hello world');", None, "");
    t.check("SELECT * FROM hello;", None, "Hello world");
    t.check(".quit", 0, "");
    t.check("true", 0, "");
}

/// A stand-in for a database client: prompts as psql's, with the database and the state of the statement in them.
const CLIENT: &str = r#"
import readline, sys
database, statement = sys.argv[1], ''
while True:
    try:
        line = input(database + ("=# " if not statement else "-# "))
    except EOFError:
        break
    except KeyboardInterrupt:
        statement = ''
        print('^C')
        continue
    if line == '\\q':
        break
    if line.startswith('\\c '):
        database = line[3:]
        print(f'You are now connected to database "{database}".')
        continue
    statement += ' ' + line
    if statement.endswith(';'):
        print(statement.strip())
        statement = ''
"#;

#[test]
fn psql_like() {
    if !have(&["python3"]) {
        return;
    }
    let mut t = Test::bash();
    std::fs::write(t.home.path().join("psql"), CLIENT).unwrap();
    let outcome = t.check("python3 psql nodejs", None, "");
    assert_eq!(outcome.after[1].to_string(), "psql at nodejs=#");
    t.check("SELECT 1;", None, "SELECT 1;");
    t.check("SELECT\n  2;", None, "SELECT   2;");
    t.check(r"\c other", None, "You are now connected to database \"other\".");
    assert_eq!(t.check("SELECT 3;", None, "SELECT 3;").after[1].prompt, "other=# ");
    let outcome = t.step(Step::new("SELECT"));
    assert_eq!(outcome.end, End::Unfinished { prompt: "other-# ".into() });
    assert!(outcome.ready);
    t.check("SELECT 4;", None, "SELECT 4;");
    let long = format!("SELECT '{}';", "x".repeat(500));
    t.check(&long, None, &long);
    t.check(r"\q", 0, "");
}

/// A program of the guide's own, whose prompt is like a question.
#[test]
fn a_prompt_that_the_guide_tells() {
    let mut t = Test::bash();
    let program = "while read -p 'calc> ' x; do [ \"$x\" = bye ] && break; echo \"= $((x))\"; done\n";
    std::fs::write(t.home.path().join("calc"), program).unwrap();
    let mut step = Step::new("bash calc");
    step.opens = Some("calc>".into());
    let outcome = t.step(step);
    assert_eq!((outcome.end, outcome.after.len()), (End::Prompt { status: None }, 2));
    t.check("6*7", None, "= 42");
    t.check("bye", 0, "");
}

#[test]
fn a_shell_in_a_program_in_a_shell() {
    if !have(&["python3"]) {
        return;
    }
    let mut t = Test::bash();
    t.check("python3 -q", None, "");
    let outcome = t.check("import os; os.system('bash --norc')", None, "");
    assert_eq!(names(&outcome), ["bash", "python3", "bash"]);
    t.check("echo deep; false", 1, "deep");
    let outcome = t.run("exit");
    assert_eq!(names(&outcome), ["bash", "python3"], "{outcome:#?}");
    assert_eq!(outcome.output, "exit\n256");
    t.check("exit()", 0, "");
}
