//! One synthetic speaker's connection over str0m: offer, packets with RED, return, notes from the stage.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::channel::{ChannelConfig, ChannelId, Reliability};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive, TcpType, Transmit};
use str0m::rtp::{RedDecoder, RedEncoder, RedundantBlock, RtpPacket, RtpWrite};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};

use super::kept::Kept;
use crate::units::FRAME_SAMPLES;

/// What a speaker's connection has to say.
pub enum Said {
    Transmit(Transmit),
    Connected,
    /// 20 ms of the return.
    Return {
        rtp_time: u64,
        payload: Arc<[u8]>,
    },
    /// What the stage measured, JSON.
    Note(String),
    Ended,
}

pub struct Mouth {
    rtc: Rtc,
    proto: Protocol,
    pending: Option<SdpPendingOffer>,
    audio: Mid,
    types: Option<(Pt, Option<Pt>)>,
    channel: Option<ChannelId>,
    repairs: ChannelId,
    kept: Kept,
    previous: Option<Vec<u8>>,
    /// The time of the last 20 ms of the return.
    heard: Option<u64>,
    sent: u64,
    deadline: Instant,
    said: VecDeque<Said>,
}

impl Mouth {
    /// A new connection from `local`, over UDP or as the active side of TCP, and its offer.
    pub fn offer(proto: Protocol, local: SocketAddr, now: Instant) -> (Self, String) {
        let mut rtc = Rtc::builder().clear_codecs().enable_opus(true, true).set_rtp_mode(true).build(now);
        let candidate = match proto {
            Protocol::Udp => Candidate::host(local, proto),
            _ => Candidate::builder().tcp().host(local).tcptype(TcpType::Active).build(),
        };
        if let Ok(candidate) = candidate {
            rtc.add_local_candidate(candidate);
        }
        let mut api = rtc.sdp_api();
        let audio = api.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let channel = api.add_channel("hustings".into());
        let repairs = api.add_channel_with_config(ChannelConfig {
            label: "hustings-repair".into(),
            ordered: false,
            reliability: Reliability::MaxRetransmits { retransmits: 0 },
            ..ChannelConfig::default()
        });
        let (offer, pending) = api.apply().expect("an offer with new media");
        let sdp = offer.to_sdp_string();
        let mouth = Self {
            rtc,
            proto,
            pending: Some(pending),
            audio,
            types: None,
            channel: Some(channel),
            repairs,
            kept: Kept::default(),
            previous: None,
            heard: None,
            sent: 0,
            deadline: now,
            said: VecDeque::new(),
        };
        (mouth, sdp)
    }

    /// Take the stage's answer. False where it is not one.
    pub fn accept(&mut self, sdp: &str) -> bool {
        let (Ok(answer), Some(pending)) = (SdpAnswer::from_sdp_string(sdp), self.pending.take()) else {
            return false;
        };
        let taken = self.rtc.sdp_api().accept_answer(pending, answer).is_ok();
        let opus = |params: &&str0m::format::PayloadParams| params.spec().codec == Codec::Opus;
        let red = sdp.contains(" red/48000/2");
        self.types = self
            .rtc
            .codec_config()
            .iter()
            .find(opus)
            .map(|params| (params.pt(), params.red().filter(|_| red)));
        self.drain();
        taken
    }

    /// Begin ICE anew from the same address; the offer holds the new credentials.
    #[cfg(test)]
    pub fn restart(&mut self) -> String {
        let mut api = self.rtc.sdp_api();
        api.ice_restart(true);
        let (offer, pending) = api.apply().expect("an offer with new credentials");
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    /// Say something over the data channel.
    #[cfg(test)]
    pub fn ask(&mut self, text: &str) {
        if let Some(mut channel) = self.channel.and_then(|id| self.rtc.channel(id)) {
            let _ = channel.write(false, text.as_bytes());
        }
        self.drain();
    }

    pub fn receive(&mut self, bytes: &[u8], source: SocketAddr, destination: SocketAddr, now: Instant) {
        if let Ok(contents) = bytes.try_into() {
            let receive = Receive { proto: self.proto, source, destination, contents };
            let _ = self.rtc.handle_input(Input::Receive(now, receive));
        }
        self.drain();
    }

    pub fn pass_time(&mut self, now: Instant) {
        let _ = self.rtc.handle_input(Input::Timeout(now));
        self.drain();
    }

    /// Send one 20 ms packet; its number counts frames.
    pub fn speak(&mut self, packet: Vec<u8>, frame: u64, now: Instant) {
        let Some((opus, red)) = self.types.filter(|_| self.rtc.is_connected()) else { return };
        let previous = self.previous.replace(packet.clone());
        let (pt, payload) = match red {
            Some(red) => {
                let again = previous.map(|payload| RedundantBlock {
                    pt: *opus,
                    timestamp_offset: FRAME_SAMPLES as u32,
                    payload,
                });
                (red, RedEncoder::encode(*opus, &packet, again.as_slice()))
            }
            None => (opus, packet),
        };
        let mut direct = self.rtc.direct_api();
        if let Some(stream) = direct.stream_tx_by_mid(self.audio, None) {
            self.sent += 1;
            let time = (frame * FRAME_SAMPLES as u64) as u32;
            self.kept.keep(time, *pt, &payload);
            stream.write_rtp(RtpWrite::new(pt, self.sent.into(), time, now, payload));
        }
        self.drain();
    }

    pub fn poll(&mut self) -> Option<Said> {
        self.said.pop_front()
    }

    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.deadline = at;
                    break;
                }
                Ok(Output::Transmit(transmit)) => self.said.push_back(Said::Transmit(transmit)),
                Ok(Output::Event(event)) => self.note(event),
                Err(_) => {
                    self.said.push_back(Said::Ended);
                    break;
                }
            }
        }
    }

    /// The return, each 20 ms once; what was lost is taken from the packet after it.
    fn hear(&mut self, packet: &RtpPacket) {
        let red = self.types.and_then(|(_, red)| red);
        let alone = vec![(0, packet.payload.clone())];
        let blocks = if Some(packet.header.payload_type) == red {
            let blocks = RedDecoder::decode(&packet.payload).unwrap_or_default();
            blocks.iter().map(|block| (block.timestamp_offset, block.payload.into())).collect()
        } else {
            alone
        };
        for (earlier, payload) in blocks {
            let rtp_time = packet.time.numer().saturating_sub(earlier.into());
            if self.heard.is_none_or(|last| rtp_time > last) {
                self.heard = Some(rtp_time);
                self.said.push_back(Said::Return { rtp_time, payload });
            }
        }
    }

    fn give_again(&mut self, request: &[u8]) {
        if let Some(mut channel) = self.rtc.channel(self.repairs) {
            for answer in self.kept.give(request) {
                let _ = channel.write(true, &answer);
            }
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::ChannelData(data) if data.id == self.repairs => self.give_again(&data.data),
            Event::Connected => self.said.push_back(Said::Connected),
            Event::RtpPacket(packet) => self.hear(&packet),
            Event::ChannelData(data) if Some(data.id) == self.channel => {
                self.said.push_back(Said::Note(String::from_utf8_lossy(&data.data).into_owned()));
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) | Event::Closed => {
                self.said.push_back(Said::Ended);
            }
            _ => {}
        }
    }
}
