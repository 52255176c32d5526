use super::proof::Record;
use super::reader::Source;
use crate::flow::{Hears, Proof};
use crate::testing::{Frame, mixed, noise, recorded};

fn heard(frames: &[Frame]) -> Proof {
    let mut record = Record::new();
    frames.iter().for_each(|frame| record.hear(frame, true, false));
    record.proof(false)
}

#[test]
fn a_line_that_just_came_up_has_shown_nothing() {
    let nothing = Proof {
        speech_ms: 0,
        clipping_pct: 0.0,
        noise_db: -127,
        lost_pct: 0.0,
        quiet_ms: 0,
        muted: false,
        hears: Hears::No,
    };

    assert_eq!(Record::new().proof(false), nothing);
}

#[test]
fn a_minute_of_conversation_is_half_speech_and_the_room_is_what_is_between() {
    for name in ["ana", "ben"] {
        let voice = recorded(name);
        let proof = heard(&mixed(&voice, &noise(-60.0, voice.len())));

        let share = proof.speech_ms as f64 / (voice.len() as f64 * 20.0);
        assert!((0.25..0.7).contains(&share), "{name}: {share}");
        assert!((-62..=-58).contains(&proof.noise_db), "{name}: {}", proof.noise_db);
        assert_eq!(proof.clipping_pct, 0.0, "{name}");
    }
}

#[test]
fn a_voice_that_is_too_loud_is_told_to_clip() {
    let voice = recorded("ben");
    let shout: Vec<Frame> = voice.iter().map(|frame| frame.map(|x| (x * 12.0).clamp(-1.0, 1.0))).collect();

    let proof = heard(&shout[..750]);

    assert!(proof.clipping_pct > 20.0, "{}", proof.clipping_pct);
}

#[test]
fn silence_since_the_last_word_is_counted_and_muting_is_no_noise() {
    let voice = recorded("ana");
    let mut record = Record::new();
    noise(-70.0, 250).iter().chain(&voice[..200]).for_each(|frame| record.hear(frame, true, false));
    let spoken = record.proof(false);

    noise(-20.0, 250).iter().for_each(|frame| record.hear(frame, true, true));
    let proof = record.proof(true);

    assert!(spoken.speech_ms > 1_000, "{}", spoken.speech_ms);
    assert!(proof.quiet_ms >= 4_000 && proof.muted && proof.noise_db < -60, "{proof:?}");
}

#[test]
fn packets_that_did_not_come_by_themselves_are_lost_repaired_or_not_for_ten_seconds() {
    let mut record = Record::new();
    for n in 0..500 {
        let lost = n % 20 == 0;
        let repaired = n % 40 == 0;
        record.count(Source {
            received: u32::from(!lost),
            repaired: u32::from(lost && repaired),
            concealed: u32::from(lost && !repaired),
            ..Source::default()
        });
    }
    let during = record.proof(false).lost_pct;

    (0..500).for_each(|_| record.count(Source { received: 1, ..Source::default() }));

    assert_eq!((during, record.proof(false).lost_pct), (5.0, 0.0));
}

#[test]
fn an_echo_says_more_than_a_word() {
    let mut record = Record::new();
    record.confirm();
    let confirmed = record.proof(false).hears;
    record.echo();
    record.confirm();

    assert_eq!((confirmed, record.proof(false).hears), (Hears::Confirmed, Hears::Echo));
}
