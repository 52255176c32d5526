//! Who hears whom: seats on air, seats in the green room, people backstage. Each sounds a tone of its own, by virtual time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Input, Mixer, Output};
use crate::codec::{Decoder, Encoder, Quality};
use crate::flow::{Ask, HallState, Hears, LineId, LineReport, PersonId, SeatId, Standing, Talk, Who};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
const START: MediaTime = MediaTime(155_208_333 * 11_520);
/// Ana, Ben, Cem and Dan; the producer is the fifth.
const TONES_HZ: [f32; 5] = [400.0, 700.0, 1_100.0, 1_500.0, 2_100.0];
const NAMES: [&str; 4] = ["ana", "ben", "cem", "dan"];
const PRODUCER: usize = 4;
const OFF_AIR: Standing = Standing {
    barred: false,
    on_air: false,
    muted: false,
    suppressed: false,
    fade: SampleCount::from_ms(10),
};

struct House {
    mixer: Mixer,
    encoders: Vec<Encoder>,
    /// Those who make a sound.
    sounding: BTreeSet<usize>,
    /// Those who reach this stage through copies alone.
    copied: BTreeSet<usize>,
    cue: BTreeSet<SeatId>,
    programme: Vec<f32>,
    voices: BTreeSet<SeatId>,
    returns: BTreeMap<usize, (Decoder, Vec<f32>)>,
    payloads: Vec<Arc<[u8]>>,
    reports: Vec<LineReport>,
    n: i64,
}

impl House {
    fn new(off_air: &[usize], sounding: &[usize], copied: &[usize]) -> Self {
        let mut mixer = Mixer::new(START, SampleCount::from_ms(600));
        mixer.handle(Input::State { state: HallState::Live, since: START }, START);
        let mut house = Self {
            mixer,
            encoders: TONES_HZ.map(|_| Encoder::new(Quality::Microphone)).into(),
            sounding: sounding.iter().copied().collect(),
            copied: copied.iter().copied().collect(),
            cue: BTreeSet::new(),
            programme: vec![],
            voices: BTreeSet::new(),
            returns: BTreeMap::new(),
            payloads: vec![],
            reports: vec![],
            n: 0,
        };
        house.order(off_air, OFF_AIR);
        for id in (0..5).filter(|id| !copied.contains(id)) {
            house.mixer.handle(Input::Up { line: line(id), who: who(id) }, START);
        }
        house
    }

    /// These seats have that standing, all others the usual one.
    fn order(&mut self, seats: &[usize], standing: Standing) {
        let of = |id: usize| if seats.contains(&id) { standing } else { Standing::default() };
        let standings = (0..4).map(|id| (seat(id), of(id))).collect();
        let now = self.now();
        self.mixer.handle(Input::Seats(standings), now);
    }

    fn ask(&mut self, id: usize, ask: Ask) {
        let now = self.now();
        self.mixer.handle(Input::Asked { line: line(id), ask }, now);
    }

    fn now(&self) -> MediaTime {
        START + SampleCount(self.n * FRAME)
    }

    fn run(&mut self, seconds: i64) {
        self.programme.clear();
        self.returns.clear();
        self.payloads.clear();
        self.voices.clear();
        for _ in 0..seconds * 50 {
            let captured = self.now();
            for id in 0..5 {
                let talk = self.talk(id, captured);
                let input = if self.copied.contains(&id) {
                    Input::Copy { who: who(id), muted: false, cue: self.cue.clone(), talk }
                } else {
                    Input::Talk(talk)
                };
                self.mixer.handle(input, captured);
            }
            self.n += 1;
            self.mixer.handle(Input::Tick, captured + SampleCount(FRAME + 250));
            self.drain();
        }
    }

    fn talk(&mut self, id: usize, captured: MediaTime) -> Talk {
        let pcm = std::array::from_fn(|i| {
            let t = (self.n * FRAME + i as i64) as f32 / 48_000.0;
            let on = f32::from(u8::from(self.sounding.contains(&id)));
            on * 0.15 * (std::f32::consts::TAU * TONES_HZ[id] * t).sin()
        });
        let payload = self.encoders[id].encode(&pcm).into();
        let arrived = captured + SampleCount(FRAME + 240);
        Talk { line: line(id), rtp_time: 77 + self.n * FRAME, arrived, again: false, payload }
    }

    fn drain(&mut self) {
        while let Some(output) = self.mixer.poll() {
            match output {
                Output::Programme(frame) => {
                    self.programme.extend(frame.pcm);
                    self.voices.extend(frame.voices);
                }
                Output::Return(back) => {
                    let (decoder, pcm) = self.returns.entry(back.line.0 as usize).or_default();
                    pcm.extend(decoder.decode(&back.payload).unwrap());
                    self.payloads.push(back.payload);
                }
                Output::Report(reports) => self.reports = reports,
                Output::TalkTime(_) | Output::OnAir(..) | Output::Lacking(_) | Output::Late(_) => {}
            }
        }
    }

    /// Whom this line hears, at the end of the run.
    fn heard_by(&self, id: usize) -> Vec<usize> {
        audible(&self.returns[&id].1)
    }

    fn report(&self, id: usize) -> &LineReport {
        self.reports.iter().find(|report| report.line == line(id)).unwrap()
    }
}

fn seat(id: usize) -> SeatId {
    SeatId::parse(NAMES[id]).unwrap()
}

fn seats(ids: &[usize]) -> BTreeSet<SeatId> {
    ids.iter().map(|&id| seat(id)).collect()
}

fn who(id: usize) -> Who {
    if id == PRODUCER {
        Who::Backstage(PersonId::parse("p_0123456789abcdef").unwrap())
    } else {
        Who::Seat(seat(id))
    }
}

fn line(id: usize) -> LineId {
    LineId(id as u64)
}

/// Whose tones are in the last half second.
fn audible(pcm: &[f32]) -> Vec<usize> {
    let tail = &pcm[pcm.len() - 24_000..];
    let strength = |hz: f32| {
        let (mut re, mut im) = (0.0, 0.0);
        for (i, x) in tail.iter().enumerate() {
            let angle = std::f32::consts::TAU * hz * i as f32 / 48_000.0;
            re += x * angle.cos();
            im += x * angle.sin();
        }
        (re * re + im * im).sqrt() / 12_000.0
    };
    (0..5).filter(|&id| strength(TONES_HZ[id]) > 0.02).collect()
}

/// The largest step from one sample to the next.
fn steepest(pcm: &[f32]) -> f32 {
    pcm.windows(2).map(|two| (two[0] - two[1]).abs()).fold(0.0, f32::max)
}

#[test]
fn those_off_air_hear_each_other_and_the_air_and_those_on_air_hear_the_air_alone() {
    let mut house = House::new(&[2, 3], &[0, 1, 2, 3], &[]);

    house.run(3);

    assert_eq!(audible(&house.programme), [0, 1]);
    assert_eq!(house.voices, seats(&[0, 1]));
    assert_eq!([0, 1, 2, 3].map(|id| house.heard_by(id)), [vec![1], vec![0], vec![0, 1, 3], vec![0, 1, 2]]);
    assert_eq!(house.heard_by(PRODUCER), [0, 1, 2, 3]);
}

#[test]
fn it_is_so_at_a_stage_that_hears_them_through_another_too() {
    let mut house = House::new(&[2, 3], &[0, 1, 2, 3], &[1, 3]);

    house.run(3);

    assert_eq!(audible(&house.programme), [0, 1]);
    assert_eq!([0, 2].map(|id| house.heard_by(id)), [vec![1], vec![0, 1, 3]]);
    assert_eq!(house.heard_by(PRODUCER), [0, 1, 2, 3]);
}

#[test]
fn whoever_is_brought_up_is_heard_from_that_moment_on_and_without_a_click() {
    let mut house = House::new(&[2], &[2], &[]);
    house.run(2);
    assert!(house.programme.iter().all(|x| x.abs() < 1e-4));

    house.order(&[], OFF_AIR);
    house.run(2);

    let first = house.programme.iter().position(|x| x.abs() > 1e-4).unwrap() as i64;
    // The programme is a window behind, less the frame that is mixed as the order comes.
    let ordered = SampleCount::from_ms(600).0 - FRAME;
    assert!((ordered..ordered + FRAME).contains(&first), "{first} samples on, not {ordered}");
    // A sine of 1,100 Hz and 0.15 is never steeper than this.
    assert!(steepest(&house.programme) < 0.15 * 0.144 * 1.3, "{}", steepest(&house.programme));
    assert!(house.report(2).on_air);
    assert_eq!(house.heard_by(0), [2]);
}

#[test]
fn whoever_is_taken_down_fades_for_as_long_as_ordered_and_what_was_said_before_is_heard() {
    let mut house = House::new(&[], &[0, 2], &[]);
    house.run(2);

    house.order(&[2], Standing { fade: SampleCount::from_ms(1_000), ..OFF_AIR });
    house.run(3);

    let level_at = |ms: i64| {
        let at = SampleCount::from_ms(600 + ms).0 as usize;
        let piece = &house.programme[at..at + 4_800];
        (piece.iter().map(|x| x * x).sum::<f32>() / 4_800.0).sqrt()
    };
    let (before, half, after) = (level_at(-300), level_at(450), level_at(1_200));
    assert!(before > half * 1.1 && half > after * 1.1, "{before} {half} {after}");
    assert!(steepest(&house.programme) < 0.15 * (0.144 + 0.053) * 1.3);
    assert_eq!(audible(&house.programme), [0]);
    assert_eq!((house.heard_by(0), house.heard_by(2)), (vec![], vec![0]));
    assert!(!house.report(2).on_air && house.report(2).heard);
}

#[test]
fn whoever_is_muted_by_order_is_heard_by_nobody_on_air_or_off() {
    let muted = Standing { muted: true, ..Standing::default() };
    for standing in [muted, Standing { muted: true, ..OFF_AIR }] {
        let mut house = House::new(&[3], &[0, 1, 2, 3], &[]);
        house.order(&[1], standing);
        house.ask(PRODUCER, Ask::Listen(seats(&[1, 2])));

        house.run(3);

        assert_eq!(audible(&house.programme), [0, 2, 3]);
        assert_eq!((house.heard_by(0), house.heard_by(PRODUCER)), (vec![2, 3], vec![2]));
        assert_eq!(house.heard_by(1), [0, 2, 3]);
        let report = house.report(1);
        assert!(!report.on_air && !report.heard && report.speaking);
    }
}

#[test]
fn the_silent_share_one_encoding_on_air_and_one_off_air_and_nobody_needs_the_second() {
    let mut split = House::new(&[1, 2], &[3], &[]);
    let mut together = House::new(&[], &[3], &[]);
    together.mixer.handle(Input::Down { line: line(PRODUCER) }, START);

    for house in [&mut split, &mut together] {
        // Before their first words all are silent.
        house.run(1);
        house.payloads.clear();
        house.run(3);
    }

    let encodings = |payloads: &[Arc<[u8]>]| {
        payloads
            .iter()
            .map(|payload| Arc::as_ptr(payload).cast::<u8>() as usize)
            .collect::<BTreeSet<_>>()
            .len()
    };
    // Air, green room, and the one who speaks: three for five lines; two for four.
    assert_eq!((split.payloads.len(), encodings(&split.payloads)), (150 * 5, 150 * 3));
    assert_eq!((together.payloads.len(), encodings(&together.payloads)), (150 * 4, 150 * 2));
}

#[test]
fn whoever_is_backstage_is_in_no_mix_and_hears_whom_it_chooses() {
    let mut house = House::new(&[2, 3], &[0, 1, 2, 3, PRODUCER], &[]);
    house.ask(PRODUCER, Ask::Listen(seats(&[1, 2])));
    house.ask(0, Ask::Listen(seats(&[0, 3])));

    house.run(3);

    assert_eq!(house.heard_by(PRODUCER), [1, 2]);
    assert_eq!(house.heard_by(0), [3]);
    assert_eq!(audible(&house.programme), [0, 1]);
    assert!([1, 2, 3].iter().all(|&id| !house.heard_by(id).contains(&PRODUCER)));
    let report = house.report(PRODUCER);
    assert_eq!((report.seat.as_ref(), report.on_air, report.heard), (None, false, false));

    house.ask(PRODUCER, Ask::Listen(seats(&[])));
    house.run(1);

    assert_eq!(house.heard_by(PRODUCER), [0, 1, 2, 3]);
}

#[test]
fn a_cue_is_heard_by_those_it_is_for_over_what_they_hear_else_and_by_nobody_else() {
    for copied in [&[][..], &[PRODUCER]] {
        let mut house = House::new(&[2, 3], &[0, 1, 2, 3, PRODUCER], copied);
        house.cue = seats(&[1, 2]);
        if copied.is_empty() {
            house.ask(PRODUCER, Ask::Cue(seats(&[1, 2])));
        }

        house.run(3);

        let heard = [0, 1, 2, 3].map(|id| house.heard_by(id));
        assert_eq!(heard, [vec![1], vec![0, PRODUCER], vec![0, 1, 3, PRODUCER], vec![0, 1, 2]]);
        assert_eq!(audible(&house.programme), [0, 1]);

        house.cue.clear();
        house.ask(PRODUCER, Ask::Cue(seats(&[])));
        house.run(1);

        assert_eq!(house.heard_by(1), [0]);
    }
}

#[test]
fn a_tone_that_comes_back_proves_that_a_line_hears_us() {
    let mut house = House::new(&[0], &[], &[]);
    house.run(1);
    let mut microphone = Encoder::new(Quality::Microphone);
    house.ask(0, Ask::Tone);
    assert_eq!(house.report(0).proof.hears, Hears::No);

    // Half a second later the microphone picks up what the loudspeaker plays, much quieter.
    let mut played: Vec<f32> = vec![0.0; 24_000];
    for n in 0..150 {
        let captured = house.now();
        let pcm = std::array::from_fn(|i| 0.05 * played.get(n * FRAME_SAMPLES + i).copied().unwrap_or(0.0));
        let arrived = captured + SampleCount(FRAME + 240);
        let payload = microphone.encode(&pcm).into();
        let talk = Talk { line: line(0), rtp_time: 77 + house.n * FRAME, arrived, again: false, payload };
        house.mixer.handle(Input::Talk(talk), captured);
        house.n += 1;
        house.mixer.handle(Input::Tick, captured + SampleCount(FRAME + 250));
        house.returns.remove(&1);
        let before = house.returns.get(&0).map_or(0, |(_, pcm)| pcm.len());
        house.drain();
        played.extend(&house.returns[&0].1[before..]);
    }

    assert_eq!(house.report(0).proof.hears, Hears::Echo);
    assert_eq!(house.report(1).proof.hears, Hears::No);
    house.ask(1, Ask::Hears);
    house.run(1);
    assert_eq!(house.report(1).proof.hears, Hears::Confirmed);
}
