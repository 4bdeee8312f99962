//! What an operator may write, and what they are told when it is wrong.

use std::{ffi::OsString, fs, path::Path};

use super::{example::described, sources::environment_name, *};

/// Loads from a settings file, environment variables and flags, in an empty folder.
fn load_with(file: &str, environment: &[(&str, &str)], flags: &Flags) -> Result<Config, Faults> {
    let folder = tempfile::tempdir().unwrap();
    if !file.is_empty() {
        fs::write(folder.path().join("zhanjian.toml"), file).unwrap();
    }
    Config::load(flags, variables(environment), folder.path())
}

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, Faults> {
    load_with(file, environment, &Flags::default())
}

fn variables(environment: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    environment.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

/// What an operator is told, without the folder in which the test wrote its file.
fn told(file: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let faults = load(file, environment).expect_err("these settings are wrong");
    faults.iter().map(|fault| shorten(&fault.to_string())).collect()
}

fn shorten(fault: &str) -> String {
    match (fault.find("(/"), fault.find("/zhanjian.toml")) {
        (Some(start), Some(end)) => format!("{}{}", &fault[..=start], &fault[end + 1..]),
        _ => fault.to_owned(),
    }
}

#[test]
fn nothing_given_means_the_defaults() {
    let config = load("", &[("HOME", "/home/somebody")]).unwrap();

    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.data_dir, Path::new("./data"));
    assert_eq!(config.database.url.expose(), "sqlite://./data/zhanjian.sqlite?mode=rwc");
    assert_eq!(config.http.max_body_bytes, 1024 * 1024);
    assert_eq!(config.http.rate_limit, None);
    assert_eq!(config.tracing.otlp_endpoint, None);
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = "listen = \"127.0.0.1:1\"\ndata_dir = \"file\"\n[log]\nformat = \"json\"\n";
    let environment = [("ZHANJIAN_LISTEN", "127.0.0.1:2"), ("ZHANJIAN_DATA_DIR", "environment")];
    let flags = Flags { listen: Some("127.0.0.1:3".to_owned()), ..Flags::default() };

    let config = load_with(file, &environment, &flags).unwrap();

    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.data_dir, Path::new("environment"));
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn every_fault_is_told_at_once_with_its_place() {
    let file = "[http]\nmax_body_bytes = \"1 gigabit\"\nrequest_timeout = 10\ntrusted_proxies = [\"10.0.0.0/8\", \"proxy\"]\n";
    let told = told(file, &[("ZHANJIAN_LISTEN", "8080"), ("ZHANJIAN_GRAPHQL_MAX_DEPTH", "0")]);

    assert_eq!(
        told,
        [
            "ZHANJIAN_LISTEN: \"8080\" is no address with a port: write numbers, such as \"127.0.0.1:8080\" or \
             \"[::1]:8080\"",
            "http.trusted_proxies (zhanjian.toml, line 4): \"proxy\" is neither an address nor a network: write \
             \"10.0.0.7\" or \"10.0.0.0/8\"",
            "http.max_body_bytes (zhanjian.toml, line 2): \"1 gigabit\" is no size: write a number of bytes, or with \
             a unit, such as \"1MiB\"",
            "http.request_timeout (zhanjian.toml, line 3): \"10\" is no time span: write a number and its unit, such \
             as \"250ms\", \"30s\", \"5m\", \"12h\", \"7d\"",
            "ZHANJIAN_GRAPHQL_MAX_DEPTH: \"0\" is no whole number from 1 to 100",
        ]
    );
}

#[test]
fn a_bad_value_is_told_even_where_a_stronger_source_covers_it() {
    let told = told("listen = \"nowhere\"\n", &[("ZHANJIAN_LISTEN", "127.0.0.1:2")]);

    assert!(told[0].starts_with("listen (zhanjian.toml, line 1): \"nowhere\""), "{told:?}");
}

#[test]
fn an_unknown_key_is_refused_and_the_nearest_named() {
    let told =
        told("[htpp]\nrate_burst = 5\n[colour]\nhue = 1\n", &[("ZHANJIAN_LISTN", "127.0.0.1:1")]);

    assert_eq!(
        told,
        [
            "colour.hue (zhanjian.toml, line 4): there is no such setting; `zhanjian schema --settings` lists all",
            "htpp.rate_burst (zhanjian.toml, line 2): there is no such setting; did you mean http.rate_burst?",
            "ZHANJIAN_LISTN: there is no such setting; did you mean ZHANJIAN_LISTEN?",
        ]
    );
}

#[test]
fn the_variables_of_a_kubernetes_service_are_explained() {
    let told = told("", &[("ZHANJIAN_SERVICE_HOST", "10.0.0.1")]);

    assert!(told[0].ends_with("say `enableServiceLinks: false`"), "{told:?}");
}

#[test]
fn variables_of_the_test_suite_are_left_alone() {
    assert!(load("", &[("ZHANJIAN_TEST_POSTGRES_URL", "postgres://127.0.0.1/x")]).is_ok());
}

#[test]
fn a_password_is_in_no_fault_and_in_no_debug_output() {
    let secret = "hunter2";
    let broken_line =
        format!("[database]\nurl = \"postgres://zhanjian:{secret}@host/db\nreaders = 5\n");
    let wrong_kind = format!("database.url = [\"postgres://zhanjian:{secret}@host/db\"]\n");
    let wrong_engine = format!("database.url = \"mysql://zhanjian:{secret}@host/db\"\n");
    for file in [broken_line, wrong_kind, wrong_engine] {
        let faults = load(&file, &[]).expect_err("these settings are wrong").to_string();
        assert!(!faults.contains(secret), "{faults}");
    }

    for url in
        ["postgres://zhanjian:hun@hunter2@host/db", "postgres://host/db?user=a&password=hunter2"]
    {
        let config = load("", &[("ZHANJIAN_DATABASE_URL", url)]).unwrap();
        assert_eq!(config.database.url.expose(), url);
        let shown = format!("{config:?} {}", config.database.url);
        assert!(!shown.contains("hun"), "{shown}");
    }
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let flags = Flags { config: Some("nowhere.toml".into()), ..Flags::default() };
    let faults = load_with("", &[], &flags).expect_err("there is no such file");

    let fault = faults.to_string();
    assert!(fault.contains("--config: cannot read the settings file"), "{fault}");
    assert!(fault.contains("nowhere.toml"), "{fault}");
}

#[test]
fn the_file_in_the_data_folder_is_found_but_cannot_move_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("store")).unwrap();
    let file = folder.path().join("store/zhanjian.toml");
    let flags = Flags { data_dir: Some("store".to_owned()), ..Flags::default() };

    fs::write(&file, "listen = \"127.0.0.1:7\"\n").unwrap();
    assert_eq!(Config::load(&flags, [], folder.path()).unwrap().listen.port(), 7);

    fs::write(&file, "data_dir = \"elsewhere\"\n").unwrap();
    let faults =
        Config::load(&flags, [], folder.path()).expect_err("it lies in the folder that it moves");
    assert!(
        faults.to_string().contains("cannot be set in a file that lies in the data folder"),
        "{faults}"
    );
}

#[test]
fn a_damaged_file_is_a_fault_with_its_line() {
    let told = told("listen = \"127.0.0.1:1\"\n[http\n", &[]);

    assert!(
        told.iter().any(|fault| fault.contains("zhanjian.toml, line 2: is not TOML")),
        "{told:?}"
    );
}

#[test]
fn rates_are_limited_as_soon_as_strangers_can_come() {
    let limited =
        |environment: &[(&str, &str)]| load("", environment).unwrap().http.rate_limit.is_some();

    assert!(!limited(&[]));
    assert!(limited(&[("ZHANJIAN_LISTEN", "0.0.0.0:8080")]));
    assert!(limited(&[("ZHANJIAN_HTTP_TRUSTED_PROXIES", "127.0.0.1")]));
    assert!(limited(&[("ZHANJIAN_HTTP_RATE_LIMIT", "on")]));
    assert!(!limited(&[("ZHANJIAN_LISTEN", "0.0.0.0:8080"), ("ZHANJIAN_HTTP_RATE_LIMIT", "off")]));
}

#[test]
fn figures_are_shown_to_this_machine_only_and_never_through_a_proxy() {
    let config = load("", &[]).unwrap();
    let shown =
        |client: &str, forwarded| config.metrics.shown_to(client.parse().unwrap(), forwarded);

    assert!(shown("127.0.0.1", false));
    assert!(shown("::ffff:127.0.0.1", false));
    assert!(!shown("127.0.0.1", true));
    assert!(!shown("192.0.2.7", false));

    let apart = load("", &[("ZHANJIAN_METRICS_LISTEN", "127.0.0.1:9464")]).unwrap();
    assert!(!apart.metrics.shown_to("127.0.0.1".parse().unwrap(), false));
}

#[test]
fn settings_are_compared_with_each_other() {
    let told = told(
        "listen = \"127.0.0.1:9464\"\nmetrics.listen = \"127.0.0.1:9464\"\ngraphql.max_page = 10\n",
        &[],
    );

    assert_eq!(
        told,
        [
            "graphql.default_page: is larger than graphql.max_page: lower it, or raise graphql.max_page",
            "metrics.listen (zhanjian.toml, line 2): is the service's own address: give another port, or leave it out",
        ]
    );
}

#[test]
fn an_empty_variable_takes_back_what_the_file_gives() {
    let file = "tracing.otlp_endpoint = \"http://127.0.0.1:4318/v1/traces\"\n";

    assert!(load(file, &[]).unwrap().tracing.otlp_endpoint.is_some());
    assert_eq!(
        load(file, &[("ZHANJIAN_TRACING_OTLP_ENDPOINT", "")]).unwrap().tracing.otlp_endpoint,
        None
    );
}

#[test]
fn origins_are_compared_as_browsers_write_them() {
    let parse = |text| Origin::parse(text).map(|origin| origin.to_string());

    assert_eq!(parse("https://Portal.example:443").unwrap(), "https://portal.example");
    assert_eq!(parse("http://localhost:3000").unwrap(), "http://localhost:3000");
    for bad in [
        "*",
        "portal.example",
        "https://portal.example/",
        "https://a@portal.example",
        "ftp://portal.example",
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn sizes_and_time_spans_say_their_units() {
    let size = values::size(0..=u64::MAX);
    assert_eq!(size("2 MiB"), Ok(2 * 1024 * 1024));
    assert_eq!(size("1_000"), Ok(1000));
    assert!(size("99999999999GiB").is_err());

    let span = values::duration(Duration::ZERO..=Duration::from_hours(24));
    assert_eq!(span("250ms"), Ok(Duration::from_millis(250)));
    assert_eq!(span("0"), Ok(Duration::ZERO));
    assert_eq!(span("2d"), Err("is not between 0ms and 1d".to_owned()));
}

#[test]
fn a_path_with_signs_that_an_address_reads_otherwise_stays_one_path() {
    let url = DatabaseUrl::sqlite_in(Path::new("/srv/50% ?#"));

    assert_eq!(url.expose(), "sqlite:///srv/50%25 %3F%23/zhanjian.sqlite?mode=rwc");
}

/// Commented in, the example file is a good settings file, and says the defaults where it claims to.
#[test]
fn the_example_file_can_be_used() {
    let example = example();
    let commented_in: String = example
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
        .flat_map(|line| [line, "\n"])
        .collect();

    load(&example, &[]).unwrap();
    let config = load(&commented_in, &[]).unwrap();

    assert_eq!(config.http.allowed_origins.len(), 1);
    assert_eq!(config.database.url.engine(), Engine::Postgres);
}

#[test]
fn the_example_file_in_the_docs_is_the_one_that_is_printed() {
    let kept = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/zhanjian.example.toml"));

    assert_eq!(kept, example(), "run `zhanjian schema --settings > docs/zhanjian.example.toml`");
}

/// The operator's page lists every setting; the table to put there is what this test prints when it fails.
#[test]
fn the_operators_page_names_every_setting() {
    let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operating.md"));
    let rows = described().1.into_iter().map(|setting| {
        let default =
            if setting.is_default { format!("`{}`", setting.example) } else { "-".to_owned() };
        let variable = environment_name(setting.key);
        format!("| `{}` | `{variable}` | {default} | {} |\n", setting.key, setting.about)
    });
    let table = format!(
        "| key | environment | default | meaning |\n|---|---|---|---|\n{}",
        rows.collect::<String>()
    );

    assert!(page.contains(&table), "docs/operating.md wants this table:\n{table}");
}
