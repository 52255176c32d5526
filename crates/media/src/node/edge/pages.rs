//! The built pages, read once and kept.

use std::collections::HashMap;
use std::path::Path;

use bytes::Bytes;

use crate::node::start::CannotStart;

pub struct Pages(HashMap<String, (&'static str, Bytes)>);

impl Pages {
    /// Read `folder` and its `assets`.
    pub fn load(folder: &Path) -> Result<Self, CannotStart> {
        let mut pages = HashMap::new();
        for (under, prefix) in [(folder.to_path_buf(), ""), (folder.join("assets"), "assets/")] {
            let Ok(entries) = std::fs::read_dir(&under) else { continue };
            for entry in entries.flatten().filter(|entry| entry.path().is_file()) {
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                let kind = kind_of(&name);
                pages.insert(name, (kind, std::fs::read(entry.path())?.into()));
            }
        }
        if !pages.contains_key("listen.html") {
            return Err(CannotStart(format!("{} holds no pages; run make setup", folder.display())));
        }
        Ok(Self(pages))
    }

    /// A file's kind and bytes.
    pub fn get(&self, name: &str) -> Option<(&'static str, Bytes)> {
        self.0.get(name).cloned()
    }
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}
