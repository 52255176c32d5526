use super::*;
use crate::units::FRAME_SAMPLES;

fn tone(frame: usize) -> [f32; FRAME_SAMPLES] {
    std::array::from_fn(|i| {
        let t = (frame * FRAME_SAMPLES + i) as f32 / 48_000.0;
        0.4 * (std::f32::consts::TAU * 440.0 * t).sin()
    })
}

#[test]
fn a_tone_survives_the_round_trip() {
    let mut encoder = Encoder::new(Quality::Programme);
    let mut decoder = Decoder::new();

    let out: Vec<f32> = (0..20).flat_map(|n| decoder.decode(&encoder.encode(&tone(n))).unwrap()).collect();

    assert_eq!(out.len(), 20 * FRAME_SAMPLES);
    let power: f32 = out[9_600..].iter().map(|x| x * x).sum::<f32>() / 9_600.0;
    assert!((power - 0.08).abs() < 0.02, "power {power}");
}

#[test]
fn garbage_is_refused_and_the_decoder_goes_on() {
    let mut decoder = Decoder::new();

    assert!(decoder.decode(&[]).is_err());
    assert!(decoder.decode(&[0xff, 0xff, 0xff, 0xff]).is_err());
    let good = Encoder::new(Quality::Return).encode(&tone(0));
    assert_eq!(decoder.decode(&good).unwrap().len(), FRAME_SAMPLES);
}

#[test]
fn a_packet_tells_its_length_and_nonsense_tells_none() {
    let packet = Encoder::new(Quality::Microphone).encode(&tone(0));

    assert_eq!(packet_samples(&packet), Some(FRAME_SAMPLES));
    assert_eq!(packet_samples(&[]), None);
    assert_eq!(packet_samples(&[0x03, 0x00]), None);
}
