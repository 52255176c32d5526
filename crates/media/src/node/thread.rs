//! Threads with the urgency that their work has.
#![allow(unsafe_code)]

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;
use std::time::Duration;

/// How much it hurts when a thread waits for a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// The mix: late by a millisecond is late. Real-time where the system lets us.
    Tick,
    /// Packets in and out.
    Packets,
    /// Listeners have a second in hand.
    Sweep,
}

/// Start a named thread that the process cannot do without: if it panics, the process ends, and whoever
/// supervises it starts a whole one instead of keeping half of one.
pub fn spawn(
    name: &str,
    urgency: Urgency,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(move || {
        set_urgency(urgency);
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            give_up();
        }
    })
}

/// Start a task that the process cannot do without, as [`spawn`] does a thread.
pub fn vital(name: &'static str, work: impl Future<Output = ()> + 'static) {
    let task = tokio::task::spawn_local(work);
    tokio::task::spawn_local(async move {
        if task.await.is_err_and(|error| error.is_panic()) {
            tracing::error!(name, "node.task_died");
            give_up();
        }
    });
}

/// Exit code 1, a fault (`spec/processes.md`); the panic has been told.
fn give_up() -> ! {
    std::process::exit(1);
}

fn set_urgency(urgency: Urgency) {
    let done = match urgency {
        Urgency::Tick => real_time(20) || nice(-15),
        Urgency::Packets => nice(-10),
        Urgency::Sweep => nice(5),
    };
    if !done {
        tracing::info!(?urgency, "node.urgency_not_granted");
    }
}

fn real_time(priority: i32) -> bool {
    let param = libc::sched_param { sched_priority: priority };
    // SAFETY: `param` outlives the calls; 0 and this thread are valid targets.
    unsafe {
        libc::prctl(libc::PR_SET_TIMERSLACK, 1_000, 0, 0, 0);
        libc::sched_setscheduler(0, libc::SCHED_RR | libc::SCHED_RESET_ON_FORK, &param) == 0
    }
}

fn nice(value: i32) -> bool {
    // SAFETY: plain system calls on this thread.
    unsafe {
        libc::prctl(libc::PR_SET_TIMERSLACK, 10_000, 0, 0, 0);
        let thread = libc::syscall(libc::SYS_gettid) as libc::id_t;
        libc::setpriority(libc::PRIO_PROCESS, thread, value) == 0
    }
}

/// User and system time of this process so far, in seconds.
pub fn cpu_seconds() -> f64 {
    // SAFETY: `usage` is plain data that getrusage fills.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// How many descriptors this process may have open.
pub fn descriptors() -> usize {
    // SAFETY: `limit` is plain data that getrlimit fills.
    let limit = unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
        limit
    };
    usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX)
}

/// How long this thread has had a processor.
pub fn cpu_time() -> Duration {
    time_of(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// How long this process has had processors, one or several.
pub fn process_time() -> Duration {
    time_of(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn time_of(clock: libc::clockid_t) -> Duration {
    // SAFETY: `time` is plain data that clock_gettime fills.
    let time = unsafe {
        let mut time: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(clock, &mut time);
        time
    };
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
