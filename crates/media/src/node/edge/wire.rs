//! One listener's connection, plain or TLS, as bytes that can be read and written without waiting.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::{ServerConfig, ServerConnection};

/// Sealed bytes that the kernel has not taken: a few parts. Past that, nothing more is sealed.
const SEALED_BYTES_MAX: usize = 16 * 1024;

pub struct Wire {
    pub stream: TcpStream,
    tls: Option<Box<ServerConnection>>,
}

impl Wire {
    pub fn new(stream: TcpStream, tls: Option<&Arc<ServerConfig>>) -> io::Result<Self> {
        let tls = tls
            .map(|config| {
                let mut made = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
                made.set_buffer_limit(Some(SEALED_BYTES_MAX));
                Ok::<_, io::Error>(Box::new(made))
            })
            .transpose()?;
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

    /// Say farewell, as far as the kernel takes it.
    pub fn close(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            let _ = self.flush();
        }
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
    }
}
