//! Many sends in one system call, where the kernel has io_uring.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::RawFd;

use io_uring::{IoUring, Probe, opcode, types};

use crate::edge::ConnId;

/// Sends to one submission.
pub const BATCH: usize = 256;

/// The ring, and which connections' sockets it holds: the kernel looks up what it holds without counting users.
pub struct Ring {
    ring: IoUring,
    held: Vec<bool>,
}

impl Ring {
    /// To be opened by the thread that uses it, for connections numbered below `conns`. Fails where the kernel, or
    /// who confines us, does not let us.
    pub fn open(conns: usize) -> io::Result<Self> {
        let entries = BATCH as u32;
        let quick = IoUring::builder().setup_single_issuer().setup_defer_taskrun().build(entries);
        let ring = quick.or_else(|_| IoUring::new(entries))?;
        let mut probe = Probe::new();
        ring.submitter().register_probe(&mut probe)?;
        if !probe.is_supported(opcode::Send::CODE) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        ring.submitter().register_files_sparse(u32::try_from(conns).unwrap_or(u32::MAX))?;
        Ok(Self { ring, held: vec![false; conns] })
    }

    /// Hold a connection's socket; one that is held already stays so.
    pub fn hold(&mut self, id: ConnId, socket: RawFd) -> io::Result<()> {
        match self.held.get_mut(id) {
            Some(held) if *held => Ok(()),
            Some(held) => {
                self.ring.submitter().register_files_update(id as u32, &[socket])?;
                *held = true;
                Ok(())
            }
            None => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// Let a connection's socket go, or it would stay open.
    pub fn release(&mut self, id: ConnId) {
        if self.held.get(id) == Some(&true) {
            self.held[id] = false;
            if let Err(error) = self.ring.submitter().register_files_update(id as u32, &[-1]) {
                tracing::error!(%error, "edge.io_uring_broke");
            }
        }
    }

    /// Offer the same bytes to each of at most [`BATCH`] connections that are held. `took` gets what `send(2)` would
    /// have given for each, negative errors included; `-EIO` for those of whom nothing is known when it fails.
    pub fn offer(&mut self, to: &[ConnId], bytes: &[u8], took: &mut Vec<i32>) -> io::Result<()> {
        took.clear();
        took.resize(to.len(), -libc::EIO);
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
        for (n, id) in to.iter().enumerate() {
            let entry = opcode::Send::new(types::Fixed(*id as u32), bytes.as_ptr(), length).flags(flags);
            let entry = entry.build().user_data(n as u64);
            // SAFETY: `bytes` is borrowed until every completion is in, below.
            let pushed = unsafe { self.ring.submission().push(&entry) };
            pushed.map_err(io::Error::other)?;
        }
        let mut waited = to.len();
        while waited > 0 {
            match self.ring.submit_and_wait(waited) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => {}
            }
            for done in self.ring.completion() {
                waited -= 1;
                if let Some(place) = took.get_mut(done.user_data() as usize) {
                    *place = done.result();
                }
            }
        }
        Ok(())
    }
}
