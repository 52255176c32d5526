use super::figures;

#[test]
fn figures_are_shown_with_their_kind_their_help_and_their_labels() {
    let shown = figures(&[
        ("hustings_edge_joined_total", vec![(vec![], 7.0)]),
        ("hustings_edge_listeners", vec![(vec!["demo"], 412.0), (vec!["eve"], 3.0)]),
    ]);

    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("# HELP hustings_edge_joined_total "));
    assert_eq!(lines[1..3], ["# TYPE hustings_edge_joined_total counter", "hustings_edge_joined_total 7"]);
    assert_eq!(
        lines[4..],
        [
            "# TYPE hustings_edge_listeners gauge",
            "hustings_edge_listeners{hall=\"demo\"} 412",
            "hustings_edge_listeners{hall=\"eve\"} 3",
        ]
    );
}

#[test]
#[should_panic(expected = "no figure is called")]
fn a_figure_that_is_not_in_the_table_is_a_bug() {
    figures(&[("hustings_edge_mood", vec![])]);
}
