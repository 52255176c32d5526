//! A TCP connection, plain or TLS, as bytes that can be read and written without waiting.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};

/// Sealed bytes that the kernel has not taken: a few parts. Past that, nothing more is sealed.
const SEALED_BYTES_MAX: usize = 16 * 1024;

pub struct Sealed {
    pub stream: TcpStream,
    tls: Option<Box<Connection>>,
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
        Self::over(stream, made.map_err(io::Error::other)?.map(Connection::from))
    }

    /// We came to somebody.
    pub fn guest(stream: TcpStream, tls: Option<&Trust>) -> io::Result<Self> {
        let made =
            tls.map(|trust| ClientConnection::new(trust.config.clone(), trust.host.clone())).transpose();
        Self::over(stream, made.map_err(io::Error::other)?.map(Connection::from))
    }

    fn over(stream: TcpStream, tls: Option<Connection>) -> io::Result<Self> {
        let tls = tls.map(|mut tls| {
            tls.set_buffer_limit(Some(SEALED_BYTES_MAX));
            Box::new(tls)
        });
        Ok(Self { stream, tls })
    }

    /// As [`Read::read`] of a non-blocking stream: 0 when the other side has ended.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(tls) = &mut self.tls else { return self.stream.read(buffer) };
        loop {
            match tls.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // Whoever leaves without a farewell has left all the same.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                read => return read,
            }
            let came = tls.read_tls(&mut self.stream);
            if matches!(came, Ok(0)) {
                return Ok(0);
            }
            let taken = came.and_then(|_| {
                tls.process_new_packets().map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
            });
            // A handshake answers as it goes, and says why it fails.
            while tls.wants_write() && tls.write_tls(&mut self.stream).is_ok_and(|count| count > 0) {}
            taken?;
        }
    }

    /// As [`Write::write`] of a non-blocking stream. What TLS has sealed counts as written.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.flush()?;
        let Some(tls) = &mut self.tls else { return self.stream.write(bytes) };
        let sealed = tls.writer().write(bytes)?;
        match self.flush() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            flushed => flushed?,
        }
        if sealed == 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(sealed) }
    }

    /// Hand the kernel what is sealed; `WouldBlock` while it does not take all of it.
    pub fn flush(&mut self) -> io::Result<()> {
        let Some(tls) = &mut self.tls else { return Ok(()) };
        while tls.wants_write() {
            tls.write_tls(&mut self.stream)?;
        }
        Ok(())
    }

    /// The socket, where what is written goes out as it is.
    pub fn bare(&self) -> Option<RawFd> {
        self.tls.is_none().then(|| self.stream.as_raw_fd())
    }

    /// Whether sealed bytes wait for the kernel to take them.
    pub fn is_waiting(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    /// Say farewell, as far as the kernel takes it.
    pub fn close(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            let _ = self.flush();
        }
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
    }
}
