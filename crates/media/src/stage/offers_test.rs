//! Offers shaped like those of other people's encoders, and what each is answered.

use str0m::Candidate;

use super::{Input, LinePlace, Offer, Output, Stage, StageSettings};
use crate::flow::{HallId, LineId, SeatId, Who};
use crate::testing::start;

const PRINT: &str =
    "AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB";

/// As libdatachannel writes it for OBS: audio and video, sendonly, candidates in the first media, actpass.
const OBS: &str = "v=0
o=rtc 3767197920 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=group:LS 0 1
a=msid-semantic:WMS *
a=ice-options:ice2,trickle
a=fingerprint:sha-256 {print}
m=audio 4000 UDP/TLS/RTP/SAVPF 111
c=IN IP4 192.0.2.10
a=mid:0
a=sendonly
a=ssrc:1362036735 cname:stream
a=ssrc:1362036735 msid:obs audio
a=msid:obs audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
a=setup:actpass
a=ice-ufrag:hQfB
a=ice-pwd:zp0nEyR7tJfYO4vTzvSGuB
a=candidate:1 1 UDP 2122317823 192.0.2.10 4000 typ host
a=candidate:2 1 UDP 2122315767 fd00::7 4000 typ host
a=end-of-candidates
m=video 4000 UDP/TLS/RTP/SAVPF 96
c=IN IP4 192.0.2.10
a=mid:1
a=sendonly
a=ssrc:1362036736 cname:stream
a=msid:obs video
a=rtcp-mux
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 goog-remb
a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1
a=setup:actpass
a=ice-ufrag:hQfB
a=ice-pwd:zp0nEyR7tJfYO4vTzvSGuB
";

/// As FFmpeg's WHIP muxer writes it: no candidates, no ice-options, passive side of DTLS.
const FFMPEG: &str = "v=0
o=FFmpeg 4489045141692799359 2 IN IP4 127.0.0.1
s=FFmpegPublishSession
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:a1b2c3d4
a=ice-pwd:0123456789abcdef0123456789abcdef
a=fingerprint:sha-256 {print}
a=setup:passive
a=mid:0
a=sendonly
a=msid:FFmpeg audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=ssrc:1234 cname:FFmpeg
a=ssrc:1234 msid:FFmpeg audio
m=video 9 UDP/TLS/RTP/SAVPF 106
c=IN IP4 0.0.0.0
a=ice-ufrag:a1b2c3d4
a=ice-pwd:0123456789abcdef0123456789abcdef
a=fingerprint:sha-256 {print}
a=setup:passive
a=mid:1
a=sendonly
a=msid:FFmpeg video
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:106 H264/90000
a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=ssrc:5678 cname:FFmpeg
";

/// As Chromium writes it in a page of another site, before a microphone is lent: hidden addresses, RED, multiopus.
const CHROMIUM: &str = "v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS m
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:ZXCV
a=ice-pwd:asdfghjklqwertyuiopzxcvb
a=ice-options:trickle
a=fingerprint:sha-256 {print}
a=setup:actpass
a=mid:0
a=candidate:1 1 udp 2113937151 5d1b4a2c-9b2e-4f67-8d8b-0a8d8d8f0e5c.local 50000 typ host generation 0
a=candidate:2 1 tcp 1518280447 192.0.2.10 9 typ host tcptype active generation 0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:m audio
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:99 cname:x
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:ZXCV
a=ice-pwd:asdfghjklqwertyuiopzxcvb
a=ice-options:trickle
a=fingerprint:sha-256 {print}
a=setup:actpass
a=mid:1
a=sctp-port:5000
a=max-message-size:262144
";

fn ask(offer: &str) -> Result<String, &'static str> {
    let mut stage = Stage::new(StageSettings { addresses: vec![([192, 0, 2, 1], 8002).into()] });
    let place = LinePlace {
        hall: HallId::parse("demo").unwrap(),
        who: Who::Seat(SeatId::parse("ana").unwrap()),
        person: "p_0".into(),
        runs: false,
    };
    let sdp = offer.replace("{print}", PRINT).replace('\n', "\r\n");
    stage.handle(Input::Offer(Offer { ticket: 1, line: LineId(1), place, sdp }), start());
    loop {
        if let Output::Answer { answer, .. } = stage.poll().expect("an answer") {
            return answer.map(|(_, sdp)| sdp).map_err(|(code, _)| code);
        }
    }
}

/// The lines of a media section of an answer.
fn media(answer: &str, kind: &str) -> Vec<String> {
    let starts = |line: &&str| line.starts_with("m=");
    let mut lines = answer.lines().skip_while(|line| !line.starts_with(&format!("m={kind} ")));
    let first = lines.next().expect("the section").to_owned();
    std::iter::once(first).chain(lines.take_while(|line| !starts(line)).map(str::to_owned)).collect()
}

fn holds(section: &[String], line: &str) -> bool {
    section.iter().any(|one| one == line)
}

#[test]
fn audio_is_kept_and_video_rejected_in_the_same_bundle() {
    for (offer, setup) in [(OBS, "a=setup:passive"), (FFMPEG, "a=setup:active")] {
        let answer = ask(offer).unwrap();

        let (audio, video) = (media(&answer, "audio"), media(&answer, "video"));
        assert!(!audio[0].starts_with("m=audio 0 "), "{answer}");
        assert!(audio[0].ends_with(" 111"), "{answer}");
        assert!(holds(&audio, "a=recvonly") && holds(&audio, setup), "{answer}");
        assert!(video[0].starts_with("m=video 0 "), "{answer}");
        assert!(answer.contains("a=group:BUNDLE 0\r\n"), "{answer}");
        assert!(answer.contains("a=ice-lite"));
    }
}

#[test]
fn hidden_addresses_and_unknown_codecs_do_no_harm() {
    let answer = ask(CHROMIUM).unwrap();

    let audio = media(&answer, "audio");
    assert!(audio[0].ends_with(" 63 111"), "{answer}");
    assert!(holds(&audio, "a=sendrecv"), "{answer}");
    assert!(answer.contains("a=group:BUNDLE 0 1\r\n"), "{answer}");
    assert!(media(&answer, "application").len() > 1);
}

#[test]
fn stereo_without_red_or_data_channel_is_taken_and_surround_is_refused() {
    let bare = CHROMIUM.split("m=application").next().unwrap();
    let bare = bare.replace(" 111 63 9 0 8 13 110 126", " 111").replace("BUNDLE 0 1", "BUNDLE 0");
    let bare: String =
        bare.lines().filter(|line| !line.contains(":63 ")).map(|line| format!("{line}\n")).collect();
    let stereo =
        bare.replace("useinbandfec=1", "stereo=1;sprop-stereo=1;useinbandfec=0;maxaveragebitrate=510000");
    let surround = bare.replace("opus/48000/2", "multiopus/48000/6").replace(
        "minptime=10;useinbandfec=1",
        "channel_mapping=0,4,1,2,3,5;coupled_streams=2;minptime=10;num_streams=4;useinbandfec=1",
    );

    assert!(media(&ask(&bare).unwrap(), "audio")[0].ends_with(" 111"));
    assert!(media(&ask(&stereo).unwrap(), "audio")[0].ends_with(" 111"));
    assert_eq!(ask(&surround), Err("sdp_no_audio"));
}

#[test]
fn every_address_is_named_for_udp_and_as_the_passive_side_of_tcp() {
    let answer = ask(FFMPEG).unwrap();

    let named: Vec<Candidate> = media(&answer, "audio")
        .iter()
        .filter_map(|line| Candidate::from_sdp_string(line.strip_prefix("a=")?).ok())
        .collect();
    let told: Vec<String> = named.iter().map(|one| format!("{} {:?}", one.addr(), one.tcptype())).collect();
    assert_eq!(told, ["192.0.2.1:8002 None", "192.0.2.1:8002 Some(Passive)"], "{answer}");
    assert!(named[0].prio() > named[1].prio());
}
