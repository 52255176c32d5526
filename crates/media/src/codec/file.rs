//! Ogg Opus files as sound (RFC 7845).

use std::io::{Read, Seek};

use super::Decoder;

/// Read a file whole as 48 kHz mono; `Err` says what is wrong with it, more than `samples_max` included.
pub fn read_ogg(source: impl Read + Seek, samples_max: usize) -> Result<Vec<f32>, String> {
    let mut reader = ogg::PacketReader::new(source);
    let mut decoder = Decoder::new();
    let mut pcm = Vec::new();
    let mut skip = None;
    let mut end = 0;
    while let Some(packet) = reader.read_packet().map_err(|error| error.to_string())? {
        end = packet.absgp_page();
        match skip {
            None if packet.data.starts_with(b"OpusHead") && packet.data.len() >= 19 => {
                skip = Some(usize::from(u16::from_le_bytes([packet.data[10], packet.data[11]])));
            }
            None => return Err("it is not Ogg Opus".into()),
            Some(_) if packet.data.starts_with(b"OpusTags") => {}
            Some(_) => pcm.extend(decoder.decode(&packet.data).map_err(|error| error.to_string())?),
        }
        if pcm.len() > samples_max {
            return Err(format!("it is longer than {} s", samples_max / 48_000));
        }
    }
    // The last page says where the sound ends, within its last packet (section 4.4).
    pcm.truncate(usize::try_from(end).unwrap_or(usize::MAX));
    pcm.drain(..skip.unwrap_or(0).min(pcm.len()));
    Ok(pcm)
}
