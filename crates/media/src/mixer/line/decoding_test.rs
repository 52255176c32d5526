//! What is spared is not missed: sound that another decoded, and sound of a line that rested, is what it would have been.

use super::Decoding;
use crate::codec::{Encoder, Quality};
use crate::mixer::line::packets::Packets;
use crate::mixer::line::reader::Reader;
use crate::sound::Span;
use crate::testing::recorded;
use crate::units::FRAME_SAMPLES;

const FRAME: i64 = FRAME_SAMPLES as i64;
const FRAMES: i64 = 300;
/// How far the second reading is behind the first: 600 ms.
const BEHIND: i64 = 30;

fn fill(packets: &mut Packets, present: impl Fn(i64) -> bool) {
    let mut encoder = Encoder::new(Quality::Microphone);
    for (n, pcm) in recorded("ana").iter().take(FRAMES as usize).enumerate() {
        let payload = encoder.encode(pcm);
        if present(n as i64) {
            packets.put(n as i64 * FRAME, payload.into(), false);
        }
    }
}

/// The second reading of a line, alone or behind a first one that missed some packets at first.
fn second(paired: bool, missed_at_first: impl Fn(i64) -> bool) -> Vec<f32> {
    let mut packets = Packets::default();
    let mut partial = Packets::default();
    fill(&mut packets, |_| true);
    fill(&mut partial, |n| !missed_at_first(n));
    let (mut quick, mut patient) = (Reader::new(Decoding::first()), Reader::new(Decoding::second()));
    let mut sound = Vec::new();
    for n in 0..FRAMES {
        if paired && !missed_at_first(n) {
            quick.read(&packets, Span::plain(n * FRAME));
        } else if paired {
            quick.read(&partial, Span::plain(n * FRAME));
        }
        if n >= BEHIND {
            sound.extend(patient.read(&packets, Span::plain((n - BEHIND) * FRAME)).0);
        }
    }
    sound
}

/// How far below the sound itself the difference is, in dB.
fn below_db(sound: &[f32], other: &[f32]) -> f32 {
    let power = |sound: &mut dyn Iterator<Item = f32>| sound.map(|x| x * x).sum::<f32>();
    let differs = power(&mut sound.iter().zip(other).map(|(a, b)| a - b));
    10.0 * (power(&mut sound.iter().copied()) / differs.max(1e-20)).log10()
}

#[test]
fn the_second_decodes_nothing_that_the_first_left() {
    let mut packets = Packets::default();
    fill(&mut packets, |_| true);
    let (mut first, mut second) = (Decoding::first(), Decoding::second());
    for at in (0..FRAMES).map(|n| n * FRAME) {
        let (start, packet) = packets.holding(at).unwrap();

        let left = first.decode(&packets, start, packet).unwrap();
        let found = second.decode(&packets, start, packet).unwrap();

        assert!(packet.decoded.take().is_none());
        assert!(left == found || at < 20 * FRAME);
    }
}

#[test]
fn what_will_not_be_left_is_got_ready_for_one_packet_at_a_time() {
    let mut packets = Packets::default();
    fill(&mut packets, |_| true);
    let (mut first, mut second) = (Decoding::first(), Decoding::second());
    for at in (0..FRAMES).map(|n| n * FRAME).filter(|at| *at != 150 * FRAME) {
        let (start, packet) = packets.holding(at).unwrap();
        if at == 151 * FRAME {
            first.conceal(FRAME_SAMPLES).unwrap();
        }
        first.decode(&packets, start, packet).unwrap();
    }
    let mut decoding = Vec::new();
    for n in 0..FRAMES {
        let (start, packet) = packets.holding(n * FRAME).unwrap();

        second.decode(&packets, start, packet).unwrap();

        decoding.extend(Some(n).filter(|_| !second.behind));
    }

    assert_eq!(decoding, (0..10).chain(144..161).collect::<Vec<_>>());
}

#[test]
fn what_is_passed_over_breaks_no_run() {
    let mut packets = Packets::default();
    fill(&mut packets, |_| true);
    let mut first = Decoding::first();
    for at in (0..FRAMES).filter(|n| n % 10 != 9).map(|n| n * FRAME) {
        let (start, packet) = packets.holding(at).unwrap();

        first.decode(&packets, start, packet).unwrap();

        assert!(packet.decoded.take().is_some() || at < 20 * FRAME);
    }
}

#[test]
fn sound_that_another_decoded_is_the_same() {
    let (alone, spared) = (second(false, |_| false), second(true, |_| false));

    assert!(below_db(&alone, &spared) > 90.0, "{}", below_db(&alone, &spared));
}

#[test]
fn what_the_first_missed_is_not_missed_by_the_second() {
    let lost = |n: i64| n % 40 == 39;
    let (alone, spared) = (second(false, lost), second(true, lost));

    assert!(below_db(&alone, &spared) > 40.0, "{}", below_db(&alone, &spared));
}

#[test]
fn a_line_that_rested_sounds_at_once_as_if_it_had_not() {
    let mut packets = Packets::default();
    fill(&mut packets, |_| true);
    let (mut awake, mut rested) = (Reader::new(Decoding::second()), Reader::new(Decoding::second()));
    let mut sounds = (Vec::new(), Vec::new());
    for n in 0..FRAMES {
        let (heard, (mut woken, source)) =
            (awake.read(&packets, Span::plain(n * FRAME)).0, rested.read(&packets, Span::plain(n * FRAME)));
        assert!(source.is_said());
        if n == 20 {
            rested.rest();
        }
        if n >= 100 {
            woken = rested.wake(&packets).unwrap_or(woken);
            sounds.0.extend(heard);
            sounds.1.extend(woken);
        }
    }

    let (first, rest) = (10 * FRAME_SAMPLES, 30 * FRAME_SAMPLES);
    let at_first = below_db(&sounds.0[..first], &sounds.1[..first]);
    let then = below_db(&sounds.0[rest..], &sounds.1[rest..]);
    assert!(at_first > 25.0 && then > 60.0, "{at_first} dB, {then} dB");
}

#[test]
fn a_line_that_rests_knows_what_it_would_have() {
    let mut packets = Packets::default();
    fill(&mut packets, |n| n != 50);
    let mut reader = Reader::new(Decoding::second());
    reader.read(&packets, Span::plain(0));
    reader.rest();

    let said: Vec<bool> =
        (49..52).map(|n| reader.read(&packets, Span::plain(n * FRAME)).1.is_said()).collect();

    assert_eq!(said, [true, false, true]);
}
