//! One speaker who reaches two stages, the second through copies, by virtual time.

use super::{Input, Mixer, Output};
use crate::codec::{Encoder, Quality};
use crate::flow::{HallState, LineId, SeatId, Standing, Talk, Who};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
const START: MediaTime = MediaTime(155_208_333 * 11_520);
const OWN: LineId = LineId(1);
const COPY: LineId = LineId(2);

/// One stage of two; the speaker has an encoder and a clock for each.
struct Stage {
    mixer: Mixer,
    encoders: [Encoder; 2],
    n: i64,
    programme: Vec<f32>,
    voices: usize,
    returns: usize,
}

impl Stage {
    fn new() -> Self {
        let mut mixer = Mixer::new(START, SampleCount::from_ms(600));
        mixer.handle(Input::State { state: HallState::Live, since: START }, START);
        let encoders = [Encoder::new(Quality::Microphone), Encoder::new(Quality::Microphone)];
        Self { mixer, encoders, n: 0, programme: vec![], voices: 0, returns: 0 }
    }

    fn up(&mut self) {
        self.mixer.handle(Input::Up { line: OWN, who: who() }, START);
    }

    /// So many frames of a steady tone, over these lines.
    fn run(&mut self, frames: i64, own: bool, copy: bool) {
        for _ in 0..frames {
            let captured = START + SampleCount(self.n * FRAME);
            let pcm = std::array::from_fn(|i| {
                let t = (self.n * FRAME + i as i64) as f32 / 48_000.0;
                0.25 * (std::f32::consts::TAU * 440.0 * t).sin()
            });
            let [own_packet, copy_packet] = self.encoders.each_mut().map(|encoder| encoder.encode(&pcm));
            if own {
                self.mixer.handle(Input::Talk(self.talk(OWN, 77, own_packet)), captured);
            }
            if copy {
                let talk = self.talk(COPY, 9_000_000, copy_packet);
                self.mixer.handle(copied(false, talk), captured);
            }
            self.n += 1;
            self.mixer.handle(Input::Tick, captured + SampleCount(FRAME + 250));
            self.drain();
        }
    }

    fn talk(&self, line: LineId, clock: i64, payload: Vec<u8>) -> Talk {
        let arrived = START + SampleCount((self.n + 1) * FRAME + 240);
        Talk { line, rtp_time: clock + self.n * FRAME, arrived, again: false, payload: payload.into() }
    }

    fn drain(&mut self) {
        while let Some(output) = self.mixer.poll() {
            match output {
                Output::Programme(frame) => {
                    self.programme.extend(frame.pcm);
                    self.voices = self.voices.max(frame.voices.len());
                }
                Output::Return(_) => self.returns += 1,
                Output::Report(_)
                | Output::TalkTime(_)
                | Output::OnAir(..)
                | Output::Lacking(_)
                | Output::Late(_) => {}
            }
        }
    }

    /// The loudness of each frame once sound has begun.
    fn levels(&self) -> Vec<f32> {
        let power = |frame: &[f32]| (frame.iter().map(|x| x * x).sum::<f32>() / FRAME as f32).sqrt();
        let levels = self.programme.chunks_exact(FRAME_SAMPLES).map(power);
        levels.skip_while(|level| *level < 0.1).skip(2).collect()
    }
}

fn copied(muted: bool, talk: Talk) -> Input {
    Input::Copy { who: who(), muted, cue: [].into(), talk }
}

fn who() -> Who {
    Who::Seat(seat())
}

fn seat() -> SeatId {
    SeatId::parse("ana").unwrap()
}

/// A tone of amplitude 0.25 has a level of 0.177: half of it is a hole, one and a half a second voice.
fn steady(levels: &[f32]) -> bool {
    levels.len() > 50 && levels.iter().all(|level| (0.12..0.24).contains(level))
}

#[test]
fn a_line_and_its_copy_are_one_voice() {
    let mut stage = Stage::new();
    stage.up();

    stage.run(200, true, true);

    assert!(steady(&stage.levels()), "{:?}", stage.levels());
    assert_eq!(stage.voices, 1);
}

#[test]
fn a_seat_that_came_to_another_stage_is_heard_here_too() {
    let mut stage = Stage::new();

    stage.run(200, false, true);

    assert!(steady(&stage.levels()), "{:?}", stage.levels());
    assert_eq!(stage.returns, 0);
}

#[test]
fn a_line_that_falls_silent_and_comes_back_leaves_no_hole() {
    let mut stage = Stage::new();
    stage.up();

    stage.run(100, true, true);
    stage.run(37, false, true);
    stage.run(100, true, true);
    stage.run(60, true, false);

    assert!(steady(&stage.levels()), "{:?}", stage.levels());
}

#[test]
fn what_was_said_before_a_line_went_down_is_heard_to_the_end_once() {
    let mut stage = Stage::new();
    stage.up();
    stage.run(100, true, false);

    stage.mixer.handle(Input::Down { line: OWN }, START);
    stage.run(100, false, false);

    let loud = stage.levels().iter().filter(|level| **level > 0.12).count();
    // A tenth of a second past the end is made up.
    assert!((95..=106).contains(&loud), "{loud} of 100 frames");
    assert_eq!(stage.returns, 100);
}

#[test]
fn a_muted_copy_is_not_heard() {
    let mut stage = Stage::new();
    let packet = stage.encoders[1].encode(&[0.3; FRAME_SAMPLES]);
    let talk = stage.talk(COPY, 0, packet);

    stage.mixer.handle(copied(true, talk), START);
    stage.run(60, false, false);

    assert!(stage.programme.iter().all(|x| x.abs() < 0.01));
}

#[test]
fn a_copy_of_whoever_may_not_be_heard_is_not_heard_from_the_first_frame() {
    let mut stage = Stage::new();
    let barred = Standing { barred: true, ..Standing::default() };
    stage.mixer.handle(Input::Seats([(seat(), barred)].into()), START);

    stage.run(120, false, true);

    assert!(stage.programme.iter().all(|x| x.abs() < 0.01));
}
