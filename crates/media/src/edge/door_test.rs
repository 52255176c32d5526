use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{ConnId, Door, Input, Output};
use crate::flow::{HallId, Part};
use crate::testing::start;
use crate::units::PartNo;

fn hall() -> HallId {
    HallId::parse("demo").unwrap()
}

fn open() -> (Door, Instant) {
    let now = start().instant;
    let mut door = Door::new(b"HEAD");
    door.handle(Input::Halls(&[hall()]), now);
    (door, now)
}

fn push(door: &mut Door, numbers: std::ops::Range<u64>, now: Instant) {
    for no in numbers {
        let part = Part { no: PartNo(no), bytes: Bytes::from(format!("<{no}>")) };
        door.handle(Input::Part(&hall(), &part), now);
    }
}

fn listen(door: &mut Door, id: ConnId, query: &str, now: Instant) {
    door.handle(Input::Accepted(id), now);
    let head = format!("GET /h/demo/live.mp4{query} HTTP/1.1\r\nHost: x\r\n\r\n");
    door.handle(Input::Received(id, head.as_bytes()), now);
}

/// Everything owed, `step` bytes at a time.
fn take(door: &mut Door, id: ConnId, step: usize) -> String {
    let mut out = Vec::new();
    while let Some(bytes) = door.owed(id) {
        let count = bytes.len().min(step);
        out.extend_from_slice(&bytes[..count]);
        door.sent(id, count);
    }
    String::from_utf8(out).unwrap()
}

fn closed(door: &mut Door) -> Vec<&'static str> {
    let mut reasons = Vec::new();
    while let Some(output) = door.poll() {
        if let Output::Close(_, reason) = output {
            reasons.push(reason);
        }
    }
    reasons
}

#[test]
fn a_newcomer_gets_the_last_parts_at_once_then_each_new_one_whatever_the_kernel_takes() {
    let (mut door, now) = open();
    push(&mut door, 0..100, now);

    listen(&mut door, 1, "", now);
    let first = take(&mut door, 1, 3);
    push(&mut door, 100..101, now);
    let later = take(&mut door, 1, 3);

    let body = first.split_once("\r\n\r\n").unwrap().1;
    assert_eq!(body, "4\r\nHEAD\r\n4\r\n<95>\r\n4\r\n<96>\r\n4\r\n<97>\r\n4\r\n<98>\r\n4\r\n<99>\r\n");
    assert!(first.contains("Hustings-From: 95\r\n"), "{first}");
    assert_eq!(later, "5\r\n<100>\r\n");
}

#[test]
fn whoever_comes_back_goes_on_from_the_next_part() {
    let (mut door, now) = open();
    push(&mut door, 0..100, now);

    listen(&mut door, 1, "?from=80", now);
    let body = take(&mut door, 1, 1_000);

    assert!(body.contains("Hustings-From: 80\r\n"));
    assert_eq!(body.matches('<').count(), 20);
}

#[test]
fn a_slow_listener_is_skipped_ahead_then_let_go_and_nobody_else_notices() {
    let (mut door, now) = open();
    push(&mut door, 0..10, now);
    listen(&mut door, 1, "", now);
    listen(&mut door, 2, "", now);
    take(&mut door, 1, 100);
    take(&mut door, 2, 100);
    closed(&mut door);

    let mut got = String::new();
    for no in 10..200 {
        push(&mut door, no..no + 1, now);
        got += &take(&mut door, 2, 100);
    }

    assert_eq!(got.matches('<').count(), 190);
    assert_eq!(closed(&mut door), ["slow"]);
    assert_eq!(door.counts().let_go, 1);
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let (mut door, now) = open();
    door.handle(Input::Accepted(7), now);
    door.handle(Input::Received(7, b"GET /h/de"), now);

    door.handle(Input::Timeout, now + Duration::from_secs(6));

    assert_eq!(closed(&mut door), ["slow_head"]);
}

#[test]
fn a_hall_that_is_not_there_is_refused_with_a_reason() {
    let (mut door, now) = open();
    door.handle(Input::Accepted(1), now);
    door.handle(Input::Received(1, b"GET /h/other/live.mp4 HTTP/1.1\r\n\r\n"), now);

    let answer = take(&mut door, 1, 10);

    assert!(answer.starts_with("HTTP/1.1 404 "));
    assert!(answer.contains("\"code\":\"hall_unknown\""));
    assert!(door.may_close(1));
    assert_eq!(door.counts().refused["hall_unknown"], 1);
}
