use super::{Cutter, PartView};
use crate::codec::Decoder;
use crate::flow::{Caption, HallState, Part, Programme, SeatId};
use crate::units::{FRAME_SAMPLES, MediaTime, PART_SAMPLES, PartNo};

const START: PartNo = PartNo(155_208_333);

fn frame(n: i64, pcm: [f32; FRAME_SAMPLES]) -> Programme {
    let at = MediaTime(START.start().0 + n * FRAME_SAMPLES as i64);
    Programme { at, pcm, voices: vec![SeatId::parse("ana").unwrap()], state: HallState::Live, since: START }
}

#[test]
fn parts_are_numbered_from_media_time_and_none_is_left_out() {
    let mut cutter = Cutter::new();

    let parts: Vec<_> =
        (-3..12 * 5 + 1).flat_map(|n| cutter.handle(&frame(n, [0.0; FRAME_SAMPLES]))).collect();

    let numbers: Vec<u64> = parts.iter().map(|part| part.no.0 - START.0).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
    assert!(PartView::read(&parts[0]).unwrap().facts.unwrap().contains("\"voices\":[\"ana\"]"));
}

#[test]
fn a_caption_is_in_the_facts_of_its_part_also_after_a_programme_that_began_anew() {
    let mut cutter = Cutter::new();
    let caption = |no: u64, part: u64| Caption { no, part: PartNo(START.0 + part), text: "Hello ".into() };
    cutter.caption(vec![caption(1, 1)]);
    let cut = |cutter: &mut Cutter, frames: std::ops::Range<i64>| -> Vec<Part> {
        frames.flat_map(|n| cutter.handle(&frame(n, [0.0; FRAME_SAMPLES]))).collect()
    };

    let mut parts = cut(&mut cutter, 0..37);
    cutter.caption(vec![caption(1, 1), caption(2, 15_001)]);
    parts.extend(cut(&mut cutter, 180_005..180_025));

    let told = parts.iter().map(|part| {
        let facts = PartView::read(part).unwrap().facts.unwrap().to_owned();
        (part.no.0 - START.0, facts.split_once("\"caption\"").map(|(_, told)| told.to_owned()))
    });
    let told: Vec<_> = told.collect();
    let hello = |no: u64| Some(format!(":[{no},\"Hello \"]}}"));
    assert_eq!(told, [(0, None), (1, hello(1)), (2, None), (15_001, hello(2))]);
}

#[test]
fn a_hole_in_the_frames_becomes_silence_and_shifts_nothing() {
    let mut cutter = Cutter::new();

    let parts: Vec<_> = (0..40)
        .filter(|n| !(5..20).contains(n))
        .flat_map(|n| cutter.handle(&frame(n, [0.1; FRAME_SAMPLES])))
        .collect();

    assert_eq!(parts.iter().map(|part| part.no.0 - START.0).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(parts.iter().all(|part| PartView::read(part).unwrap().packets.len() == 12));
}

#[test]
fn after_a_while_without_a_programme_it_begins_anew() {
    let mut cutter = Cutter::new();

    let parts: Vec<_> = (0..13)
        .chain(180_005..180_025)
        .flat_map(|n| cutter.handle(&frame(n, [0.1; FRAME_SAMPLES])))
        .collect();

    assert_eq!(parts.iter().map(|part| part.no.0 - START.0).collect::<Vec<_>>(), [0, 15_001]);
}

#[test]
fn what_is_decoded_at_a_media_time_is_what_was_said_then() {
    let mut cutter = Cutter::new();
    let mut noise = 0x2545_f491_u32;
    let said: Vec<f32> = (0..12 * 6 * FRAME_SAMPLES)
        .map(|i| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let burst = i % 24_000 < 4_800;
            if burst { (noise >> 16) as f32 / 65_536.0 - 0.5 } else { 0.0 }
        })
        .collect();

    let mut heard = Vec::new();
    let mut decoder = Decoder::new();
    for (n, chunk) in said.chunks_exact(FRAME_SAMPLES).enumerate() {
        for part in cutter.handle(&frame(n as i64, chunk.try_into().unwrap())) {
            for packet in PartView::read(&part).unwrap().packets {
                heard.extend(decoder.decode(packet).unwrap());
            }
        }
    }

    let from = PART_SAMPLES as usize;
    let score = |lag: i64| -> f64 {
        (from..from + 30_000).map(|i| f64::from(said[i]) * f64::from(heard[(i as i64 + lag) as usize])).sum()
    };
    let best = (-400..=400).max_by(|&a, &b| score(a).total_cmp(&score(b))).unwrap();
    assert!(best.abs() <= 1, "the decoded programme lags by {best} samples");
}
