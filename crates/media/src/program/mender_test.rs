use super::{Cutter, Mender, PartView};
use crate::flow::{HallState, Late, Part, Programme};
use crate::testing::recorded;
use crate::units::{FRAME_SAMPLES, MediaTime, PART_FRAMES, PART_SAMPLES, PartNo, SampleCount};

const START: PartNo = PartNo(155_208_333);

fn frame(n: usize) -> Programme {
    let at = START.start() + SampleCount((n * FRAME_SAMPLES) as i64);
    let sample = |i: usize| {
        let t = (n * FRAME_SAMPLES + i) as f32 / 48_000.0;
        0.3 * (std::f32::consts::TAU * 440.0 * t).sin()
    };
    Programme { at, pcm: std::array::from_fn(sample), voices: vec![], state: HallState::Live, since: START }
}

/// Frame `n`, in a part that is to be mended or not, of which so much was made up and is still.
fn late(n: usize, mends: bool, lacked: u32, lacks: u32) -> Late {
    Late { frame: frame(n), lacked, lacks, mends }
}

fn lacks(part: &Part) -> u64 {
    let text = String::from_utf8_lossy(&part.bytes).into_owned();
    let count = text.split("\"lacks\":").nth(1).unwrap();
    count.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

fn mended(frames: impl IntoIterator<Item = Late>) -> Vec<Part> {
    let mut mender = Mender::default();
    frames.into_iter().flat_map(|late| mender.handle(&late)).collect()
}

#[test]
fn a_part_that_lacks_less_is_told_with_what_it_lacks_and_the_one_before_it_stays() {
    let made = mended((0..25).map(|n| late(n, n / PART_FRAMES == 1, 2, u32::from(n == 15))));

    let [part] = &made[..] else { panic!("{made:?}") };
    assert_eq!(part.no, START.next());
    assert_eq!(lacks(part), 1);
}

#[test]
fn what_is_mended_sounds_as_if_it_had_never_lacked_anything() {
    let said = recorded("ana");
    let loud = |n: usize| said[n..n + PART_FRAMES].iter().flatten().map(|x| x * x).sum::<f32>();
    let loudest = (24..said.len() - 20).max_by(|a, b| loud(*a).total_cmp(&loud(*b))).unwrap();
    let voiced = |n: usize| Programme { pcm: said[loudest - 24 + n], ..frame(n) };
    let mut cutter = Cutter::new();
    let live: Vec<Part> = (0..40).flat_map(|n| cutter.handle(&voiced(n))).collect();

    let made = mended((12..37).map(|n| Late { frame: voiced(n), ..late(n, n / PART_FRAMES == 2, 1, 0) }));

    let [part] = &made[..] else { panic!("{made:?}") };
    let sound = |parts: &[&Part]| {
        let mut decoder = crate::codec::Decoder::new();
        let views = parts.iter().map(|part| PartView::read(part).unwrap());
        let packets = views.flat_map(|view| view.packets);
        packets.flat_map(|packet| decoder.decode(packet).unwrap()).collect::<Vec<f32>>()
    };
    let (was, is) = (sound(&[&live[0], &live[1], &live[2]]), sound(&[&live[0], &live[1], part]));
    // Two encoders never give the same: each is held against what was said.
    let from = 2 * PART_SAMPLES as usize;
    let truth: Vec<f32> = (24..36).flat_map(|n| voiced(n).pcm).collect();
    let wrong = |sound: &[f32]| sound[from..].iter().zip(&truth).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
    assert!(loud(loudest) > 10.0, "{}", loud(loudest));
    assert!(wrong(&is) < 1.3 * wrong(&was), "{} {}", wrong(&is), wrong(&was));
}

#[test]
fn a_part_that_is_no_better_or_not_to_be_mended_stays() {
    let no_better = mended((0..25).map(|n| late(n, true, 1, 1)));
    let not_wanted = mended((0..25).map(|n| late(n, n > 12, 1, 0)));

    assert_eq!((no_better, not_wanted), (vec![], vec![]));
}

#[test]
fn after_a_hole_it_begins_anew_with_a_whole_part() {
    let frames = (0..20).chain(60..97).map(|n| late(n, true, 1, 0));

    let numbers: Vec<PartNo> = mended(frames).iter().map(|part| part.no).collect();

    let at = |n: i64| MediaTime(START.start().0 + n * FRAME_SAMPLES as i64).part_no();
    assert_eq!(numbers, [START, at(60), at(72), at(84)]);
}
