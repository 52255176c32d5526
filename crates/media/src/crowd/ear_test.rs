use std::time::Duration;

use proptest::prelude::*;

use super::{Ear, Heard, Now, Score, refusal_in};
use crate::feed::Framed;
use crate::flow::{Facts, HallState, Part};
use crate::program::{header, part_bytes};
use crate::testing::start;
use crate::units::{PART_FRAMES, PartNo};

const FIRST: u64 = 100;

fn part(no: u64, byte: u8) -> Part {
    let facts = Facts {
        state: HallState::Live,
        since: PartNo(1),
        voices: vec![],
        level: [9; PART_FRAMES],
        caption: None,
        lacks: None,
    };
    Part { no: PartNo(no), bytes: part_bytes(PartNo(no), &facts, &vec![vec![byte; 20]; PART_FRAMES]) }
}

fn chunk(no: u64) -> Vec<u8> {
    Framed::new(PartNo(no), &part(no, 1).bytes).chunk.to_vec()
}

fn head(from: u64, cadence: u64) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nHustings-From: {from}\r\nHustings-Cadence: {cadence}\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    [head.as_bytes(), &Framed::new(PartNo(0), &header()).chunk].concat()
}

fn now(ms: u64) -> Now {
    let start = start();
    Now { instant: start.instant + Duration::from_millis(ms), media: start.media }
}

fn give(ear: &mut Ear, bytes: &[u8], at_ms: u64, score: &mut Score) -> Vec<Heard> {
    let mut heard = Vec::new();
    ear.handle(bytes, now(at_ms), score, &mut heard).unwrap();
    heard
}

/// Five parts at once, then one every 240 ms, each late by what `late_ms` says; `None` never comes.
fn listen(count: u64, late_ms: impl Fn(u64) -> Option<u64>) -> Ear {
    let (mut ear, mut score) = (Ear::new(), Score::default());
    give(&mut ear, &head(FIRST, 1), 0, &mut score);
    for no in 0..count {
        let Some(late) = late_ms(no) else { continue };
        give(&mut ear, &chunk(FIRST + no), no.saturating_sub(4) * 240 + late, &mut score);
    }
    ear
}

#[test]
fn a_listener_with_its_buffer_full_misses_nothing() {
    let counts = listen(50, |_| Some(0)).counts();

    assert_eq!((counts.parts, counts.missed, counts.doubled), (50, 0, 0));
}

#[test]
fn a_stall_shorter_than_the_buffer_is_not_heard_and_a_longer_one_is() {
    let short = listen(50, |no| Some(if no == 20 { 900 } else { 0 })).counts();
    let long = listen(50, |no| Some(if no == 20 { 1_500 } else { 0 })).counts();

    assert_eq!(short.missed, 0);
    assert_eq!(long.missed, 1);
}

#[test]
fn a_part_that_never_comes_is_missed_once() {
    assert_eq!(listen(50, |no| (no != 20).then_some(0)).counts().missed, 1);
}

#[test]
fn with_a_cadence_of_four_a_player_waits_longer_and_misses_nothing() {
    let (mut ear, mut score) = (Ear::new(), Score::default());
    let at_once: Vec<u8> = (FIRST..FIRST + 11).flat_map(chunk).collect();

    give(&mut ear, &[head(FIRST, 4), at_once].concat(), 0, &mut score);
    for write in 0..20 {
        let first = FIRST + 11 + 4 * write;
        let parts: Vec<u8> = (first..first + 4).flat_map(chunk).collect();
        give(&mut ear, &parts, 960 * (write + 1) + 300, &mut score);
    }

    assert_eq!((ear.counts().parts, ear.counts().missed), (91, 0));
}

#[test]
fn the_second_to_hear_a_part_hears_the_same_however_it_is_cut() {
    for cut in [1, 7, 64, 1_000] {
        let (mut first, mut second, mut score) = (Ear::new(), Ear::new(), Score::default());
        let all: Vec<u8> = head(FIRST, 1).into_iter().chain((FIRST..FIRST + 9).flat_map(chunk)).collect();

        let one = give(&mut first, &all, 0, &mut score);
        let other: Vec<Heard> =
            all.chunks(cut).flat_map(|bytes| give(&mut second, bytes, 0, &mut score)).collect();

        assert_eq!(one, other);
        assert_eq!(other.len(), 9);
        assert_eq!(other.iter().filter(|heard| heard.at_once).count(), 5);
    }
}

#[test]
fn bytes_that_differ_from_what_others_heard_are_read_with_care_and_parts_left_out_are_missed() {
    let (mut first, mut second, mut score) = (Ear::new(), Ear::new(), Score::default());
    let all: Vec<u8> = head(FIRST, 1).into_iter().chain((FIRST..FIRST + 9).flat_map(chunk)).collect();
    give(&mut first, &all, 0, &mut score);

    let start: Vec<u8> = head(FIRST, 1).into_iter().chain((FIRST..FIRST + 3).flat_map(chunk)).collect();
    give(&mut second, &start, 0, &mut score);
    let other = Framed::new(PartNo(FIRST + 3), &part(FIRST + 3, 2).bytes).chunk;
    give(&mut second, &other, 0, &mut score);
    give(&mut second, &chunk(FIRST + 6), 0, &mut score);
    give(&mut second, &chunk(FIRST + 7), 0, &mut score);

    assert_eq!((second.counts().parts, second.counts().missed), (6, 2));
}

#[test]
fn what_is_no_stream_is_a_fault() {
    for bytes in [&b"HTTP/1.1 503 No\r\n\r\n"[..], b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n\r\nzz\r\n"] {
        let (mut ear, mut score) = (Ear::new(), Score::default());

        assert!(ear.handle(bytes, now(0), &mut score, &mut Vec::new()).is_err());
    }
}

#[test]
fn why_it_was_refused_stands_in_the_answer() {
    let answer = b"HTTP/1.1 503 Refused\r\n\r\n{\"status\":503,\"code\":\"edge_full\",\"next\":\"...\"}";

    assert_eq!(refusal_in(answer), "edge_full");
    for other in [&b"HTTP/1.1 502 Bad\r\n\r\n<html>"[..], b"\"code\":\"A B\"", b"\xff\"code\":\"x\""] {
        assert_eq!(refusal_in(other), "unreadable");
    }
}

#[test]
fn a_listener_that_comes_back_goes_on_where_it_was() {
    let (mut ear, mut score) = (Ear::new(), Score::default());
    let all: Vec<u8> = head(FIRST, 1).into_iter().chain((FIRST..FIRST + 5).flat_map(chunk)).collect();
    give(&mut ear, &all, 0, &mut score);
    ear.reconnected();
    assert_eq!(ear.resume_from(), Some(PartNo(FIRST + 5)));

    let rest: Vec<u8> =
        head(FIRST + 5, 1).into_iter().chain((FIRST + 5..FIRST + 9).flat_map(chunk)).collect();
    give(&mut ear, &rest, 240, &mut score);

    assert_eq!((ear.counts().parts, ear.counts().missed, ear.counts().doubled), (9, 0, 0));
}

proptest! {
    /// Whatever an edge says: a fault or a part, never a panic, and nothing heard that the others did not.
    #[test]
    fn no_answer_makes_an_ear_panic(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in 1_usize..2_000, known in any::<bool>(),
    ) {
        let mut all: Vec<u8> = head(FIRST, 1).into_iter().chain((FIRST..FIRST + 6).flat_map(chunk)).collect();
        let mut score = Score::default();
        if known {
            give(&mut Ear::new(), &all, 0, &mut score);
        }
        let at = at.index(all.len());
        all[at] = byte;
        let (mut ear, mut heard) = (Ear::new(), Vec::new());

        for bytes in all.chunks(cut) {
            if ear.handle(bytes, now(0), &mut score, &mut heard).is_err() {
                break;
            }
        }

        prop_assert!(heard.len() <= 6);
        prop_assert_eq!(ear.counts().parts as usize, heard.len());
    }
}
