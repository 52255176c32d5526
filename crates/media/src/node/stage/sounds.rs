//! The prepared sounds that a stage has at hand: its own, and files from the desk, kept in its folder by their SHA-256.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use tokio::sync::watch;

use crate::air::{Sound, Sounds};
use crate::node::http::{Fault, pass_on};
use crate::rules::{Orders, SoundName, SoundOrder};

const FILE_BYTES_MAX: usize = 5 << 20;
const FETCH_WITHIN: Duration = Duration::from_secs(30);
/// What could not be had is asked for again.
const AGAIN: Duration = Duration::from_secs(5);

/// What can be played now.
#[derive(Clone)]
pub struct Shelf {
    built_in: Sounds,
    files: HashMap<String, Sound>,
}

impl Shelf {
    /// With what those orders name and `folder` holds.
    pub fn open(folder: &Path, orders: &Orders) -> Self {
        let read = |hash: &String| {
            let bytes = std::fs::read(folder.join(hash)).ok()?;
            checked(hash, &bytes).ok()
        };
        let files =
            wanted(orders).into_iter().filter_map(|hash| Some((hash.clone(), read(&hash)?))).collect();
        Self { built_in: Sounds::built_in(), files }
    }

    /// The sounds that an order names; the stage's own for those that are not here.
    pub fn sounds(&self, named: &SoundOrder) -> Sounds {
        let found = |name: &SoundName, own: &Option<Sound>| match name {
            SoundName::Nothing => None,
            SoundName::BuiltIn => own.clone(),
            SoundName::File(hash) => self.files.get(hash).or(own.as_ref()).cloned(),
        };
        Sounds {
            opening: found(&named.opening, &self.built_in.opening),
            pause: found(&named.pause, &self.built_in.pause),
            closing: found(&named.closing, &self.built_in.closing),
            tone: found(&named.tone, &self.built_in.tone),
        }
    }
}

/// Fetch what orders name and forget what they do not, until the process ends.
pub async fn follow(
    folder: PathBuf,
    mut orders: watch::Receiver<Arc<Orders>>,
    shelf: watch::Sender<Arc<Shelf>>,
) {
    let mut unusable = BTreeSet::new();
    loop {
        let told = orders.borrow_and_update().clone();
        let wanted = wanted(&told);
        forget(&folder, &wanted, &shelf);
        let mut again = false;
        for hash in wanted {
            if shelf.borrow().files.contains_key(&hash) || unusable.contains(&hash) {
                continue;
            }
            match obtain(&folder, told.desk.as_deref(), &hash).await {
                Ok(Ok(sound)) => {
                    shelf.send_modify(|shelf| drop(Arc::make_mut(shelf).files.insert(hash, sound)));
                }
                Ok(Err(why)) => {
                    tracing::warn!(%hash, %why, "stage.sound_unusable");
                    unusable.insert(hash);
                }
                Err(error) => {
                    tracing::warn!(%hash, %error, "stage.sound_missing");
                    again = true;
                }
            }
        }
        let wait = if again { AGAIN } else { Duration::MAX };
        if matches!(tokio::time::timeout(wait, orders.changed()).await, Ok(Err(_))) {
            return;
        }
    }
}

fn wanted(orders: &Orders) -> BTreeSet<String> {
    let named = orders.halls.iter().filter_map(|hall| hall.sounds.as_ref());
    named.flat_map(SoundOrder::files).map(str::to_owned).collect()
}

fn forget(folder: &Path, wanted: &BTreeSet<String>, shelf: &watch::Sender<Arc<Shelf>>) {
    if shelf.borrow().files.keys().any(|hash| !wanted.contains(hash)) {
        shelf.send_modify(|shelf| Arc::make_mut(shelf).files.retain(|hash, _| wanted.contains(hash)));
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_name().to_str().is_some_and(|name| wanted.contains(name)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Fetch, check, keep. `Err`: it may be had later; `Ok(Err)`: it is no use, and never will be.
async fn obtain(folder: &Path, desk: Option<&str>, hash: &str) -> Result<Result<Sound, String>, Fault> {
    let bytes = fetch(desk.ok_or("no desk is known yet")?, hash).await?;
    let (folder, hash) = (folder.to_owned(), hash.to_owned());
    // Minutes of sound take a while to decode; listeners' requests do not wait for it.
    let checked = tokio::task::spawn_blocking(move || {
        let sound = checked(&hash, &bytes);
        if sound.is_ok()
            && let Err(error) = keep(&folder, &hash, &bytes)
        {
            tracing::warn!(%hash, %error, "stage.sound_not_kept");
        }
        sound
    });
    Ok(checked.await?)
}

async fn fetch(desk: &str, hash: &str) -> Result<Bytes, Fault> {
    let request =
        Request::get(format!("/api/v1/sounds/{hash}")).header("Host", desk).body(Full::new(Bytes::new()))?;
    let response = pass_on(desk, None, request, FETCH_WITHIN).await?;
    if !response.status().is_success() {
        return Err(format!("status {}", response.status()).into());
    }
    let body = Limited::new(response.into_body(), FILE_BYTES_MAX).collect();
    Ok(tokio::time::timeout(FETCH_WITHIN, body).await??.to_bytes())
}

fn checked(hash: &str, bytes: &[u8]) -> Result<Sound, String> {
    let found: String = digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    if found != hash {
        return Err(format!("it is another: {found}"));
    }
    Sound::read(bytes)
}

fn keep(folder: &Path, hash: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let fresh = folder.join("fresh");
    std::fs::write(&fresh, bytes)?;
    std::fs::rename(fresh, folder.join(hash))
}

#[cfg(test)]
#[path = "sounds_test.rs"]
mod sounds_test;
