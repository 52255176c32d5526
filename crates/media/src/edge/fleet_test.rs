use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;

use super::{Fleet, FleetView, Origins};
use crate::flow::HallId;
use crate::rules::{FleetKey, Orders, Tokens};
use crate::testing::start;
use crate::units::WallMs;

fn beat(node: &str, stream: &str, room: f64, listeners: usize) -> Vec<u8> {
    let halls = json!({"demo": listeners});
    json!({"node": node, "page": "https://page.example.org", "stream": stream, "room": room, "halls": halls})
        .to_string()
        .into_bytes()
}

fn streams(fleet: &Fleet, own: &str) -> Vec<String> {
    fleet.places(own).into_iter().map(|place| place.stream).collect()
}

fn told(fleet: &mut Fleet, beats: &[(&str, &str, f64, usize)], now: Instant) {
    for &(node, stream, room, listeners) in beats {
        fleet.hear(&beat(node, stream, room, listeners), now);
    }
}

#[test]
fn the_others_are_known_each_address_once_and_their_listeners_added_up() {
    let mut fleet = Fleet::new("a");
    let now = start().instant;
    told(&mut fleet, &[("a", "https://a", 1.0, 5), ("b1", "https://b", 0.5, 7)], now);
    told(&mut fleet, &[("b2", "https://b", 0.5, 11), ("c", "https://c", 0.5, 13)], now);

    assert_eq!(streams(&fleet, "https://a"), ["https://b", "https://c"]);
    assert_eq!(fleet.elsewhere()["demo"], 31);
}

#[test]
fn who_shares_our_address_is_no_other_place() {
    let mut fleet = Fleet::new("a1");
    told(&mut fleet, &[("a2", "https://a", 1.0, 7)], start().instant);

    assert!(streams(&fleet, "https://a").is_empty());
    assert_eq!(fleet.elsewhere()["demo"], 7);
}

#[test]
fn who_is_silent_while_we_hear_ourselves_is_gone_and_comes_back() {
    let mut fleet = Fleet::new("a");
    let begin = start().instant;
    told(&mut fleet, &[("a", "https://a", 1.0, 0), ("b", "https://b", 1.0, 7)], begin);

    told(&mut fleet, &[("a", "https://a", 1.0, 0)], begin + Duration::from_secs(6));
    assert!(streams(&fleet, "https://a").is_empty());
    assert!(fleet.elsewhere().is_empty());

    told(&mut fleet, &[("b", "https://b", 1.0, 7)], begin + Duration::from_secs(7));
    assert_eq!(streams(&fleet, "https://a"), ["https://b"]);
}

#[test]
fn while_nobody_is_heard_at_all_everyone_stays_known() {
    let mut fleet = Fleet::new("a");
    told(&mut fleet, &[("a", "https://a", 1.0, 0), ("b", "https://b", 1.0, 7)], start().instant);

    // An hour without the bus: nothing is heard, so nothing changes.
    assert_eq!(streams(&fleet, "https://a"), ["https://b"]);
}

#[test]
fn nobody_is_sent_to_a_full_house_while_there_is_another() {
    let mut fleet = Fleet::new("a");
    let now = start().instant;
    told(&mut fleet, &[("b", "https://b", 0.0, 9), ("c", "https://c", 0.6, 1)], now);
    assert_eq!(streams(&fleet, "https://a"), ["https://c"]);

    told(&mut fleet, &[("c", "https://c", 0.0, 1)], now);
    assert_eq!(streams(&fleet, "https://a"), ["https://b", "https://c"], "all are full: any is as good");
}

fn view(streams: &[&str]) -> FleetView {
    let key = FleetKey { kid: "1".into(), k: "07".repeat(32) };
    let place = |stream: &&str| Origins { page: stream.replace("s.", "p."), stream: (*stream).to_owned() };
    FleetView {
        tokens: Tokens::of(&Orders { fleet_keys: vec![key], ..Orders::default() }),
        now: WallMs(1_790_000_000_000),
        places: streams.iter().map(place).collect(),
        ..FleetView::default()
    }
}

#[test]
fn a_listener_is_told_of_two_others_in_turn_and_they_know_who_sent_them() {
    let hall = HallId::parse("demo").unwrap();
    let all = ["https://s.b", "https://s.c", "https://s.d"];
    let here = view(&all);

    let told: Vec<Vec<Origins>> = (0..3).map(|turn| here.alternates(&hall, turn)).collect();

    for (turn, two) in told.iter().enumerate() {
        for (n, place) in two.iter().enumerate() {
            let at = all[(turn + n) % 3];
            let (address, via) = place.stream.split_once("?via=").unwrap();
            assert_eq!(address, format!("{at}/h/demo/live.mp4"));
            assert_eq!(place.page, at.replace("s.", "p."));
            let there = FleetView { stream: at.to_owned(), ..view(&[]) };
            assert!(there.was_sent(via, &hall));
            assert!(!there.was_sent(via, &HallId::parse("other").unwrap()));
            assert!(!there.resumes(via, &hall));
        }
    }
    assert!(told.iter().all(|two| two.len() == 2));
    assert_eq!(view(&all[..1]).alternates(&hall, 7).len(), 1);
    assert!(view(&[]).alternates(&hall, 7).is_empty());
    assert!(FleetView { tokens: Tokens::default(), ..view(&all) }.alternates(&hall, 0).is_empty());
}

proptest! {
    #[test]
    fn what_is_no_beat_changes_nothing(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut fleet = Fleet::new("a");
        fleet.hear(&bytes, start().instant);
        prop_assert!(streams(&fleet, "").is_empty());
    }

    #[test]
    fn an_origin_that_would_end_a_header_is_none(tail in "[\\r\\n<>\"; a-z/]{1,9}") {
        let mut fleet = Fleet::new("a");
        fleet.hear(&beat("b", &format!("https://b{tail}"), 1.0, 0), start().instant);
        let plain = tail.bytes().all(|byte| byte.is_ascii_lowercase());
        prop_assert_eq!(streams(&fleet, "").len(), usize::from(plain));
    }
}
