//! Figures and reports: who may read them, what they say, the cases behind them, the sheet.

use axum::{
    body::Body,
    http::{Request, header},
};
use zhanjian::access::Role;

use super::browser::Browser;
use crate::{
    consultations::work::Desk,
    support::{House, on_both_engines},
};

on_both_engines!(
    a_case_is_seen_in_the_charts_the_figures_and_behind_them,
    figures_are_for_who_may_read_reports,
);

async fn a_case_is_seen_in_the_charts_the_figures_and_behind_them(house: &House) {
    house.demo().await;
    let desk = Desk::of(house).await;
    let _case = desk.triaged("DISTRICT").await;
    let mut browser = Browser::new(house);
    browser.set_cookie("zhanjian-access", desk.municipal.bearer());

    let dashboard = browser.read("/dashboard").await;
    assert!(dashboard.has(".chart svg[role='img'][aria-label] rect"), "{}", dashboard.html);
    assert_eq!(dashboard.text(".figures dd"), "1");
    assert_eq!(dashboard.texts("section:nth-of-type(2) tbody tr").len(), 12, "a year of months");
    assert_eq!(dashboard.text("section:nth-of-type(2) tbody tr:last-child td"), "1");
    assert!(!dashboard.html.contains("style="), "{}", dashboard.html);

    let report = browser.read("/reports").await;
    assert_eq!(report.text(".total-row td"), "1");
    let behind = browser.read(&report.attribute(".total-row td a", "href")).await;
    assert_eq!(behind.texts("tbody tr").len(), 1);
    assert!(!behind.has("tbody th a"), "a case opens to who may read it: {}", behind.html);
    let mut own = Browser::new(house);
    own.set_cookie("zhanjian-access", desk.staff.bearer());
    let behind = own.read("/reports?figure=RECEIVED").await;
    assert!(behind.attribute("tbody th a", "href").starts_with("/consultations/"));
    let station = browser.read(&report.link("浦东新区")).await;
    assert_eq!(station.texts("#stations ~ .wide tbody tr").len(), 1, "{}", station.html);

    let sheet = Request::get(report.link("CSV")).body(Body::empty()).unwrap();
    let sheet = browser.ask(sheet).await;
    assert_eq!(sheet.status, 200, "{}", sheet.text);
    assert!(sheet.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("attachment"));
    assert!(sheet.text.contains("受理"), "{}", sheet.text);

    // A station's own people read of their own station.
    let mut elsewhere = Browser::new(house);
    elsewhere.set_cookie("zhanjian-access", desk.elsewhere.bearer());
    assert_eq!(elsewhere.read("/reports").await.text(".total-row td"), "0");
    assert_eq!(elsewhere.open("/reports?station=SH-PD").await.status, 403);
    let odd = browser.open("/reports?from=2026-12-31&to=2026-01-01").await;
    assert_eq!((odd.status.as_u16(), odd.has("[role='alert']")), (400, true));
    assert_eq!(browser.open("/reports?figure=NONE").await.status, 404);
}

async fn figures_are_for_who_may_read_reports(house: &House) {
    house.demo().await;
    let mut office = Browser::of(house, Role::TechTransfer, "fudan").await;
    for address in
        ["/dashboard", "/reports", "/download/assessment.csv?from=2026-01-01&to=2026-02-01"]
    {
        assert_eq!(office.open(address).await.status, 403, "{address}");
        // Who has not signed in is asked to.
        let anybody = Browser::new(house).open(address).await;
        assert!(anybody.address.starts_with("/sign-in") || anybody.status == 403, "{address}");
    }
    assert!(!office.read("/stations").await.has("a[href='/dashboard']"));
    let staff = Browser::of(house, Role::Staff, "SH-PD").await.read("/stations").await;
    assert!(staff.has("a[href='/dashboard']"));
}
