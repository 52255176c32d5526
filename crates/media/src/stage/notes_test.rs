use proptest::prelude::*;

use super::notes::read;
use crate::flow::{Ask, SeatId};

fn seats(names: &[&str]) -> std::collections::BTreeSet<SeatId> {
    names.iter().map(|name| SeatId::parse(name).unwrap()).collect()
}

#[test]
fn what_pages_of_ours_say_is_read() {
    for (note, ask) in [
        (r#"{"v":1,"muted":true}"#, Ask::Muted(true)),
        (r#"{"v":1,"hears":true}"#, Ask::Hears),
        (r#"{"v":1,"tone":true}"#, Ask::Tone),
        (r#"{"v":1,"listen":["ben","ana"]}"#, Ask::Listen(seats(&["ana", "ben"]))),
        (r#"{"v":1,"listen":[]}"#, Ask::Listen(seats(&[]))),
        (r#"{"v":1,"cue":["ben"]}"#, Ask::Cue(seats(&["ben"]))),
    ] {
        assert_eq!(read(note.as_bytes()), [ask], "{note}");
    }
}

#[test]
fn what_is_not_meant_or_too_much_asks_for_nothing() {
    let crowd = format!(r#"{{"cue":[{}"z"]}}"#, r#""a","#.repeat(60));
    let long = format!(r#"{{"tone":true,"x":"{}"}}"#, "x".repeat(1_100));
    for note in
        ["", "null", "[]", r#"{"hears":false}"#, r#"{"listen":"ana"}"#, r#"{"cue":["A B"]}"#, &crowd, &long]
    {
        assert_eq!(read(note.as_bytes()), [], "{note}");
    }
}

#[test]
fn sixty_seats_of_the_longest_names_fit() {
    let names: Vec<String> = (0..60).map(|n| format!("abcdefghij{n:02}")).collect();
    let note = serde_json::json!({"v": 1, "listen": names}).to_string();

    let asks = read(note.as_bytes());

    assert!(matches!(&asks[..], [Ask::Listen(seats)] if seats.len() == 60));
}

proptest! {
    #[test]
    fn no_note_harms_the_reader(
        raw in prop::collection::vec(any::<u8>(), 0..1_100),
        name in "(muted|hears|tone|listen|cue)",
        value in r#"(true|false|null|-?[0-9]{1,30}|"\PC{0,20}"|\[("\PC{0,14}",?){0,70}\]|\[{0,400}|\{"a":)"#,
    ) {
        let _ = read(&raw);
        for ask in read(format!(r#"{{"{name}":{value}}}"#).as_bytes()) {
            if let Ask::Listen(seats) | Ask::Cue(seats) = ask {
                prop_assert!(seats.len() <= 60);
            }
        }
    }
}
