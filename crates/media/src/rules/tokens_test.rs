use proptest::prelude::*;

use super::{FleetKey, Orders, Tokens};
use crate::flow::HallId;
use crate::units::WallMs;

const NOW: WallMs = WallMs(1_790_000_000_000);
const MINUTE: i64 = 60_000;

fn hall(name: &str) -> HallId {
    HallId::parse(name).unwrap()
}

fn tokens(keys: &[(&str, u8)]) -> Tokens {
    let key = |&(kid, byte): &(&str, u8)| FleetKey { kid: kid.into(), k: format!("{byte:02x}").repeat(32) };
    Tokens::of(&Orders { fleet_keys: keys.iter().map(key).collect(), ..Orders::default() })
}

#[test]
fn whoever_was_let_in_at_one_edge_is_known_at_all_of_the_fleet() {
    let (one, other) = (tokens(&[("20718", 7)]), tokens(&[("20719", 8), ("20718", 7)]));

    let token = one.resume(&hall("demo"), NOW).unwrap();

    assert!(other.resumes(&token, &hall("demo"), NOW));
    assert!(other.resumes(&token, &hall("demo"), WallMs(NOW.0 - MINUTE)), "a clock that is behind");
    assert!(other.resumes(&token, &hall("demo"), WallMs(NOW.0 + 11 * 60 * MINUTE)));
}

#[test]
fn a_token_is_good_for_one_hall_one_purpose_one_evening_and_one_fleet() {
    let ours = tokens(&[("20718", 7)]);
    let token = ours.resume(&hall("demo"), NOW).unwrap();
    let via = ours.via(&hall("demo"), "https://b.example.org", NOW).unwrap();

    assert!(!ours.resumes(&token, &hall("other"), NOW));
    assert!(!ours.resumes(&via, &hall("demo"), NOW));
    assert!(!ours.came_via(&token, &hall("demo"), "https://b.example.org", NOW));
    assert!(!ours.came_via(&via, &hall("demo"), "https://c.example.org", NOW));
    assert!(ours.came_via(&via, &hall("demo"), "https://b.example.org", NOW));
    assert!(!ours.resumes(&token, &hall("demo"), WallMs(NOW.0 + 13 * 60 * MINUTE)));
    assert!(!ours.resumes(&token, &hall("demo"), WallMs(NOW.0 - 5 * MINUTE)));
    assert!(!tokens(&[("20718", 8)]).resumes(&token, &hall("demo"), NOW));
    assert!(!tokens(&[("20719", 7)]).resumes(&token, &hall("demo"), NOW), "a key that was withdrawn");
    assert!(!ours.resumes(&format!("{token}.0"), &hall("demo"), NOW));
}

#[test]
fn without_a_key_there_are_no_tokens_and_a_key_that_is_none_is_left_out() {
    assert_eq!(tokens(&[]).resume(&hall("demo"), NOW), None);
    let odd = |k: &str| FleetKey { kid: "1".into(), k: k.into() };
    let fleet_keys = vec![odd(""), odd("zz"), odd("abc"), odd(&"07".repeat(31)), odd(&"é".repeat(32))];

    let none = Tokens::of(&Orders { fleet_keys, ..Orders::default() });

    assert_eq!(none.resume(&hall("demo"), NOW), None);
}

#[test]
fn what_is_logged_of_a_key_is_not_the_secret() {
    let key = FleetKey { kid: "20718".into(), k: "07".repeat(32) };
    assert!(!format!("{key:?}").contains("0707"));
}

proptest! {
    #[test]
    fn no_other_text_is_a_token(text in ".{0,200}", place in 0_usize..200, byte in any::<u8>()) {
        let ours = tokens(&[("20718", 7)]);
        prop_assert!(!ours.resumes(&text, &hall("demo"), NOW));

        let good = ours.resume(&hall("demo"), NOW).unwrap();
        let mut bent = good.clone().into_bytes();
        let place = place % bent.len();
        bent[place] = byte;
        let bent = String::from_utf8_lossy(&bent);
        prop_assert_eq!(ours.resumes(&bent, &hall("demo"), NOW), bent == good);
    }
}
