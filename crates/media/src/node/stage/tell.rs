//! What the desk is told of a stage (`spec/node.md`): lines, proofs, talk time, refusals.

use serde_json::{Value, json};

use crate::flow::{HallId, LineId, LineReport, SeatId, TalkTime};
use crate::stage::{LinePlace, Stage};

use super::network::Desk;

/// A line stands, or does no more; those backstage are nobody's business.
pub fn line(desk: &Desk, kind: &str, line: LineId, place: &LinePlace, reason: &str) {
    let Some(seat) = place.who.seat() else { return };
    let _ = desk.happen.try_send(json!({
        "kind": kind, "hall": place.hall.as_str(), "seat": seat.as_str(),
        "line": line.to_string(), "person": place.person, "reason": reason,
    }));
}

/// What was measured of all lines at a stage.
pub fn lines(desk: &mut Desk, stage: &Stage, hall: &HallId, reports: &[LineReport], part_no: u64) {
    // Reports come four times a second for the speakers' pages; the desk takes one in four.
    if !part_no.is_multiple_of(4) {
        return;
    }
    let seated: Vec<(&LineReport, &SeatId)> =
        reports.iter().filter_map(|report| Some((report, report.seat.as_ref()?))).collect();
    let lines = seated.iter().map(|(report, seat)| {
        let extra = json!({"rtt_ms": stage.rtt_ms(report.line)});
        named(serde_json::to_value(report), report.line, seat, extra)
    });
    let lines: Vec<Value> = lines.collect();
    let _ = desk.happen.try_send(json!({
        "kind": "lines", "hall": hall.as_str(), "part_no": part_no, "lines": lines,
    }));
    let proofs = seated
        .iter()
        .map(|(report, seat)| named(serde_json::to_value(&report.proof), report.line, seat, json!({})));
    let proofs: Vec<Value> = proofs.collect();
    let _ = desk.happen.try_send(json!({"kind": "proof", "hall": hall.as_str(), "seats": proofs}));
    refusals(desk, stage);
}

fn named(told: serde_json::Result<Value>, line: LineId, seat: &SeatId, extra: Value) -> Value {
    let mut told = told.unwrap_or_default();
    told["seat"] = seat.as_str().into();
    told["line"] = line.to_string().into();
    for (name, value) in extra.as_object().into_iter().flatten() {
        told[name] = value.clone();
    }
    told
}

/// How long each seat was heard.
pub fn talk(desk: &Desk, hall: &HallId, told: &TalkTime) {
    let _ = desk.happen.try_send(json!({
        "kind": "talk", "hall": hall.as_str(), "from_part": told.from.0, "to_part": told.to.0,
        "voiced_ms": told.voiced_ms,
    }));
}

fn refusals(desk: &mut Desk, stage: &Stage) {
    let count = stage.refused();
    if std::mem::replace(&mut desk.refused, count) != count {
        let _ = desk.happen.try_send(json!({"kind": "refused", "code": "not_allowed", "count": count}));
    }
}
