use super::passes::holds_until_s;
use super::{Claims, Orders, Role, check_pass};
use crate::units::WallMs;

#[test]
fn nonsense_is_no_pass_and_costs_no_panic() {
    let orders = Orders::default();

    for token in ["", ".", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", &"x".repeat(100_000)] {
        assert_eq!(check_pass(token, None, &orders, WallMs(0)), Err("pass_invalid"));
    }
}

#[test]
fn passes_of_a_postponed_hall_hold_until_its_new_evening_unless_they_had_run_out() {
    let orders = Orders::parse(
        br#"{"halls":[{"hall":"demo","state":"announced","grace":{"from_ms":50000,"until_ms":900000}}]}"#,
    )
    .unwrap();
    let until = |hall: &str, exp| {
        let claims = Claims {
            iss: "hustings".into(),
            sub: "p_0".into(),
            hall: hall.into(),
            role: Role::Host,
            seat: None,
            iat: 0,
            exp,
            jti: "j".into(),
        };
        holds_until_s(&claims, &orders)
    };

    assert_eq!(until("demo", 60), 900);
    assert_eq!(until("demo", 49), 49);
    assert_eq!(until("demo", 1000), 1000);
    assert_eq!(until("other", 60), 60);
}

#[test]
fn people_speak_from_their_own_seat_alone() {
    let claims = |role, seat: Option<&str>| Claims {
        iss: "hustings".into(),
        sub: "p_0".into(),
        hall: "demo".into(),
        role,
        seat: seat.map(Into::into),
        iat: 0,
        exp: 1,
        jti: "j".into(),
    };

    assert_eq!(claims(Role::Speaker, Some("ana")).may_speak_from("ana"), Ok(()));
    assert_eq!(claims(Role::Speaker, Some("ana")).may_speak_from("ben"), Err("seat_foreign"));
    assert_eq!(claims(Role::Host, None).may_speak_from("ben"), Err("not_allowed"));
    assert_eq!(claims(Role::Listener, Some("ben")).may_speak_from("ben"), Err("not_allowed"));
    assert_eq!(claims(Role::Owner, None).may_speak_from("ben"), Ok(()));
}

#[test]
fn who_runs_the_hall_may_be_backstage_and_nobody_else() {
    let runs = |role| {
        let claims = Claims {
            iss: "hustings".into(),
            sub: "p_0".into(),
            hall: "demo".into(),
            role,
            seat: None,
            iat: 0,
            exp: 1,
            jti: "j".into(),
        };
        claims.runs_the_hall()
    };

    assert!([Role::Owner, Role::Producer, Role::Host, Role::Moderator].into_iter().all(runs));
    let others = [Role::Screener, Role::Steward, Role::Captioner, Role::Speaker, Role::Listener];
    assert!(!others.into_iter().any(runs));
}
