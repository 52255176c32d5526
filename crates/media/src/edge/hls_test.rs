use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use super::hls::{HlsAnswer, HlsAsk, Keep, Moment, Reload, Rendition, reload};
use crate::flow::{Caption, LlPart};
use crate::units::{LlNo, PartNo, SegmentNo};

const FIRST: u64 = 1_000;

fn part(no: u64) -> LlPart {
    LlPart { no: LlNo(no), bytes: Bytes::from(format!("<{no}>")), captions: vec![] }
}

fn rendition(parts: impl IntoIterator<Item = u64>) -> Rendition {
    let mut rendition = Rendition::default();
    rendition.begin(Bytes::from_static(b"init"));
    for no in parts {
        rendition.push(part(no));
    }
    rendition
}

fn playlist(rendition: &Rendition) -> String {
    match now(rendition, HlsAsk::Playlist(Reload::default())) {
        HlsAnswer::Playlist(text, Keep::Newest) => String::from_utf8(text.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn block(rendition: &Rendition, msn: u64, part: Option<u64>) -> &'static str {
    match now(rendition, HlsAsk::Playlist(Reload { msn: Some(msn), part, skip: false })) {
        HlsAnswer::Playlist(_, Keep::Passed) => "now",
        HlsAnswer::Later(_) => "later",
        HlsAnswer::Refused(code) => code,
        other => panic!("{other:?}"),
    }
}

/// Asked when nobody knows what is due.
fn now(rendition: &Rendition, ask: HlsAsk) -> HlsAnswer {
    rendition.ask(ask, Moment::default())
}

fn sound(text: &str) -> HlsAnswer {
    HlsAnswer::Sound(Bytes::copy_from_slice(text.as_bytes()))
}

fn text(answer: HlsAnswer) -> String {
    match answer {
        HlsAnswer::Text(text) | HlsAnswer::Playlist(text, _) => String::from_utf8(text.to_vec()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn captions_are_in_the_same_segments_as_the_sound_and_go_when_they_go() {
    let mut hall = rendition([]);
    for no in FIRST..FIRST + 5 * 40 {
        let caption = Caption { no, part: PartNo(no * 4), text: format!("{no} ").into() };
        hall.push(LlPart { captions: vec![caption], ..part(no) });
    }

    let listed = text(now(&hall, HlsAsk::CaptionsPlaylist));
    let last = text(now(&hall, HlsAsk::Captions(SegmentNo(239))));

    let named: Vec<&str> = listed.lines().filter(|line| line.starts_with("vtt/")).collect();
    assert_eq!((named.len(), named[0], named[11]), (12, "vtt/228.vtt", "vtt/239.vtt"));
    assert!(listed.contains("#EXT-X-MEDIA-SEQUENCE:228\n") && !listed.contains("ENDLIST"));
    assert!(last.contains("1198 1199\n"), "{last}");
    for (no, there) in [(213, false), (214, true), (239, true), (240, false), (0, false)] {
        let answer = now(&hall, HlsAsk::Captions(SegmentNo(no)));
        assert_eq!(matches!(answer, HlsAnswer::Text(_)), there, "{no}: {answer:?}");
    }
    assert!(hall.end(LlNo(0), true));
    assert!(text(now(&hall, HlsAsk::CaptionsPlaylist)).ends_with("#EXT-X-ENDLIST\n"));
}

#[test]
fn captions_come_in_order_though_their_parts_do_not() {
    let mut hall = rendition([]);
    for no in [FIRST, FIRST + 2, FIRST + 1, FIRST + 4, FIRST + 3] {
        let caption = Caption { no, part: PartNo(no * 4), text: format!("{no} ").into() };
        hall.push(LlPart { captions: vec![caption], ..part(no) });
    }

    let told = text(now(&hall, HlsAsk::Captions(SegmentNo(200))));

    assert!(told.ends_with("1000 1001 1002 1003 1004\n"), "{told}");
}

#[test]
fn the_list_of_all_names_the_sound_and_its_captions() {
    let all = text(now(&rendition(FIRST..FIRST + 5), HlsAsk::All));

    assert!(all.contains(",URI=\"captions.m3u8\"\n#EXT-X-STREAM-INF:"));
    assert!(all.ends_with(",SUBTITLES=\"captions\"\nlive.m3u8\n"));
}

#[test]
fn there_is_a_playlist_once_there_is_a_whole_segment() {
    let mut hall = rendition(FIRST - 2..FIRST + 4);
    assert!(!hall.listed());
    assert_eq!(now(&hall, HlsAsk::Init), HlsAnswer::Later(Duration::MAX));

    assert!(hall.push(part(FIRST + 4)));

    assert!(hall.listed());
    assert!(playlist(&hall).contains("#EXT-X-MEDIA-SEQUENCE:200\n"));
    assert_eq!(now(&hall, HlsAsk::Init), sound("init"));
}

#[test]
fn a_segment_is_its_parts_end_to_end() {
    let hall = rendition(FIRST..FIRST + 7);

    assert_eq!(now(&hall, HlsAsk::Segment(SegmentNo(200))), sound("<1000><1001><1002><1003><1004>"));
    assert_eq!(now(&hall, HlsAsk::Part(LlNo(1_006))), sound("<1006>"));
    assert_eq!(now(&hall, HlsAsk::Segment(SegmentNo(201))), HlsAnswer::Refused("piece_absent"));
    assert_eq!(now(&hall, HlsAsk::Segment(SegmentNo(u64::MAX))), HlsAnswer::Refused("piece_absent"));
}

#[test]
fn the_hinted_part_is_waited_for_and_no_other() {
    let hall = rendition(FIRST..FIRST + 7);

    assert_eq!(now(&hall, HlsAsk::Part(LlNo(1_007))), HlsAnswer::Later(Duration::MAX));
    assert_eq!(now(&hall, HlsAsk::Part(LlNo(1_008))), HlsAnswer::Refused("piece_absent"));
    assert_eq!(now(&hall, HlsAsk::Part(LlNo(999))), HlsAnswer::Refused("piece_absent"));
}

#[test]
fn a_reload_waits_for_what_it_names_and_a_leap_ahead_is_refused() {
    // Newest: part 1 of segment 201.
    let hall = rendition(FIRST..FIRST + 7);

    let told = [
        (1, None),
        (200, None),
        (201, Some(1)),
        (200, Some(9)),
        (201, None),
        (201, Some(2)),
        (201, Some(4)),
        (201, Some(5)),
        (202, None),
        (203, None),
        (204, None),
        (203, Some(0)),
        (u64::MAX, Some(u64::MAX)),
    ]
    .map(|(msn, part)| block(&hall, msn, part));

    let ahead = "playlist_ahead";
    let expected =
        ["now", "now", "now", "now", "later", "later", "later", ahead, "later", "later", ahead, ahead, ahead];
    assert_eq!(told, expected);
}

#[test]
fn a_part_past_the_last_of_its_segment_is_the_first_of_the_next() {
    let hall = rendition(FIRST..FIRST + 10);

    assert_eq!(block(&hall, 201, Some(5)), "later");
    assert_eq!(block(&rendition(FIRST..FIRST + 11), 201, Some(5)), "now");
}

#[test]
fn the_newest_playlist_waits_for_a_part_that_is_about_to_come_and_for_none_that_is_late() {
    let hall = rendition(FIRST..FIRST + 7);
    let waits = |ms| {
        let at = Moment { due: LlNo(FIRST + 6), age: Duration::from_millis(ms) };
        hall.ask(HlsAsk::Playlist(Reload::default()), at) == HlsAnswer::Later(Duration::from_millis(300))
    };

    assert_eq!([0, 600, 700, 950, 960, 9_000].map(waits), [false, false, true, true, false, false]);
}

#[test]
fn while_a_backlog_comes_in_everyone_waits_for_its_end() {
    // An edge that was restarted: players ask for what they know to come, and have ten of thirty parts so far.
    let hall = rendition(FIRST..FIRST + 10);
    let at = |ms| Moment { due: LlNo(FIRST + 29), age: Duration::from_millis(ms) };
    let reload = |msn, part| HlsAsk::Playlist(Reload { msn, part, skip: false });
    let later = |answer| matches!(answer, HlsAnswer::Later(_));

    assert!(later(hall.ask(reload(None, None), at(10))));
    assert!(!later(hall.ask(reload(None, None), at(400))), "the backlog is over, and this is all there is");
    let nearly = rendition(FIRST..FIRST + 29);
    assert!(later(nearly.ask(HlsAsk::Part(LlNo(FIRST + 31)), at(10))), "to the last of the backlog");
    assert!(later(hall.ask(reload(Some(206), Some(0)), at(10))));
    assert!(later(hall.ask(HlsAsk::Part(LlNo(FIRST + 30)), at(10))));
    assert!(later(hall.ask(HlsAsk::Segment(SegmentNo(204)), at(10))));
    assert!(later(hall.ask(HlsAsk::Part(LlNo(FIRST + 31)), at(10))));
    assert_eq!(hall.ask(HlsAsk::Part(LlNo(FIRST + 32)), at(10)), HlsAnswer::Refused("piece_absent"));
    assert_eq!(hall.ask(HlsAsk::Segment(SegmentNo(206)), at(10)), HlsAnswer::Refused("piece_absent"));
    assert_eq!(hall.ask(reload(Some(206), Some(3)), at(10)), HlsAnswer::Refused("playlist_ahead"));
}

#[test]
fn directives_are_read_strictly_and_strangers_are_ignored() {
    assert_eq!(reload(None), Ok(Reload::default()));
    assert_eq!(
        reload(Some("_HLS_msn=7&x=y&_HLS_part=0&_HLS_skip=YES&_HLS_new=1")),
        Ok(Reload { msn: Some(7), part: Some(0), skip: true })
    );
    assert_eq!(reload(Some("_HLS_msn=-1")), Err("directive_invalid"));
    assert_eq!(reload(Some("_HLS_part")), Err("directive_invalid"));
    let lone = Reload { part: Some(1), ..Reload::default() };
    assert_eq!(
        now(&rendition(FIRST..FIRST + 9), HlsAsk::Playlist(lone)),
        HlsAnswer::Refused("directive_invalid")
    );
}

#[test]
fn a_hole_is_waited_for_and_then_told_for_good() {
    let mut hall = rendition((FIRST..FIRST + 6).chain(FIRST + 7..FIRST + 11));
    assert!(!playlist(&hall).contains("GAP"), "it may yet come");

    hall.push(part(FIRST + 11));
    hall.push(part(FIRST + 6));

    assert!(playlist(&hall).contains("201.1.m4s\",INDEPENDENT=YES,GAP=YES\n"));
    assert!(playlist(&hall).contains("#EXT-X-GAP\n#EXTINF:4.8,\naac/201.m4s\n"));
    assert_eq!(now(&hall, HlsAsk::Part(LlNo(FIRST + 6))), HlsAnswer::Refused("piece_absent"));
    assert_eq!(now(&hall, HlsAsk::Segment(SegmentNo(201))), HlsAnswer::Refused("piece_absent"));
}

#[test]
fn after_a_hole_of_a_minute_the_rendition_begins_anew() {
    let mut hall = rendition(FIRST..FIRST + 12);

    for no in FIRST + 200..FIRST + 206 {
        hall.push(part(no));
    }

    assert!(playlist(&hall).contains("#EXT-X-MEDIA-SEQUENCE:240\n"));
    assert_eq!(now(&hall, HlsAsk::Segment(SegmentNo(200))), HlsAnswer::Refused("piece_absent"));
    assert_eq!(now(&hall, HlsAsk::Init), sound("init"));
}

#[test]
fn what_a_playlist_named_stays_for_as_long_again() {
    let hall = rendition(FIRST..FIRST + 5 * 40);

    assert!(playlist(&hall).contains("#EXT-X-MEDIA-SEQUENCE:228\n"));
    assert!(matches!(now(&hall, HlsAsk::Segment(SegmentNo(214))), HlsAnswer::Sound(_)));
    assert_eq!(now(&hall, HlsAsk::Segment(SegmentNo(213))), HlsAnswer::Refused("piece_absent"));
}

#[test]
fn an_ended_hall_is_closed_with_its_last_segment_and_answers_everyone_at_once() {
    let mut hall = rendition(FIRST..FIRST + 9);
    assert!(!hall.end(LlNo(FIRST + 8), false), "the last segment is not whole yet");

    hall.push(part(FIRST + 9));
    assert!(hall.end(LlNo(FIRST + 8), false));

    assert!(playlist(&hall).ends_with("aac/201.m4s\n#EXT-X-ENDLIST\n"));
    assert_eq!(block(&hall, 900, Some(0)), "now");
    assert_eq!(now(&hall, HlsAsk::Part(LlNo(FIRST + 10))), HlsAnswer::Refused("piece_absent"));
    assert!(!hall.push(part(FIRST + 10)), "what has ended stays as it is");
}

#[test]
fn an_ended_hall_whose_end_never_comes_is_closed_all_the_same() {
    let mut hall = rendition(FIRST..FIRST + 9);

    assert!(hall.end(LlNo(FIRST + 20), true));

    assert!(playlist(&hall).ends_with("201.3.m4s\",INDEPENDENT=YES\n#EXT-X-ENDLIST\n"));
}

proptest! {
    #[test]
    fn two_packagers_in_any_interleaving_make_one_rendition(
        turns in prop::collection::vec(any::<bool>(), 0..120)
    ) {
        let mut merged = rendition([]);
        let mut at = [FIRST; 2];
        for second in turns {
            let source = usize::from(second);
            merged.push(part(at[source]));
            at[source] += 1;
        }

        let alone = rendition(FIRST..at[0].max(at[1]));
        prop_assert_eq!(merged.listed(), alone.listed());
        if alone.listed() {
            prop_assert_eq!(playlist(&merged), playlist(&alone));
        }
    }
}
