//! A TCP connection, plain or TLS, as bytes that can be read and written without waiting.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};

use super::records::{Broken, Opened, PLAIN_MAX, Records};

/// Sealed bytes that the kernel has not taken: a few parts. Past that, nothing more is sealed.
const SEALED_BYTES_MAX: usize = 16 * 1024;

pub struct Sealed {
    pub stream: TcpStream,
    seal: Seal,
}

enum Seal {
    None,
    Tls(Box<Connection>),
    /// A listener of ours, once it only listens.
    Records(Box<Records>),
}

/// Whom a guest wants to reach, and whom it trusts.
#[derive(Clone)]
pub struct Trust {
    pub config: Arc<ClientConfig>,
    pub host: ServerName<'static>,
}

impl Sealed {
    /// Somebody came.
    pub fn host(stream: TcpStream, tls: Option<&Arc<ServerConfig>>) -> io::Result<Self> {
        let made = tls.map(|config| ServerConnection::new(config.clone())).transpose();
        Ok(Self::over(stream, made.map_err(io::Error::other)?.map(Connection::from)))
    }

    /// We came to somebody.
    pub fn guest(stream: TcpStream, tls: Option<&Trust>) -> io::Result<Self> {
        let made =
            tls.map(|trust| ClientConnection::new(trust.config.clone(), trust.host.clone())).transpose();
        Ok(Self::over(stream, made.map_err(io::Error::other)?.map(Connection::from)))
    }

    fn over(stream: TcpStream, tls: Option<Connection>) -> Self {
        let seal = tls.map_or(Seal::None, |mut tls| {
            tls.set_buffer_limit(Some(SEALED_BYTES_MAX));
            Seal::Tls(Box::new(tls))
        });
        Self { stream, seal }
    }

    /// From here on nothing but sound goes out: keep of TLS no more than that takes. Where that cannot be yet, or ever,
    /// all stays as it is.
    pub fn settle(&mut self) -> io::Result<()> {
        let Seal::Tls(tls) = &self.seal else { return Ok(()) };
        if !matches!(&**tls, Connection::Server(server) if Records::may_take(server)) {
            return Ok(());
        }
        if let Seal::Tls(tls) = std::mem::replace(&mut self.seal, Seal::None)
            && let Connection::Server(server) = *tls
        {
            let records = Records::take(server).map_err(io::Error::other)?;
            self.seal = Seal::Records(Box::new(records));
        }
        Ok(())
    }

    /// As [`Read::read`] of a non-blocking stream: 0 when the other side has ended.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.seal {
            Seal::None => self.stream.read(buffer),
            Seal::Tls(tls) => read_tls(tls, &mut self.stream, buffer),
            Seal::Records(records) => {
                let count = self.stream.read(buffer)?;
                match records.open(&buffer[..count]) {
                    // There may be more: whoever reads decides for how long.
                    Ok(Opened::Nothing) if count > 0 => Err(ErrorKind::Interrupted.into()),
                    Ok(Opened::Nothing | Opened::Over) => Ok(0),
                    // Whoever listens has said all that counts: what does not fit is not missed.
                    Ok(Opened::Bytes(plain)) => {
                        let fits = plain.len().min(buffer.len());
                        buffer[..fits].copy_from_slice(&plain[..fits]);
                        Ok(fits)
                    }
                    Err(Broken) => Err(ErrorKind::InvalidData.into()),
                }
            }
        }
    }

    /// As [`Write::write`] of a non-blocking stream. What TLS has sealed counts as written.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_by(bytes, &mut Vec::new())
    }

    /// The same, where there is room to seal in that is used again and again.
    pub fn write_by(&mut self, bytes: &[u8], room: &mut Vec<u8>) -> io::Result<usize> {
        self.flush()?;
        match &mut self.seal {
            Seal::None => self.stream.write(bytes),
            Seal::Tls(tls) => {
                let sealed = tls.writer().write(bytes)?;
                match self.flush() {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    flushed => flushed?,
                }
                if sealed == 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(sealed) }
            }
            Seal::Records(records) => write_records(records, &mut self.stream, bytes, room),
        }
    }

    /// Hand the kernel what is sealed; `WouldBlock` while it does not take all of it.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.seal {
            Seal::None => {}
            Seal::Tls(tls) => {
                while tls.wants_write() {
                    tls.write_tls(&mut self.stream)?;
                }
            }
            Seal::Records(records) => {
                while !records.waiting.is_empty() {
                    let count = self.stream.write(&records.waiting)?;
                    records.waiting.drain(..count);
                }
                // Most never wait at all.
                records.waiting.shrink_to_fit();
            }
        }
        Ok(())
    }

    /// The socket, where what is written goes out as it is.
    pub fn bare(&self) -> Option<RawFd> {
        matches!(self.seal, Seal::None).then(|| self.stream.as_raw_fd())
    }

    /// Whether sealed bytes wait for the kernel to take them.
    pub fn is_waiting(&self) -> bool {
        match &self.seal {
            Seal::None => false,
            Seal::Tls(tls) => tls.wants_write(),
            Seal::Records(records) => !records.waiting.is_empty(),
        }
    }

    /// Say farewell, as far as the kernel takes it.
    pub fn close(&mut self) {
        match &mut self.seal {
            Seal::None => {}
            Seal::Tls(tls) => tls.send_close_notify(),
            Seal::Records(records) => {
                let mut farewell = Vec::new();
                if records.farewell(&mut farewell).is_ok() {
                    records.waiting.append(&mut farewell);
                }
            }
        }
        let _ = self.flush();
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
    }
}

fn read_tls(tls: &mut Connection, stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match tls.reader().read(buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            // Whoever leaves without a farewell has left all the same.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
            read => return read,
        }
        let came = tls.read_tls(stream);
        if matches!(came, Ok(0)) {
            return Ok(0);
        }
        let taken = came.and_then(|_| {
            tls.process_new_packets().map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
        });
        // A handshake answers as it goes, and says why it fails.
        while tls.wants_write() && tls.write_tls(stream).is_ok_and(|count| count > 0) {}
        taken?;
    }
}

/// Record by record, until the kernel takes no more: the rest of one record waits, no more is sealed.
fn write_records(
    records: &mut Records,
    stream: &mut TcpStream,
    bytes: &[u8],
    room: &mut Vec<u8>,
) -> io::Result<usize> {
    let mut written = 0;
    for plain in bytes.chunks(PLAIN_MAX) {
        room.clear();
        records.seal(plain, room).map_err(|Broken| io::Error::from(ErrorKind::InvalidData))?;
        match stream.write(room) {
            Ok(count) if count == room.len() => written += plain.len(),
            Ok(count) => {
                records.waiting.extend_from_slice(&room[count..]);
                return Ok(written + plain.len());
            }
            Err(error) => {
                records.unsent();
                let waits = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted);
                return if waits && written > 0 { Ok(written) } else { Err(error) };
            }
        }
    }
    Ok(written)
}
