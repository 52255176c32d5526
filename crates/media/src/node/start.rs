//! From the command line to a running node (`spec/processes.md`).

use std::path::Path;
use std::process::ExitCode;

use serde::de::DeserializeOwned;
use tracing_subscriber::EnvFilter;

use crate::forecast::{Evening, ForecastOrder};

use super::clock::Clock;
use super::{crowd, edge, floor, stage};

/// The order cannot be used, and why: for the person who wrote it.
#[derive(Debug)]
pub struct CannotStart(pub String);

impl<E: std::fmt::Display> From<E> for CannotStart {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Run what the arguments say; gives the exit code.
pub fn run(arguments: &[String]) -> ExitCode {
    log();
    let [role, order] = arguments else {
        eprintln!("usage: hustings-media stage|edge|crowd|floor|forecast ORDER.json");
        return ExitCode::from(2);
    };
    let clock = Clock::start();
    let path = Path::new(order);
    let done = match role.as_str() {
        "stage" => read(path).and_then(|order| stage::run(order, clock)),
        "edge" => read(path).and_then(|order| edge::run(order, clock)),
        "crowd" => read(path).and_then(|order| crowd::run(order, clock)),
        "floor" => read(path).and_then(floor::run),
        "forecast" => read(path).and_then(|order| forecast(order, clock)),
        other => Err(CannotStart(format!("there is no role called {other}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(CannotStart(reason)) => {
            eprintln!("hustings-media {role}: {reason}");
            ExitCode::from(2)
        }
    }
}

/// An evening in virtual time, and what came of it on standard output.
fn forecast(order: ForecastOrder, clock: Clock) -> Result<(), CannotStart> {
    let told = Evening::new(order, clock.instant()).run();
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,media=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(std::io::stderr).init();
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, CannotStart> {
    let bytes = std::fs::read(path)
        .map_err(|error| CannotStart(format!("{} cannot be read: {error}", path.display())))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| CannotStart(format!("{} is not an order: {error}", path.display())))
}

/// Resolves when the process is asked to stop.
pub async fn stop_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
