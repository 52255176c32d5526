use super::Suppressor;
use crate::testing::recorded;
use crate::units::FRAME_SAMPLES;

type Frame = [f32; FRAME_SAMPLES];

/// Noise as a fan makes it: more of it the lower.
struct Fan {
    seed: u64,
    low: f32,
}

impl Fan {
    fn next(&mut self) -> f32 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let white = (self.seed >> 40) as f32 / (1 << 23) as f32 - 1.0;
        self.low += 0.05 * (white - self.low);
        0.1 * self.low
    }
}

fn power_db(sound: &[f32]) -> f32 {
    10.0 * (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).max(1e-12).log10()
}

fn run(frames: &[Frame], on: impl Fn(usize) -> bool) -> Vec<f32> {
    let mut suppressor = Suppressor::default();
    let mut out = Vec::new();
    for (n, frame) in frames.iter().enumerate() {
        let mut pcm = *frame;
        suppressor.apply(&mut pcm, on(n));
        out.extend(pcm);
    }
    out
}

#[test]
fn a_fan_is_taken_out_and_the_voice_stays() {
    let voice: Vec<Frame> = recorded("ana").into_iter().take(400).collect();
    let mut fan = Fan { seed: 7, low: 0.0 };
    let silence = vec![[0.0; FRAME_SAMPLES]; 100];
    let said: Vec<Frame> = silence.into_iter().chain(voice).collect();
    let noisy: Vec<Frame> = said.iter().map(|frame| frame.map(|x| x + fan.next())).collect();

    let heard = run(&noisy, |_| true);

    let (room, voice) = (48_000..96_000, 96_000..heard.len());
    let noisy: Vec<f32> = noisy.concat();
    let before = power_db(&noisy[room.clone()]);
    let after = power_db(&heard[room]);
    assert!(after < before - 25.0, "{before} {after}");
    let said: Vec<f32> = said.concat();
    let loud = power_db(&said[voice.clone()]);
    assert!((power_db(&heard[voice.clone()]) - loud).abs() < 2.0, "{loud}");
    // 10 ms later it is what was said.
    let pairs = || voice.clone().skip(480).map(|i| (said[i - 480], heard[i]));
    let product: f32 = pairs().map(|(a, b)| a * b).sum();
    let (a, b): (f32, f32) = pairs().fold((0.0, 0.0), |(a, b), (x, y)| (a + x * x, b + y * y));
    assert!(product / (a * b).sqrt() > 0.9, "{}", product / (a * b).sqrt());
}

#[test]
fn what_nobody_asked_for_changes_nothing() {
    let voice: Vec<Frame> = recorded("ana").into_iter().take(50).collect();

    assert_eq!(run(&voice, |_| false), voice.concat());
}

#[test]
fn it_comes_and_goes_without_a_click() {
    let tone = |n: usize| -> Frame {
        std::array::from_fn(|i| {
            0.3 * (std::f32::consts::TAU * 200.0 * (n * FRAME_SAMPLES + i) as f32 / 48_000.0).sin()
        })
    };
    let tones: Vec<Frame> = (0..200).map(tone).collect();

    let heard = run(&tones, |n| (50..100).contains(&n));

    let step = heard.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.03, "{step}");
    assert_eq!(heard[102 * FRAME_SAMPLES..], tones.concat()[102 * FRAME_SAMPLES..]);
}
