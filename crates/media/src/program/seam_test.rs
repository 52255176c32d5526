//! A listener's decoder at the moment its edge changes from one stage to another: same sound, another encoder.

use std::fs::File;
use std::io::BufReader;

use super::{Cutter, PartView};
use crate::codec::Decoder;
use crate::flow::{HallState, Part, Programme};
use crate::units::{FRAME_SAMPLES, MediaTime, PART_FRAMES, PartNo};

type Frame = [f32; FRAME_SAMPLES];

const START: PartNo = PartNo(155_208_333);
/// Quieter frames than -40 dB of full scale say nothing about holes.
const LOUD: f32 = 1e-4;

fn recorded() -> Vec<Frame> {
    let path = format!("{}/../../src/hustings/voices/ana.opus", env!("CARGO_MANIFEST_DIR"));
    let mut packets = ogg::PacketReader::new(BufReader::new(File::open(path).unwrap()));
    let mut decoder = Decoder::new();
    let mut pcm = Vec::new();
    while let Some(packet) = packets.read_packet().unwrap() {
        if !packet.data.starts_with(b"Opus") {
            pcm.extend(decoder.decode(&packet.data).unwrap());
        }
    }
    pcm.as_chunks().0[..50 * 40].to_vec()
}

/// What a stage sends that mixed `late` frames less of the same evening.
fn parts(said: &[Frame], late: usize) -> Vec<Part> {
    let mut cutter = Cutter::new();
    let frame = |n: usize| Programme {
        at: MediaTime(START.start().0 + (n * FRAME_SAMPLES) as i64),
        pcm: said[n],
        voices: vec![],
        state: HallState::Live,
        since: START,
    };
    (late..said.len()).flat_map(|n| cutter.handle(&frame(n))).collect()
}

fn decode(decoder: &mut Decoder, part: &Part) -> Vec<f32> {
    let packets = PartView::read(part).unwrap().packets;
    packets.iter().flat_map(|packet| decoder.decode(packet).unwrap()).collect()
}

fn power(pcm: &[f32]) -> f32 {
    pcm.iter().map(|x| x * x).sum::<f32>() / pcm.len() as f32
}

#[test]
fn a_change_of_stage_is_a_small_blemish_and_no_hole() {
    let said = recorded();
    let (one, two) = (parts(&said, 0), parts(&said, 31));
    let after = |no: PartNo| two.iter().position(|part| part.no == no);
    let (mut apart, mut stayed, mut holes) = (Vec::new(), Decoder::new(), 0);
    let whole: Vec<Vec<f32>> = two.iter().map(|part| decode(&mut stayed, part)).collect();

    for (n, part) in one.iter().enumerate() {
        // Until here with the first stage; from here on with the second.
        let Some(next) = after(part.no.next()) else { continue };
        let mut changed = Decoder::new();
        one[n.saturating_sub(8)..=n].iter().for_each(|before| drop(decode(&mut changed, before)));
        let heard = decode(&mut changed, &two[next]);
        let frames =
            heard.as_chunks::<FRAME_SAMPLES>().0.iter().zip(whole[next].as_chunks::<FRAME_SAMPLES>().0);
        let frames: Vec<(f32, f32, f32)> = frames
            .map(|(heard, whole)| {
                let wrong: Vec<f32> = heard.iter().zip(whole).map(|(a, b)| a - b).collect();
                (power(heard), power(whole), power(&wrong))
            })
            .collect();
        holes += frames.iter().filter(|(heard, whole, _)| *whole > LOUD && *heard < whole / 4.0).count();
        apart.push(frames);
    }

    // How far the blemish lies below the sound, by frames after the change.
    let below_db: Vec<f32> = (0..PART_FRAMES)
        .map(|at| {
            let sums =
                apart.iter().fold((1e-9, 1e-9), |sum, frames| (sum.0 + frames[at].1, sum.1 + frames[at].2));
            10.0 * (sums.0 / sums.1).log10()
        })
        .collect();
    println!("{} changes, {holes} holes, dB below by frame: {below_db:.1?}", apart.len());
    assert!(apart.len() > 100);
    assert_eq!(holes, 0);
    assert!(below_db[0] > 20.0 && below_db[3] > 26.0, "{below_db:?}");
}
