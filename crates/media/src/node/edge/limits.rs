//! What this process is held to by whoever runs it: cores and memory, as control groups say it (both kinds), or the machine.

use std::fs;
use std::path::PathBuf;

/// Where control groups are, of the first and of the second kind.
const GROUPS: &str = "/sys/fs/cgroup";

/// Read by whoever has the time: what the system answers from may take it a while.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub cores: f64,
    pub memory_left: Option<f64>,
}

impl Limits {
    pub fn read() -> Self {
        Self { cores: cores(), memory_left: memory_left() }
    }
}

/// The share of one core that there is for one thread: one, or less where the group is held to less.
fn cores() -> f64 {
    let first = || Some(number("cpu", "cpu.cfs_quota_us")? / number("cpu", "cpu.cfs_period_us")?);
    let second = || {
        let told = read("", "cpu.max")?;
        let (quota, period) = told.trim().split_once(' ')?;
        Some(quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?)
    };
    let quota = second().or_else(first).filter(|cores| *cores > 0.0);
    quota.unwrap_or(1.0).min(1.0)
}

/// Bytes that may still be taken; none where nobody says.
fn memory_left() -> Option<f64> {
    let first = || {
        let limit = number("memory", "memory.limit_in_bytes")?;
        Some(limit - number("memory", "memory.usage_in_bytes")? + idle_cache("memory", "total_inactive_file"))
    };
    let second = || {
        let limit = number("", "memory.max")?;
        Some(limit - number("", "memory.current")? + idle_cache("", "inactive_file"))
    };
    let machine = || {
        let told = fs::read_to_string("/proc/meminfo").ok()?;
        let line = told.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? * 1_024.0)
    };
    let groups = second().or_else(first);
    [groups, machine()].into_iter().flatten().reduce(f64::min).map(|left| left.max(0.0))
}

/// What the kernel gives back before it takes a process's life.
fn idle_cache(kind: &str, field: &str) -> f64 {
    let told = read(kind, "memory.stat").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(' '));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0.0)
}

fn number(kind: &str, file: &str) -> Option<f64> {
    read(kind, file)?.trim().parse().ok()
}

/// A file of our own group, or of the one that we see as the first.
fn read(kind: &str, file: &str) -> Option<String> {
    let told = fs::read_to_string("/proc/self/cgroup").ok()?;
    let ours = |line: &str| {
        let mut fields = line.splitn(3, ':');
        let (_, kinds, path) = (fields.next()?, fields.next()?, fields.next()?);
        let fits = if kind.is_empty() { kinds.is_empty() } else { kinds.split(',').any(|one| one == kind) };
        fits.then(|| path.trim_start_matches('/').to_owned())
    };
    let path = told.lines().find_map(ours)?;
    let root = PathBuf::from(GROUPS).join(kind);
    fs::read_to_string(root.join(path).join(file)).or_else(|_| fs::read_to_string(root.join(file))).ok()
}
