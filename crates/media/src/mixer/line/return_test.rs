//! The return of one line, whatever the moment at which its packets come: nothing is made up that is there.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Line, Origin};
use crate::codec::{Encoder, Quality};
use crate::flow::{LineId, SeatId, Talk, Who};
use crate::mixer::floor::Gate;
use crate::units::{FRAME_SAMPLES, MediaTime};

const FRAME: i64 = FRAME_SAMPLES as i64;
const MS: i64 = 48;
const START: i64 = 1_000_000 * FRAME;
const TICKS: i64 = 600;

/// A packet on its way: when it comes, its time, and what it holds.
struct Sent {
    comes: i64,
    time: i64,
    again: bool,
    payload: Arc<[u8]>,
}

/// A line whose packets are `late` after they were begun, each with the one before it again, and those that are lost.
fn sent(late: impl Fn(i64) -> i64, is_lost: impl Fn(i64) -> bool) -> Vec<Sent> {
    let mut encoder = Encoder::new(Quality::Microphone);
    let mut before: Option<Arc<[u8]>> = None;
    let mut all = Vec::new();
    for n in 0..TICKS + 10 {
        let pcm = std::array::from_fn(|i| 0.3 * ((n * FRAME + i as i64) as f32 % 9_600.0 * 0.05).sin());
        let payload: Arc<[u8]> = encoder.encode(&pcm).into();
        let (comes, time) = (START + n * FRAME + late(n), n * FRAME);
        let again = before.replace(payload.clone());
        if !is_lost(n) {
            all.extend(again.map(|payload| Sent { comes, time: time - FRAME, again: true, payload }));
            all.push(Sent { comes, time, again: false, payload });
        }
    }
    all.sort_by_key(|one| one.comes);
    all
}

/// Of the last ticks, how many were not what was said, and how old their first sample was in samples.
fn heard(sent: Vec<Sent>) -> (usize, i64) {
    let who = Who::Seat(SeatId::parse("ana").unwrap());
    let mut line = Line::new(LineId(1), who, Origin::Own, Gate::new(true));
    let mut coming = sent.into_iter().peekable();
    let (mut made_up, mut oldest) = (0, 0);
    for tick in 1..TICKS {
        let now = START + tick * FRAME;
        while let Some(one) = coming.next_if(|one| one.comes <= now) {
            let Sent { comes, time, again, payload } = one;
            line.take(Talk { line: LineId(1), rtp_time: time, arrived: MediaTime(comes), again, payload });
        }
        let frame = line.read_return(MediaTime(now));
        if tick > TICKS / 2 {
            made_up += usize::from(!frame.unwrap().has);
            oldest = oldest.max(now - START - (line.quick.position().unwrap().sample() - FRAME));
        }
    }
    (made_up, oldest)
}

/// Of 128.
fn chance(n: i64, seed: u32) -> u64 {
    ((n as u64) << 32 | u64::from(seed))
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(29)
        .wrapping_mul(0xBF58_476D_1CE4_E5B9)
        >> 33
        & 0x7F
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whenever_packets_come_all_of_them_is_heard_within_two_ticks(late in 0..FRAME, spread in 0..15 * MS) {
        let (made_up, oldest) = heard(sent(|n| late + n * 7_919 % (spread + 1), |_| false));

        prop_assert_eq!(made_up, 0);
        prop_assert!(oldest <= late + spread + 2 * FRAME, "{oldest} for {late} and {spread}");
    }

    /// One packet in ten is lost, here and there.
    #[test]
    fn what_is_lost_makes_it_no_later(late in 0..FRAME, spread in 0..15 * MS, seed in any::<u32>()) {
        let late_of = |n: i64| late + n * 7_919 % (spread + 1);
        let (_, calm) = heard(sent(late_of, |_| false));
        let (made_up, lossy) = heard(sent(late_of, |n| chance(n, seed) < 13));

        // Two in a row are lost for good: one in a hundred.
        prop_assert!(made_up < TICKS as usize / 2 / 20, "{made_up}");
        // Where packets come right before a tick, those that come are heard at once, and what is lost is waited for with the
        // margin: one tick more.
        let in_time = (late + spread) / FRAME == (late + spread + 2 * MS) / FRAME;
        let waited = if in_time { FRAME } else { 2 * FRAME };
        prop_assert!(lossy <= calm + waited, "{lossy} after {calm}");
    }
}
