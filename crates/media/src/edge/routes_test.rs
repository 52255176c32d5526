use proptest::prelude::*;

use super::{HlsAsk, Route, ask_again_ms, challenge, pass_in_query, route, stage_in_query, without_pass};
use crate::flow::HallId;
use crate::units::{LlNo, SegmentNo};

#[test]
fn every_address_people_rely_on_is_known() {
    let demo = HallId::parse("demo").unwrap();

    assert_eq!(route("/"), Route::Landing);
    assert_eq!(route("/h/demo"), Route::Listen(demo.clone()));
    assert_eq!(route("/s/demo"), Route::Series(demo.clone()));
    assert_eq!(route("/h/demo/state.json"), Route::State(demo.clone()));
    assert_eq!(route("/h/demo/live.m3u8"), Route::Playlist(demo.clone()));
    assert_eq!(route("/h/demo/aac/init.mp4"), Route::Piece(demo.clone(), HlsAsk::Init));
    assert_eq!(route("/h/demo/aac/7.m4s"), Route::Piece(demo.clone(), HlsAsk::Segment(SegmentNo(7))));
    assert_eq!(route("/h/demo/aac/7.4.m4s"), Route::Piece(demo.clone(), HlsAsk::Part(LlNo(39))));
    assert_eq!(route("/h/demo/all.m3u8"), Route::Piece(demo.clone(), HlsAsk::All));
    assert_eq!(route("/h/demo/captions.m3u8"), Route::Piece(demo.clone(), HlsAsk::CaptionsPlaylist));
    assert_eq!(route("/h/demo/vtt/7.vtt"), Route::Piece(demo.clone(), HlsAsk::Captions(SegmentNo(7))));
    assert_eq!(route("/studio"), Route::Studio(None));
    assert_eq!(route("/studio/demo"), Route::Studio(Some(demo.clone())));
    assert_eq!(route("/studio/demo/me.json"), Route::Me(demo.clone()));
    assert_eq!(route("/owner/x1"), Route::Owner);
    assert_eq!(route("/assets/listen-1a.js"), Route::Asset("assets/listen-1a.js".into()));
    assert!(matches!(route("/whip/demo/ana"), Route::Whip(..)));
    assert!(matches!(route("/whip/demo/ana/l1f"), Route::Whip(..)));
    assert_eq!(route("/api/v1/halls"), Route::Desk);
    assert_eq!(route("/docs"), Route::Desk);
    assert_eq!(route("/h/demo/hand"), Route::Desk);
}

#[test]
fn nothing_leads_out_of_the_pages() {
    for path in [
        "/assets/../x",
        "/assets/.x",
        "/assets/a%2fb",
        "/h/UP",
        "//h/demo",
        "//studio/demo",
        "/h/",
        "/h/UP/hand",
        "/h/demo/hand/x",
        "/x",
        "/whip/demo/ana/l/x",
        "/h/demo/aac/7.5.m4s",
        "/h/demo/vtt/07.vtt",
        "/h/demo/vtt/7.m4s",
        "/h/UP/all.m3u8",
        "/h/demo/aac/07.m4s",
        "/h/demo/aac/+7.m4s",
        "/h/demo/aac/x.m4s",
        "/h/demo/aac/18446744073709551615.4.m4s",
    ] {
        assert_eq!(route(path), Route::Unknown, "{path}");
    }
}

#[test]
fn a_pass_is_taken_out_of_the_address_and_the_rest_stays() {
    assert_eq!(pass_in_query(Some("a=1&pass=x.y.z")), Some("x.y.z"));
    assert_eq!(without_pass(Some("a=1&pass=x.y.z&b=2")), "?a=1&b=2");
    assert_eq!(without_pass(Some("pass=x.y.z")), "");
    assert_eq!(pass_in_query(None), None);
}

#[test]
fn a_stage_may_be_asked_for() {
    assert_eq!(stage_in_query(Some("a=1&stage=2")), Some(2));
    assert_eq!(stage_in_query(Some("stage=two")), Some(0));
    assert_eq!((stage_in_query(Some("a=1")), stage_in_query(None)), (None, None));
}

proptest! {
    #[test]
    fn no_address_makes_the_reader_panic_or_leads_out_of_the_pages(path in "(/(whip|h|studio|assets|api)?)?/?\\PC{0,60}") {
        if let Route::Asset(name) = route(&path) {
            prop_assert!(!name.contains("..") || name.matches('/').count() <= 1, "{}", name);
        }
        if let Route::Whip(hall, seat) = route(&path) {
            let back = format!("/whip/{hall}/{seat}");
            prop_assert!(path.trim_start_matches('/').starts_with(&back[1..]), "{}", path);
        }
    }

    #[test]
    fn no_query_gives_back_the_pass_it_held(query in "((pass|from|x)=[a-z]{0,9}&?){0,5}\\PC{0,20}") {
        let rest = without_pass(Some(&query));
        prop_assert_eq!(pass_in_query(rest.strip_prefix('?')), None);
    }
}

#[test]
fn a_challenge_is_a_token_and_no_way_into_other_folders() {
    assert_eq!(challenge("/.well-known/acme-challenge/aB9_-x"), Some("aB9_-x"));
    for path in ["", "..", "a/b", "a.b", "%2e%2e", "a b"] {
        assert_eq!(challenge(&format!("/.well-known/acme-challenge/{path}")), None, "{path}");
    }
    assert_eq!(challenge("/h/eve"), None);
}

#[test]
fn the_more_listen_the_less_often_each_page_asks() {
    let waits: Vec<u64> = [0, 1000, 4000, 20_000, 1_000_000].into_iter().map(ask_again_ms).collect();

    assert_eq!(waits, [500, 500, 2000, 10_000, 10_000]);
}
