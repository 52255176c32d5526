//! A part on its way to everyone who is in step: in batches where the kernel takes them, else one by one, sealed or not.

use std::io::{self, ErrorKind};

use crate::edge::{ConnId, Sweep};
use crate::node::clock::Clock;
use crate::node::stream_port::unthanked;

use super::DoorLoop;
use super::outlet::Outlet;
use super::ring::BATCH;

/// So many send queues are looked at in a sweep.
pub(super) const LOOKS: usize = 64;

/// Whose send queue is looked at: one in `every`.
#[derive(Default)]
pub(super) struct Look {
    pub(super) every: usize,
    pub(super) passed: usize,
}

/// One batch of a sweep: kept, so that nothing is allocated for it.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) ids: Vec<ConnId>,
    pub(super) took: Vec<i32>,
    /// To seal in.
    pub(super) room: Vec<u8>,
}

impl DoorLoop {
    /// Hand a part to everyone who is in step.
    pub(super) fn sweep(&mut self, mut sweep: Sweep, clock: Clock) {
        while self.tls.is_none() && matches!(self.outlet, Outlet::Batches(_)) {
            if !self.sweep_batch(&mut sweep, clock) {
                return;
            }
        }
        while let Some(id) = self.door.next(&mut sweep) {
            self.look_at(id, &sweep);
            let Some(Some(wire)) = self.conns.get_mut(id) else { continue };
            let took = wire.settle().and_then(|()| wire.write_by(&sweep.bytes, &mut self.batch.room));
            let waits = wire.is_waiting();
            self.took(&sweep, id, took, clock);
            if waits {
                self.wait_for_room(id);
            }
        }
    }

    /// The next batch of a sweep; false where there is none.
    fn sweep_batch(&mut self, sweep: &mut Sweep, clock: Clock) -> bool {
        let mut batch = std::mem::take(&mut self.batch);
        batch.ids.clear();
        while batch.ids.len() < BATCH
            && let Some(id) = self.door.next(sweep)
        {
            self.look_at(id, sweep);
            let Some(Some(wire)) = self.conns.get_mut(id) else { continue };
            if wire.bare().is_some_and(|socket| self.outlet.takes(id, socket)) {
                batch.ids.push(id);
            } else {
                let took = wire.write(&sweep.bytes);
                self.took(sweep, id, took, clock);
            }
        }
        if batch.ids.is_empty() {
            self.batch = batch;
            return false;
        }
        self.outlet.offer(&batch.ids, &sweep.bytes, &mut batch.took);
        for (&id, &took) in batch.ids.iter().zip(&batch.took) {
            let took = usize::try_from(took).map_err(|_| io::Error::from_raw_os_error(-took));
            self.took(sweep, id, took, clock);
        }
        self.batch = batch;
        true
    }

    /// Whether a listener has thanked for what went out before; of a few, by turns.
    fn look_at(&mut self, id: ConnId, sweep: &Sweep) {
        self.look.passed += 1;
        if self.look.passed >= self.look.every {
            self.look.passed = 0;
            if let Some(Some(wire)) = self.conns.get(id) {
                self.meter.looked(unthanked(&wire.stream) > sweep.unthanked());
            }
        }
    }

    fn took(&mut self, sweep: &Sweep, id: ConnId, took: io::Result<usize>, clock: Clock) {
        let count = match took {
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => 0,
            Err(_) => return self.close(id, clock),
        };
        self.meter.sent(count);
        if !self.door.swept(sweep, id, count) {
            self.register(id, true);
        }
    }
}
