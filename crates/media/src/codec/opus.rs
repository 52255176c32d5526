//! Encoder and decoder over libopus 1.6: 48 kHz, mono, 20 ms out, any legal packet in.
#![allow(unsafe_code)]

use std::os::raw::c_int;
use std::ptr::NonNull;

use opusic_sys as sys;

use crate::units::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// The longest packet Opus allows: 120 ms.
const SAMPLES_MAX: usize = 5_760;
/// More than any 20 ms packet at our rates.
const PACKET_BYTES_MAX: usize = 1_275;

/// libopus refused: the packet is not Opus, or a setting is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpusFault(pub i32);

impl std::fmt::Display for OpusFault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "libopus error {}", self.0)
    }
}

impl std::error::Error for OpusFault {}

/// What an encoder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// The crowd's programme: made once, so it may cost.
    Programme,
    /// A speaker's return: made often, heard by one, as quick as Opus gets.
    Return,
    /// A synthetic speaker's microphone.
    Microphone,
}

impl Quality {
    fn bitrate(self) -> c_int {
        match self {
            Self::Programme => 32_000,
            Self::Return => 40_000,
            Self::Microphone => 48_000,
        }
    }

    fn complexity(self) -> c_int {
        match self {
            Self::Programme => 9,
            Self::Return | Self::Microphone => 5,
        }
    }

    fn application(self) -> c_int {
        match self {
            Self::Programme | Self::Microphone => sys::OPUS_APPLICATION_AUDIO,
            Self::Return => sys::OPUS_APPLICATION_RESTRICTED_LOWDELAY,
        }
    }
}

/// One Opus encoder; mono, 20 ms frames.
pub struct Encoder(NonNull<sys::OpusEncoder>);

/// One Opus decoder; always mono, whatever the sender used.
pub struct Decoder(NonNull<sys::OpusDecoder>);

// SAFETY: libopus states are plain memory without thread affinity; `&mut self` keeps them exclusive.
unsafe impl Send for Encoder {}
// SAFETY: as above.
unsafe impl Send for Decoder {}

impl Encoder {
    /// # Panics
    /// If libopus cannot allocate its state or refuses our fixed settings: our bug, or no memory.
    pub fn new(quality: Quality) -> Self {
        let mut error = 0;
        // SAFETY: all arguments are valid by value; `error` outlives the call.
        let state =
            unsafe { sys::opus_encoder_create(SAMPLE_RATE_HZ as i32, 1, quality.application(), &mut error) };
        let mut encoder = Self(NonNull::new(state).expect("libopus allocates an encoder"));
        encoder.set(sys::OPUS_SET_BITRATE_REQUEST, quality.bitrate());
        encoder.set(sys::OPUS_SET_COMPLEXITY_REQUEST, quality.complexity());
        encoder
    }

    fn set(&mut self, request: c_int, value: c_int) {
        // SAFETY: every request used here takes one opus_int32 by value.
        let code = unsafe { sys::opus_encoder_ctl(self.0.as_ptr(), request, value) };
        assert_eq!(code, sys::OPUS_OK, "libopus takes our setting {request}");
    }

    /// Make the next packets decodable without those before them, for a decoder that joins here.
    pub fn stand_alone(&mut self, on: bool) {
        self.set(sys::OPUS_SET_PREDICTION_DISABLED_REQUEST, c_int::from(on));
    }

    /// Samples by which decoded sound lags behind what was encoded.
    pub fn lookahead(&mut self) -> usize {
        let mut value: c_int = 0;
        // SAFETY: this request takes a pointer to one opus_int32.
        let code = unsafe {
            sys::opus_encoder_ctl(
                self.0.as_ptr(),
                sys::OPUS_GET_LOOKAHEAD_REQUEST,
                std::ptr::from_mut(&mut value),
            )
        };
        assert_eq!(code, sys::OPUS_OK, "libopus tells its lookahead");
        value as usize
    }

    /// Encode 20 ms.
    ///
    /// # Panics
    /// If libopus fails on a frame of the right length: our bug.
    pub fn encode(&mut self, pcm: &[f32; FRAME_SAMPLES]) -> Vec<u8> {
        let mut packet = vec![0_u8; PACKET_BYTES_MAX];
        // SAFETY: `pcm` holds FRAME_SAMPLES floats, `packet` PACKET_BYTES_MAX bytes.
        let written = unsafe {
            sys::opus_encode_float(
                self.0.as_ptr(),
                pcm.as_ptr(),
                FRAME_SAMPLES as c_int,
                packet.as_mut_ptr(),
                PACKET_BYTES_MAX as i32,
            )
        };
        packet.truncate(usize::try_from(written).expect("libopus encodes a whole frame"));
        packet
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: created by opus_encoder_create, freed once.
        unsafe { sys::opus_encoder_destroy(self.0.as_ptr()) };
    }
}

impl Decoder {
    /// # Panics
    /// If libopus cannot allocate its state.
    pub fn new() -> Self {
        let mut error = 0;
        // SAFETY: all arguments are valid by value; `error` outlives the call.
        let state = unsafe { sys::opus_decoder_create(SAMPLE_RATE_HZ as i32, 1, &mut error) };
        Self(NonNull::new(state).expect("libopus allocates a decoder"))
    }

    /// Decode one packet to its samples, at most 120 ms.
    pub fn decode(&mut self, packet: &[u8]) -> Result<Vec<f32>, OpusFault> {
        self.run(Some(packet), packet_samples(packet).unwrap_or(SAMPLES_MAX), false)
    }

    /// The frame before `packet`, from the copy that `packet` carries (in-band FEC); see [`carries_copy`]. `samples` is the
    /// length of the gap, a multiple of 2.5 ms.
    pub fn recover(&mut self, packet: &[u8], samples: usize) -> Result<Vec<f32>, OpusFault> {
        self.run(Some(packet), samples, true)
    }

    /// Sound to stand in for `samples` that never came; a multiple of 2.5 ms.
    pub fn conceal(&mut self, samples: usize) -> Result<Vec<f32>, OpusFault> {
        self.run(None, samples, false)
    }

    fn run(&mut self, packet: Option<&[u8]>, room: usize, fec: bool) -> Result<Vec<f32>, OpusFault> {
        let mut pcm = vec![0.0_f32; room.min(SAMPLES_MAX)];
        let (data, length) = packet.map_or((std::ptr::null(), 0), |bytes| {
            (bytes.as_ptr(), bytes.len().min(i32::MAX as usize) as i32)
        });
        if packet.is_some_and(<[u8]>::is_empty) {
            return Err(OpusFault(sys::OPUS_INVALID_PACKET));
        }
        // SAFETY: `data` holds `length` bytes or is null with length 0; `pcm` holds its own length.
        let samples = unsafe {
            sys::opus_decode_float(
                self.0.as_ptr(),
                data,
                length,
                pcm.as_mut_ptr(),
                pcm.len() as c_int,
                c_int::from(fec),
            )
        };
        pcm.truncate(usize::try_from(samples).map_err(|_| OpusFault(samples))?);
        Ok(pcm)
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: created by opus_decoder_create, freed once.
        unsafe { sys::opus_decoder_destroy(self.0.as_ptr()) };
    }
}

/// Whether a packet carries a copy of the frame before it (in-band FEC); without one, libopus would make it up.
pub fn carries_copy(packet: &[u8]) -> bool {
    // SAFETY: `packet` is not empty and holds its own length.
    !packet.is_empty()
        && unsafe {
            sys::opus_packet_has_lbrr(packet.as_ptr(), packet.len().min(i32::MAX as usize) as i32) == 1
        }
}

/// How many 48 kHz samples a packet holds, read from its first bytes (RFC 6716 section 3.1);
/// `None` where it is not Opus.
pub fn packet_samples(packet: &[u8]) -> Option<usize> {
    if packet.is_empty() {
        return None;
    }
    // SAFETY: `packet` is not empty and holds its own length.
    let samples = unsafe {
        sys::opus_packet_get_nb_samples(
            packet.as_ptr(),
            packet.len().min(i32::MAX as usize) as i32,
            SAMPLE_RATE_HZ as i32,
        )
    };
    usize::try_from(samples).ok().filter(|&count| count > 0 && count <= SAMPLES_MAX)
}
