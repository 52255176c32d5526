//! Ten voices recorded 30 dB apart, by turns, as the crowd decodes them: judged by ITU-R BS.1770.
//!
//! `LEVELS_SECONDS` makes it longer, `LEVELS_WAV` keeps what was decoded, for another judge.

use crate::codec::{Decoder, Encoder, Quality};
use crate::flow::{HallState, LineId, SeatId, Talk, Who};
use crate::mixer::speech::level_db;
use crate::mixer::{Input, Mixer, Output};
use crate::program::{Cutter, PartView};
use crate::sound::{Ear, gated_lufs, true_peak};
use crate::testing::{Frame, recorded};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
const START: MediaTime = MediaTime(155_208_333 * 11_520);
const VOICES: usize = 10;
/// Each speaks so long by turns: 6 s.
const TURN_FRAMES: usize = 300;
/// The first turns, in which levels are found, are another matter.
const FIRST_FRAMES: usize = VOICES * TURN_FRAMES;

/// A voice and where it is in what it says.
struct Speaker {
    said: Vec<Frame>,
    n: usize,
    encoder: Encoder,
}

/// Without the pauses in which the other one speaks: a quarter of a second around each word stays.
fn spoken(recorded: &[Frame]) -> Vec<Frame> {
    let loud: Vec<bool> = recorded.iter().map(|frame| level_db(frame) > -50.0).collect();
    let near = |n: usize| loud[n.saturating_sub(12)..loud.len().min(n + 13)].contains(&true);
    (0..recorded.len()).filter(|&n| near(n)).map(|n| recorded[n]).collect()
}

/// From -10 to -40 LUFS.
fn speakers() -> Vec<Speaker> {
    let names = ["ana", "ben"];
    let speaker = |n: usize| {
        let said = spoken(&recorded(names[n % 2]));
        let goal_lufs = -10.0 - 30.0 * (n * 7 % VOICES) as f64 / (VOICES - 1) as f64;
        let gain = 10_f64.powf((goal_lufs - loudness(said.as_flattened())) / 20.0) as f32;
        let said = said.iter().map(|frame| frame.map(|x| x * gain)).collect();
        Speaker { said, n: n * 97, encoder: Encoder::new(Quality::Microphone) }
    };
    (0..VOICES).map(speaker).collect()
}

/// Blocks of 400 ms, every 100 ms.
fn loudness(sound: &[f32]) -> f64 {
    let mut ear = Ear::default();
    let steps: Vec<f64> = sound.chunks_exact(4_800).map(|step| ear.power(step)).collect();
    let blocks: Vec<f64> = steps.windows(4).map(|four| four.iter().sum::<f64>() / 4.0).collect();
    gated_lufs(blocks.iter())
}

/// What the crowd hears of them.
fn decoded(frames: usize) -> Vec<f32> {
    let mut mixer = Mixer::new(START, SampleCount::from_ms(600));
    mixer.handle(Input::State { state: HallState::Live, since: START }, START);
    for n in 0..VOICES {
        let who = Who::Seat(SeatId::parse(&format!("s{n}")).unwrap());
        mixer.handle(Input::Up { line: LineId(n as u64), who }, START);
    }
    let (mut speakers, mut cutter, mut decoder) = (speakers(), Cutter::new(), Decoder::new());
    let mut heard = Vec::new();
    for n in 0..frames {
        let captured = START + SampleCount(n as i64 * FRAME);
        let turn = n / TURN_FRAMES % VOICES;
        let speaker = &mut speakers[turn];
        let payload = speaker.encoder.encode(&speaker.said[speaker.n % speaker.said.len()]).into();
        speaker.n += 1;
        let arrived = captured + SampleCount(FRAME + 240);
        let talk =
            Talk { line: LineId(turn as u64), rtp_time: n as i64 * FRAME, arrived, again: false, payload };
        mixer.handle(Input::Talk(talk), arrived);
        mixer.handle(Input::Tick, arrived + SampleCount(10));
        while let Some(output) = mixer.poll() {
            let Output::Programme(frame) = output else { continue };
            for part in cutter.handle(&frame) {
                for packet in PartView::read(&part).unwrap().packets {
                    heard.extend(decoder.decode(packet).unwrap());
                }
            }
        }
    }
    heard
}

fn seconds() -> usize {
    std::env::var("LEVELS_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(60)
}

fn keep(sound: &[f32]) {
    let Ok(path) = std::env::var("LEVELS_WAV") else { return };
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(path, spec).unwrap();
    sound.iter().for_each(|&x| file.write_sample(x).unwrap());
    file.finalize().unwrap();
}

#[test]
fn ten_voices_recorded_30_db_apart_are_one_loudness_and_no_peak_is_heard_above_minus_1_db() {
    let sound = decoded(FIRST_FRAMES + seconds() * 50);
    keep(&sound[FIRST_FRAMES * FRAME_SAMPLES..]);

    let whole = loudness(&sound[FIRST_FRAMES * FRAME_SAMPLES..]);
    let peak_db = 20.0 * true_peak(&sound).log10();
    let turns: Vec<&[f32]> = sound.chunks(TURN_FRAMES * FRAME_SAMPLES).skip(VOICES).collect();
    let voice =
        |n: usize| loudness(&turns.iter().skip(n).step_by(VOICES).copied().collect::<Vec<_>>().concat());
    let voices: Vec<f64> = (0..VOICES).map(voice).collect();
    let apart =
        voices.iter().fold(f64::MIN, |a, &b| a.max(b)) - voices.iter().fold(f64::MAX, |a, &b| a.min(b));

    println!("{whole:.2} LUFS, {peak_db:.2} dBTP, voices {voices:.1?}");
    assert!((whole + 16.0).abs() <= 1.0, "{whole} LUFS");
    assert!(peak_db <= -1.0, "{peak_db} dBTP");
    assert!(apart < 4.0, "{voices:?}");
}
