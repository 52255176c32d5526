use super::decoding::Decoding;
use super::packets::Packets;
use super::reader::{Reader, Source};
use crate::codec::{Encoder, Quality};
use crate::sound::{Place, Span};
use crate::units::FRAME_SAMPLES;

const FRAME: i64 = FRAME_SAMPLES as i64;

fn packets(present: impl Fn(i64) -> bool) -> Packets {
    let mut encoder = Encoder::new(Quality::Microphone);
    let mut packets = Packets::default();
    for n in 0..50 {
        let pcm = std::array::from_fn(|i| {
            let t = (n as usize * FRAME_SAMPLES + i) as f32 / 48_000.0;
            0.5 * (std::f32::consts::TAU * 300.0 * t).sin()
        });
        let payload = encoder.encode(&pcm);
        if present(n) {
            packets.put(n * FRAME + 7, payload.into(), false);
        }
    }
    packets
}

#[test]
fn a_lost_frame_is_a_frame_of_time() {
    let packets = packets(|n| n != 10 && n != 11);
    let mut reader = Reader::new(Decoding::second());

    let sources: Vec<Source> = (0..40).map(|n| reader.read(&packets, Span::plain(7 + n * FRAME)).1).collect();

    let received: u32 = sources.iter().map(|source| source.received).sum();
    let missing: u32 = sources.iter().map(|source| source.repaired + source.concealed).sum();
    assert_eq!((received, missing), (38, 2));
    assert_eq!(reader.position(), Some(Place::whole_sample(7 + 40 * FRAME)));
}

#[test]
fn reading_off_the_packet_grid_gives_the_same_sound() {
    let packets = packets(|_| true);
    let (mut on, mut off) = (Reader::new(Decoding::second()), Reader::new(Decoding::second()));

    let on: Vec<f32> = (0..40).flat_map(|n| on.read(&packets, Span::plain(7 + n * FRAME)).0).collect();
    let off: Vec<f32> = (0..39).flat_map(|n| off.read(&packets, Span::plain(400 + n * FRAME)).0).collect();

    let differs = on[4_000 + 393..30_000 + 393]
        .iter()
        .zip(&off[4_000..30_000])
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(differs < 1e-3, "{differs}");
}

#[test]
fn a_line_that_stops_is_silent_after_a_tenth_of_a_second() {
    let packets = packets(|n| n < 10);
    let mut reader = Reader::new(Decoding::second());

    let last = (0..30).map(|n| reader.read(&packets, Span::plain(7 + n * FRAME)).0).last().unwrap();

    assert!(last.iter().all(|&x| x == 0.0));
}
