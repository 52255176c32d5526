use std::collections::BTreeMap;

use super::{Input, Mixer, Output};
use crate::codec::{Decoder, Encoder, Quality};
use crate::flow::{Ask, HallState, LineId, SeatId, Standing, Talk, Who};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
const START: MediaTime = MediaTime(155_208_333 * 11_520);

/// In place of a tone: a fan.
const FAN: f32 = -1.0;

/// A hall whose speakers sound one tone each, packets arriving 5 ms after capture, by virtual time.
struct Hall {
    mixer: Mixer,
    speakers: Vec<(LineId, f32, Encoder)>,
    programme: Vec<f32>,
    returns: BTreeMap<LineId, (Decoder, Vec<f32>)>,
    shared: usize,
    fan: (u64, f32),
    /// Frames so far.
    n: i64,
}

impl Hall {
    fn new(tones_hz: &[f32]) -> Self {
        let mut mixer = Mixer::new(START, SampleCount::from_ms(600));
        mixer.handle(Input::State { state: HallState::Live, since: START }, START);
        let mut speakers = Vec::new();
        for (n, &hz) in tones_hz.iter().enumerate() {
            let line = LineId(n as u64);
            let seat = SeatId::parse(&format!("s{n}")).unwrap();
            mixer.handle(Input::Up { line, who: Who::Seat(seat) }, START);
            speakers.push((line, hz, Encoder::new(Quality::Microphone)));
        }
        Self { mixer, speakers, programme: vec![], returns: BTreeMap::new(), shared: 0, fan: (7, 0.0), n: 0 }
    }

    fn run(&mut self, seconds: i64, lost: impl Fn(i64) -> bool) {
        for n in self.n..self.n + seconds * 50 {
            self.n = n + 1;
            let captured = START + SampleCount(n * FRAME);
            for (line, hz, encoder) in &mut self.speakers {
                let fan = &mut self.fan;
                let pcm = std::array::from_fn(|i| {
                    if *hz == FAN {
                        fan.0 = fan.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        fan.1 += 0.05 * ((fan.0 >> 40) as f32 / (1 << 23) as f32 - 1.0 - fan.1);
                        return 0.3 * fan.1;
                    }
                    let t = (n * FRAME + i as i64) as f32 / 48_000.0;
                    0.25 * (std::f32::consts::TAU * *hz * t).sin()
                });
                let payload = if *hz != 0.0 { encoder.encode(&pcm) } else { encoder.encode(&[0.0; 960]) };
                let talk = Talk {
                    line: *line,
                    rtp_time: 77 + n * FRAME,
                    arrived: captured + SampleCount(FRAME + 240),
                    again: false,
                    payload: payload.into(),
                };
                if !lost(n) {
                    self.mixer.handle(Input::Talk(talk), captured);
                }
            }
            self.mixer.handle(Input::Tick, captured + SampleCount(FRAME + 250));
            self.drain();
        }
    }

    fn drain(&mut self) {
        let mut payloads = Vec::new();
        while let Some(output) = self.mixer.poll() {
            match output {
                Output::Programme(frame) => self.programme.extend(frame.pcm),
                Output::Return(back) => {
                    let (decoder, pcm) = self.returns.entry(back.line).or_default();
                    pcm.extend(decoder.decode(&back.payload).unwrap());
                    payloads.push(back.payload);
                }
                Output::Report(_)
                | Output::TalkTime(_)
                | Output::OnAir(..)
                | Output::Lacking(_)
                | Output::Late(_) => {}
            }
        }
        let shared =
            payloads.iter().filter(|a| payloads.iter().filter(|b| std::sync::Arc::ptr_eq(a, b)).count() > 1);
        self.shared += shared.count();
    }
}

/// The strength of one tone in the last second of `pcm`.
fn strength(pcm: &[f32], hz: f32) -> f32 {
    let tail = &pcm[pcm.len() - 48_000..];
    let (mut re, mut im) = (0.0, 0.0);
    for (i, x) in tail.iter().enumerate() {
        let angle = std::f32::consts::TAU * hz * i as f32 / 48_000.0;
        re += x * angle.cos();
        im += x * angle.sin();
    }
    (re * re + im * im).sqrt() / 24_000.0
}

#[test]
fn everyone_hears_the_others_and_not_themselves() {
    let mut hall = Hall::new(&[400.0, 700.0, 1_100.0]);

    hall.run(4, |_| false);

    for (own, (_, pcm)) in &hall.returns {
        for (other, hz, _) in &hall.speakers {
            let heard = strength(pcm, *hz);
            if own == other {
                assert!(heard < 0.02, "{own} hears itself: {heard}");
            } else {
                assert!(heard > 0.15, "{own} does not hear {other}: {heard}");
            }
        }
    }
    assert!([400.0, 700.0, 1_100.0].iter().all(|&hz| strength(&hall.programme, hz) > 0.15));
}

#[test]
fn the_silent_share_one_encoding() {
    let mut hall = Hall::new(&[500.0, 0.0, 0.0, 0.0]);

    hall.run(3, |_| false);

    assert!(hall.shared > 3 * 2 * 50, "{} packets were shared", hall.shared);
}

#[test]
fn a_burst_of_loss_shifts_nothing_in_the_programme() {
    let mut whole = Hall::new(&[500.0]);
    let mut holed = Hall::new(&[500.0]);

    whole.run(5, |_| false);
    holed.run(5, |n| (60..90).contains(&n));

    assert_eq!(whole.programme.len(), holed.programme.len());
    let tail = whole.programme.len() - 48_000;
    let differs = whole.programme[tail..]
        .iter()
        .zip(&holed.programme[tail..])
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(differs < 0.02, "{differs}");
}

#[test]
fn nothing_said_after_the_hall_went_live_is_cut_off_though_the_programme_is_behind() {
    let mut hall = Hall::new(&[500.0]);
    let since = START + SampleCount::from_ms(1_000);
    hall.mixer.handle(Input::State { state: HallState::Paused, since: START }, START);
    hall.mixer.handle(Input::State { state: HallState::Live, since }, START);

    hall.run(3, |_| false);

    let first = hall.programme.iter().position(|x| x.abs() > 0.01).unwrap() as i64;
    let lead = hall.programme.len() as i64 - (3 * 48_000 - SampleCount::from_ms(600).0 - 480);
    let at = first - lead.max(0);
    assert!((47_000..50_500).contains(&(at + 480)), "sound begins {at} samples in");
}

#[test]
fn a_seat_that_is_barred_is_not_in_the_programme_and_the_others_on_stage_still_hear_it() {
    let mut hall = Hall::new(&[400.0, 700.0]);
    let barred = |barred| {
        let standing = Standing { barred, ..Standing::default() };
        Input::Seats([(SeatId::parse("s1").unwrap(), standing)].into())
    };
    hall.mixer.handle(barred(true), START);

    hall.run(3, |_| false);

    assert!(strength(&hall.programme, 400.0) > 0.15);
    assert!(strength(&hall.programme, 700.0) < 0.001);
    assert!(strength(&hall.returns[&LineId(0)].1, 700.0) > 0.15);

    hall.mixer.handle(barred(false), START + SampleCount(3 * 48_000));
    hall.run(3, |_| false);

    assert!(strength(&hall.programme, 700.0) > 0.15);
}

#[test]
fn a_fan_that_is_suppressed_is_heard_by_nobody() {
    let power = |pcm: &[f32]| pcm[pcm.len() - 48_000..].iter().map(|x| x * x).sum::<f32>();
    let heard = |suppressed| {
        let mut hall = Hall::new(&[FAN, 0.0]);
        let standing = Standing { suppressed, ..Standing::default() };
        hall.mixer.handle(Input::Seats([(SeatId::parse("s0").unwrap(), standing)].into()), START);
        hall.run(6, |_| false);
        (power(&hall.programme), power(&hall.returns[&LineId(1)].1))
    };

    let (loud, quiet) = (heard(false), heard(true));

    assert!(quiet.0 < loud.0 / 300.0 && quiet.1 < loud.1 / 100.0, "{loud:?} {quiet:?}");
}

/// A tone of 0.25 at 500 Hz moves by 0.0164 from sample to sample; a fade of 5 ms adds a thousandth.
#[test]
fn a_join_a_mute_and_a_leave_are_no_click() {
    let mut hall = Hall::new(&[500.0]);
    let muted = |muted| Input::Asked { line: LineId(0), ask: Ask::Muted(muted) };

    hall.run(2, |_| false);
    hall.mixer.handle(muted(true), START);
    hall.run(1, |_| false);
    hall.mixer.handle(muted(false), START);
    hall.run(1, |_| false);
    hall.mixer.handle(Input::Down { line: LineId(0) }, START);
    hall.run(2, |_| true);

    let step = hall.programme.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.019, "{step}");
    let silent =
        |second: usize| hall.programme[second * 48_000 + 4_800..][..4_800].iter().all(|x| x.abs() < 1e-3);
    assert!(silent(2) && silent(5) && !silent(1) && !silent(3), "of {}", hall.programme.len());
}
