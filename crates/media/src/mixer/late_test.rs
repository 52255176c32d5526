use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Input, Mixer, Output};
use crate::codec::{Encoder, Quality};
use crate::flow::{Ask, HallState, Late, LineId, Programme, SeatId, Standing, Talk, Who};
use crate::units::{FRAME_SAMPLES, MediaTime, PART_FRAMES, PartNo, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
const START: MediaTime = MediaTime(155_208_333 * 11_520);
const BEHIND: SampleCount = SampleCount::from_ms(5_000);

/// One voice, a tone, whose packets come 5 ms after they were said, or not, or later.
struct Hall {
    mixer: Mixer,
    encoder: Encoder,
    /// What is on its way, by the frame in which it comes.
    coming: BTreeMap<i64, Vec<Talk>>,
    live: BTreeMap<MediaTime, Programme>,
    late: BTreeMap<MediaTime, Late>,
    /// How many are still to be made again, as it was told.
    lacking: usize,
    n: i64,
}

fn seat() -> SeatId {
    SeatId::parse("ana").unwrap()
}

impl Hall {
    fn new(behind: SampleCount) -> Self {
        let mut mixer = Mixer::new(START, SampleCount::from_ms(600));
        mixer.handle(Input::State { state: HallState::Live, since: START }, START);
        mixer.handle(Input::Behind { window: SampleCount::from_ms(600), late: behind }, START);
        mixer.handle(Input::Up { line: LineId(1), who: Who::Seat(seat()) }, START);
        let encoder = Encoder::new(Quality::Microphone);
        let (coming, live, late, lacking) = <_>::default();
        Self { mixer, encoder, coming, live, late, lacking, n: 0 }
    }

    fn now(&self) -> MediaTime {
        START + SampleCount(self.n * FRAME)
    }

    /// So many frames; `delay` gives how many frames later the packet of a frame comes, if it does.
    fn run(&mut self, frames: i64, delay: impl Fn(i64) -> Option<i64>) -> &mut Self {
        for _ in 0..frames {
            let (n, captured) = (self.n, self.now());
            let sample = |i: usize| {
                let t = (n * FRAME + i as i64) as f32 / 48_000.0;
                0.25 * (std::f32::consts::TAU * 500.0 * t).sin()
            };
            let payload = self.encoder.encode(&std::array::from_fn(sample));
            if let Some(later) = delay(n) {
                let arrived = captured + SampleCount(FRAME + 240 + later * FRAME);
                let rtp_time = 77 + n * FRAME;
                let talk =
                    Talk { line: LineId(1), rtp_time, arrived, again: later > 0, payload: payload.into() };
                self.coming.entry(n + later).or_default().push(talk);
            }
            for talk in self.coming.remove(&n).unwrap_or_default() {
                self.mixer.handle(Input::Talk(talk), captured);
            }
            self.mixer.handle(Input::Tick, captured + SampleCount(FRAME + 250));
            self.n += 1;
            self.drain();
        }
        self
    }

    fn drain(&mut self) {
        while let Some(output) = self.mixer.poll() {
            match output {
                Output::Programme(frame) => drop(self.live.insert(frame.at, frame)),
                Output::Late(late) => assert!(self.late.insert(late.frame.at, late).is_none(), "twice"),
                Output::Lacking(parts) => self.lacking = parts,
                _ => {}
            }
        }
    }

    fn mended(&self) -> Vec<PartNo> {
        let mended = self.late.values().filter(|late| late.mends);
        let parts: BTreeSet<PartNo> = mended.map(|late| late.frame.at.part_no()).collect();
        parts.into_iter().collect()
    }
}

/// How far two sounds are apart at most, and how loud the first is.
fn apart(one: &Programme, other: &Programme) -> f32 {
    one.pcm.iter().zip(&other.pcm).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn what_comes_after_it_was_mixed_is_in_what_is_mixed_again() {
    let mut whole = Hall::new(BEHIND);
    let mut holed = Hall::new(BEHIND);
    whole.run(600, |_| Some(0));

    holed.run(600, |n| Some(if (200..230).contains(&n) { 100 } else { 0 }));

    assert_eq!((whole.late.len(), whole.lacking, holed.lacking), (0, 0, 0));
    let mended: Vec<&Late> = holed.late.values().filter(|late| late.mends).collect();
    let parts = holed.mended();
    assert!((3..=4).contains(&parts.len()), "{parts:?}");
    assert_eq!(mended.len(), parts.len() * PART_FRAMES);
    assert!(mended.iter().map(|late| late.lacked).sum::<u32>() >= 30);
    assert!(mended.iter().all(|late| late.lacks == 0 && late.frame.voices == [seat()]));
    for late in mended {
        let live = apart(&holed.live[&late.frame.at], &whole.live[&late.frame.at]);
        let again = apart(&late.frame, &whole.live[&late.frame.at]);
        assert!(again < 0.01, "{again} where it was {live}");
    }
}

#[test]
fn before_what_is_mended_stands_a_part_and_behind_it_a_frame() {
    let mut hall = Hall::new(BEHIND);

    hall.run(600, |n| Some(if n == 205 { 100 } else { 0 }));

    let [part] = hall.mended()[..] else { panic!("{:?}", hall.mended()) };
    let times: Vec<MediaTime> = hall.late.keys().copied().collect();
    let first = part.back(1).start();
    let expected: Vec<MediaTime> =
        (0..2 * PART_FRAMES as i64 + 1).map(|n| first + SampleCount(n * FRAME)).collect();
    assert_eq!(times, expected);
}

#[test]
fn what_never_comes_is_still_told_to_lack() {
    let mut hall = Hall::new(BEHIND);

    hall.run(600, |n| (n != 205).then_some(0));

    let mended = hall.late.values().filter(|late| late.mends);
    let (lacked, lacks) = mended.fold((0, 0), |sum, late| (sum.0 + late.lacked, sum.1 + late.lacks));
    assert!(lacked > 0 && lacked == lacks, "{lacked} {lacks}");
}

#[test]
fn a_line_that_left_is_mended_all_the_same() {
    let mut hall = Hall::new(BEHIND);
    hall.run(230, |n| Some(if n == 205 { 40 } else { 0 }));
    hall.run(20, |n| (n < 230).then_some(0));
    assert_eq!(hall.lacking, 1);
    hall.mixer.handle(Input::Down { line: LineId(1) }, hall.now());

    hall.run(400, |_| None);

    let lost = hall.mended()[0];
    let first = hall.late.values().filter(|late| late.mends && late.frame.at.part_no() == lost);
    assert_eq!((first.map(|late| late.lacks).sum::<u32>(), hall.lacking), (0, 0));
}

#[test]
fn nothing_is_mixed_again_of_a_hall_that_is_not_recorded() {
    let mut hall = Hall::new(SampleCount(0));

    hall.run(400, |n| (n % 9 > 0).then_some(0));

    assert_eq!((hall.late.len(), hall.lacking), (0, 0));
}

#[test]
fn whoever_was_muted_or_off_the_air_then_is_not_heard_from_what_is_mixed_again() {
    let mut hall = Hall::new(BEHIND);
    let off = |on_air| {
        let standing = Standing { on_air, ..Standing::default() };
        Input::Seats([(seat(), standing)].into())
    };
    hall.run(150, |_| Some(0));
    hall.mixer.handle(off(false), hall.now());
    hall.run(50, |n| Some(if n % 2 > 0 { 100 } else { 0 }));
    hall.mixer.handle(off(true), hall.now());
    hall.run(50, |n| Some(if n % 2 > 0 { 100 } else { 0 }));
    hall.mixer.handle(Input::Asked { line: LineId(1), ask: Ask::Muted(true) }, hall.now());

    hall.run(400, |_| Some(0));

    let frames = hall.late.values().filter(|late| (165..198).contains(&((late.frame.at - START).0 / FRAME)));
    assert!(frames.flat_map(|late| late.frame.pcm).all(|x| x.abs() < 1e-4));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Any losses, any delays: what is mixed again is in order, each frame once, and lacks no more than what went out.
    #[test]
    fn whatever_comes_when_it_is_never_worse(seed in prop::collection::vec((any::<bool>(), 0_i64..200), 300)) {
        let mut hall = Hall::new(BEHIND);
        hall.run(300, |n| {
            let (lost, later) = seed[n as usize];
            if n < 60 || !lost { Some(0) } else { Some(later) }
        });
        hall.run(300, |_| Some(0));

        for late in hall.late.values() {
            prop_assert!(late.lacks <= late.lacked, "{} {}", late.lacks, late.lacked);
        }
        let mends = hall.late.values().filter(|late| late.mends && late.lacked > 0);
        prop_assert_eq!(mends.map(|late| late.lacks).sum::<u32>(), 0);
    }
}
