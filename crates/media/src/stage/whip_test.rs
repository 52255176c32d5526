use proptest::prelude::*;

use super::whip::{Credentials, Fragment, Match, offer_again, restarted, tag};
use crate::flow::LineId;

const FRAGMENT: &str = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n\
    a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw\r\n\
    a=end-of-candidates\r\n";

#[test]
fn the_fragment_of_the_standard_is_read() {
    let fragment = Fragment::parse(FRAGMENT.as_bytes()).unwrap();

    assert_eq!(fragment.credentials.unwrap().ufrag, "EsAw");
    assert_eq!(fragment.candidates.len(), 1);
    assert!(fragment.candidates[0].starts_with("candidate:1387637174 1 udp"));
}

#[test]
fn what_is_no_fragment_is_told_so() {
    for wrong in [
        "nonsense",
        "a=ice-ufrag:abcd\r\n",
        "a=ice-ufrag:ab\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n",
        &"a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n".repeat(33),
        &format!("a=candidate:{}\r\n", "9".repeat(500)),
    ] {
        assert!(Fragment::parse(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert!(Fragment::parse(b"\xff").is_err());
}

#[test]
fn a_match_names_strong_tags_or_any() {
    let tags = |list: &[&str]| Some(Match::Tags(list.iter().map(|&tag| tag.to_owned()).collect()));

    assert_eq!(Match::parse(" * "), Some(Match::Any));
    assert_eq!(Match::parse("\"l1.0\""), tags(&["l1.0"]));
    assert_eq!(Match::parse("\"a\", \"b\""), tags(&["a", "b"]));
    for wrong in ["", "l1.0", "W/\"l1.0\"", "\"a\"b\"", "\"", "\"a\",*"] {
        assert_eq!(Match::parse(wrong), None, "{wrong}");
    }
    assert!(Match::parse("\"a\", \"b\"").unwrap().fits("b"));
    assert!(!Match::parse("\"a\"").unwrap().fits("b"));
}

#[test]
fn an_offer_again_has_new_credentials_and_no_candidates() {
    let fresh = Credentials { ufrag: "nEwu".into(), pwd: "n".repeat(24) };

    let again = offer_again(FRAGMENT, &fresh);

    assert_eq!(Credentials::find(&again), Some(fresh));
    assert!(!again.contains("candidate"));
    assert!(again.contains("a=mid:0\r\n"));
}

#[test]
fn what_a_restart_answers_is_a_fragment() {
    let answer = format!("v=0\r\ns=-\r\na=ice-lite\r\na=group:BUNDLE 0\r\n{FRAGMENT}a=rtpmap:0 x\r\n");

    let told = restarted(&answer);

    assert_eq!(Fragment::parse(told.as_bytes()).unwrap(), Fragment::parse(FRAGMENT.as_bytes()).unwrap());
    assert!(told.starts_with("a=ice-lite\r\na=group:BUNDLE 0\r\n"), "{told}");
    assert!(!told.contains("rtpmap"));
}

proptest! {
    #[test]
    fn no_body_harms_the_reader(
        lines in prop::collection::vec(
            prop_oneof![
                "a=ice-(ufrag|pwd):\\PC{0,30}",
                "a=candidate:\\PC{0,80}",
                "[a-z]=\\PC{0,40}",
                "\\PC{0,40}",
            ],
            0..40,
        ),
        raw in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let _ = Fragment::parse(&raw);
        let text = lines.join("\r\n");
        if let Ok(fragment) = Fragment::parse(text.as_bytes()) {
            prop_assert!(fragment.candidates.len() <= 32);
        }
        let fresh = Credentials { ufrag: "abcd".into(), pwd: "e".repeat(22) };
        let _ = (offer_again(&text, &fresh), restarted(&text));
    }

    #[test]
    fn a_lines_name_and_tag_are_read_as_they_were_written(number in any::<u64>(), restarts in any::<u32>()) {
        let line = LineId(number);
        let quoted = format!("\"{}\"", tag(line, restarts));

        prop_assert_eq!(LineId::parse(&line.to_string()), Some(line));
        prop_assert!(Match::parse(&quoted).unwrap().fits(&tag(line, restarts)));
    }

    #[test]
    fn no_name_harms_the_reader(name in "l?\\PC{0,30}") {
        let _ = LineId::parse(&name);
    }

    #[test]
    fn no_header_harms_the_reader(value in "\\PC{0,80}") {
        if let Some(Match::Tags(tags)) = Match::parse(&value) {
            prop_assert!(!tags.is_empty());
        }
    }
}
