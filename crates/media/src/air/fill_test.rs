use proptest::prelude::*;

use super::{Air, AirOrder, DelayOrder, Dump, Input, Output, Sound, Sounds};
use crate::flow::{AirReport, HallState, Late, Playing, Programme, SeatId};
use crate::units::{FRAME_SAMPLES, MediaTime, PART_SAMPLES, PartNo, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
/// A part begins here, and no second.
const START: MediaTime = MediaTime(155_208_333 * PART_SAMPLES);

fn ms(count: i64) -> SampleCount {
    SampleCount::from_ms(count)
}

/// A steady hum that comes and goes without a click.
fn hum(length_ms: i64, hz: f32) -> Option<Sound> {
    let length = ms(length_ms).0;
    let sample = |i: i64| {
        let edge = (i.min(length - i) as f32 / 480.0).min(1.0);
        0.2 * edge * (std::f32::consts::TAU * hz * i as f32 / 48_000.0).sin()
    };
    Sound::new((0..length).map(sample).collect())
}

fn order(starts_at: Option<MediaTime>) -> AirOrder {
    let sounds = Sounds {
        opening: hum(2_000, 210.0),
        pause: hum(1_500, 180.0),
        closing: hum(1_000, 150.0),
        tone: hum(3_000, 100.0),
    };
    AirOrder { starts_at, sounds: Some(sounds), ..AirOrder::default() }
}

struct Hall {
    air: Air,
    at: MediaTime,
    frames: Vec<Programme>,
    reports: Vec<AirReport>,
    late: Vec<Late>,
}

impl Hall {
    fn new(order: &AirOrder, at: MediaTime) -> Self {
        let mut air = Air::default();
        air.handle(Input::Order(order.clone()));
        Self { air, at, frames: vec![], reports: vec![], late: vec![] }
    }

    /// The mix is `voice` for so long, in a state that holds since a moment.
    fn run(&mut self, state: HallState, since: MediaTime, length_ms: i64, voice: f32) -> &mut Self {
        let end = self.at + ms(length_ms);
        while self.at < end {
            // As loud as it is, and no constant.
            let pcm = std::array::from_fn(|i| if i % 2 == 0 { voice } else { -voice });
            let voices = if voice > 0.0 { vec![SeatId::parse("ana").unwrap()] } else { vec![] };
            let frame = Programme { at: self.at, pcm, voices, state, since: since.part_no() };
            self.air.handle(Input::Frame(frame));
            self.at = self.at + SampleCount(FRAME);
            while let Some(output) = self.air.poll() {
                match output {
                    Output::Programme(frame) => self.frames.push(frame),
                    Output::Report(report) => self.reports.push(report),
                    Output::Late(late) => self.late.push(late),
                }
            }
        }
        self
    }

    /// What was said in the frame at `at`, as loud as `voice`, is mixed again; how it is to be put where.
    fn mend(&mut self, at: MediaTime, voice: f32) -> (MediaTime, f32, bool) {
        let frame = Programme {
            pcm: [voice; FRAME_SAMPLES],
            ..Programme::silent(at, HallState::Live, START.part_no())
        };
        self.air.handle(Input::Late(Late { frame, lacked: 1, lacks: 0, mends: true }));
        while let Some(output) = self.air.poll() {
            if let Output::Late(late) = output {
                self.late.push(late);
            }
        }
        let late = self.late.last().unwrap();
        (late.frame.at, late.frame.pcm[0], late.mends)
    }

    fn sample(&self, at: MediaTime) -> f32 {
        let frame = self.frames.iter().find(|frame| frame.at == at.frame_start()).expect("a frame");
        frame.pcm[(at - frame.at).0 as usize]
    }

    fn loudest(&self, from: MediaTime, to: MediaTime) -> f32 {
        let within = self.frames.iter().filter(|frame| frame.at >= from && frame.at < to);
        within.flat_map(|frame| frame.pcm).fold(0.0, |peak: f32, x| peak.max(x.abs()))
    }

    fn told(&self) -> Vec<(Playing, bool)> {
        let mut told: Vec<_> = self.reports.iter().map(|report| (report.playing, report.covered)).collect();
        told.dedup();
        told
    }
}

#[test]
fn a_hall_opens_on_the_sample_and_nobody_speaks_into_its_opening() {
    let start = START + ms(1_130) + SampleCount(7);
    let order = order(Some(start));
    let opening = order.sounds.clone().unwrap().opening.unwrap();
    let mut hall = Hall::new(&order, START);

    hall.run(HallState::Doors, START, 1_120, 0.0).run(HallState::Live, start, 5_000, 0.3);

    let settled = start + ms(60);
    for i in 0..2_800 {
        let at = settled + SampleCount(i * 24);
        let due = opening.at(at - start);
        let left = (2_000.0 - (at - start).0 as f32 / 48.0) / 40.0;
        assert!((hall.sample(at) - due * left.clamp(0.0, 1.0)).abs() < 1e-6 || at > start + ms(2_000));
    }
    assert!(hall.sample(start + ms(1_990)).abs() < 0.2, "voices wait");
    assert_eq!(hall.sample(start + ms(2_300)).abs(), 0.3, "and are then as they were");
    assert!(hall.frames.iter().any(|frame| frame.at > start && frame.voices.is_empty()));
    let stands = [Playing::Tone, Playing::Opening, Playing::Stage].map(|playing| (playing, false));
    assert_eq!(hall.told(), stands);
}

#[test]
fn a_hall_that_was_only_announced_begins_with_the_part_of_its_start() {
    let start = START + ms(6_100);
    let mut hall = Hall::new(&order(Some(start)), START);

    hall.run(HallState::Announced, START, 6_100, 0.0).run(HallState::Live, start, 400, 0.0);

    let first = &hall.frames[0];
    assert_eq!((first.at, first.state), (start.part_no().start(), HallState::Doors));
    assert!(hall.frames.windows(2).all(|pair| pair[1].at - pair[0].at == SampleCount(FRAME)));
    assert!(hall.loudest(start, start + ms(100)) > 0.1);
}

#[test]
fn a_hall_opened_after_its_second_has_no_opening() {
    let mut hall = Hall::new(&order(Some(START)), START + ms(9_000));

    hall.run(HallState::Live, START + ms(9_000), 3_000, 0.3);

    assert_eq!(hall.told(), [(Playing::Stage, false)]);
}

#[test]
fn speech_goes_through_as_it_is() {
    let mut hall = Hall::new(&order(None), START);

    hall.run(HallState::Live, START, 60_000, 0.25);

    assert!(hall.frames.iter().all(|frame| frame.pcm.iter().all(|x| x.abs() == 0.25)));
    assert!(hall.reports.iter().all(|report| report.quiet_ms == 0 && !report.covered));
    assert_eq!(hall.reports.len(), 60);
}

#[test]
fn dead_air_is_told_after_5_s_covered_after_20_and_undone_by_the_first_word() {
    let mut hall = Hall::new(&order(None), START);

    hall.run(HallState::Live, START, 10_000, 0.3).run(HallState::Live, START, 30_000, 0.0);
    let back = hall.at;
    hall.run(HallState::Live, START, 1_000, 0.3);

    let first = |is: fn(&AirReport) -> bool| {
        let found = hall.reports.iter().find(|report| is(report)).unwrap();
        (MediaTime(found.part_no as i64 * PART_SAMPLES) - START).ms()
    };
    assert!((14_700..=15_000).contains(&first(|report| report.quiet_ms >= 5_000)));
    assert!((29_700..=30_000).contains(&first(|report| report.covered)));
    assert_eq!(hall.loudest(START + ms(10_000), START + ms(29_900)), 0.0);
    assert!(hall.loudest(START + ms(31_500), back) > 0.1);
    let stands = [(Playing::Stage, false), (Playing::Tone, true), (Playing::Stage, false)];
    assert_eq!(hall.told(), stands);
    assert_eq!(hall.sample(back + ms(41)).abs(), 0.3);
}

#[test]
fn silence_that_is_meant_is_left_alone_and_without_a_tone_it_is_only_told() {
    let mut meant = order(None);
    meant.silence_intended = true;
    let mut toneless = order(None);
    toneless.sounds.as_mut().unwrap().tone = None;
    let nothing = AirOrder { sounds: None, ..order(None) };

    for (order, told) in [(meant, false), (toneless, true), (nothing, true)] {
        let mut hall = Hall::new(&order, START);
        hall.run(HallState::Live, START, 30_000, 0.0);

        assert_eq!(hall.loudest(START, hall.at), 0.0);
        assert_eq!(hall.reports.iter().any(|report| report.quiet_ms >= 5_000), told);
        assert!(hall.reports.iter().all(|report| !report.covered));
    }
}

#[test]
fn a_pause_is_announced_again_every_30_s_with_the_tone_between() {
    let mut hall = Hall::new(&order(None), START);
    let since = START + ms(2_000);

    hall.run(HallState::Live, START, 2_000, 0.3).run(HallState::Paused, since, 65_000, 0.0);

    let announced = since.part_no().next().start();
    let begins: Vec<i64> = hall
        .reports
        .windows(2)
        .filter(|pair| pair[0].playing != Playing::Pause && pair[1].playing == Playing::Pause)
        .map(|pair| pair[1].part_no as i64 * PART_SAMPLES - announced.0)
        .collect();
    assert_eq!(begins, [0, ms(30_000).0, ms(60_000).0]);
    assert!(hall.loudest(announced + ms(10_000), announced + ms(29_000)) > 0.1);
}

#[test]
fn after_the_closing_the_programme_ends_with_a_whole_part() {
    let mut hall = Hall::new(&order(None), START);
    let since = START + ms(2_020);

    hall.run(HallState::Live, START, 2_020, 0.3).run(HallState::Ended, since, 20_000, 0.0);

    let closed = since.part_no().next().start() + ms(1_000);
    let last = hall.frames.last().unwrap();
    assert_eq!(last.at, (closed - SampleCount(1)).part_no().next().start());
    assert_eq!(last.state, HallState::Ended);
    assert_eq!(hall.reports.last().unwrap().playing, Playing::Nothing);
}

#[test]
fn a_hall_that_never_had_a_programme_is_not_closed() {
    let mut hall = Hall::new(&order(None), START);

    hall.run(HallState::Announced, START, 1_000, 0.0).run(HallState::Ended, START + ms(1_000), 5_000, 0.0);

    assert_eq!((hall.frames.len(), hall.reports.len()), (0, 0));
}

#[test]
fn an_opening_that_came_too_late_does_not_begin_in_the_middle() {
    let first = order(Some(START));
    let mut hall = Hall::new(&first, START);
    hall.run(HallState::Live, START, 1_000, 0.0);
    let longer = Sounds { opening: hum(60_000, 300.0), ..first.sounds.clone().unwrap() };

    hall.air.handle(Input::Order(AirOrder { sounds: Some(longer), ..first }));
    hall.run(HallState::Live, START, 6_000, 0.3);

    assert!(hall.frames[200..].iter().all(|frame| frame.pcm.iter().all(|x| x.abs() == 0.3)));
}

fn evenings() -> impl Strategy<Value = Vec<(HallState, i64)>> {
    let state =
        prop::sample::select(vec![HallState::Doors, HallState::Live, HallState::Paused, HallState::Live]);
    prop::collection::vec((state, 5_i64..1_200), 1..8)
}

/// Play an evening in which nobody speaks: states, and how many frames each holds.
fn play(order: &AirOrder, evening: &[(HallState, i64)], from_frame: i64) -> Hall {
    let mut hall = Hall::new(order, START + SampleCount(from_frame * FRAME));
    let (mut begins, mut since, mut before) = (0, START, None);
    for &(state, frames) in evening {
        if before.replace(state) != Some(state) {
            since = START + SampleCount(begins * FRAME);
        }
        begins += frames;
        let left = begins - from_frame.max(begins - frames);
        if left > 0 {
            hall.run(state, since, left * 20, 0.0);
        }
    }
    hall
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_becomes_of_a_hall_nothing_in_its_air_clicks(evening in evenings(), opens in any::<bool>()) {
        let hall = play(&order(opens.then_some(START)), &evening, 0);

        let pcm: Vec<f32> = hall.frames.iter().flat_map(|frame| frame.pcm).collect();
        let step = pcm.windows(2).fold(0.0, |step: f32, pair| step.max((pair[1] - pair[0]).abs()));
        prop_assert!(step < 0.016, "{step}");
    }

    #[test]
    fn a_stage_that_starts_again_plays_the_same_samples(evening in evenings(), share in 0.0..0.9) {
        let order = order(Some(START));
        let whole = play(&order, &evening, 0);
        let missed = (whole.frames.len() as f64 * share) as i64;
        let late = play(&order, &evening, missed);

        // The tone comes in over a second; dead air, whose cover may fade into a pause, is counted from when it was heard.
        let settled = START + SampleCount((missed + 55) * FRAME);
        let announced = |frame: &&Programme| {
            let faded = frame.since.next().start() + ms(40);
            let opens = frame.state == HallState::Live && frame.at < START + ms(2_000);
            frame.at >= settled && (opens || frame.state == HallState::Paused && frame.at >= faded)
        };
        let whole = whole.frames.iter().filter(announced);
        for (ours, theirs) in whole.zip(late.frames.iter().filter(announced)) {
            prop_assert_eq!(ours.at, theirs.at);
            prop_assert!(ours.pcm.iter().zip(&theirs.pcm).all(|(a, b)| (a - b).abs() < 1e-4));
        }
    }
}

#[test]
fn what_went_out_as_it_was_mixed_can_be_mended_and_nothing_else() {
    let mut hall = Hall::new(&order(Some(START)), START);
    hall.run(HallState::Live, START, 6_000, 0.3).run(HallState::Paused, START + ms(6_000), 3_000, 0.3);

    let part = |n: u64| PartNo(START.part_no().0 + n).start();
    // The opening, two seconds of it; the voice; the pause.
    assert_eq!(hall.mend(part(4), 0.5), (part(4), 0.0, false));
    assert_eq!(hall.mend(part(12), 0.5), (part(12), 0.5, true));
    assert_eq!(hall.mend(part(30), 0.5), (part(30), 0.0, false));
}

#[test]
fn what_waited_is_mended_where_it_went_out_and_what_was_dumped_stays_dumped() {
    let mut order = AirOrder::default();
    let part = |n: u64| PartNo(START.part_no().0 + n).start();
    let dump = Dump { from: part(20), to: part(21) };
    order.delay = DelayOrder::new(ms(4_800), Some(START.part_no()), vec![dump]);
    let mut hall = Hall::new(&order, START);
    hall.run(HallState::Live, START, 14_400, 0.3);

    assert_eq!(hall.mend(part(19), 0.5), (part(39), 0.5, true));
    assert_eq!(hall.mend(part(20), 0.5), (part(40), 0.0, false));
    assert_eq!(hall.mend(part(22), 0.5), (part(42), 0.5, true));
}
