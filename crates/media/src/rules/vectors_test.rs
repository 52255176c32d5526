//! Rust's reading of `spec/vectors/passes`: the same tokens as Python, the same answers.

use serde_json::Value;

use super::{Orders, Tokens, check_pass};
use crate::flow::HallId;
use crate::units::WallMs;

#[test]
fn every_pass_vector_gets_the_answer_it_should() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/passes");
    let told = std::fs::read_to_string(format!("{folder}/passes.json")).unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    let orders = serde_json::json!({"keys": told["keys"]}).to_string();
    let orders = Orders::parse(orders.as_bytes()).unwrap();
    let now = WallMs(told["now_s"].as_i64().unwrap() * 1000);
    let cases = told["cases"].as_array().unwrap();

    for case in cases {
        let name = case["name"].as_str().unwrap();
        let token = case["token"].as_str().unwrap();
        let answer = check_pass(token, None, &orders, now);
        let outcome = answer.as_ref().map_or_else(|code| *code, |_| "ok");
        assert_eq!(outcome, case["expect"].as_str().unwrap(), "{name}");
        if let Ok(claims) = answer {
            let read = serde_json::to_value(claims).unwrap();
            for (claim, value) in read.as_object().unwrap() {
                assert_eq!(value, &case["claims"][claim], "{name}: {claim}");
            }
        }
    }
    assert!(cases.len() > 10);
}

#[test]
fn a_resume_token_of_the_desk_is_read_and_is_what_an_edge_gives() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/tokens/tokens.json");
    let told: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let orders = serde_json::json!({"fleet_keys": told["fleet_keys"]}).to_string();
    let tokens = Tokens::of(&Orders::parse(orders.as_bytes()).unwrap());
    let hall = HallId::parse(told["hall"].as_str().unwrap()).unwrap();
    let now = told["now_ms"].as_i64().unwrap();
    let token = told["resume"].as_str().unwrap();

    assert!(tokens.resumes(token, &hall, WallMs(now)));
    let hour = now - now % 3_600_000;
    assert_eq!(tokens.resume(&hall, WallMs(hour)).as_deref(), Some(token));
}
