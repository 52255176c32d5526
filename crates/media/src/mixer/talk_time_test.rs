//! Talk time against a truth that is known beforehand: recorded turns, laid end to end with pauses.

use std::collections::BTreeMap;

use super::{Input, Mixer, Output};
use crate::codec::{Encoder, Quality};
use crate::flow::{HallState, LineId, SeatId, Standing, Talk, TalkTime, Who};
use crate::testing::{Frame, mixed, noise, recorded};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
const START: MediaTime = MediaTime(155_208_333 * 11_520);
const TEN_MINUTES: usize = 10 * 60 * 50;
/// Louder than this, and no pause between longer than 300 ms: somebody is speaking.
const SPOKEN_DB: f32 = -50.0;
const PAUSE_FRAMES: usize = 15;

/// Where somebody is speaking, by the clean recording: runs of frames.
fn utterances(voice: &[Frame]) -> Vec<(usize, usize)> {
    let level = |frame: &Frame| 10.0 * (frame.iter().map(|x| x * x).sum::<f32>() / 960.0 + 1e-13).log10();
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for n in (0..voice.len()).filter(|&n| level(&voice[n]) > SPOKEN_DB) {
        match runs.last_mut() {
            Some(run) if n - run.1 <= PAUSE_FRAMES => run.1 = n + 1,
            _ => runs.push((n, n + 1)),
        }
    }
    runs.retain(|(from, to)| to - from >= 10);
    runs
}

/// Ten minutes of two people by turns, with pauses of many lengths, and how long each speaks.
fn evening() -> (BTreeMap<&'static str, Vec<Frame>>, BTreeMap<&'static str, u64>) {
    let silence = [0.0; FRAME_SAMPLES];
    let mut sound: BTreeMap<&str, Vec<Frame>> = BTreeMap::new();
    let mut truth: BTreeMap<&str, u64> = BTreeMap::new();
    let voices = ["ana", "ben"].map(|name| (name, recorded(name)));
    let turns = voices.each_ref().map(|(_, voice)| utterances(voice));
    let (mut n, mut turn) = (50, 0);
    while n < TEN_MINUTES - 500 {
        let (name, voice) = &voices[turn % 2];
        let (from, to) = turns[turn % 2][turn / 2 % turns[turn % 2].len()];
        let line = sound.entry(name).or_default();
        line.resize(n, silence);
        line.extend(&voice[from..to]);
        *truth.entry(name).or_default() += (to - from) as u64 * 20;
        n += to - from + 20 + turn * 7 % 60;
        turn += 1;
    }
    sound.values_mut().for_each(|line| line.resize(TEN_MINUTES, silence));
    (sound, truth)
}

struct Hall {
    mixer: Mixer,
    encoders: Vec<(LineId, Encoder, Vec<Frame>)>,
    told: Vec<TalkTime>,
}

impl Hall {
    fn new(state: HallState, sound: &BTreeMap<&str, Vec<Frame>>, room_db: f32) -> Self {
        let mut mixer = Mixer::new(START, SampleCount::from_ms(600));
        mixer.handle(Input::State { state, since: START }, START);
        let mut encoders = Vec::new();
        for (n, (name, frames)) in sound.iter().enumerate() {
            let line = LineId(n as u64);
            mixer.handle(Input::Up { line, who: Who::Seat(SeatId::parse(name).unwrap()) }, START);
            let sound = mixed(frames, &noise(room_db, frames.len()));
            encoders.push((line, Encoder::new(Quality::Microphone), sound));
        }
        Self { mixer, encoders, told: vec![] }
    }

    /// Frames `from` to `to`, each packet so many samples late.
    fn run(&mut self, from: usize, to: usize, late: impl Fn(usize) -> i64) {
        for n in from..to {
            let captured = START + SampleCount(n as i64 * FRAME);
            for (line, encoder, frames) in &mut self.encoders {
                let payload = encoder.encode(frames.get(n).unwrap_or(&[0.0; FRAME_SAMPLES])).into();
                let arrived = captured + SampleCount(FRAME + 240 + late(n));
                let talk =
                    Talk { line: *line, rtp_time: 77 + n as i64 * FRAME, arrived, again: false, payload };
                self.mixer.handle(Input::Talk(talk), captured);
            }
            self.mixer.handle(Input::Tick, captured + SampleCount(FRAME + 250));
            while let Some(output) = self.mixer.poll() {
                if let Output::TalkTime(told) = output {
                    self.told.push(told);
                }
            }
        }
    }

    fn sum(&self) -> BTreeMap<String, u64> {
        let mut sum: BTreeMap<String, u64> = BTreeMap::new();
        for (seat, ms) in self.told.iter().flat_map(|told| &told.voiced_ms) {
            *sum.entry(seat.to_string()).or_default() += ms;
        }
        sum
    }
}

#[test]
fn ten_minutes_by_turns_are_told_within_a_hundredth_and_two_stages_agree() {
    let (sound, truth) = evening();
    let mut first = Hall::new(HallState::Live, &sound, -62.0);
    let mut second = Hall::new(HallState::Live, &sound, -62.0);

    std::thread::scope(|beside| {
        beside.spawn(|| first.run(0, TEN_MINUTES + 100, |n| (n * 37 % 500) as i64));
        second.run(0, TEN_MINUTES + 100, |n| (n * 91 % 900) as i64);
    });

    for (name, &ms) in &truth {
        let off = |hall: &Hall| (hall.sum()[*name] as f64 / ms as f64 - 1.0) * 100.0;
        println!("{name}: {ms} ms, off by {:.2} % and {:.2} %", off(&first), off(&second));
        assert!(off(&first).abs() <= 1.0 && off(&second).abs() <= 1.0);
        assert!((off(&first) - off(&second)).abs() <= 0.2, "the stages differ");
    }
    let ranges = |hall: &Hall| hall.told.iter().map(|told| (told.from, told.to)).collect::<Vec<_>>();
    assert!(ranges(&first).windows(2).all(|two| two[0].1 == two[1].0), "a gap");
    assert_eq!(ranges(&first), ranges(&second));
}

#[test]
fn only_what_the_crowd_hears_is_talk_time() {
    let (sound, _) = evening();
    let seconds = 60 * 50;
    let mut doors = Hall::new(HallState::Doors, &sound, -62.0);
    let mut green = Hall::new(HallState::Live, &sound, -62.0);
    let off_air = Standing { on_air: false, ..Standing::default() };
    green.mixer.handle(Input::Seats([(SeatId::parse("ben").unwrap(), off_air)].into()), START);

    doors.run(0, seconds, |_| 0);
    green.run(0, seconds, |_| 0);

    assert!(doors.sum().is_empty() && doors.told.len() > 50, "{:?}", doors.sum());
    assert_eq!(green.sum().keys().collect::<Vec<_>>(), ["ana"]);
}

#[test]
fn the_last_words_of_a_hall_that_ends_are_told_and_then_nothing_more() {
    let (sound, _) = evening();
    let mut hall = Hall::new(HallState::Live, &sound, -62.0);
    hall.run(0, 400, |_| 0);

    let since = START + SampleCount(400 * FRAME);
    hall.mixer.handle(Input::State { state: HallState::Ended, since }, since);
    hall.run(400, 800, |_| 0);

    let last = hall.told.last().unwrap().to;
    assert!(last.start() >= since && last.start() < since + SampleCount::from_ms(3_000), "{last:?}");
}
