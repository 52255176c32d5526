use std::sync::Arc;

use super::boxes::part_bytes;
use super::facts::{FACTS_BYTES_MAX, caption_in, facts_in, facts_json};
use crate::flow::{Caption, Facts, HallState, SeatId};
use crate::units::{PART_FRAMES, PartNo};

const LONGEST: [&str; 4] = ["a23456789012", "b23456789012", "c23456789012", "d23456789012"];
/// As parts are numbered in our time.
const NO: PartNo = PartNo(7_458_333_341);

fn facts(seats: &[&str]) -> Facts {
    Facts {
        state: HallState::Announced,
        since: PartNo(155_208_333),
        voices: seats.iter().map(|seat| SeatId::parse(seat).unwrap()).collect(),
        level: [127; PART_FRAMES],
        caption: None,
        lacks: None,
    }
}

fn captioned(seats: &[&str], no: u64, text: &str) -> Facts {
    let caption = Caption { no, part: NO, text: text.into() };
    Facts { state: HallState::Paused, since: NO, caption: Some(caption), ..facts(seats) }
}

/// The body of the `emsg` of a part with these facts.
fn emsg(facts: &Facts) -> Vec<u8> {
    let bytes = part_bytes(NO, facts, &[vec![1]]);
    let size = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
    assert_eq!(&bytes[4..8], b"emsg");
    assert!(size - 12 - 20 - 29 - 1 <= FACTS_BYTES_MAX, "{size}");
    bytes[8..size].to_vec()
}

#[test]
fn the_facts_never_outgrow_their_room() {
    emsg(&facts(&LONGEST));
    emsg(&captioned(&LONGEST, 999_999, &"x".repeat(36)));
}

#[test]
fn the_longest_caption_leaves_room_for_the_two_loudest() {
    for text in ["x".repeat(36), "水".repeat(12), "\"".repeat(18), "\\".repeat(18), "👍".repeat(9)] {
        let told = captioned(&LONGEST, 999_999, &text);

        let json: serde_json::Value = serde_json::from_str(&facts_json(&told)).unwrap();

        assert_eq!(json["caption"], serde_json::json!([999_999, text]));
        assert_eq!(json["voices"].as_array().unwrap().len(), 2);
        assert_eq!(json["level"].as_str().unwrap().len(), 24);
    }
}

#[test]
fn a_caption_without_end_is_left_out_and_the_facts_stand() {
    let json = facts_json(&captioned(&["ana"], 1, &"x".repeat(300)));

    assert!(!json.contains("caption"), "{json}");
    assert!(json.starts_with("{\"v\":1,\"hall\":[\"paused\",7458333341]"));
}

#[test]
fn the_facts_read_as_the_contract_says() {
    assert_eq!(
        facts_json(&facts(&["ana", "ben"])),
        "{\"v\":1,\"hall\":[\"announced\",155208333],\"voices\":[\"ana\",\"ben\"],\
         \"level\":\"7f7f7f7f7f7f7f7f7f7f7f7f\"}"
    );
    assert!(
        facts_json(&captioned(&["ana"], 17, "Say \"yes\" "))
            .ends_with(",\"caption\":[17,\"Say \\\"yes\\\" \"]}")
    );
}

#[test]
fn a_caption_is_read_back_with_the_part_it_is_in() {
    let text: Arc<str> = "<b> & 水 👍🏽 ".into();

    let read = caption_in(&emsg(&captioned(&LONGEST, 18, &text)));

    assert_eq!(read, Some(Caption { no: 18, part: NO, text }));
    assert_eq!(caption_in(&emsg(&facts(&["ana"]))), None);
}

#[test]
fn what_is_no_caption_is_none() {
    let good = emsg(&captioned(&[], 18, "x "));
    assert!((0..good.len()).all(|end| caption_in(&good[..end]).is_none()));
    for broken in ["[]", "[1]", "[-1,\"x\"]", "[1,2]", "{}", "\"x\"", "[1.5,\"x\"]"] {
        let mut body = good.clone();
        let at = body.len() - facts_in(&good).unwrap().len();
        body.truncate(at);
        body.extend(format!("{{\"caption\":{broken}}}").bytes());
        assert_eq!(caption_in(&body), None, "{broken}");
    }
}
