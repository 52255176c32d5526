//! A line whose sound card runs fast or slow and on which somebody speaks without a pause, through Opus, by virtual time.

use std::collections::VecDeque;
use std::f64::consts::TAU;

use super::{Line, Origin};
use crate::codec::{Encoder, Quality};
use crate::flow::{LineId, SeatId, Talk, Who};
use crate::mixer::floor::Gate;
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
const MS: f64 = 48.0;
const START: MediaTime = MediaTime(155_208_333 * 11_520);
const WINDOW: SampleCount = SampleCount::from_ms(600);
const HZ: f64 = 300.0;
const SECONDS: i64 = 100;
/// Until then the clock is found out.
const FOUND_OUT: i64 = 50;

/// One reading of the line.
#[derive(Default)]
struct Heard {
    /// How old each frame was, in ms, from the moment the clock was found out.
    ages_ms: Vec<f64>,
    sound: Vec<f32>,
    made_up: usize,
}

impl Heard {
    fn spread_ms(&self) -> f64 {
        let ages = self.ages_ms.iter().copied();
        ages.clone().fold(f64::MIN, f64::max) - ages.fold(f64::MAX, f64::min)
    }

    /// How far a sample is from where a sine would have gone from the two before it, at most.
    fn bend(&self) -> f32 {
        let turn = 2.0 * (TAU * HZ / 48_000.0).cos() as f32;
        let bends = self.sound.windows(3).map(|x| (x[2] - turn * x[1] + x[0]).abs());
        bends.fold(0.0, f32::max)
    }
}

struct Sent {
    comes: i64,
    talk: Talk,
}

/// A sine without a pause, recorded by a clock that is `drift_ppm` fast, with up to 4 ms of jitter.
fn sent(drift_ppm: f64) -> VecDeque<Sent> {
    let mut encoder = Encoder::new(Quality::Microphone);
    let packet = |n: i64| {
        let pcm = std::array::from_fn(|i| {
            (0.3 * (TAU * HZ * (n * FRAME + i as i64) as f64 / 48_000.0).sin()) as f32
        });
        let captured = ((n + 1) * FRAME) as f64 / (1.0 + drift_ppm * 1e-6);
        let comes = START.0 + (captured + (5.0 + (n * 7_919 % 400) as f64 / 100.0) * MS) as i64;
        let payload = encoder.encode(&pcm).into();
        let talk =
            Talk { line: LineId(1), rtp_time: n * FRAME, arrived: MediaTime(comes), again: false, payload };
        Sent { comes, talk }
    };
    (0..SECONDS * 50 + 10).map(packet).collect()
}

/// Programme and return of the line.
fn heard(drift_ppm: f64) -> [Heard; 2] {
    let who = Who::Seat(SeatId::parse("ana").unwrap());
    let mut line = Line::new(LineId(1), who, Origin::Own, Gate::new(true));
    let mut coming = sent(drift_ppm);
    let mut heard = [Heard::default(), Heard::default()];
    for tick in 2..SECONDS * 50 {
        let now = START + SampleCount(tick * FRAME);
        while coming.front().is_some_and(|one| one.comes <= now.0) {
            line.take(coming.pop_front().unwrap().talk);
        }
        let programme = line.read_programme(now - WINDOW).map(|(frame, _)| frame);
        let frames = [programme, line.read_return(now)];
        let places = [line.patient.position(), line.quick.position()];
        if tick < FOUND_OUT * 50 {
            continue;
        }
        for ((heard, frame), place) in heard.iter_mut().zip(frames).zip(places) {
            let frame = frame.unwrap();
            let said = place.unwrap().0 as f64 / 2_f64.powi(32) / (1.0 + drift_ppm * 1e-6);
            heard.ages_ms.push(((now - START).0 as f64 - said) / MS);
            heard.made_up += usize::from(!frame.has);
            heard.sound.extend(frame.pcm);
        }
    }
    heard
}

#[test]
fn whoever_speaks_without_a_pause_is_heard_without_a_seam_whatever_their_clock() {
    for drift_ppm in [-300.0, -80.0, 0.0, 80.0, 300.0] {
        for heard in heard(drift_ppm) {
            assert_eq!(heard.made_up, 0, "at {drift_ppm} ppm");
            assert!(heard.bend() < 1e-3, "{} at {drift_ppm} ppm", heard.bend());
            assert!(heard.spread_ms() < 2.0, "{} ms at {drift_ppm} ppm", heard.spread_ms());
        }
    }
}
