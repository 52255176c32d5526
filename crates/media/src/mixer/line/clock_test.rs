use super::clock::{Clock, Pace};
use crate::sound::{Place, Span};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const START: MediaTime = MediaTime(155_208_333 * 11_520);
const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);

fn frame(n: i64) -> MediaTime {
    START + SampleCount(n * FRAME.0)
}

#[test]
fn a_clock_like_ours_is_read_whole_before_and_after_it_was_fixed() {
    let clock = Clock::new(START, 5_000);

    assert_eq!(clock.frame(frame(-3)), Span::plain(5_000 - 3 * FRAME.0));
    assert_eq!(clock.frame(frame(1_000_000)), Span::plain(5_000 + 1_000_000 * FRAME.0));
}

#[test]
fn a_change_of_pace_is_no_step() {
    let mut clock = Clock::new(START, 0);
    clock.go(frame(24), Pace((1 << 32) / 10_000));
    clock.go(frame(48), Pace(-(1 << 32) / 10_000));

    let spans: Vec<Span> = (0..100).map(|n| clock.frame(frame(n))).collect();

    assert!(spans.windows(2).all(|two| two[0].to == two[1].from));
    let most = spans.iter().map(|span| span.from.0 - Place::whole_sample(0).0);
    assert!(most.clone().is_sorted());
    assert!((clock.place(frame(48)).sample() - 48 * FRAME.0 - 2).abs() <= 1);
}

#[test]
fn what_was_foreseen_gives_way_to_what_is_settled() {
    let mut clock = Clock::new(START, 0);
    clock.go(frame(24), Pace(1 << 20));
    clock.go(frame(24), Pace::default());

    assert_eq!(clock.frame(frame(500)), Span::plain(500 * FRAME.0));
}

#[test]
fn a_jump_moves_what_comes_after_it_and_nothing_before() {
    let mut clock = Clock::new(START, 0);
    clock.go(frame(24), Pace::default());

    clock.jump(frame(12), -700);

    assert_eq!(clock.frame(frame(11)), Span::plain(11 * FRAME.0));
    assert_eq!(clock.frame(frame(12)), Span::plain(12 * FRAME.0 - 700));
    assert_eq!(clock.frame(frame(24)), Span::plain(24 * FRAME.0 - 700));
}

#[test]
fn what_was_captured_35_s_ago_is_where_it_was_then() {
    let mut clock = Clock::new(START, 0);
    let mut told = Vec::new();
    for block in 1..200 {
        clock.go(frame(block * 24), Pace(block % 7 * 10_000));
        told.push(clock.frame(frame(block * 24 + 5)));
        let ago = block - 73;
        if ago > 0 {
            assert_eq!(clock.frame(frame(ago * 24 + 5)), told[ago as usize - 1]);
        }
    }
}
