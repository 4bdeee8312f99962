//! The command line as people write it.

use clap::CommandFactory as _;

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

#[test]
fn the_definitions_are_sound() {
    Cli::command().debug_assert();
}

#[test]
fn the_commands_of_the_manual_are_understood() {
    for line in [
        "zhanjian serve --demo --listen 127.0.0.1:0 --data-dir /srv/zhanjian",
        "zhanjian import answered-questions answers.jsonl --station SH-PD --audience PUBLIC",
        "zhanjian import regulation-relations relations.csv --dry-run --keep-going --strict",
        "zhanjian --database-url postgres://db.example/zhanjian import resources r.xlsx --audience network",
        "zhanjian export research-outputs --format csv",
        "zhanjian export research-outputs outputs.json --format datacite",
        "zhanjian export --template research-outputs",
        "zhanjian import research-outputs library.bib --organization demo-univ --audience PUBLIC",
        "zhanjian import research-outputs export.txt --format ris --organization demo-univ --audience network",
        "zhanjian export assessment --from 2026-01-01 --to 2026-03-31 sheet.xlsx",
        "zhanjian export assessment --from 2026-01-01 --to 2026-03-31 --station SH-PD --format csv",
        "zhanjian export assessment --from 2026-01-01 --to 2026-03-31 --district PD --district XH",
        "zhanjian index verify --data-dir data",
        "zhanjian migrate",
        "zhanjian migrate down --steps 3",
        "zhanjian schema --settings",
        "zhanjian backup copies/today",
        "zhanjian backup --restore copies/today",
        "zhanjian account add --login li --name 示例李 --role STAFF --station SH-PD --undertaking-signed-on 2026-11-22",
        "zhanjian account add --login root --name 示例 --role administrator --password-file secret",
        "zhanjian account list",
        "zhanjian account activate li --undertaking-signed-on 2026-11-22",
        "zhanjian account suspend li --reason 休假",
        "zhanjian account left li",
        "zhanjian account reset-password li",
        "zhanjian client add --name 示例门户 --scope read --scope needs,ratings --organization demo-univ",
        "zhanjian client list",
        "zhanjian client rotate-secret zj-1 --at-once",
        "zhanjian client disable zj-1",
        "zhanjian client enable zj-1",
        "zhanjian keys rotate --file-only",
        "zhanjian keys reseal",
        "zhanjian keys forget-old",
        "zhanjian keys rotate-signing",
        "zhanjian export audit-log --from 2026-11-01 --to 2026-11-30 log.csv",
        "zhanjian serve --demo --demo-credentials accounts.json",
    ] {
        parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn half_a_command_is_refused_with_status_2() {
    for line in [
        "zhanjian",
        "zhanjian import answers",
        "zhanjian import needs file.csv",
        "zhanjian import stations s.csv --audience nobody",
        "zhanjian backup",
        "zhanjian account",
        "zhanjian account add --login li --name 示例李 --role KING",
        "zhanjian account add --login li --name 示例李 --role STAFF --station SH-PD --district PD",
        "zhanjian account add --login li --name 示例李 --role STAFF --password hunter2",
        "zhanjian account suspend li",
        "zhanjian client add --name 示例门户",
        "zhanjian client add --name 示例门户 --scope everything",
        "zhanjian keys",
        "zhanjian import audit-log log.csv",
        "zhanjian serve --demo-credentials accounts.json",
        "zhanjian export assessment --from 2026-01-01",
        "zhanjian export assessment --from yesterday --to 2026-01-01",
        "zhanjian export stations --station SH-PD",
        "zhanjian import assessment sheet.csv",
        "zhanjian backup",
        "zhanjian backup here --restore there",
        "zhanjian migrate down --steps 0",
        "zhanjian import stations s.csv --listen 127.0.0.1:1",
    ] {
        let error = parse(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

#[test]
fn flags_reach_the_settings_and_no_password_is_shown() {
    let cli =
        parse("zhanjian serve --listen [::1]:9 --database-url postgres://a:hunter2@h/d").unwrap();

    let flags = cli.flags();
    assert_eq!(flags.listen.as_deref(), Some("[::1]:9"));
    assert_eq!(flags.database_url.as_deref(), Some("postgres://a:hunter2@h/d"));
    assert!(!format!("{cli:?}").contains("hunter2"));
}
