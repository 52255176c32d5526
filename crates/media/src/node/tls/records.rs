//! The records of a TLS 1.3 connection whose handshake is over (RFC 8446, section 5). Of a listener nothing is kept but
//! two keys, and what the kernel has not taken; a sweep seals a part for each without asking for memory.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use rustls::{ConnectionTrafficSecrets, ProtocolVersion, ServerConnection};

/// What one record may hold.
pub const PLAIN_MAX: usize = 16 * 1024;
const HEADER: usize = 5;
const TAG: usize = 16;
/// A record as it comes, with the most that it may be longer than what it holds.
const SEALED_MAX: usize = PLAIN_MAX + 256;
const APPLICATION_DATA: u8 = 23;
const ALERT: u8 = 21;
const CLOSE_NOTIFY: [u8; 2] = [1, 0];
/// Fewer than the 2^24.5 that AES-GCM is safe for (section 5.5): at four a second, two months.
const RECORDS_MAX: u64 = 1 << 24;

pub struct Records {
    seals: Key,
    opens: Secret,
    /// Sealed, and not taken by the kernel.
    pub waiting: Vec<u8>,
    came: Vec<u8>,
}

/// What somebody sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Opened {
    Nothing,
    Bytes(Vec<u8>),
    /// A farewell; or something that takes a handshake's secrets to answer, which are not kept: whoever sends it comes
    /// again.
    Over,
}

/// This is no record of theirs, or there have been too many.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken;

struct Key {
    key: LessSafeKey,
    iv: [u8; 12],
    next: u64,
}

/// A key that is seldom used: kept as it came.
struct Secret {
    secrets: ConnectionTrafficSecrets,
    next: u64,
}

impl Records {
    /// Whether a connection can be taken over: TLS 1.3, and nothing on its way out.
    pub fn may_take(connection: &ServerConnection) -> bool {
        connection.protocol_version() == Some(ProtocolVersion::TLSv1_3)
            && !connection.is_handshaking()
            && !connection.wants_write()
    }

    /// Go on where the handshake ended. What was sent to us in part by then is lost, and the connection with it.
    pub fn take(connection: ServerConnection) -> Result<Self, rustls::Error> {
        let secrets = connection.dangerous_extract_secrets()?;
        let broken = || rustls::Error::General("no key for records".into());
        let (next, sealing) = secrets.tx;
        let seals = Key::new(&sealing, next).ok_or_else(broken)?;
        let (next, secrets) = secrets.rx;
        Ok(Self { seals, opens: Secret { secrets, next }, waiting: Vec::new(), came: Vec::new() })
    }

    /// Append one record that holds `bytes`, [`PLAIN_MAX`] at the most.
    pub fn seal(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        self.seals.seal(APPLICATION_DATA, bytes, out)
    }

    pub fn farewell(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        self.seals.seal(ALERT, &CLOSE_NOTIFY, out)
    }

    /// Nothing of the last record went out: the next takes its number.
    pub fn unsent(&mut self) {
        self.seals.next -= 1;
    }

    /// Take what came; what it holds so far.
    pub fn open(&mut self, bytes: &[u8]) -> Result<Opened, Broken> {
        self.came.extend_from_slice(bytes);
        let mut plain = Vec::new();
        while let Some(header) = self.came.first_chunk::<HEADER>() {
            let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
            if header[0] != APPLICATION_DATA || !(TAG + 1..=SEALED_MAX).contains(&length) {
                return Err(Broken);
            }
            if self.came.len() < HEADER + length {
                break;
            }
            let mut record: Vec<u8> = self.came.drain(..HEADER + length).collect();
            let (kind, held) = self.opens.open(&mut record)?;
            if kind != APPLICATION_DATA {
                return Ok(Opened::Over);
            }
            plain.extend_from_slice(held);
        }
        // A listener says nothing all evening: no room is kept for it.
        self.came.shrink_to_fit();
        Ok(if plain.is_empty() { Opened::Nothing } else { Opened::Bytes(plain) })
    }
}

impl Key {
    fn new(secrets: &ConnectionTrafficSecrets, next: u64) -> Option<Self> {
        let (algorithm, key, iv) = match secrets {
            ConnectionTrafficSecrets::Aes128Gcm { key, iv } => (&AES_128_GCM, key, iv),
            ConnectionTrafficSecrets::Aes256Gcm { key, iv } => (&AES_256_GCM, key, iv),
            ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } => (&CHACHA20_POLY1305, key, iv),
            _ => return None,
        };
        let key = LessSafeKey::new(UnboundKey::new(algorithm, key.as_ref()).ok()?);
        Some(Self { key, iv: iv.as_ref().try_into().ok()?, next })
    }

    /// The next nonce (section 5.3).
    fn nonce(&mut self) -> Result<Nonce, Broken> {
        if self.next >= RECORDS_MAX {
            return Err(Broken);
        }
        let mut nonce = self.iv;
        for (byte, number) in nonce[4..].iter_mut().zip(self.next.to_be_bytes()) {
            *byte ^= number;
        }
        self.next += 1;
        Ok(Nonce::assume_unique_for_key(nonce))
    }

    fn seal(&mut self, kind: u8, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Broken> {
        let begin = out.len();
        let length = u16::try_from(bytes.len() + 1 + TAG).map_err(|_| Broken)?.to_be_bytes();
        let header = [APPLICATION_DATA, 3, 3, length[0], length[1]];
        out.extend_from_slice(&header);
        out.extend_from_slice(bytes);
        out.push(kind);
        let nonce = self.nonce()?;
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::from(header), &mut out[begin + HEADER..])
            .map_err(|_| Broken)?;
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }
}

impl Secret {
    /// The kind of a record and what it holds, without what it was filled up with.
    fn open<'a>(&mut self, record: &'a mut [u8]) -> Result<(u8, &'a [u8]), Broken> {
        let (header, sealed) = record.split_at_mut(HEADER);
        let mut key = Key::new(&self.secrets, self.next).ok_or(Broken)?;
        let nonce = key.nonce()?;
        let plain = key.key.open_in_place(nonce, Aad::from(&*header), sealed).map_err(|_| Broken)?;
        self.next = key.next;
        let last = plain.iter().rposition(|byte| *byte != 0).ok_or(Broken)?;
        Ok((plain[last], &plain[..last]))
    }
}
