//! What a command costs.

use super::Test;
use std::time::{Duration, Instant};

#[test]
fn two_hundred_commands() {
    let mut t = Test::bash();
    let start = Instant::now();
    let mut each: Vec<Duration> = (0..200).map(|_| t.check("true", 0, "").duration).collect();
    each.sort_unstable();
    eprintln!("200 commands in {:?}, median {:?}", start.elapsed(), each[100]);
    // There is no wait in it: a silence anywhere would cost 40 ms a command.
    assert!(each[100] < Duration::from_millis(30), "{:?}", each[100]);
}
