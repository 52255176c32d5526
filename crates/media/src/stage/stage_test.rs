use std::net::SocketAddr;
use std::time::Duration;

use proptest::prelude::*;
use str0m::change::SdpAnswer;
use str0m::media::{Direction, MediaKind};
use str0m::net::Protocol;
use str0m::{Candidate, Rtc};

use super::{Input, LinePlace, Now, Offer, Output, Stage, StageSettings};
use crate::flow::{HallId, LineId, SeatId, Who};
use crate::testing::start;
use crate::units::MediaTime;

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], port))
}

fn stage() -> Stage {
    Stage::new(StageSettings { addresses: vec![address(8002)] })
}

fn place() -> LinePlace {
    LinePlace {
        hall: HallId::parse("demo").unwrap(),
        who: Who::Seat(SeatId::parse("ana").unwrap()),
        person: "p_0".into(),
        runs: false,
    }
}

fn offer(now: Now, kind: MediaKind) -> (Rtc, String) {
    let mut rtc = Rtc::builder()
        .clear_codecs()
        .enable_opus(true, true)
        .enable_vp8(true)
        .set_rtp_mode(true)
        .build(now.instant);
    rtc.add_local_candidate(Candidate::host(address(5000), "udp").unwrap());
    let mut api = rtc.sdp_api();
    api.add_media(kind, Direction::SendRecv, None, None, None);
    let (offer, pending) = api.apply().unwrap();
    let sdp = offer.to_sdp_string();
    std::mem::forget(pending);
    (rtc, sdp)
}

fn ask(stage: &mut Stage, line: u64, sdp: &str, now: Now) -> Result<String, &'static str> {
    let offer = Offer { ticket: 1, line: LineId(line), place: place(), sdp: sdp.into() };
    stage.handle(Input::Offer(offer), now);
    loop {
        if let Output::Answer { answer, .. } = stage.poll().expect("an answer") {
            return answer.map(|(_, sdp)| sdp).map_err(|(code, _)| code);
        }
    }
}

#[test]
fn an_answer_is_ice_lite_and_lists_red_before_opus() {
    let now = start();
    let (_, sdp) = offer(now, MediaKind::Audio);

    let answer = ask(&mut stage(), 1, &sdp, now).unwrap();

    let line = answer.lines().find(|line| line.starts_with("m=audio")).unwrap();
    let types: Vec<&str> = line.split(' ').skip(3).collect();
    assert!(answer.contains("a=ice-lite"), "{answer}");
    assert!(answer.contains(&format!("a=rtpmap:{} red/48000/2", types[0])), "{answer}");
    assert!(answer.contains("useinbandfec=1"), "{answer}");
    assert!(SdpAnswer::from_sdp_string(&answer).is_ok());
}

#[test]
fn an_offer_without_audio_is_refused_as_such_and_nonsense_as_unreadable() {
    let now = start();
    let mut stage = stage();

    let (_, video) = offer(now, MediaKind::Video);

    assert_eq!(ask(&mut stage, 1, &video, now), Err("sdp_no_audio"));
    assert_eq!(ask(&mut stage, 2, "v=0\r\nnonsense", now), Err("sdp_unreadable"));
    assert_eq!(ask(&mut stage, 3, "", now), Err("sdp_unreadable"));
}

#[test]
fn an_offer_that_never_connects_is_forgotten() {
    let now = start();
    let mut stage = stage();
    let (_, sdp) = offer(now, MediaKind::Audio);
    ask(&mut stage, 1, &sdp, now).unwrap();

    for second in 0..40 {
        let instant = now.instant + Duration::from_secs(second);
        stage.handle(Input::Timeout, Now { instant, media: MediaTime(second as i64 * 48_000) });
    }

    assert!(stage.place(LineId(1)).is_none());
}

#[test]
fn one_seat_that_asks_again_and_again_takes_no_room_from_others() {
    let now = start();
    let mut stage = stage();
    let (_, sdp) = offer(now, MediaKind::Audio);

    for line in 0..200 {
        let instant = now.instant + Duration::from_millis(line);
        ask(&mut stage, line, &sdp, Now { instant, ..now }).unwrap();
    }

    let standing = (0..200).filter(|&line| stage.place(LineId(line)).is_some());
    assert_eq!(standing.collect::<Vec<_>>(), [197, 198, 199]);
}

proptest! {
    #[test]
    fn no_datagram_harms_the_stage(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        first in prop::sample::select(vec![0_u8, 1, 20, 22, 63, 64, 128, 144, 200]),
    ) {
        let now = start();
        let mut stage = stage();
        let (_, sdp) = offer(now, MediaKind::Audio);
        ask(&mut stage, 1, &sdp, now).unwrap();
        let mut bytes = bytes;
        if let Some(byte) = bytes.first_mut() {
            *byte = first;
        }

        stage.handle(
            Input::Datagram { way: (Protocol::Udp, address(5000)), destination: address(8002), bytes: &bytes },
            now,
        );

        prop_assert!(stage.place(LineId(1)).is_some());
    }

    #[test]
    fn no_offer_harms_the_stage(cut in 0_usize..2_000, noise in "\\PC{0,40}") {
        let now = start();
        let (_, sdp) = offer(now, MediaKind::Audio);
        let cut = (0..=cut.min(sdp.len())).rev().find(|&at| sdp.is_char_boundary(at)).unwrap();
        let sdp = format!("{}{noise}{}", &sdp[..cut], &sdp[cut..]);

        let _ = ask(&mut stage(), 1, &sdp, now);
    }
}
