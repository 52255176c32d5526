use super::captions::{Captions, Cue};
use crate::flow::Caption;
use crate::units::{LlNo, PartNo};

/// The first part of a segment, and that segment.
const FIRST: u64 = 7_458_333_340;
const SEGMENT: u64 = FIRST / 20;

fn golden(name: &str) -> String {
    let path = format!("{}/../../spec/vectors/captions/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn caption(no: u64, part: u64, text: &str) -> Caption {
    Caption { no, part: PartNo(part), text: text.into() }
}

fn evening() -> Vec<Caption> {
    let told: Vec<(u64, u64, String)> = serde_json::from_str(&golden("increments.json")).unwrap();
    told.iter().map(|(no, part, text)| caption(*no, *part, text)).collect()
}

/// Everything said up to the end of `segments` from the first, through the LL-HLS parts that carry it.
fn carried(said: &[Caption], segments: u64) -> Captions {
    let mut captions = Captions::default();
    for no in SEGMENT * 5..(SEGMENT + segments) * 5 {
        let here: Vec<Caption> = said.iter().filter(|one| one.part.0 / 4 == no).cloned().collect();
        captions.handle(LlNo(no), &here);
    }
    captions
}

fn text(captions: &Captions, place: u64) -> String {
    String::from_utf8(captions.segment(place).unwrap().to_vec()).unwrap()
}

#[test]
fn the_cues_of_an_evening_are_the_golden_ones() {
    let told: Vec<(u64, u64, u64, Vec<String>)> = serde_json::from_str(&golden("cues.json")).unwrap();
    let wanted: Vec<Cue> =
        told.into_iter().map(|(no, start, end, rows)| Cue { no, start, end, rows }).collect();
    let mut captions = Captions::default();

    captions.handle(LlNo(SEGMENT * 5), &evening());

    assert_eq!(captions.cues(), wanted);
}

#[test]
fn a_segment_says_where_it_begins_and_shows_what_is_read_in_it() {
    let captions = carried(&evening(), 6);

    assert!(text(&captions, 0).starts_with(&format!(
        "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:{}\n\n1\n00:00:00.720 --> 00:00:00.960\n\
         Good evening, and welcome to the\n\n2\n",
        u128::from(FIRST) * 11_520 * 90_000 / 48_000 % (1 << 33)
    )));
    assert!(
        text(&captions, 1)
            .contains("\n00:00:02.400 --> 00:00:04.800\nmoney --&gt; who pays? 水水水水水水水水水水水水\n")
    );
    assert!(text(&captions, 2).contains("\n10\n00:00:00.000 --> 00:00:02.880\n"), "it goes on");
    assert!(text(&captions, 1).contains("\n10\n00:00:02.400 --> 00:00:04.800\n"), "cut at its end");
    assert!(captions.segment(6).is_none());
}

#[test]
fn all_segments_together_show_what_the_evening_shows_without_a_break() {
    let captions = carried(&evening(), 10);

    let mut shown: Vec<Cue> = Vec::new();
    for place in 0..10 {
        let begins = FIRST + place * 20;
        for block in text(&captions, place).split("\n\n").skip(1) {
            let mut lines = block.lines();
            let no = lines.next().unwrap().parse().unwrap();
            let (from, to) = lines.next().unwrap().split_once(" --> ").unwrap();
            let at = |time: &str| begins + time[6..].replace('.', "").parse::<u64>().unwrap() / 240;
            let (start, end) = (at(from), at(to));
            match shown.last_mut().filter(|last| last.no == no && last.end == start) {
                Some(last) => last.end = end,
                None => shown.push(Cue { no, start, end, rows: lines.map(str::to_owned).collect() }),
            }
        }
    }

    let told: Vec<(u64, u64, u64, Vec<String>)> = serde_json::from_str(&golden("cues.json")).unwrap();
    let times: Vec<_> = shown.iter().map(|cue| (cue.no, cue.start, cue.end)).collect();
    assert_eq!(times, told.iter().map(|(no, start, end, _)| (*no, *start, *end)).collect::<Vec<_>>());
    assert_eq!(shown.last().unwrap().rows, ["The end."]);
}

#[test]
fn a_segment_without_captions_is_empty_and_parts_that_nobody_has_say_nothing() {
    let captions = carried(&[], 2);

    assert_eq!(text(&captions, 1).lines().count(), 2);
}

#[test]
fn a_number_that_comes_again_is_left_out() {
    let said = [caption(4, FIRST, "One "), caption(4, FIRST + 2, "One "), caption(3, FIRST + 4, "Old ")];

    let captions = carried(&said, 1);

    assert_eq!(text(&captions, 0).matches("-->").count(), 1);
    assert!(text(&captions, 0).ends_with("\n4\n00:00:00.000 --> 00:00:04.800\nOne\n"));
}

#[test]
fn a_text_of_somebody_elses_does_not_end_its_cue() {
    let captions = carried(&[caption(1, FIRST, "a\n\n9\n00:00 --> 00:01\nb")], 1);

    assert!(text(&captions, 0).ends_with("\n1\n00:00:00.000 --> 00:00:04.800\na  9 00:00 --&gt; 00:01 b\n"));
}
