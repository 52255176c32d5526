//! The built pages, read once and kept, as they are and in the smaller forms that were built beside them.

use std::collections::HashMap;
use std::path::Path;

use bytes::Bytes;

use crate::node::start::CannotStart;

/// What browsers call the forms, smallest first, and how their files end.
const FORMS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

pub struct Pages(HashMap<String, Bytes>);

/// One file in the form that was asked for.
pub struct Page {
    pub kind: &'static str,
    pub bytes: Bytes,
    /// `Content-Encoding`; none: as it is.
    pub form: Option<&'static str>,
}

impl Pages {
    /// Read `folder` and its `assets`.
    pub fn load(folder: &Path) -> Result<Self, CannotStart> {
        let mut files = Vec::new();
        for (under, prefix) in [(folder.to_path_buf(), ""), (folder.join("assets"), "assets/")] {
            let Ok(entries) = std::fs::read_dir(&under) else { continue };
            for entry in entries.flatten().filter(|entry| entry.path().is_file()) {
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                files.push((name, std::fs::read(entry.path())?.into()));
            }
        }
        let pages = Self::of(files);
        if pages.get("listen.html").is_none() {
            return Err(CannotStart(format!("{} holds no pages; run make setup", folder.display())));
        }
        Ok(pages)
    }

    /// Files by name, forms among them.
    pub fn of(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        Self(files.into_iter().collect())
    }

    /// A file as it is.
    pub fn get(&self, name: &str) -> Option<Page> {
        self.get_for(name, "")
    }

    /// A file in the smallest form that `accepts`, an `Accept-Encoding`, takes.
    pub fn get_for(&self, name: &str, accepts: &str) -> Option<Page> {
        if FORMS.iter().any(|(_, end)| name.ends_with(end)) {
            return None; // A form is no address of its own.
        }
        let kind = kind_of(name);
        let as_it_is = Page { kind, bytes: self.0.get(name)?.clone(), form: None };
        let smaller = FORMS.iter().filter(|(form, _)| takes(accepts, form)).find_map(|(form, end)| {
            let bytes = self.0.get(&format!("{name}{end}"))?.clone();
            Some(Page { kind, bytes, form: Some(form) })
        });
        Some(smaller.unwrap_or(as_it_is))
    }
}

/// Whether an `Accept-Encoding` names this form, and not only to refuse it (RFC 9110 section 12.5.3).
fn takes(accepts: &str, form: &str) -> bool {
    accepts.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(form));
        let weight = parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1");
        named && weight.parse::<f32>().is_ok_and(|weight| weight > 0.0)
    })
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
