use super::route_names::RouteNames;
use super::{Event, Metrics, Ongoing, TextFormat};
use crate::domain::fault::FaultEffect;

fn names() -> RouteNames {
    let templates = [
        "/v2/images",
        "/v2/images/{image}",
        "/v2.0/tokens",
        "/identity/v3/users/{id}",
    ];
    RouteNames::new(&templates.map(str::to_owned))
}

#[test]
fn a_path_is_named_by_its_template() {
    let names = names();
    assert_eq!(&*names.of("/v2/images"), "/v2/images");
    assert_eq!(&*names.of("/v2/images/5a1ec0de"), "/v2/images/{image}");
    assert_eq!(
        &*names.of("/identity/v3/users/1/"),
        "/identity/v3/users/{id}"
    );
}

#[test]
fn minor_versions_of_the_images_api_share_their_templates() {
    let names = names();
    assert_eq!(&*names.of("/v2.16/images/x"), "/v2/images/{image}");
    assert_eq!(&*names.of("/v2.0/tokens"), "/v2.0/tokens");
    assert_eq!(&*names.of("/v2.x/images"), "other");
    assert_eq!(&*names.of("/v2./images"), "other");
}

#[test]
fn unknown_paths_share_one_name() {
    let names = names();
    for path in ["/", "", "/etc/passwd", "/v2/images/a/b/c", "/V2/IMAGES"] {
        assert_eq!(&*names.of(path), "other", "{path}");
    }
}

#[test]
fn a_method_that_nobody_knows_makes_no_series_of_its_own() {
    let metrics = Metrics::collecting(&[]);
    metrics.request("BREW").answered(404);
    metrics.request("STEEP").answered(404);
    let text = metrics.text(TextFormat::Prometheus).unwrap();
    let line = "lookalike_http_requests_total{route=\"other\",method=\"other\",status=\"404\"} 2\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn a_request_that_ends_without_an_answer_is_abandoned() {
    let metrics = Metrics::collecting(&[]);
    drop(metrics.request("GET"));
    let text = metrics.text(TextFormat::Prometheus).unwrap();
    assert!(
        text.contains("lookalike_http_requests_abandoned_total 1\n"),
        "{text}"
    );
    assert!(
        text.contains("lookalike_http_requests_in_flight 0\n"),
        "{text}"
    );
}

#[test]
fn work_counts_until_it_ends() {
    let metrics = Metrics::collecting(&[]);
    let upload = metrics.begin(Ongoing::Upload);
    let gauge = |count| format!("lookalike_uploads_in_progress {count}\n");
    let text = || metrics.text(TextFormat::Prometheus).unwrap();
    assert!(text().contains(&gauge(1)));
    drop(upload);
    assert!(text().contains(&gauge(0)));
}

#[test]
fn every_effect_of_a_fault_has_a_series_from_the_start() {
    let metrics = Metrics::collecting(&[]);
    metrics.count(Event::Fault("stall"));
    let text = metrics.text(TextFormat::Prometheus).unwrap();
    for name in FaultEffect::NAMES {
        let count = u8::from(name == "stall");
        let line = format!("lookalike_faults_fired_total{{effect=\"{name}\"}} {count}\n");
        assert!(text.contains(&line), "{text}");
    }
}

#[test]
fn nothing_is_measured_unless_it_is_asked_for() {
    let metrics = Metrics::default();
    metrics.request("GET").answered(200);
    assert!(!metrics.is_collecting());
    assert_eq!(metrics.text(TextFormat::Prometheus), None);
}
