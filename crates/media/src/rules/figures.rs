//! The figures of a node's `/metrics`, out of `spec/metrics.toml`, as Prometheus reads them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use serde::Deserialize;

static TABLE: LazyLock<BTreeMap<String, Row>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../../spec/metrics.toml")).expect("our own table reads")
});

#[derive(Deserialize)]
struct Row {
    kind: String,
    labels: Vec<String>,
    help: String,
}

/// A figure and its values, each with the values of its labels in the table's order.
pub type Figure<'a> = (&'a str, Vec<(Vec<&'a str>, f64)>);

/// The text of them all.
///
/// # Panics
/// If the table has no such figure: our bug.
pub fn figures(all: &[Figure]) -> String {
    let mut text = String::new();
    for (name, values) in all {
        let row = TABLE.get(*name).unwrap_or_else(|| panic!("no figure is called {name}"));
        let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {}", row.help, row.kind);
        for (labels, value) in values {
            let pairs = row.labels.iter().zip(labels).map(|(label, value)| format!("{label}=\"{value}\""));
            let pairs = pairs.collect::<Vec<_>>().join(",");
            let labels = if pairs.is_empty() { pairs } else { format!("{{{pairs}}}") };
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    }
    text
}
